"""A baseline's profiles by season, so that a window is compared with rows of the same season."""

from typing import Any, Self

import numpy as np
import pyarrow as pa
from attrs import field, frozen
from numpy.typing import NDArray

from featuretrail.domain.drift.column import CATEGORICAL, Column, Flags, read_column
from featuretrail.domain.drift.encoding import SEASONAL, pack, unpack
from featuretrail.domain.drift.measure import Measures, measure_column
from featuretrail.domain.drift.mixture import mix
from featuretrail.domain.drift.profile import Profile, profile_of_column
from featuretrail.domain.drift.seasons import Season, Times
from featuretrail.domain.errors import InvalidInputError
from featuretrail.domain.results import Result

SEASON_KNOTS = 200
"""Stored values of a bucket's distribution: its error is 1/200 where values are many."""


@frozen
class SeasonalProfile(Result):
    """A profile of all rows, and one of the rows in each bucket of a season.

    The dependence of ``overall`` is that of values against the quartiles of their own buckets, so
    that the seasons themselves are not taken for it.
    """

    season: Season
    overall: Profile
    buckets: tuple[int, ...] = field(repr=False)
    profiles: tuple[Profile, ...] = field(repr=False)

    @property
    def dtype(self) -> str:
        """The feature's type."""
        return self.overall.dtype

    def measure(self, values: object, times: Times, *, block: int | None = None) -> Measures:
        """Measure values against the baseline's rows of the same seasons, in like proportions.

        ``times`` are the rows' event times in microseconds since 1970, UTC. Rows of a season that
        the baseline has not are left out, and counted in ``unmatched``; a window of such rows that
        has no value either is compared with all of the baseline, since it is lacking in any season.
        """
        column = _column(values, self.dtype, times)
        number = self.season.buckets(times)
        places = np.searchsorted(self.buckets, number)
        places = np.minimum(places, max(len(self.buckets) - 1, 0))
        known = np.asarray(self.buckets)[places] == number if self.buckets else number < 0
        if not known.any() and column.nulls == column.rows:
            return measure_column(self.overall, column, block=block)
        matched = _taken(column, known)
        profile = self._mixed(places[known], matched.rows)
        flags = self._flags(matched, places[known])
        return measure_column(
            profile, matched, block=block, flags=flags, unmatched=column.rows - matched.rows
        )

    def _mixed(self, places: NDArray[np.int64], rows: int) -> Profile:
        if rows == 0:
            return profile_of_column(read_column(pa.array([], pa.null()), self.dtype))
        held = np.bincount(places, minlength=len(self.profiles))
        chosen = np.flatnonzero(held)
        shares = [float(held[k]) / rows for k in chosen]
        return mix([self.profiles[k] for k in chosen], shares, self.overall)

    def _flags(self, column: Column, places: NDArray[np.int64]) -> list[Flags]:
        return seasonal_flags(column, places, self.profiles)

    def to_bytes(self) -> bytes:
        """Return canonical bytes, to be read again by ``from_bytes``."""
        parts = [each.to_bytes() for each in (self.overall, *self.profiles)]
        return pack({"season": self.season.to_dict(), "buckets": list(self.buckets)}, parts)

    @classmethod
    def from_bytes(cls, content: bytes) -> Self:
        """Return the profile that ``to_bytes`` made; ``IntegrityError`` for any other bytes."""
        header, parts = unpack(content)
        overall, *profiles = (Profile.from_bytes(each) for each in parts)
        season = Season.from_dict(header["season"])
        return cls(season, overall, tuple(header["buckets"]), tuple(profiles))

    def to_dict(self) -> dict[str, Any]:
        """Return the figures that people read as a JSON object: those of all rows."""
        return {"season": str(self.season), "buckets": len(self.buckets)} | self.overall.to_dict()


def seasonal_profile_of(
    values: object,
    dtype: str,
    times: Times,
    season: Season,
    *,
    knots: int = SEASON_KNOTS,
    block: int | None = None,
) -> SeasonalProfile:
    """Return the profiles by season of values, in the order of their event times.

    ``times`` are microseconds since 1970, UTC, one for each value; raises ``InvalidInputError``
    when there are not as many, or the values are of another type.
    """
    column = _column(values, dtype, times)
    buckets, places = np.unique(season.buckets(times), return_inverse=True)
    profiles = tuple(
        profile_of_column(_taken(column, places == k), knots=knots, block=1)
        for k in range(len(buckets))
    )
    flags = seasonal_flags(column, places, profiles)
    overall = profile_of_column(column, block=block, flags=flags)
    return SeasonalProfile(season, overall, tuple(buckets.tolist()), profiles)


def read_profile(content: bytes) -> Profile | SeasonalProfile:
    """Return the profile of either kind that these bytes hold; ``IntegrityError`` for others."""
    if content.startswith(SEASONAL):
        return SeasonalProfile.from_bytes(content)
    return Profile.from_bytes(content)


def seasonal_flags(
    column: Column, places: NDArray[np.int64], profiles: tuple[Profile, ...]
) -> list[Flags]:
    """Say of each value whether it exceeds each quartile of its own bucket; of numbers only."""
    if column.dtype in CATEGORICAL:
        return []
    own = places if column.present is None else places[column.present]
    nothing = (0, 0, 0)
    quartiles = np.array(
        [nothing if each.ordered is None else each.ordered.quartiles for each in profiles],
        dtype=column.values.dtype,
    ).reshape(-1, 3)
    return [column.values > quartiles[own, k] for k in range(3)]


def _column(values: object, dtype: str, times: Times) -> Column:
    column = read_column(values, dtype)
    if len(times) != column.rows:
        raise InvalidInputError(
            f"{column.rows} values have {len(times)} times; give each value the time of its row"
        )
    return column


def _taken(column: Column, chosen: Flags) -> Column:
    """The chosen rows of a column."""
    if chosen.all():
        return column
    rows = int(np.count_nonzero(chosen))
    present, of_values = column.present, chosen
    if present is not None:
        of_values, present = chosen[present], present[chosen]
    values = column.values
    if isinstance(values, pa.Array):
        return Column(column.dtype, rows, present, values.filter(pa.array(of_values)))
    return Column(column.dtype, rows, present, values[of_values])
