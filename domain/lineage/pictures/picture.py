"""A picture before it is drawn: boxes, the features listed in them, and arrows between them."""

from collections.abc import Collection
from typing import Literal

from attrs import field, frozen

from featuretrail.domain.lineage.node import Node, NodeKind

State = Literal["", "retired", "not defined here"]
"""What is to be said of a node besides its name."""


@frozen
class Row:
    """A feature listed in the box of its group."""

    node: Node
    label: str
    state: State = ""


@frozen
class Box:
    """What is drawn as one box: a feature group, or one or several things of another kind.

    ``nodes`` are those that it stands for; ``rows`` lists the features of a group, unless only
    their number is told, in ``note``.
    """

    kind: NodeKind
    title: str
    nodes: tuple[Node, ...]
    note: str = ""
    rows: tuple[Row, ...] = ()
    state: State = ""

    @property
    def word(self) -> str:
        """What kind of thing the box is, in words."""
        return "feature group" if self.kind == "feature" else self.kind.replace("_", " ")


Port = tuple[int, int | None]
"""An end of an arrow: the number of a box, and of a row in it."""


@frozen(order=True)
class Arrow:
    """From a parent to a child; ``count`` edges of the graph are drawn as this one."""

    parent: Port
    child: Port
    count: int = field(default=1)


@frozen
class Picture:
    """Boxes and arrows, as of a position of the log; there is no way round in it."""

    position: int
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]

    @property
    def title(self) -> str:
        """What is shown, in one line."""
        return f"Lineage at position {self.position} of the log"

    @property
    def description(self) -> str:
        """What is shown, for those who do not see it."""
        count = sum(len(box.nodes) for box in self.boxes)
        edges = sum(arrow.count for arrow in self.arrows)
        shown = _several(len(self.boxes), "box", "boxes")
        return (
            f"{_several(count, 'thing', 'things')} in {shown}, and "
            f"{_several(edges, 'way', 'ways')} that data flows between them, from left to right. "
            f"{_listed(self.boxes)}"
        ).strip()


def _several(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"


def _listed(boxes: Collection[Box]) -> str:
    """Return how many boxes of each kind there are, as a sentence."""
    counts: dict[str, int] = {}
    for box in boxes:
        counts[box.word] = counts.get(box.word, 0) + 1
    listed = ", ".join(_several(count, word, f"{word}s") for word, count in counts.items())
    return f"There are {listed}." if len(boxes) > 1 else ""
