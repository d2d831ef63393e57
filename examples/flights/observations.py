"""Hourly weather as published, and the corrections that come months later."""

from datetime import datetime, timedelta
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from flights import source, times

INSTANT: Final = pa.timestamp("us", tz="UTC")

PUBLISHED_AFTER: Final = timedelta(minutes=10)
"""From an observation to its publication: an assumption of this demo, for the data has none."""

WARM_SENSOR: Final = "LGA"
WARM_FROM, WARM_UNTIL = times.utc(2013, 3, 11), times.utc(2013, 3, 18)
WARM_TOLD = times.utc(2013, 4, 2)
WARM_BY: Final = 3.6
"""Degrees Fahrenheit (2 degrees Celsius) that we pretend one thermometer read too high."""

GALE: Final = 200.0
"""Miles per hour that no wind at an airport reaches; the data has 1,048 at EWR on 12 February."""

METRES_PER_SECOND: Final = 0.44704
"""Metres per second that are a mile per hour."""


def weather_table() -> pa.Table:
    """Return the weather group's values: key, event time, publication time, eight features.

    Missing readings stay NULL. ``time_hour`` is in UTC and tells the two hours called 1 a.m. on
    3 November apart, so there are no duplicates to resolve: ingestion checks that.
    """
    table = source.weather().rename_columns({"time_hour": "event_time"})
    event_time = pc.cast(table["event_time"], INSTANT)
    table = _with(table, "event_time", event_time)
    return table.append_column("published_at", pc.add(event_time, pa.scalar(PUBLISHED_AFTER)))


def recalibration(
    weather: pa.Table,
    since: datetime = WARM_FROM,
    until: datetime = WARM_UNTIL,
    *,
    by: float = WARM_BY,
    published: datetime = WARM_TOLD,
) -> pa.Table:
    """Return new values of one airport: temperature and dew point were read too warm.

    The story is made up, its figures are the data's: same keys and event times, published later.
    """
    table = _during(weather, since, until)
    table = table.filter(pc.equal(table["origin"], WARM_SENSOR))
    for column in ("temp", "dewp"):
        cooler = np.round(table[column].to_numpy() - by, 2)
        table = _with(table, column, pa.array(cooler))
    return _published_on(table, published)


def impossible_wind(weather: pa.Table) -> pa.Table:
    """Return the readings of impossible wind with NULL in its place, published on 1 March.

    This error is real: it is in the data as the airport's station sent it.
    """
    table = weather.filter(pc.greater(weather["wind_speed"], GALE))
    table = _with(table, "wind_speed", pa.nulls(table.num_rows, pa.float64()))
    return _published_on(table, times.utc(2013, 3, 1))


def in_metres_per_second(weather: pa.Table, since: datetime, until: datetime) -> pa.Table:
    """Return the readings of a time with their wind in another unit, published when it ends.

    The story is made up: a logger that reports metres per second where miles per hour are meant.
    """
    table = _during(weather, since, until)
    wind = np.round(table["wind_speed"].to_numpy() * METRES_PER_SECOND, 2)
    return _published_on(_with(table, "wind_speed", pa.array(wind, from_pandas=True)), until)


def sent_again(
    weather: pa.Table, since: datetime, until: datetime, *, published: datetime
) -> pa.Table:
    """Return the readings of a time as they were, published anew."""
    return _published_on(_during(weather, since, until), published)


def _during(weather: pa.Table, since: datetime, until: datetime) -> pa.Table:
    return times.before(times.since(weather, since), until)


def _published_on(table: pa.Table, day: datetime) -> pa.Table:
    return _with(table, "published_at", pa.array([day] * table.num_rows, INSTANT))


def _with(table: pa.Table, name: str, column: pa.Array) -> pa.Table:
    return table.set_column(table.schema.get_field_index(name), name, column)
