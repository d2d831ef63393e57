"""Event times: which moments are accepted, and how they are counted."""

from datetime import UTC, datetime, timedelta

import pyarrow as pa

from featuretrail.domain.errors import InvalidInputError, NaiveTimeError

EARLIEST = datetime(1678, 1, 1, tzinfo=UTC)
"""The first event time that is accepted: what pandas' nanoseconds can hold."""

TOLERANCE = timedelta(minutes=1)
"""How far an event time may lie ahead of the server's clock."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def microseconds(moment: datetime) -> int:
    """Return the microseconds from 1970 to ``moment``, which has a time zone."""
    return (moment - _EPOCH) // _MICROSECOND


def is_nat(moment: datetime) -> bool:
    """Tell whether ``moment`` is the NaT of pandas, a datetime that is none."""
    return moment != moment  # noqa: PLR0124 - NaT alone differs from itself


def as_datetime(scalar: pa.Scalar) -> datetime | None:
    """Return a timestamp in microseconds as a datetime in UTC, ``None`` for NULL."""
    return _EPOCH + scalar.value * _MICROSECOND if scalar.is_valid else None


def check_moment(what: str, moment: object) -> datetime:
    """Return ``moment`` in UTC if it is one from ``EARLIEST`` on.

    Raises ``NaiveTimeError`` or ``InvalidInputError``.
    """
    if not isinstance(moment, datetime) or is_nat(moment):
        raise InvalidInputError(f"{what} is {moment!r}; give a datetime with a time zone")
    if moment.utcoffset() is None:
        raise NaiveTimeError(what)
    if moment < EARLIEST:
        raise InvalidInputError(f"{what} is {moment}; the earliest accepted is {EARLIEST.date()}")
    return moment.astimezone(UTC)
