"""The last element at or before a place that is small enough: a tree of minima, searched for many
places at once."""

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]

NOTHING = -1


class LastMatch:
    """Answers "the last i <= place with values[i] <= bound" in O(log n) numpy steps.

    The tree is a segment tree (Bentley 1977) whose level ``k`` holds the minima of blocks of
    ``2 ** k`` values; it is built at the first search that needs it and takes n further integers.
    """

    def __init__(self, values: Ints) -> None:
        self._levels = [values]

    def search(self, places: Ints, bounds: Ints) -> Ints:
        """Return the index for each place (-1 for a place of -1, or where there is none)."""
        found = places.copy()
        values = self._levels[0]
        if values.size == 0:
            return np.full(places.size, NOTHING, np.int64)
        failing = np.flatnonzero((places >= 0) & (values[places] > bounds))
        if failing.size:
            self._build()
            found[failing] = self._descend(*self._ascend(places[failing], bounds[failing]))
        return found

    def _build(self) -> None:
        while self._levels[-1].size > 1:
            below = self._levels[-1]
            if below.size % 2:
                below = np.append(below, np.iinfo(np.int64).max)
            self._levels.append(np.minimum(below[0::2], below[1::2]))

    def _ascend(self, places: Ints, bounds: Ints) -> tuple[Ints, Ints, Ints]:
        """Return for each place the last block before it that holds a match, and its level."""
        blocks = np.full(places.size, NOTHING, np.int64)
        heights = np.zeros(places.size, np.int64)
        ends = places + 1  # in blocks of the level, exclusive
        searching = np.arange(places.size)
        for height, minima in enumerate(self._levels):
            odd = searching[ends[searching] % 2 == 1]
            hit = odd[minima[ends[odd] - 1] <= bounds[odd]]
            blocks[hit], heights[hit] = ends[hit] - 1, height
            ends[hit] = 0
            ends[searching] //= 2
            searching = searching[ends[searching] > 0]
            if searching.size == 0:
                break
        return blocks, heights, bounds

    def _descend(self, blocks: Ints, heights: Ints, bounds: Ints) -> Ints:
        for height in range(int(heights.max(initial=0)), 0, -1):
            inside = np.flatnonzero((heights >= height) & (blocks >= 0))
            right = 2 * blocks[inside] + 1
            below = self._levels[height - 1]
            exists = right < below.size
            holds = exists & (below[np.where(exists, right, 0)] <= bounds[inside])
            blocks[inside] = np.where(holds, right, right - 1)
        return blocks
