"""The log's clock, moved on: the next event is recorded so much later."""

from datetime import datetime, timedelta

from featuretrail.infrastructure.database import Database

_LATER = """UPDATE featuretrail.log_head AS h
SET recorded_at = greatest(clock_timestamp(), h.recorded_at) + %s
RETURNING h.recorded_at"""


def pass_time(pool: Database, time: timedelta) -> datetime:
    """Let ``time`` pass for the log, whose clock never goes back; return what it then says."""
    with pool.connection() as connection:
        [(now,)] = connection.execute(_LATER, [time])
    assert isinstance(now, datetime)
    return now
