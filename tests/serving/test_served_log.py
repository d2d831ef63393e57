"""The served log: what was answered is kept as it was, can be told again, and is certified."""

from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pytest

import featuretrail as ft

pytestmark = pytest.mark.tiers("embedded", "apache")

FEATURES = ["weather.temp", "weather.sky"]
AIRPORTS = {"origin": ["JFK", "LGA", "EWR", "JFK"]}


def now_values(minutes_ago: int = 5) -> pa.Table:
    moment = datetime.now(UTC) - timedelta(minutes=minutes_ago)
    return pa.table(
        {
            "origin": ["EWR", "JFK"],
            "event_time": [moment, moment],
            "temp": [float("inf"), None],
            "sky": ["clear", "é\\u0001\n"],
        }
    )


def test_what_was_served_is_logged_as_it_was_answered(store: ft.TimescaleDBFeatureStore) -> None:
    store.ingest("weather", now_values())
    head = store.position

    answer = store.get_online_features(
        FEATURES, AIRPORTS, status=True, event_time=True, served_id=True
    )
    assert store.served.flush() == head + 1
    logged = store.served.get(answer["served_id"].to_pylist())

    by_id = {row["served_id"]: row for row in logged.to_pylist()}
    assert len(by_id) == 4
    for row in answer.to_pylist():
        kept = by_id[row["served_id"]]
        assert kept["origin"] == row["origin"]
        assert kept["known_position"] == head
        for name in ("temp", "sky"):
            assert kept[f"weather.{name}"] == row[name]
            assert kept[f"weather.{name}__status"] == row[f"{name}__status"]
            assert kept[f"weather.{name}__event_time"] == row[f"{name}__event_time"]
            assert kept[f"weather.{name}__version"] == "1.0.0"
    assert logged.schema.field("weather.temp").type == pa.float64()
    assert store.served.rows(FEATURES).equals(logged)
    assert store.served.rows("weather.temp", limit=1).num_rows == 1
    assert store.served.rows("weather.temp", until=datetime(2020, 1, 1, tzinfo=UTC)).num_rows == 0
    assert store.audit.verify().faults == ()
