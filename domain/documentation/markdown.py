"""Pieces of Markdown (CommonMark with tables) in which nothing that is quoted takes effect."""

import re
from collections.abc import Mapping, Sequence

_SPECIAL = re.compile(r"([\\`*_\[\]|~])")
_LEADING = re.compile(r"(\d*)([#+=>.)-])")
"""What begins a heading, a list, a quote or a rule where a line begins with it."""


def inline(text: str) -> str:
    """Return ``text`` on one line as it stands: no markup, no HTML.

    >>> inline("a_b <script>|")
    'a\\\\_b &lt;script>\\\\|'
    """
    one_line = " ".join(text.split())
    escaped = _SPECIAL.sub(r"\\\1", one_line.replace("&", "&amp;").replace("<", "&lt;"))
    leading = _LEADING.match(escaped)
    if leading is None:
        return escaped
    return f"{leading[1]}\\{leading[2]}{escaped[leading.end() :]}"


def quoted(text: str) -> str:
    """Return a text that somebody wrote as a block quote, paragraph by paragraph."""
    paragraphs = [inline(each) for each in re.split(r"\n\s*\n", text.strip())]
    return "\n>\n".join(f"> {each}" for each in paragraphs)


def code(text: str, language: str = "") -> str:
    """Return ``text`` as a fenced block, the fence longer than any run of backticks in it."""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{text.rstrip()}\n{fence}"


def span(text: str) -> str:
    """Return ``text`` as code within a line."""
    one_line = " ".join(text.split()) or " "
    longest = max((len(run) for run in re.findall(r"`+", one_line)), default=0)
    fence = "`" * (longest + 1)
    padding = " " if one_line.startswith("`") or one_line.endswith("`") else ""
    return f"{fence}{padding}{one_line}{padding}{fence}"


def table(rows: Sequence[Mapping[str, object]]) -> str:
    """Return rows under their names; what is absent is a dash, an empty text two quotes."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    lines = [names, ["---"] * len(names)]
    lines += [[_cell(row.get(name)) for name in names] for row in rows]
    heading, rule, *body = lines
    shown = [[inline(name) for name in heading], rule, *body]
    return "\n".join(f"| {' | '.join(line)} |" for line in shown)


def _cell(value: object) -> str:
    if value is None:
        return "–"
    text = str(value)
    return inline(text) if text.strip() else f'"{" " * len(text)}"'
