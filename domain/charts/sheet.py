"""The sheet that charts are drawn on: an SVG document, its texts, and labels that do not meet."""

from collections.abc import Iterable, Sequence

from blake3 import blake3

from featuretrail.domain.charts.palette import style
from featuretrail.domain.lettering import clipped, columns, number, xml

WIDTH = 640.0
"""Pixels of a chart as drawn; pages show it at any width."""
MARGIN = 16.0
LONGEST = 400
"""Columns of a text that is only shown on demand."""

_LETTER, _PHONE_LETTER = 8.0, 11.6
"""The widest mean of a character at 14 pixels, and at the 20 that a phone shows."""

Extent = tuple[float, float]
Label = tuple[float, str]
"""Where the middle of a text is, and the text."""


def sheet(title: str, description: str, size: tuple[float, float], body: Iterable[str]) -> str:
    """Return an SVG document of ``body`` that reads well in light and dark, alone and in a page.

    Its title and description are what a screen reader says. The same content gives the same text;
    identifiers are made of it, so that many charts can be in one page.
    """
    paper = f'<rect class="paper" width="{number(size[0])}" height="{number(size[1])}" rx="8"/>'
    return document("ft-chart", style(), title, description, size, [paper, *body])


def document(
    kind: str,
    styles: str,
    title: str,
    description: str,
    size: tuple[float, float],
    body: Iterable[str],
) -> str:
    """Return an SVG document of the class ``kind``, with a title and a description."""
    inner = "\n".join(body)
    named, described = xml(clipped(title, LONGEST)), xml(clipped(description, 4 * LONGEST))
    name = "ft-" + blake3("\0".join([named, described, inner]).encode()).hexdigest()[:10]
    width, height = number(size[0]), number(size[1])
    opening = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" class="{kind}" style="max-width:100%;height:auto" '
        f'role="img" aria-labelledby="{name}-t {name}-d">'
    )
    lines = [
        opening,
        f'<title id="{name}-t">{named}</title>',
        f'<desc id="{name}-d">{described}</desc>',
        f"<style>{styles}</style>",
        inner,
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def text(x: float, y: float, said: str, kind: str = "ink", widest: int = 60) -> str:
    """Return a text; one that is too long is shortened, and told whole on demand."""
    short = clipped(said, widest)
    whole = "" if short == said else f"<title>{xml(clipped(said, LONGEST))}</title>"
    return f'<text class="{kind}" x="{number(x)}" y="{number(y)}">{whole}{xml(short)}</text>'


def rect(kind: str, x: float, y: float, width: float, height: float) -> str:
    """Return a rectangle; one too thin to be seen is a pixel."""
    size = f'width="{number(max(width, 1.0))}" height="{number(max(height, 1.0))}"'
    return f'<rect class="{kind}" x="{number(x)}" y="{number(y)}" {size}/>'


def level(kind: str, y: float, start: float, end: float) -> str:
    """Return a horizontal line."""
    return f'<path class="{kind}" d="M{number(start)} {number(y)}H{number(end)}"/>'


def told(words: str, *parts: str) -> str:
    """Return shapes that say ``words`` on demand."""
    return f"<g><title>{xml(clipped(words, LONGEST))}</title>{''.join(parts)}</g>"


def spaced(labels: Sequence[Label], y: float, left: float, right: float) -> list[str]:
    """Return those labels of an axis that do not meet, the first of them first of all.

    What fits in small letters alone is of the class ``wide``, which phones leave out.
    """
    taken: list[Extent] = []
    roomy: list[Extent] = []
    shown = []
    for x, said in labels:
        near, far = (_extent(x, said, each, left, right) for each in (_LETTER, _PHONE_LETTER))
        if _meets(near, taken):
            continue
        taken.append(near)
        wide = " wide" if _meets(far, roomy) else ""
        if not wide:
            roomy.append(far)
        if near[0] <= left:
            shown.append(text(left, y, said, f"soft{wide}"))
        elif near[1] >= right:
            shown.append(text(right, y, said, f"soft end{wide}"))
        else:
            shown.append(text((near[0] + near[1]) / 2, y, said, f"soft middle{wide}"))
    return shown


def _extent(x: float, said: str, letter: float, left: float, right: float) -> Extent:
    half = columns(clipped(said, 60)) * letter / 2
    middle = max(min(x, right - half), left + half)
    return middle - half, middle + half


def _meets(extent: Extent, taken: Sequence[Extent]) -> bool:
    return any(extent[0] < end + 6 and start < extent[1] + 6 for start, end in taken)
