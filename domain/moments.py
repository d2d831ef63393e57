"""Moments: times with a zone, as callers give them."""

from datetime import UTC, datetime

from featuretrail.domain.errors import InvalidInputError, NaiveTimeError

EARLIEST = datetime(1678, 1, 1, tzinfo=UTC)
"""The first moment that is accepted: what pandas' nanoseconds can hold."""


def is_nat(moment: datetime) -> bool:
    """Tell whether ``moment`` is the NaT of pandas, a datetime that is none."""
    return moment != moment  # noqa: PLR0124 - NaT alone differs from itself


def check_moment(what: str, moment: object) -> datetime:
    """Return ``moment`` as a plain datetime in UTC if it is one from ``EARLIEST`` on.

    Nanoseconds are cut off. Raises ``NaiveTimeError`` or ``InvalidInputError``.
    """
    if not isinstance(moment, datetime) or is_nat(moment):
        raise InvalidInputError(f"{what} is {moment!r}; give a datetime with a time zone")
    if moment.utcoffset() is None:
        raise NaiveTimeError(what)
    if moment < EARLIEST:
        raise InvalidInputError(f"{what} is {moment}; the earliest accepted is {EARLIEST.date()}")
    try:
        utc = moment.astimezone(UTC)
    except OverflowError:
        raise InvalidInputError(f"{what} is {moment}, which in UTC lies after year 9999") from None
    return datetime.combine(utc.date(), utc.time(), UTC)
