"""A picture as a Mermaid flowchart, which Markdown pages and many wikis show."""

from collections.abc import Iterator

from featuretrail.domain.lineage.node import NodeKind
from featuretrail.domain.lineage.pictures.colours import COLOURS
from featuretrail.domain.lineage.pictures.picture import Arrow, Box, Picture, Port, Row

_SHAPES: dict[NodeKind, tuple[str, str]] = {
    "source": ("[(", ")]"),
    "stream": ("[/", "/]"),
    "feature": ("[", "]"),
    "set": ("([", "])"),
    "snapshot": ("[[", "]]"),
    "training_run": ("{{", "}}"),
    "outcome": (">", "]"),
}
"""What encloses the text of a box: kinds are told by shape, colours only help."""


def mermaid(picture: Picture) -> str:
    """Return ``picture`` as a Mermaid flowchart from left to right.

    A group that lists its features is a subgraph; retired things have dashed borders. Names are
    written as entities where Mermaid would read them otherwise. The same picture gives the same
    text.
    """
    lines = [
        "---",
        f"title: {picture.title}",
        "---",
        "flowchart LR",
        *(line for number, box in enumerate(picture.boxes) for line in _box(number, box)),
        *map(_arrow, picture.arrows),
        *_classes(picture),
    ]
    return "\n".join(lines) + "\n"


def escaped(text: str) -> str:
    """Return ``text`` so that Mermaid shows it and takes none of it for markup.

    >>> escaped('a "b" <c> #1')
    'a #34;b#34; #60;c#62; #35;1'
    """
    return "".join(
        each if each.isalnum() or each in " ._-+:/@," else f"#{ord(each)};" for each in text
    )


def _box(number: int, box: Box) -> Iterator[str]:
    if not box.rows:
        opening, closing = _SHAPES[box.kind]
        words = [box.word, box.title, box.note, box.state]
        text = "<br/>".join(escaped(word) for word in words if word)
        yield f'  {_name((number, None))}{opening}"{text}"{closing}:::{box.kind}'
        return
    yield f'  subgraph {_name((number, None))}["{escaped(f"{box.word} {box.title}")}"]'
    for place, row in enumerate(box.rows):
        yield f'    {_name((number, place))}["{_row(row)}"]:::{box.kind}'
    yield "  end"


def _row(row: Row) -> str:
    return escaped(f"{row.label}, {row.state}" if row.state else row.label)


def _arrow(arrow: Arrow) -> str:
    count = f"|{arrow.count}|" if arrow.count > 1 else ""
    return f"  {_name(arrow.parent)} -->{count} {_name(arrow.child)}"


def _classes(picture: Picture) -> Iterator[str]:
    kinds = {box.kind for box in picture.boxes}
    for kind, colour in COLOURS.items():
        if kind in kinds:  # borders alone, so that light and dark themes both work
            yield f"  classDef {kind} stroke:{colour},stroke-width:2px"
    ended = [
        _name(port)
        for number, box in enumerate(picture.boxes)
        for port, state in (
            [((number, None), box.state)]
            if not box.rows
            else [((number, place), row.state) for place, row in enumerate(box.rows)]
        )
        if state
    ]
    if ended:
        yield "  classDef ended stroke-dasharray:5 4"
        yield f"  class {','.join(ended)} ended"


def _name(port: Port) -> str:
    box, row = port
    return f"b{box}" if row is None else f"b{box}r{row}"
