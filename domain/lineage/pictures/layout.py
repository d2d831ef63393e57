"""The layout of a picture: columns from left to right, boxes in them, arrows as curves between."""

from collections.abc import Sequence
from itertools import pairwise

from attrs import frozen

from featuretrail.domain.errors import InvalidInputError
from featuretrail.domain.lettering import clipped, columns
from featuretrail.domain.lineage.pictures.ordering import Bond, Layers, ordered
from featuretrail.domain.lineage.pictures.picture import Arrow, Box, Picture, Port
from featuretrail.domain.lineage.pictures.placing import Item, placed
from featuretrail.domain.lineage.pictures.ranks import ranks

MOST_BENDS = 20_000
"""Columns that all arrows together may pass: what takes seconds to lay out, and nobody can read."""

MARGIN, PADDING, ROW, HEAD = 20.0, 12.0, 20.0, 44.0
GAP, BEND_GAP, BETWEEN = 16.0, 7.0, 70.0
CHARACTER = 7.3
"""The width of a character at 12 pixels in the monospaced fonts, of which it is 0.6."""

Point = tuple[float, float]


@frozen
class Placed:
    """A box with its place in pixels."""

    box: Box
    x: float
    y: float
    width: float
    height: float


@frozen
class Curve:
    """An arrow with the points it passes: at the edges of boxes and of columns."""

    arrow: Arrow
    points: tuple[Point, ...]


@frozen
class Layout:
    """A picture with the place of everything in it."""

    width: float
    height: float
    boxes: tuple[Placed, ...]
    curves: tuple[Curve, ...]


def layout(picture: Picture) -> Layout:
    """Return where to draw the boxes and arrows of ``picture``; the same for the same picture.

    Raises ``InvalidInputError`` for a picture that is too large to be read.
    """
    return _Drawing(picture).layout()


def lines(box: Box) -> list[str]:
    """Return what a box says below its title: its note, and its state."""
    return [said for said in (box.note, box.state) if said]


def size(box: Box) -> tuple[float, float]:
    """Return the width and height of a box."""
    rows = [f"{row.label} {row.state}".strip() for row in box.rows]
    widest = max(columns(clipped(text)) for text in [box.title, *lines(box), *rows])
    wide = max(CHARACTER * widest, CHARACTER * columns(clipped(box.title)) * 13 / 12)
    height = HEAD + 16 * len(lines(box)) + ROW * len(rows) + (6 if rows else 0)
    return max(wide + 2 * PADDING, 90.0), height


class _Drawing:
    def __init__(self, picture: Picture) -> None:
        self._picture = picture
        self._sizes = [size(box) for box in picture.boxes]
        self._items = [Item(height, GAP) for _, height in self._sizes]
        self._ranks = self._near_children()
        self._layers: Layers = [[] for _ in range(max(self._ranks, default=-1) + 1)]
        for number, rank in enumerate(self._ranks):
            self._layers[rank].append(number)
        self._bonds: list[Bond] = []
        self._refuse_unreadable()
        self._ways = [self._way(arrow) for arrow in picture.arrows]

    def _refuse_unreadable(self) -> None:
        bends = sum(
            self._ranks[arrow.child[0]] - self._ranks[arrow.parent[0]] - 1
            for arrow in self._picture.arrows
        )
        if bends > MOST_BENDS:
            raise InvalidInputError(
                f"a picture of {len(self._picture.boxes)} boxes in {len(self._layers)} columns and "
                f"{len(self._picture.arrows)} arrows cannot be read; name a feature to draw what "
                "belongs to it alone, give the detail 'groups', or lay the DOT out with Graphviz"
            )

    def layout(self) -> Layout:
        """Return the places, once order and heights are settled."""
        layers = ordered(self._layers, self._bonds)
        tops = placed(layers, self._items, self._bonds)
        lefts, widths, right = self._columns()
        boxes = tuple(
            Placed(box, lefts[rank], tops[number] + MARGIN, *self._sizes[number])
            for number, (box, rank) in enumerate(zip(self._picture.boxes, self._ranks, strict=True))
        )
        curves = tuple(
            Curve(arrow, self._points(arrow, way, boxes, tops, lefts, widths))
            for arrow, way in zip(self._picture.arrows, self._ways, strict=True)
        )
        bottom = max((top + item.height for top, item in zip(tops, self._items, strict=True)),
                     default=0.0)  # fmt: skip
        return Layout(right + MARGIN, bottom + 2 * MARGIN, boxes, curves)

    def _near_children(self) -> list[int]:
        """Return the column of each box; what comes from nothing stands just before its child."""
        links = [(arrow.parent[0], arrow.child[0]) for arrow in self._picture.arrows]
        found = ranks(len(self._picture.boxes), links)
        first: dict[int, int] = {}
        for above, below in links:
            first[above] = min(first.get(above, found[below]), found[below])
        starts = first.keys() - {below for _, below in links}
        return [first[number] - 1 if number in starts else rank
                for number, rank in enumerate(found)]  # fmt: skip

    def _way(self, arrow: Arrow) -> list[int]:
        """Add the bonds of an arrow; return the bends between its ends, one a column it passes."""
        start, end = arrow.parent[0], arrow.child[0]
        bends = []
        for rank in range(self._ranks[start] + 1, self._ranks[end]):
            bends.append(len(self._items))
            self._layers[rank].append(len(self._items))
            self._items.append(Item(2.0, BEND_GAP, bend=True))
        way = [start, *bends, end]
        for above, below in pairwise(way):
            self._bonds.append(
                Bond(
                    above,
                    below,
                    self._share(arrow.parent) if above == start else 0.5,
                    self._share(arrow.child) if below == end else 0.5,
                )
            )
        return bends

    def _share(self, port: Port) -> float:
        """Return how far down in its box an end of an arrow is."""
        box, row = port
        if row is None:
            return 0.5
        _, height = self._sizes[box]
        rows = ROW * len(self._picture.boxes[box].rows)
        return (height - 6 - rows + ROW * (row + 0.5)) / height

    def _columns(self) -> tuple[list[float], list[float], float]:
        """Return where columns begin and how wide they are, and where the last one ends."""
        lefts, widths, left = [], [], MARGIN
        crowds = [0] * len(self._layers)
        for arrow, way in zip(self._picture.arrows, self._ways, strict=True):
            start = self._ranks[arrow.parent[0]]
            for rank in range(start, start + len(way) + 1):
                crowds[rank] += 1
        for rank, crowd in enumerate(crowds):
            own = [self._sizes[number][0] for number, at in enumerate(self._ranks) if at == rank]
            lefts.append(left)
            widths.append(max(own, default=0.0))
            left += widths[-1] + BETWEEN + min(1.5 * crowd, 90.0)
        right = lefts[-1] + widths[-1] if lefts else MARGIN
        return lefts, widths, right

    def _points(
        self,
        arrow: Arrow,
        way: Sequence[int],
        boxes: Sequence[Placed],
        tops: Sequence[float],
        lefts: Sequence[float],
        widths: Sequence[float],
    ) -> tuple[Point, ...]:
        start, end = boxes[arrow.parent[0]], boxes[arrow.child[0]]
        level = start.y + start.height * self._share(arrow.parent)
        # a narrow box is left level to the edge of its column, so that no wider one is crossed
        column = self._ranks[arrow.parent[0]]
        points = [(start.x + start.width, level), (lefts[column] + widths[column], level)]
        for rank, bend in enumerate(way, column + 1):
            level = tops[bend] + MARGIN + 1
            points += [(lefts[rank], level), (lefts[rank] + widths[rank], level)]
        points.append((end.x, end.y + end.height * self._share(arrow.child)))
        return tuple(points)
