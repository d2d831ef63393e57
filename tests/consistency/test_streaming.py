"""Served and online values against their derivation, and online rows that are mended."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Event
from typing import Any

import pyarrow as pa
import pytest

import featuretrail as ft
from tests.consistency.weather import SNAPSHOT, START, WEATHER
from tests.engines.database import Database

FEATURES = ["weather.temp", "weather.gust", "weather.sky"]


def edit(database: Database, statement: str) -> None:
    """Do to the online table what nobody should."""
    with database.connect() as connection:
        connection.execute(statement)


def streaming(store: ft.TimescaleDBFeatureStore, **how: Any) -> ft.CheckResult:
    """Check the snapshot's streaming side."""
    return store.validate_feature_consistency(SNAPSHOT, "streaming", **how)["streaming"]


@pytest.mark.tiers("embedded", "apache")
def test_an_online_row_edited_by_hand_is_found_named_and_mended(
    store: ft.TimescaleDBFeatureStore, database: Database
) -> None:
    assert streaming(store).status == "passed"
    edit(database, "UPDATE featuretrail_online.weather SET temp = temp * 2 WHERE origin = 'JFK'")
    edit(database, "DELETE FROM featuretrail_online.weather WHERE origin = 'LGA'")

    found = streaming(store)
    mended = streaming(store, auto_fix=True, reason="an online row was edited")

    [online] = found.comparisons
    assert (found.status, found.auto_fixed, online.name) == ("failed", False, "online weather")
    assert online.features["weather.temp"].mismatches == 2
    assert online.features["weather.temp"].null_found == 1
    keys = [each.keys["origin"] for each in online.features["weather.temp"].examples]
    assert keys == ["JFK", "LGA"]
    assert (mended.status, mended.fixed) == ("warning", {"weather": 2})
    assert [each.status for each in mended.comparisons] == ["warning", "passed"]
    assert streaming(store).status == "passed"
    [entry] = store.audit.log(stream="online weather")
    assert (entry.actor, entry.reason) == ("anna", "an online row was edited")
    assert entry.event["entities"] == 2


def test_refreshing_keeps_retractions_and_columns_written_apart(
    store: ft.TimescaleDBFeatureStore, database: Database
) -> None:
    later = START + timedelta(days=30)
    store.ingest("weather", {"origin": ["EWR"], "event_time": [later], "temp": [1.5]}, partial=True)
    store.retract("weather", {"origin": "JFK"}, START + timedelta(hours=50), "sensor broken")
    with database.connect() as connection:
        rows = connection.execute(
            "SELECT * FROM featuretrail_online.weather ORDER BY origin, layout"
        ).fetchall()
    before = store.get_online_features(FEATURES, {"origin": ["EWR", "JFK", "LGA"]}, status=True)
    edit(database, "UPDATE featuretrail_online.weather SET temp = 99, layout = layout + 7")

    streaming(store, auto_fix=True)

    assert before.equals(
        store.get_online_features(FEATURES, {"origin": ["EWR", "JFK", "LGA"]}, status=True)
    )
    with database.connect() as connection:
        again = connection.execute(
            "SELECT * FROM featuretrail_online.weather ORDER BY origin, layout"
        ).fetchall()
    # the row before a retracted one is there now too: it hides nothing
    assert [row for row in rows if row not in again] == []
    assert streaming(store).status == "passed"


def test_served_rows_that_knew_less_are_no_mismatch(store: ft.TimescaleDBFeatureStore) -> None:
    store.get_online_features(FEATURES, {"origin": ["EWR", "JFK"]})
    store.ingest("weather", _newer(1, 40.0))
    store.get_online_features(FEATURES, {"origin": ["EWR", "JFK", "LGA"]})
    store.get_online_features(["weather.temp"], {"origin": ["LGA"]})
    store.served.flush()

    found = streaming(store)

    served = {each.name: each for each in found.comparisons if each.name.startswith("served")}
    assert found.status == "passed"
    assert sum(each.compared for each in served.values()) == 5 + 6
    assert found.confidence_score is not None


def test_served_rows_that_were_altered_are_found(
    store: ft.TimescaleDBFeatureStore, database: Database
) -> None:
    store.get_online_features(FEATURES, {"origin": ["EWR", "JFK", "LGA"]})
    store.served.flush()
    edit(
        database,
        "UPDATE featuretrail.served SET values = jsonb_set(values, '{0}', '12.5') "
        "WHERE keys ->> 'origin' = 'LGA'",
    )

    found = streaming(store)

    served = next(each for each in found.comparisons if each.name.startswith("served"))
    assert found.status == "failed"
    assert served.features["weather.temp"].mismatches == 1
    assert served.features["weather.temp"].examples[0].found == 12.5


def test_without_served_rows_the_online_answers_alone_are_compared(
    shared: ft.TimescaleDBFeatureStore,
) -> None:
    found = shared.consistency.check(SNAPSHOT, "streaming", record=False)["streaming"]

    assert (found.status, len(found.comparisons)) == ("passed", 1)
    assert found.reasons == ("weather: no rows were served and logged",)
    with pytest.raises(ft.InvalidInputError, match="auto_fix refreshes online rows"):
        shared.validate_feature_consistency(SNAPSHOT, "quality", auto_fix=True)


@pytest.mark.tiers("embedded", "apache")
def test_a_writer_that_never_rests_is_no_fault_and_a_mended_row_stays_mended(
    store: ft.TimescaleDBFeatureStore, database: Database
) -> None:
    finished = Event()

    def write(first: int) -> None:
        hours = first
        while not finished.is_set():
            hours += 3
            store.ingest("weather", _newer(hours, float(hours)))
            if hours % 20 == 0:
                store.retract("weather", {"origin": "JFK"}, START + timedelta(days=19), "broken")

    with ThreadPoolExecutor(3) as pool:
        writing = [pool.submit(write, first) for first in range(3)]
        try:
            found = [streaming(store, auto_fix=True) for _ in range(10)]
            edit(  # a row whose place no writer takes
                database,
                "UPDATE featuretrail_online.weather SET sky = 'none', event_time = now() "
                "WHERE origin = 'EWR'",
            )
            mended = streaming(store, auto_fix=True)
        finally:
            finished.set()
        assert [each.result(timeout=60) for each in writing] == [None] * 3

    assert [(each.status, each.fixed) for each in found] == [("passed", {})] * 10
    assert (mended.status, mended.fixed) == ("warning", {"weather": 1})
    assert mended.comparisons[-1].status == "passed"
    assert streaming(store).status == "passed"


def _newer(hours: int, temp: float) -> pa.Table:
    time = datetime(2025, 3, 20, tzinfo=UTC) + timedelta(hours=hours)
    names = [each.name for each in WEATHER.features]
    assert names == ["temp", "gust", "sky"]
    return pa.table(
        {
            "origin": ["EWR", "JFK", "LGA"],
            "event_time": [time] * 3,
            "temp": [temp] * 3,
            "gust": [7] * 3,
            "sky": ["rain"] * 3,
        }
    )
