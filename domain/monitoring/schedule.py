"""When windows end, and which of them are due."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import islice

from attrs import frozen
from cronsim import CronSim, CronSimError

from featuretrail.domain.errors import InvalidInputError
from featuretrail.domain.events import MonitorScheduled
from featuretrail.domain.inputs import check_label

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LAST = datetime.max.replace(tzinfo=UTC)
MINUTE = timedelta(minutes=1)

COUNTED = 100_000
"""Windows of a cron expression that are counted at most when they are skipped."""


@frozen
class Due:
    """The ends of windows to check now, oldest first, and how many before them are skipped."""

    ends: tuple[datetime, ...] = ()
    skipped: int = 0


def ends(said: MonitorScheduled, after: datetime, until: datetime) -> Iterator[datetime]:
    """Yield the ends of windows in ``(after, until]``."""
    following = _by_cron(said.cron, after) if said.cron is not None else _by_period(said, after)
    for end in following:
        if end > until:
            return
        yield end


def due(said: MonitorScheduled, last_end: datetime | None, now: datetime, limit: int) -> Due:
    """Return the windows to check at ``now``, at most ``limit`` of them.

    ``last_end`` is where the newest window ended that was run. A window is due once late rows had
    their time. Of several a monitor that skips runs the newest.
    """
    after = said.starts_at if last_end is None else max(said.starts_at, last_end)
    until = now - timedelta(microseconds=said.allowance_microseconds)
    if until <= after:
        return Due()
    if said.missed == "catch_up":
        return Due(tuple(islice(ends(said, after, until), limit)))
    newest = _newest(said, until)
    if newest is None or newest <= after:
        return Due()
    return Due((newest,), _count(said, after, newest) - 1)


def next_due(said: MonitorScheduled, last_end: datetime | None) -> datetime | None:
    """Return when the next window is due, ``None`` for never (a cron of 30 February)."""
    after = said.starts_at if last_end is None else max(said.starts_at, last_end)
    end = next(ends(said, after, LAST), None)
    allowance = timedelta(microseconds=said.allowance_microseconds)
    return None if end is None or end > LAST - allowance else end + allowance


def window_start(said: MonitorScheduled, end: datetime) -> datetime:
    """Return where the window begins that ends at ``end``."""
    return end - timedelta(microseconds=said.window_microseconds)


def check_cron(given: object) -> str:
    """Return a cron expression of five fields; raise ``InvalidInputError``."""
    expression = check_label("cron", given)
    if len(expression.split()) != 5:
        raise InvalidInputError(f"cron is {expression!r}; give five fields, such as '15 * * * *'")
    try:
        next(CronSim(expression, EPOCH))
    except CronSimError as error:
        raise InvalidInputError(f"cron is {expression!r}: {error}") from None
    except StopIteration:
        raise InvalidInputError(f"cron is {expression!r}, a time that never comes") from None
    return expression


def _by_period(said: MonitorScheduled, after: datetime) -> Iterator[datetime]:
    assert said.every_microseconds is not None  # noqa: S101 - a schedule has a period or a cron
    every = timedelta(microseconds=said.every_microseconds)
    for number in range((after - EPOCH) // every + 1, (LAST - EPOCH) // every + 1):
        yield EPOCH + number * every


def _by_cron(expression: str, after: datetime) -> Iterator[datetime]:
    with suppress(OverflowError):  # the end of the calendar
        yield from CronSim(expression, after.astimezone(UTC))


def _newest(said: MonitorScheduled, until: datetime) -> datetime | None:
    """Return the last end of a window up to ``until``."""
    if said.every_microseconds is not None:
        every = timedelta(microseconds=said.every_microseconds)
        return EPOCH + (until - EPOCH) // every * every
    assert said.cron is not None  # noqa: S101 - a schedule has a period or a cron
    before = CronSim(said.cron, until.astimezone(UTC) + MINUTE, reverse=True)
    return next((end for end in before if end <= until), None)


def _count(said: MonitorScheduled, after: datetime, newest: datetime) -> int:
    """Return how many windows end in ``(after, newest]``; of a cron ``COUNTED`` at most."""
    if said.every_microseconds is None:
        return sum(1 for _ in islice(ends(said, after, newest), COUNTED))
    every = timedelta(microseconds=said.every_microseconds)
    return (newest - EPOCH) // every - (after - EPOCH) // every
