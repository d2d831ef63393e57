"""A picture in DOT, the language of Graphviz."""

from collections.abc import Iterator
from html import escape

from featuretrail.domain.lineage.pictures.colours import COLOURS
from featuretrail.domain.lineage.pictures.picture import Arrow, Box, Picture, Port, Row


def dot(picture: Picture) -> str:
    """Return ``picture`` as a directed graph from left to right, each box an HTML-like table.

    Features listed in the box of their group are rows with ports of their own. The same picture
    gives the same text.
    """
    lines = [
        "digraph lineage {",
        '  graph [fontname="Helvetica"];',
        f'  graph [rankdir=LR, nodesep=0.25, ranksep=0.9, label="{picture.title}", labelloc=t];',
        '  node [shape=plain, fontname="Helvetica", fontsize=11];',
        '  edge [color="#64748b", arrowsize=0.7, fontname="Helvetica", fontsize=9];',
        *(_box(number, box) for number, box in enumerate(picture.boxes)),
        *map(_arrow, picture.arrows),
        "}",
    ]
    return "\n".join(lines) + "\n"


def _box(number: int, box: Box) -> str:
    style = ' STYLE="ROUNDED,DASHED"' if box.state else ' STYLE="ROUNDED"'
    rows = "".join(_cells(box))
    return (
        f'  b{number} [label=<<TABLE BORDER="2" COLOR="{COLOURS[box.kind]}" CELLBORDER="0"'
        f' CELLSPACING="0" CELLPADDING="3"{style}>{rows}</TABLE>>];'
    )


def _cells(box: Box) -> Iterator[str]:
    yield _cell(f'<FONT POINT-SIZE="8" COLOR="{COLOURS[box.kind]}">{escape(box.word)}</FONT>')
    yield _cell(f"<B>{escape(box.title)}</B>")
    for said in (box.note, box.state):
        if said:
            yield _cell(escape(said))
    for place, row in enumerate(box.rows):
        yield _cell(_row(row), f' PORT="r{place}"')


def _cell(content: str, port: str = "") -> str:
    return f'<TR><TD ALIGN="LEFT"{port}>{content}</TD></TR>'


def _row(row: Row) -> str:
    text = escape(row.label)
    return f"<S>{text}</S> {escape(row.state)}" if row.state else text


def _arrow(arrow: Arrow) -> str:
    count = f' [label="{arrow.count}", penwidth=1.6]' if arrow.count > 1 else ""
    return f"  {_end(arrow.parent, 'e')} -> {_end(arrow.child, 'w')}{count};"


def _end(port: Port, side: str) -> str:
    box, row = port
    return f"b{box}" if row is None else f"b{box}:r{row}:{side}"
