"""Moments: a position of the log, or an aware datetime that names one."""

from datetime import datetime

from featuretrail.domain.errors import InvalidInputError, NaiveTimeError
from featuretrail.domain.moments import is_nat
from featuretrail.domain.positions import as_position, check_reached
from featuretrail.infrastructure.log.application import EventLog

Moment = int | datetime
"""A position of the log, or an aware datetime: the last event recorded at or before it."""


class Moments:
    """Finds the position that a moment names."""

    def __init__(self, log: EventLog) -> None:
        self._log = log

    def position(self, moment: Moment | None, what: str = "at") -> int:
        """Return the position of ``moment``, of the log's head when it is ``None``.

        Raises ``NaiveTimeError``, ``InvalidInputError`` for what is no moment, ``NotFoundError``
        for a position that the log has not reached. A time before the first event is position 0.
        """
        if moment is None:
            return self._log.head().position
        if isinstance(moment, datetime):
            return self._log.position_at(check_time(what, moment))
        position = as_position(moment, what, " or an aware datetime")
        check_reached(position, self._log.head().position)
        return position


def check_time(what: str, given: object) -> datetime:
    """Return an aware datetime of any year; raise ``NaiveTimeError`` or ``InvalidInputError``."""
    if not isinstance(given, datetime) or is_nat(given):
        raise InvalidInputError(f"{what} is {given!r}; give a datetime with a time zone")
    if given.utcoffset() is None:
        raise NaiveTimeError(f"{what} ({given.isoformat()})")
    return given
