"""Windows of event time: which values a check looks at."""

from datetime import UTC, datetime, timedelta
from typing import Self

from attrs import frozen

from featuretrail.domain.errors import InvalidInputError
from featuretrail.domain.inputs import shown
from featuretrail.domain.moments import check_moment

Window = tuple[datetime | None, datetime | None] | timedelta
"""Event times ``[start, end)``, either open with ``None``; or this long up to the newest value."""

LONGEST = timedelta(days=366_000)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LAST = datetime.max.replace(tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@frozen
class Span:
    """Event times in ``[since, until)``, in UTC; ``None`` is without bound."""

    since: datetime | None = None
    until: datetime | None = None

    @classmethod
    def of(cls, window: Window | None, newest: datetime | None) -> Self:
        """Return the span of a caller's ``window``; ``newest`` is the newest value's event time.

        Raises ``InvalidInputError``, and ``NaiveTimeError`` for a bound without a time zone.
        """
        if window is None:
            return cls()
        if isinstance(window, timedelta):
            if not timedelta(0) < window <= LONGEST:
                raise InvalidInputError(f"window is {window}; give a positive timedelta")
            end = EPOCH if newest is None else after(newest)
            return cls(max(end - window, EPOCH - LONGEST / 2), end)
        return cls._of_bounds(window)

    @classmethod
    def _of_bounds(cls, window: object) -> Self:
        if not isinstance(window, tuple | list) or len(window) != 2:
            raise InvalidInputError(
                f"window is {shown(window)}; give (start, end), or a timedelta up to the newest "
                "value"
            )
        since, until = (
            None if bound is None else check_moment(f"the {which} of the window", bound)
            for which, bound in zip(("start", "end"), window, strict=True)
        )
        if since is not None and until is not None and since >= until:
            raise InvalidInputError(
                f"window begins at {since.isoformat()} and ends at {until.isoformat()}; give an "
                "end after the start"
            )
        return cls(since, until)

    @property
    def length(self) -> timedelta | None:
        """How long it is, if it has both bounds."""
        if self.since is None or self.until is None:
            return None
        return self.until - self.since

    @property
    def first(self) -> int | None:
        """The first event time in it, in microseconds since 1970."""
        return None if self.since is None else (self.since - EPOCH) // _MICROSECOND

    @property
    def end(self) -> int | None:
        """The first event time after it, in microseconds since 1970."""
        return None if self.until is None else (self.until - EPOCH) // _MICROSECOND

    def __str__(self) -> str:
        since = "the beginning" if self.since is None else self.since.isoformat()
        until = "now" if self.until is None else self.until.isoformat()
        return f"{since} to {until}"


def after(moment: datetime) -> datetime:
    """Return the next microsecond, the end of a span that ``moment`` is in; the last has none."""
    return moment if moment >= LAST else moment + _MICROSECOND


def moment(microseconds: int) -> datetime:
    """Return microseconds since 1970 as a datetime in UTC."""
    return EPOCH + microseconds * _MICROSECOND
