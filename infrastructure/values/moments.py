"""Event times: how far ahead they may lie, and how they are counted."""

from datetime import UTC, datetime, timedelta

import pyarrow as pa

TOLERANCE = timedelta(minutes=1)
"""How far an event time may lie ahead of the server's clock."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def microseconds(moment: datetime) -> int:
    """Return the microseconds from 1970 to ``moment``, which has a time zone."""
    return (moment - _EPOCH) // _MICROSECOND


def from_microseconds(count: int) -> datetime:
    """Return the moment ``count`` microseconds after 1970, in UTC."""
    return _EPOCH + count * _MICROSECOND


def as_datetime(scalar: pa.Scalar) -> datetime | None:
    """Return a timestamp in microseconds as a datetime in UTC, ``None`` for NULL."""
    return from_microseconds(scalar.value) if scalar.is_valid else None
