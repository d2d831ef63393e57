"""Templates, filled: every text in them is escaped, but pictures that we drew."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from shlex import quote
from typing import Any

from blake3 import blake3
from jinja2 import DictLoader, Environment, StrictUndefined
from markupsafe import Markup

from featuretrail.documentation import addresses
from featuretrail.domain.charts.figures import figure
from featuretrail.domain.charts.palette import PALETTE
from featuretrail.domain.consistency.words import words_of
from featuretrail.domain.documentation.wording import constraint, duration
from featuretrail.domain.lettering import visible

_PACKAGE = "featuretrail.documentation"
LONGEST = 4_000
"""Characters of a text that a page shows; what is longer ends in an ellipsis."""


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
def templates_digest() -> str:
    """Return the digest of all templates and assets: pages are made anew when it changes."""
    texts = [each.read_text("utf-8") for each in _files("templates")]
    return blake3("\0".join([*texts, *assets().values()]).encode()).hexdigest()


def render(template: str, path: str, context: Mapping[str, Any]) -> str:
    """Return the page ``path``, made by ``template``."""

    def url(target: str) -> str:
        return addresses.link(path, target)

    helpers: dict[str, Callable[[str], str]] = {"url": url}
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
    """Return a text without control characters, shortened where it is too long."""
    kept = text
    if not text.isprintable():
        kept = "".join(char if char in "\n\t" else visible(char) for char in text)
    return kept if len(kept) <= longest else f"{kept[: longest - 1]}…"


def _files(folder: str) -> list[Any]:
    root = files(_PACKAGE).joinpath(folder)
    return sorted((each for each in root.iterdir() if each.is_file()), key=lambda each: each.name)


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
