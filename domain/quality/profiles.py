"""The profiles of a baseline, one a feature: made of values, measured against, kept as a table."""

from collections.abc import Sequence

import pyarrow as pa
from attrs import frozen

from featuretrail.domain.drift.measure import Measures, measure
from featuretrail.domain.drift.profile import Profile, profile_of
from featuretrail.domain.drift.seasonal import (
    SeasonalProfile,
    read_profile,
    seasonal_profile_of,
)
from featuretrail.domain.drift.seasons import Season
from featuretrail.domain.errors import InvalidInputError
from featuretrail.domain.quality.values import FeatureValues

SCHEMA = pa.schema([("feature", pa.string()), ("version", pa.string()), ("profile", pa.binary())])
"""A row a feature, in the baseline's order."""


@frozen
class Profiled:
    """A feature of a version with the profile of its values, by season if the baseline has one."""

    path: str
    version: str
    profile: Profile | SeasonalProfile

    @property
    def dtype(self) -> str:
        """The type of its values."""
        return self.profile.dtype

    @property
    def overall(self) -> Profile:
        """The profile of all its values, whatever their season."""
        return self.profile if isinstance(self.profile, Profile) else self.profile.overall

    @property
    def rows(self) -> int:
        """How many rows it was profiled from."""
        return int(self.overall.rows)

    def measure(self, values: FeatureValues) -> Measures:
        """Measure values against the profile; raise ``InvalidInputError`` where they do not fit."""
        if values.dtype != self.dtype:
            raise InvalidInputError(
                f"{values.path}@{values.version} is {values.dtype}, and the baseline has "
                f"{self.path}@{self.version}, which is {self.dtype}; make a baseline of it"
            )
        if isinstance(self.profile, Profile):
            return measure(self.profile, values.values, values.dtype)
        if values.times is None:
            raise InvalidInputError(
                f"the baseline has {self.path} by {self.profile.season}, and the values have no "
                "event times; give data with a column event_time"
            )
        return self.profile.measure(values.values, values.times)


def profiled(
    values: Sequence[FeatureValues], season: str | None, time_zone: str | None
) -> list[Profiled]:
    """Return the profiles of ``values``, by ``season`` in ``time_zone`` (UTC) if one is given.

    Raises ``InvalidDefinitionError`` for a season or zone that is unknown, ``InvalidInputError``
    for values whose times are not known.
    """
    if season is None:
        if time_zone is not None:
            raise InvalidInputError("time_zone is given without a season, which it is for")
        return [
            Profiled(each.path, each.version, profile_of(each.values, each.dtype))
            for each in values
        ]
    parts = Season.of(season) if time_zone is None else Season.of(season, time_zone)
    made = []
    for each in values:
        if each.times is None:
            raise InvalidInputError(f"the values of {each.path} have no times to tell seasons by")
        profile = seasonal_profile_of(each.values, each.dtype, each.times, parts)
        made.append(Profiled(each.path, each.version, profile))
    return made


def profiles_table(made: Sequence[Profiled]) -> pa.Table:
    """Return profiles as the table that is stored: equal profiles make equal tables."""
    rows = [
        {"feature": each.path, "version": each.version, "profile": each.profile.to_bytes()}
        for each in made
    ]
    return pa.Table.from_pylist(rows, SCHEMA)


def profiles_of(table: pa.Table) -> dict[str, Profiled]:
    """Return the profiles in a stored table by feature; ``IntegrityError`` if they are altered."""
    return {
        row["feature"]: Profiled(row["feature"], row["version"], read_profile(row["profile"]))
        for row in table.to_pylist()
    }
