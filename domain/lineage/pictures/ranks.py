"""Ranks: how far from the beginning each item of a graph stands, by its longest way."""

from collections.abc import Iterable, Sequence

Link = tuple[int, int]
"""The number of an item, and of one that comes from it."""


def ranks(count: int, links: Iterable[Link]) -> list[int]:
    """Return the rank of each of ``count`` items: above that of all it comes from, from 0.

    In a graph with a cycle the links that close it are left aside.
    """
    below: list[list[int]] = [[] for _ in range(count)]
    waiting_for = [0] * count
    for above, under in dict.fromkeys(links):
        if above != under:
            below[above].append(under)
            waiting_for[under] += 1
    found = [0] * count
    left = dict.fromkeys(range(count))
    ready = [number for number in left if waiting_for[number] == 0]
    while left:
        number = ready.pop() if ready else next(iter(left))
        if number not in left:
            continue
        del left[number]
        for each in below[number]:
            if each in left:
                found[each] = max(found[each], found[number] + 1)
                waiting_for[each] -= 1
                if waiting_for[each] == 0:
                    ready.append(each)
    return found


def components(count: int, links: Iterable[Link]) -> list[int]:
    """Return for each item the number of its strongly connected component (Tarjan, 1972)."""
    below: list[list[int]] = [[] for _ in range(count)]
    for above, under in links:
        below[above].append(under)
    walk = _Walk(below)
    for number in range(count):
        walk.visit(number)
    return walk.component


class _Walk:
    """Tarjan's depth-first walk, without recursion."""

    def __init__(self, below: Sequence[Sequence[int]]) -> None:
        self._below = below
        self._index = [-1] * len(below)
        self._low = [0] * len(below)
        self._path: list[int] = []
        self._met = 0
        self.component = [-1] * len(below)

    def visit(self, start: int) -> None:
        """Find the components of all that is reached from ``start``."""
        if self._index[start] >= 0:
            return
        steps = [(start, iter(self._enter(start)))]
        while steps:
            number, rest = steps[-1]
            for each in rest:
                if self._index[each] < 0:
                    steps.append((each, iter(self._enter(each))))
                    break
                if self.component[each] < 0:
                    self._low[number] = min(self._low[number], self._index[each])
            else:
                steps.pop()
                self._leave(number)
                if steps:
                    above = steps[-1][0]
                    self._low[above] = min(self._low[above], self._low[number])

    def _enter(self, number: int) -> Sequence[int]:
        self._index[number] = self._low[number] = self._met
        self._met += 1
        self._path.append(number)
        return self._below[number]

    def _leave(self, number: int) -> None:
        if self._low[number] == self._index[number]:
            while self.component[number] < 0:
                self.component[self._path.pop()] = number
