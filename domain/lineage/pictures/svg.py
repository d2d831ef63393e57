"""A picture as SVG: one file that needs nothing else, in light and in dark."""

from collections.abc import Iterator
from math import log2

from featuretrail.domain.lettering import clipped, number, xml
from featuretrail.domain.lineage.pictures.colours import COLOURS
from featuretrail.domain.lineage.pictures.layout import (
    HEAD,
    PADDING,
    ROW,
    Curve,
    Placed,
    layout,
    lines,
)
from featuretrail.domain.lineage.pictures.picture import Picture, Port, State

_STYLE = """\
    .lineage .paper { fill: #ffffff; }
    .lineage .box { fill: #f8fafc; stroke: #94a3b8; stroke-width: 1.2; }
    .lineage .retired .box, .lineage .unknown .box { stroke-dasharray: 5 4; }
    .lineage text { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas,
      "DejaVu Sans Mono", monospace; font-size: 12px; fill: #1f2937; }
    .lineage .word { font-size: 10px; fill: #64748b; }
    .lineage .name { font-size: 13px; font-weight: 600; }
    .lineage .note { fill: #475569; }
    .lineage .row.retired, .lineage .retired .name { text-decoration: line-through; }
    .lineage .row.unknown, .lineage .unknown .name { font-style: italic; }
    .lineage .line { stroke: #cbd5e1; }
    .lineage .flow { fill: none; stroke: #64748b; stroke-opacity: 0.55; stroke-linecap: round; }
    .lineage .flow:hover { stroke: #d97706; stroke-opacity: 1; }
    .lineage-tip { fill: #64748b; }
    @media (prefers-color-scheme: dark) {
      .lineage .paper { fill: #0f172a; }
      .lineage .box { fill: #1e293b; stroke: #64748b; }
      .lineage text { fill: #e2e8f0; }
      .lineage .word { fill: #a3b1c6; }
      .lineage .note { fill: #cbd5e1; }
      .lineage .line { stroke: #475569; }
      .lineage .flow { stroke: #94a3b8; }
      .lineage-tip { fill: #94a3b8; }
    }
"""
"""All names begin with ``lineage``, so that a page which holds the picture stays as it is."""

_BARS = "".join(
    f"    .lineage .{kind} .bar {{ fill: {colour}; }}\n" for kind, colour in COLOURS.items()
)

_NAMESPACE = "http://www.w3.org/2000/svg"
_ROLE = 'class="lineage" role="img" aria-labelledby="lineage-title lineage-description"'
_MARKER = (
    '  <marker id="lineage-tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" '
    'markerHeight="8" markerUnits="userSpaceOnUse" orient="auto">'
    '<path class="lineage-tip" d="M0 0.5L8 4L0 7.5z"/></marker>'
)

_CLASSES: dict[State, str] = {"": "", "retired": "retired", "not defined here": "unknown"}


def svg(picture: Picture) -> str:
    """Return ``picture`` as an SVG document with boxes in columns and arrows to the right.

    It has a title and a description, each box and arrow its full name as a tooltip; it asks for
    nothing from elsewhere. The same picture gives the same text.
    """
    drawn = layout(picture)
    width, height = number(max(drawn.width, 120)), number(max(drawn.height, 40))
    size = f'width="{width}" height="{height}"'
    parts = [
        f'<svg xmlns="{_NAMESPACE}" {size} viewBox="0 0 {width} {height}" {_ROLE}>',
        f'  <title id="lineage-title">{xml(picture.title)}</title>',
        f'  <desc id="lineage-description">{xml(picture.description)}</desc>',
        f"  <style>\n{_STYLE}{_BARS}  </style>",
        _MARKER,
        f'  <rect class="paper" {size} rx="8"/>',
        *(_curve(picture, curve) for curve in drawn.curves),
        *(line for placed in drawn.boxes for line in _box(placed)),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _box(placed: Placed) -> Iterator[str]:
    box = placed.box
    kind = f"{box.kind} {_CLASSES[box.state]}".strip()
    yield f'  <g class="{kind}" transform="translate({_at(placed.x, placed.y)})">'
    yield f"    <title>{xml(f'{box.word} {box.title}')}</title>"
    size = f'width="{number(placed.width)}" height="{number(placed.height)}"'
    yield f'    <rect class="box" {size} rx="6"/>'
    yield f'    <rect class="bar" width="4" height="{number(placed.height)}" rx="2"/>'
    yield _line("word", 16, box.word)
    yield _line("name", 33, clipped(box.title))
    for line, said in enumerate(lines(box)):
        yield _line("note", 50 + 16 * line, clipped(said))
    top = HEAD + 16 * len(lines(box))
    for place, row in enumerate(box.rows):
        base = top + ROW * place
        yield (
            f'    <path class="line" d="M{number(PADDING)} {number(base)}'
            f'H{number(placed.width - PADDING)}"/>'
        )
        label = clipped(f"{row.label} {row.state}".strip())
        inner = f"<title>{xml(str(row.node))}</title>{xml(label)}"
        kind = f"row {_CLASSES[row.state]}".strip()
        at = f'x="{number(PADDING)}" y="{number(base + 14)}"'
        yield f'    <text class="{kind}" {at}>{inner}</text>'
    yield "  </g>"


def _line(kind: str, y: float, text: str) -> str:
    return f'    <text class="{kind}" x="{number(PADDING)}" y="{number(y)}">{xml(text)}</text>'


def _curve(picture: Picture, curve: Curve) -> str:
    (x, y), *rest = curve.points
    path = f"M{_at(x, y)}"
    for step, (to_x, to_y) in enumerate(rest):
        if step % 2:  # between columns; within one it runs level
            middle = (x + to_x) / 2
            path += f"C{_at(middle, y)} {_at(middle, to_y)} {_at(to_x, to_y)}"
        else:
            path += f"H{number(to_x)}"
        x, y = to_x, to_y
    arrow = curve.arrow
    told = f"{_name(picture, arrow.parent)} → {_name(picture, arrow.child)}"
    if arrow.count > 1:
        told += f", {arrow.count} ways"
    thick = number(min(1.2 + 0.5 * log2(arrow.count), 4.0))
    return (
        f'  <path class="flow" d="{path}" stroke-width="{thick}" marker-end="url(#lineage-tip)">'
        f"<title>{xml(told)}</title></path>"
    )


def _name(picture: Picture, port: Port) -> str:
    place, row = port
    box = picture.boxes[place]
    return f"{box.word} {box.title}" if row is None else str(box.rows[row].node)


def _at(x: float, y: float) -> str:
    return f"{number(x)} {number(y)}"
