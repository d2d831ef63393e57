"""Heights: where the items of each layer stand, so that arrows run as level as they can."""

from collections.abc import Sequence

from attrs import frozen

from featuretrail.domain.lineage.pictures.ordering import Bond, Layers

PASSES = 12


@frozen
class Item:
    """What takes room in a layer: a box, or (``bend``) an arrow that passes it."""

    height: float
    gap: float
    bend: bool = False


def placed(layers: Layers, items: Sequence[Item], bonds: Sequence[Bond]) -> list[float]:
    """Return the top of each item; those of a layer keep their order and never overlap.

    In turns each layer moves as near as it can to where its bonds would be level: the least
    squares under the order, found by pooling adjacent violators (Ayer et al., 1955).
    """
    tops = [0.0] * len(items)
    for layer in layers:
        height = 0.0
        for each in layer:
            tops[each] = height
            height += items[each].height + items[each].gap
        for each in layer:  # layers are centred on one another
            tops[each] -= height / 2
    pulls: list[list[tuple[int, float, float]]] = [[] for _ in items]
    for bond in bonds:
        weight = 8.0 if items[bond.above].bend and items[bond.below].bend else 1.0
        start = items[bond.above].height * bond.above_share
        end = items[bond.below].height * bond.below_share
        pulls[bond.below].append((bond.above, start - end, weight))
        pulls[bond.above].append((bond.below, end - start, weight))
    rank = {each: number for number, layer in enumerate(layers) for each in layer}
    for turn in range(PASSES):
        down = turn % 2 == 0
        for number in range(len(layers)) if down else range(len(layers) - 1, -1, -1):
            _settle(layers[number], items, tops, [
                [pull for pull in pulls[each]
                 if turn >= PASSES - 2 or (rank[pull[0]] < number) == down]
                for each in layers[number]
            ])  # fmt: skip
    lowest = min(tops, default=0.0)
    return [top - lowest for top in tops]


def _settle(
    layer: Sequence[int],
    items: Sequence[Item],
    tops: list[float],
    pulls: Sequence[Sequence[tuple[int, float, float]]],
) -> None:
    """Move one layer to where ``pulls`` want it: (item, difference of tops, weight) each."""
    wanted, weights, offsets, offset = [], [], [], 0.0
    for each, pulling in zip(layer, pulls, strict=True):
        weight = sum(pull[2] for pull in pulling)
        goal = sum((tops[other] + apart) * pull for other, apart, pull in pulling)
        wanted.append((goal / weight if weight else tops[each]) - offset)
        weights.append(weight or 0.1)
        offsets.append(offset)
        offset += items[each].height + items[each].gap
    for each, top, offset in zip(layer, rising(wanted, weights), offsets, strict=True):
        tops[each] = top + offset


def rising(wanted: Sequence[float], weights: Sequence[float]) -> list[float]:
    """Return the rising sequence nearest to ``wanted`` by weighted least squares.

    >>> rising([1.0, 3.0, 2.0, 4.0], [1.0, 1.0, 1.0, 1.0])
    [1.0, 2.5, 2.5, 4.0]
    """
    pools: list[tuple[float, float, int]] = []
    for value, weight in zip(wanted, weights, strict=True):
        pool = (value, weight, 1)
        while pools and pools[-1][0] >= pool[0]:
            mean, total, count = pools.pop()
            both = total + pool[1]
            pool = ((mean * total + pool[0] * pool[1]) / both, both, count + pool[2])
        pools.append(pool)
    return [mean for mean, _, count in pools for _ in range(count)]
