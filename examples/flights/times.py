"""The days of the story, as instants: New York's midnights, told in UTC."""

from datetime import UTC, datetime
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc


def utc(year: int, month: int, day: int, hour: int = 0) -> datetime:
    """Return an aware UTC instant."""
    return datetime(year, month, day, hour, tzinfo=UTC)


JANUARY: Final = utc(2013, 1, 1)

NOVEMBER: Final = utc(2013, 11, 1, 4)
"""Midnight of 1 November in New York: where the first ten months end."""

DECEMBER: Final = utc(2013, 12, 1, 5)
"""Midnight of 1 December in New York: what happens from here on comes as a stream."""

NEXT_YEAR: Final = utc(2014, 1, 1, 5)


def before(table: pa.Table, instant: datetime, column: str = "event_time") -> pa.Table:
    """Return the rows of ``table`` whose ``column`` is earlier than ``instant``."""
    return table.filter(pc.less(table[column], pa.scalar(instant)))


def since(table: pa.Table, instant: datetime, column: str = "event_time") -> pa.Table:
    """Return the rows of ``table`` whose ``column`` is ``instant`` or later."""
    return table.filter(pc.greater_equal(table[column], pa.scalar(instant)))
