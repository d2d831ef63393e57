"""The demo's delay features are what a patient person would count from landed flights."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from flights import clock, delays

KEYS = [["carrier"], ["origin", "dest"]]


@pytest.mark.parametrize("columns", KEYS, ids=str)
def test_each_row_counts_only_flights_landed_by_then(
    some_flights: pa.Table, columns: list[str]
) -> None:
    landed = some_flights.filter(some_flights["arr_delay"].is_valid())
    landed = landed.append_column("landed", clock.instants(clock.landings(landed)))
    table = delays.delay_table(some_flights, columns)
    sample = range(0, table.num_rows, table.num_rows // 150)

    for row in table.take(pa.array(list(sample))).to_pylist():
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

    whole = delays.delay_table(landed, columns)
    until = whole.filter(pc.less_equal(whole["event_time"], pa.scalar(moment)))

    assert 0 < until.num_rows < whole.num_rows
    assert delays.delay_table(past, columns).equals(until)


def test_every_landing_minute_of_a_key_has_one_row(some_flights: pa.Table) -> None:
    table = delays.delay_table(some_flights, ["carrier"])
    landed = some_flights.filter(some_flights["arr_delay"].is_valid())

    keys = table.group_by(["carrier", "event_time"]).aggregate([])

    assert keys.num_rows == table.num_rows < landed.num_rows


def test_values_are_published_after_they_became_true(some_flights: pa.Table) -> None:
    table = delays.delay_table(some_flights, ["carrier"])

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
