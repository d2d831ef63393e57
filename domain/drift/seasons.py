"""Seasons: which hour, weekday or month a time is in, so that like is compared with like."""

from typing import Any, Literal, Self, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from attrs import frozen
from numpy.typing import NDArray

from featuretrail.domain.errors import InvalidDefinitionError

Part = Literal["hour", "weekday", "month"]
Times = NDArray[np.int64]

SIZES: dict[Part, int] = {"hour": 24, "weekday": 7, "month": 12}


@frozen
class Season:
    """The parts of a time that rows must have in common to be compared, in a time zone.

    >>> str(Season.of("hour+weekday", "America/New_York"))
    'hour+weekday in America/New_York'
    """

    parts: tuple[Part, ...]
    time_zone: str = "UTC"

    def __attrs_post_init__(self) -> None:
        known = ", ".join(SIZES)
        if not self.parts or len(set(self.parts)) < len(self.parts) or set(self.parts) - set(SIZES):
            given = "+".join(map(str, self.parts))
            raise InvalidDefinitionError(
                f"season {given!r} is unknown; give one or more of {known}, joined by +"
            )
        try:
            self.buckets(np.zeros(1, dtype=np.int64))
        except pa.ArrowException as error:
            raise InvalidDefinitionError(
                f"time zone {self.time_zone!r} is unknown here ({error}); give a name like "
                "'America/New_York'"
            ) from error

    @classmethod
    def of(cls, text: str, time_zone: str = "UTC") -> Self:
        """Return the season of a text such as ``hour``, ``hour+weekday`` or ``month``.

        Raises ``InvalidDefinitionError`` for any other, and for an unknown time zone.
        """
        if not isinstance(text, str):
            raise InvalidDefinitionError(f"season is {text!r}; give text such as 'hour+weekday'")
        given = [each.strip() for each in text.split("+")]
        order = [each for each in SIZES if each in given]
        parts = order if len(order) == len(given) else given
        return cls(tuple(cast("Part", each) for each in parts), time_zone)

    def buckets(self, times: Times) -> NDArray[np.int64]:
        """Return the number of each time's bucket; times are microseconds since 1970, UTC."""
        moments = pa.array(times, pa.int64()).cast(pa.timestamp("us", tz=self.time_zone))
        number = np.zeros(len(times), dtype=np.int64)
        for part in self.parts:
            number = number * SIZES[part] + _place(part, moments)
        return number

    def __str__(self) -> str:
        parts = "+".join(self.parts)
        return parts if self.time_zone == "UTC" else f"{parts} in {self.time_zone}"

    def to_dict(self) -> dict[str, Any]:
        """Return the season as a JSON object."""
        return {"parts": list(self.parts), "time_zone": self.time_zone}

    @classmethod
    def from_dict(cls, given: dict[str, Any]) -> Self:
        """Return the season that ``to_dict`` described."""
        return cls(tuple(given["parts"]), given["time_zone"])


def _place(part: Part, moments: pa.Array) -> NDArray[np.int64]:
    place = {"hour": pc.hour, "weekday": pc.day_of_week, "month": pc.month}[part](moments)
    return np.asarray(place.to_numpy(zero_copy_only=False), dtype=np.int64) - (part == "month")
