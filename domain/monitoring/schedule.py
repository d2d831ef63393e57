"""When windows end, and which of them are due."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice

from attrs import frozen
from cronsim import CronSim, CronSimError

from featuretrail.domain.errors import InvalidInputError
from featuretrail.domain.events import MonitorScheduled
from featuretrail.domain.inputs import check_label

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)

COUNTED = 100_000
"""Windows that are counted at most when they are skipped."""


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
    missed = 0
    newest = None
    for end in islice(ends(said, after, until), COUNTED):
        newest, missed = end, missed + 1
    return Due() if newest is None else Due((newest,), missed - 1)


def next_due(said: MonitorScheduled, last_end: datetime | None) -> datetime | None:
    """Return when the next window is due, ``None`` for never (a cron of 30 February)."""
    after = said.starts_at if last_end is None else max(said.starts_at, last_end)
    end = next(ends(said, after, datetime.max.replace(tzinfo=UTC)), None)
    return None if end is None else end + timedelta(microseconds=said.allowance_microseconds)


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
    end = EPOCH + ((after - EPOCH) // every + 1) * every
    while True:
        yield end
        end += every


def _by_cron(expression: str, after: datetime) -> Iterator[datetime]:
    yield from CronSim(expression, after.astimezone(UTC))
