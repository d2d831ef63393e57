"""Retention of the served log: whole days go, an event says so, the audit proves what is left."""

from datetime import UTC, datetime, timedelta

import pytest
from attrs import evolve

import featuretrail as ft
from featuretrail.infrastructure.serving.writer import _by_day
from tests.engines.database import Database
from tests.projections.retention.clock import pass_time

FEATURES = ["weather.temp", "weather.sky"]
MIDNIGHT = int(datetime(2026, 1, 2, tzinfo=UTC).timestamp() * 1e6)


def faults(store: ft.TimescaleDBFeatureStore) -> list[str]:
    skipped = ["chain", "snapshots", "read-side"]
    return [each.reason for each in store.audit.verify(skip=skipped).faults]


@pytest.mark.tiers("embedded", "apache", "community")
def test_what_was_served_long_ago_goes_and_the_audit_knows(
    store: ft.TimescaleDBFeatureStore,
) -> None:
    store.register(
        ft.FeatureGroup(
            "flights", keys={"origin": "text"}, features=[ft.Feature("arr_delay", "float64")]
        )
    )
    answer = store.get_online_features(FEATURES, {"origin": ["EWR", "JFK"]}, served_id=True)
    store.served.flush()
    outcomes = {
        "origin": ["EWR"],
        "event_time": [datetime(2025, 7, 1, 14, tzinfo=UTC)],
        "arr_delay": [4.0],
        "served_id": answer["served_id"].to_pylist()[:1],
    }
    store.record_outcomes("flights.arr_delay", outcomes)
    assert store.maintain().removed == ()

    pass_time(store._database, timedelta(days=100))
    [due] = store.maintain(dry_run=True).removed
    assert (due.name, due.rows, store.served.rows(FEATURES).num_rows) == ("served", 2, 2)
    [removed] = store.maintain(reason="a hundred days").removed

    assert (removed.name, removed.rows, removed.position) == ("served", 2, store.position)
    assert removed.horizon == removed.horizon.replace(hour=0, minute=0, second=0, microsecond=0)
    assert store.served.rows(FEATURES).num_rows == 0
    assert store.maintain().removed == ()
    assert store.audit.verify().faults == ()
    assert store.record_outcomes("flights.arr_delay", outcomes).repeated == 1
    other = {**outcomes, "served_id": answer["served_id"].to_pylist()[1:]}
    with pytest.raises(ft.NotFoundError, match="no served row"):
        store.record_outcomes("flights.arr_delay", other)
    store.get_online_features(FEATURES, {"origin": ["EWR"]})  # late: after the removal it stays
    store.served.flush()
    assert store.served.rows(FEATURES).num_rows == 1
    assert store.audit.verify().faults == ()


@pytest.mark.tiers("embedded")
def test_rows_that_went_without_an_event_or_stayed_against_one_are_faults(
    store: ft.TimescaleDBFeatureStore, database: Database
) -> None:
    for _ in range(2):
        store.get_online_features(FEATURES, {"origin": ["EWR", "JFK"]})
        store.served.flush()
    with database.connect() as connection:
        connection.execute("CREATE TABLE kept AS SELECT * FROM featuretrail.served")
        connection.execute("SELECT featuretrail.remove_served(now() + interval '1 day')")
    assert all("0 rows are stored, the event certifies 2" in each for each in faults(store))
    with database.connect() as connection:
        connection.execute("INSERT INTO featuretrail.served SELECT * FROM kept")
    assert faults(store) == []

    store.retention.set("served", timedelta(days=30), reason="agreed")
    pass_time(store._database, timedelta(days=40))
    [removed] = store.maintain().removed
    assert (removed.rows, faults(store)) == (4, [])
    with database.connect() as connection:
        connection.execute("INSERT INTO featuretrail.served SELECT * FROM kept LIMIT 1")
    [fault] = faults(store)
    assert f"though the event at position {removed.position} removed" in fault


@pytest.mark.tiers("embedded")
def test_outcomes_have_no_retention(store: ft.TimescaleDBFeatureStore) -> None:
    for table in ("outcomes", "outcome_batches"):
        with pytest.raises(ft.InvalidInputError, match="labels of training data"):
            store.retention.set(table, timedelta(days=30))


@pytest.mark.tiers("embedded")
def test_no_batch_reaches_over_midnight(store: ft.TimescaleDBFeatureStore) -> None:
    store.get_online_features(FEATURES, {"origin": ["EWR"]})
    [answer] = store.served._log._take()[0]
    moments = [MIDNIGHT - 1, MIDNIGHT + 5, MIDNIGHT - 2, MIDNIGHT]
    days = list(_by_day([evolve(answer, now=moment) for moment in moments]))
    assert [[each.now - MIDNIGHT for each in day] for day in days] == [[-1, -2], [5, 0]]
