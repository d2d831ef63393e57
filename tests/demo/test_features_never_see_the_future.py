"""The demo's delay features are what a patient person would count from landed flights."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from flights import clock, landings
from rules import delays

KEYS = [["carrier"], ["origin", "dest"]]


def computed(flights: pa.Table, columns: list[str]) -> pa.Table:
    """Return the landings with what the rules make of each entity's, as the store would call."""
    table = landings.landing_table(flights, columns)
    keys = list(zip(*(table[column].to_pylist() for column in columns), strict=True))
    changes = [row for row, (one, other) in enumerate(pairwise(keys), 1) if one != other]
    times = table["event_time"].cast(pa.int64()).to_numpy().view("datetime64[us]")
    late = table["arr_delay"].to_numpy()
    parts = [
        {
            "recent_delay": delays.recent_delay(late[start:end]),
            "late_share": delays.late_share(times[start:end], late[start:end]),
            "landings": delays.landings(times[start:end], late[start:end]),
        }
        for start, end in pairwise([0, *changes, len(keys)])
    ]
    for name in parts[0]:
        table = table.append_column(name, pa.array(np.concatenate([part[name] for part in parts])))
    return table


@pytest.mark.parametrize("columns", KEYS, ids=str)
def test_each_landing_minute_counts_only_flights_landed_by_then(
    some_flights: pa.Table, columns: list[str]
) -> None:
    landed = some_flights.filter(some_flights["arr_delay"].is_valid())
    landed = landed.append_column("landed", clock.instants(clock.landings(landed)))
    table = computed(some_flights, columns)
    whole = table.filter(pc.equal(table["event_time"].cast(pa.int64()).to_numpy() % 60_000_000, 0))
    sample = range(0, whole.num_rows, whole.num_rows // 150)

    for row in whole.take(pa.array(list(sample))).to_pylist():
        key = [pc.equal(landed[column], row[column]) for column in columns]
        same = landed.filter(key[0] if len(key) == 1 else pc.and_(*key))
        expected = _counted_slowly(same.to_pylist(), row["event_time"])
        assert {name: row[name] for name in expected} == expected


@pytest.mark.parametrize("columns", KEYS, ids=str)
def test_flights_that_land_later_change_no_earlier_row(
    some_flights: pa.Table, columns: list[str]
) -> None:
    landed = some_flights.filter(some_flights["arr_delay"].is_valid())
    moment = datetime(2013, 6, 15, 12, tzinfo=UTC)
    past = landed.filter(pc.less_equal(clock.instants(clock.landings(landed)), pa.scalar(moment)))

    whole = computed(landed, columns)
    until = whole.filter(pc.less_equal(whole["event_time"], pa.scalar(moment)))

    assert 0 < until.num_rows < whole.num_rows
    assert computed(past, columns).equals(until)


def test_each_landing_has_a_row_and_the_last_of_a_minute_ends_it(some_flights: pa.Table) -> None:
    table = landings.landing_table(some_flights, ["carrier"])
    landed = some_flights.filter(some_flights["arr_delay"].is_valid())
    minutes = pa.array(np.unique(clock.landings(landed))).cast(pa.int64())

    keys = table.group_by(["carrier", "event_time"]).aggregate([])
    whole = pc.ceil_temporal(table["event_time"], unit="minute")
    ends = table.append_column("minute", whole).group_by(["carrier", "minute"])
    last = ends.aggregate([("event_time", "max"), ("event_time", "min")])

    assert keys.num_rows == table.num_rows == landed.num_rows > last.num_rows
    assert last["event_time_max"].equals(last["minute"])
    assert pc.count_distinct(last["minute"]).as_py() == len(minutes)
    early = pc.subtract(last["minute"], last["event_time_min"]).cast(pa.int64())
    assert 0 < pc.max(early).as_py() < 100, "microseconds"


def test_a_landing_that_is_unknown_has_no_values_and_counts_for_no_other() -> None:
    hours = np.arange(4) * np.timedelta64(1, "h") + np.datetime64("2013-05-01T00:00", "us")
    late = np.array([20.0, np.nan, 10.0, 30.0])

    found = [
        delays.recent_delay(late),
        delays.late_share(hours, late),
        delays.landings(hours, late),
    ]

    for values, expected in zip(found, ([20, 15, 20], [1, 1 / 2, 2 / 3], [1, 2, 3]), strict=True):
        assert values[~np.isnan(late)].tolist() == expected
        assert np.isnan(values[1])


def test_values_are_published_after_they_became_true(some_flights: pa.Table) -> None:
    table = landings.landing_table(some_flights, ["carrier"])

    assert pc.all(pc.greater(table["published_at"], table["event_time"])).as_py()


def _counted_slowly(flights: list[dict[str, Any]], moment: datetime) -> dict[str, Any]:
    known = sorted((f for f in flights if f["landed"] <= moment), key=lambda f: f["landed"])
    last = [flight["arr_delay"] for flight in known][-20:]
    day = [f["arr_delay"] for f in known if f["landed"] > moment - timedelta(hours=24)]
    return {
        "recent_delay": sum(last) / len(last),
        "late_share": sum(delay > 15 for delay in day) / len(day),
        "landings": len(day),
    }
