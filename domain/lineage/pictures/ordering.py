"""The order of the items of each layer: few arrows shall cross.

Sweeps over the layers put each item at the mean place of those it is linked with (the barycentre
heuristic of Sugiyama, Tagawa and Toda, 1981); the order with the fewest crossings is kept.
"""

from bisect import bisect_right, insort
from collections.abc import Sequence

from attrs import frozen

SWEEPS = 16


@frozen
class Bond:
    """A link of two items in neighbouring layers; shares say how far down in each it ends, 0..1."""

    above: int
    below: int
    above_share: float = 0.5
    below_share: float = 0.5


Layers = list[list[int]]


def ordered(layers: Layers, bonds: Sequence[Bond]) -> Layers:
    """Return ``layers``, each in an order with few crossings of ``bonds``."""
    before: dict[int, list[tuple[int, float]]] = {each: [] for layer in layers for each in layer}
    after: dict[int, list[tuple[int, float]]] = {each: [] for layer in layers for each in layer}
    for bond in bonds:
        after[bond.above].append((bond.below, bond.below_share))
        before[bond.below].append((bond.above, bond.above_share))
    best, fewest = [list(layer) for layer in layers], _crossings(layers, bonds)
    now = best
    for sweep in range(SWEEPS):
        if fewest == 0:
            break
        down = sweep % 2 == 0
        now = _swept(now, before if down else after, down=down)
        crossed = _crossings(now, bonds)
        if crossed < fewest:
            best, fewest = now, crossed
    return best


def _swept(layers: Layers, beside: dict[int, list[tuple[int, float]]], *, down: bool) -> Layers:
    found = [list(layer) for layer in layers]
    numbers = range(1, len(found)) if down else range(len(found) - 2, -1, -1)
    for number in numbers:
        other = found[number - 1 if down else number + 1]
        place = {each: position for position, each in enumerate(other)}
        own = {each: position for position, each in enumerate(found[number])}

        def mean(
            each: int, place: dict[int, int] = place, own: dict[int, int] = own
        ) -> tuple[float, int]:
            linked = beside[each]
            if not linked:  # stays about where it is
                return own[each] * len(place) / len(own), own[each]
            return sum(place[end] + share for end, share in linked) / len(linked), own[each]

        found[number].sort(key=mean)
    return found


def _crossings(layers: Layers, bonds: Sequence[Bond]) -> int:
    """Return how many pairs of bonds cross: inversions between neighbouring layers."""
    place = {each: position for layer in layers for position, each in enumerate(layer)}
    rank = {each: number for number, layer in enumerate(layers) for each in layer}
    ends: list[list[tuple[float, float]]] = [[] for _ in layers]
    for bond in bonds:
        above, below = place[bond.above], place[bond.below]
        ends[rank[bond.above]].append((above + bond.above_share, below + bond.below_share))
    return sum(_inversions(sorted(each)) for each in ends)


def _inversions(ends: Sequence[tuple[float, float]]) -> int:
    seen: list[float] = []
    count = 0
    for _, end in ends:
        count += len(seen) - bisect_right(seen, end)
        insort(seen, end)
    return count
