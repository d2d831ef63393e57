"""Templates, filled: every text in them is escaped, but pictures that we drew."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from shlex import quote
from typing import Any

from blake3 import blake3
from jinja2 import DictLoader, Environment, StrictUndefined
from markupsafe import Markup, escape

from featuretrail.documentation import addresses
from featuretrail.domain.charts.figures import figure
from featuretrail.domain.charts.palette import PALETTE
from featuretrail.domain.consistency.words import words_of
from featuretrail.domain.documentation.wording import constraint, duration
from featuretrail.domain.lettering import visible

_PACKAGE = "featuretrail.documentation"
_DOMAIN = "featuretrail.domain"
LONGEST = 4_000
"""Characters of a text that a page shows; what is longer ends in an ellipsis."""
LARGEST = 300_000
"""Bytes that no page passes."""
_SCALES = (1, 2, 4, 8, 16, 32)
"""Parts of its lists that a page shows in turn, until it is no larger than it may be."""


@cache
def assets() -> dict[str, str]:
    """Return the style sheet and the script of a site, by name."""
    found = {each.name: each.read_text("utf-8") for each in _files("assets")}
    found["site.css"] += _palettes()
    return found


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=DictLoader({each.name: each.read_text("utf-8") for each in _files("templates")}),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "moment": moment,
        "day": day,
        "figure": told_number,
        "cell": told_cell,
        "constraint": constraint,
        "duration": duration,
        "quote": quote,
        "literal": repr,
        "picture": Markup,
        "clip": clip,
        "found": words_of,
    }
    environment.globals |= {
        name: getattr(addresses, name)
        for name in ("feature_page", "group_page", "set_page", "snapshot_page", "part_page",
                     "audit_page", "node_page")
    }  # fmt: skip
    return environment


@cache
def made_by() -> str:
    """Return the digest of what makes pages: they are made anew when it changes.

    That is the templates, the assets, and the code of this package and of the domain, in whose
    words they tell.
    """
    texts = [each.read_text("utf-8") for each in _files("templates")]
    code = [text for package in (_PACKAGE, _DOMAIN) for text in _sources(files(package))]
    return blake3("\0".join([*texts, *assets().values(), *code]).encode()).hexdigest()


def render(template: str, path: str, context: Mapping[str, Any]) -> str:
    """Return the page ``path``, made by ``template``: its lists are cut until it is small enough.

    Texts are cut to begin with, so only very many of the longest take more than their whole list.
    """
    text = ""
    for scale in _SCALES:
        text = _rendered(template, path, context, scale)
        if len(text.encode("utf-8", "replace")) <= LARGEST:
            break
    return text


def _rendered(template: str, path: str, context: Mapping[str, Any], scale: int) -> str:

    def url(target: str) -> str:
        return addresses.link(path, target)

    def head(things: Sequence[Any], most: int) -> Sequence[Any]:
        return things[: max(1, most // scale)]

    helpers: dict[str, Callable[..., Any]] = {"url": url, "head": head}
    return _environment().get_template(template).render(path=path, **helpers, **context)


def moment(when: datetime) -> str:
    """Return a moment in UTC to the minute."""
    return when.astimezone(UTC).strftime("%-d %b %Y, %H:%M") if when.year >= 1000 else str(when)


def day(when: datetime) -> str:
    """Return the date of a moment in UTC."""
    return when.astimezone(UTC).strftime("%-d %b %Y") if when.year >= 1000 else str(when)


def told_number(value: float | None) -> str:
    """Return a number with four significant digits, or a dash."""
    return "–" if value is None else figure(float(value))


def told_cell(value: object) -> str:
    """Return any value of a table on one line."""
    match value:
        case None | "":
            return "–"
        case bool():
            return "yes" if value else "no"
        case int() | float():
            return f"{value:,}" if isinstance(value, int) else figure(value)
        case list() | tuple():
            return clip(", ".join(map(told_cell, value)), 200)
        case _:
            return moment(value) if isinstance(value, datetime) else clip(str(value), 200)


def clip(text: str, longest: int = LONGEST) -> str:
    """Return a text without control characters, shortened where it is too long.

    Too long is also what takes more bytes on a page than half as many again (three times as many
    of a whole text), as scripts of the far East do, which say more with fewer characters.
    """
    kept = text[: longest + 1]
    if not kept.isprintable():
        kept = "".join(char if char in "\n\t" else visible(char) for char in kept)
    most = longest * 3 if longest >= LONGEST else longest + longest // 2
    if len(kept) <= longest and _bytes(kept) <= most:
        return kept
    kept = kept[: longest - 1]
    while _bytes(kept) > most:
        kept = kept[: len(kept) * 15 // 16]
    return f"{kept}…"


def _bytes(text: str) -> int:
    """Return what a text takes on a page."""
    return len(escape(text).encode("utf-8", "replace"))


def _files(folder: str) -> list[Any]:
    root = files(_PACKAGE).joinpath(folder)
    return sorted((each for each in root.iterdir() if each.is_file()), key=lambda each: each.name)


def _sources(folder: Traversable) -> Iterator[str]:
    for each in sorted(folder.iterdir(), key=lambda each: each.name):
        if each.is_dir():
            yield from _sources(each)
        elif each.name.endswith(".py"):
            yield each.read_text("utf-8")


def _palettes() -> str:
    """Return the colours of charts, so that they follow the switch between light and dark."""
    light, dark = (
        "".join(f"--ft-{name}-{what}:{each[scheme]};" for (name, what), each in PALETTE.items())
        for scheme in (0, 1)
    )
    return (
        f":root{{{light}}}\n"
        f"@media (prefers-color-scheme:dark){{:root:not([data-theme=light]){{{dark}}}}}\n"
        f":root[data-theme=dark]{{{dark}}}\n"
    )
