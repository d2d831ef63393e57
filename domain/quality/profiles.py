"""The profiles of a baseline: of each feature one, or one a part of the calendar; as a table."""

from collections.abc import Sequence

import pyarrow as pa
from attrs import frozen

from featuretrail.domain.drift.profile import Profile, profile_of
from featuretrail.domain.quality.values import FeatureValues, Ints

SCHEMA = pa.schema(
    [("feature", pa.string()), ("version", pa.string()), ("part", pa.string()),
     ("profile", pa.binary())]
)  # fmt: skip
"""A row a profile; ``part`` names the part of the calendar, empty where all rows are one."""


@frozen
class Profiled:
    """A feature with its profile."""

    path: str
    version: str
    profile: Profile

    def profile_at(self, times: Ints | None) -> Profile:
        """Return the profile to compare values at ``times`` with."""
        del times
        return self.profile

    @property
    def dtype(self) -> str:
        """The type of its values."""
        return self.profile.dtype

    @property
    def rows(self) -> int:
        """How many rows it was profiled from."""
        return int(self.profile.rows)


def profiled(
    values: Sequence[FeatureValues], season: str | None, time_zone: str | None
) -> list[Profiled]:
    """Return the profiles of ``values``."""
    return [
        Profiled(each.path, each.version, profile_of(each.values, each.dtype)) for each in values
    ]


def profiles_table(made: Sequence[Profiled]) -> pa.Table:
    """Return profiles as the table that is stored: equal profiles make equal tables."""
    rows = [
        {
            "feature": each.path,
            "version": each.version,
            "part": "",
            "profile": each.profile.to_bytes(),
        }
        for each in made
    ]
    return pa.Table.from_pylist(rows, SCHEMA)


def profiles_of(table: pa.Table) -> dict[str, Profiled]:
    """Return the profiles in a stored table by feature."""
    return {
        row["feature"]: Profiled(row["feature"], row["version"], Profile.from_bytes(row["profile"]))
        for row in table.to_pylist()
    }
