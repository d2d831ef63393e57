"""Rows that agree once the time of one side is moved: a time zone, or summer time, off."""

from collections.abc import Callable, Sequence
from typing import Self

import numpy as np
import pyarrow as pa
from attrs import field, frozen

from featuretrail.domain.consistency.cause import LEAST, Cause
from featuretrail.domain.consistency.column import Mask
from featuretrail.domain.consistency.pairing import Ints
from featuretrail.domain.entities import EntityCodes

QUARTER = 900_000_000
"""Microseconds of a quarter of an hour, of which zones are multiples."""

FURTHEST = 56
"""Quarter hours between UTC and the furthest zone, 14 hours."""

SHARE = 0.8
"""The share of wrong rows that a shift must make right; rows at the ends have no partner."""

SAMPLE = 1_000


@frozen(eq=False)
class TimedRows:
    """Rows by entity and time on both sides; ``order`` sorts the found ones by ``places``."""

    codes: Ints = field(repr=False)
    times: Ints = field(repr=False)
    moments: Ints = field(repr=False)
    order: Ints = field(repr=False)
    places: Ints = field(repr=False)

    @classmethod
    def of(
        cls,
        expected: Sequence[pa.Array],
        expected_times: Ints,
        found: Sequence[pa.Array],
        found_times: Ints,
    ) -> Self:
        """Order rows by keys without the time, and the time in microseconds."""
        entities = EntityCodes.of(expected)
        moments, ranks = np.unique(found_times, return_inverse=True)
        places = entities.encode(found) * max(1, moments.size) + ranks
        order = np.argsort(places, kind="stable")
        return cls(entities.codes, expected_times, moments, order, places[order])

    def partners(self, rows: Ints, shift: int) -> Ints:
        """Return the found row of each expected row's entity, ``shift`` later; -1 for none."""
        if not self.moments.size:
            return np.full(rows.size, -1, np.int64)
        wanted = self.times[rows] + shift
        ranks = np.minimum(np.searchsorted(self.moments, wanted), self.moments.size - 1)
        places = self.codes[rows] * self.moments.size + ranks
        at = np.minimum(np.searchsorted(self.places, places), self.places.size - 1)
        met = (self.moments[ranks] == wanted) & (self.places[at] == places)
        return np.where(met, self.order[at], -1)


def time_shift(
    rows: TimedRows,
    wrong: Ints,
    settled: Mask,
    agree: Callable[[Ints, Ints], Mask],
) -> Cause | None:
    """Return the shift of whole quarter hours that makes most of the ``wrong`` rows agree.

    ``wrong`` are expected rows that are missing or disagree; ``settled`` marks found rows that
    agree with their own keys already, which therefore nothing moved. ``agree`` tells which pairs
    of an expected and a found row have the same values.
    """
    step = max(1, wrong.size // SAMPLE)
    sample = wrong[::step]
    if sample.size < LEAST:
        return None
    best = (0, 0)
    for quarters in range(-FURTHEST, FURTHEST + 1):
        if quarters == 0:
            continue
        partners = rows.partners(sample, quarters * QUARTER)
        met = np.flatnonzero(partners >= 0)
        met = met[~settled[partners[met]]]
        if met.size > best[0]:
            right = int(agree(sample[met], partners[met]).sum())
            best = max(best, (right, quarters), key=lambda each: (each[0], -abs(each[1])))
    right, quarters = best
    if right < max(LEAST, SHARE * sample.size):
        return None
    return Cause(
        "time-zone shift",
        round(wrong.size * right / sample.size),
        f"the other side's times are {_told(quarters)}: moved back, {right:,} of {sample.size:,} "
        "wrong rows agree",
    )


def _told(quarters: int) -> str:
    hours, rest = divmod(abs(quarters) * 15, 60)
    return f"{hours}:{rest:02} h {'late' if quarters > 0 else 'early'}"
