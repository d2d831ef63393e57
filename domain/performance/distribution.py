"""How the times of a feature's uses are distributed: buckets of times, ascending."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Self

import numpy as np
from attrs import field, frozen
from attrs.converters import optional
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@frozen
class Bucket:
    """Uses of one version of a feature in one context whose times hardly differ.

    ``part`` is the part of the period that they are in. Sums are over ``uses``; ``cpu`` and
    ``memory`` are of those ``cpu_uses`` and ``memory_uses`` of which they are known, ``rows`` of
    those ``row_uses``; ``snapshot_uses`` were for a snapshot. Times are milliseconds, memory MiB.
    """

    feature_name: str
    version: str | None
    context: str
    part: int
    uses: int = field(converter=int)
    measurements: int
    milliseconds: float
    longest: float
    cpu: float | None
    cpu_uses: int = field(converter=int)
    memory: float | None
    memory_uses: int = field(converter=int)
    most_memory: float | None
    rows: int | None = field(converter=optional(int))
    row_uses: int = field(converter=int)
    snapshot_uses: int = field(converter=int)
    first_used: datetime
    last_used: datetime


@frozen(eq=False)
class Distribution:
    """Times (milliseconds), ascending, and how many uses took each."""

    times: Floats = field(repr=False)
    uses: Floats = field(repr=False)

    @classmethod
    def of(cls, buckets: Iterable[Bucket]) -> Self:
        """Return the distribution of the uses in ``buckets``; there is at least one."""
        pairs = sorted((each.milliseconds / each.uses, each.uses) for each in buckets)
        times, uses = np.array(pairs, dtype=np.float64).T
        return cls(times, uses)

    @classmethod
    def of_times(cls, times: Sequence[float]) -> Self:
        """Return the distribution of single uses."""
        return cls(np.sort(np.asarray(times, dtype=np.float64)), np.ones(len(times)))

    @property
    def count(self) -> int:
        """How many uses there are."""
        return int(self.uses.sum())

    def percentile(self, percent: float) -> float:
        """Return the least time that ``percent`` % of the uses do not exceed (nearest rank)."""
        upto = np.cumsum(self.uses)
        place = np.searchsorted(upto, upto[-1] * (percent / 100.0), side="left")
        return float(self.times[min(int(place), len(self.times) - 1)])

    def sample(self, most: int) -> Floats:
        """Return the times of all uses, or of ``most`` of them, evenly along the distribution."""
        count = self.count
        if count <= most:
            return np.repeat(self.times, self.uses.astype(np.int64))
        upto = np.cumsum(self.uses)
        ranks = (np.arange(most) + 0.5) * (upto[-1] / most)
        places = np.searchsorted(upto, ranks, side="left")
        return np.asarray(self.times[places], dtype=np.float64)
