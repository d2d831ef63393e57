"""How long past rows are kept is an event: who, when and why; what cannot be meant is refused."""

from datetime import timedelta
from typing import Any

import pytest

import featuretrail as ft
from featuretrail.domain.aggregates.retention import CURRENT, DEFAULTS, KEPT
from featuretrail.domain.events import RetentionSet
from featuretrail.infrastructure.log.application import EventLog
from featuretrail.projections.plans import TABLES

DRIFT = "feature_drift_detection"
MONTH = timedelta(days=30)


def test_every_table_either_has_past_rows_or_says_what_is_now() -> None:
    assert sorted([*DEFAULTS, *CURRENT]) == sorted(TABLES)


@pytest.mark.tiers("embedded", "apache", "community")
def test_the_measurement_tables_are_kept_ninety_days_and_the_others_for_ever(
    store: ft.TimescaleDBFeatureStore,
) -> None:
    assert {each.table: each.keep for each in store.retention.show()} == KEPT
    assert [keep for keep in KEPT.values() if keep is not None] == 4 * [timedelta(days=90)]


@pytest.mark.tiers("embedded", "apache", "community")
def test_a_setting_is_an_event_with_actor_and_reason(
    store: ft.TimescaleDBFeatureStore, log: EventLog
) -> None:
    found = store.retention.set(DRIFT, MONTH, reason="agreed with legal")

    [event] = (each.event for each in log.read(topics=[RetentionSet.TOPIC]))
    assert (event.metadata.actor, event.metadata.reason) == ("anna", "agreed with legal")
    assert (found.keep, found.set_position) == (MONTH, store.position)
    assert {each.table: each.keep for each in store.retention.show()} == {**KEPT, DRIFT: MONTH}


def test_setting_what_holds_already_makes_no_event(store: ft.TimescaleDBFeatureStore) -> None:
    store.retention.set(DRIFT, timedelta(days=90))
    assert store.position == 0
    store.retention.set(DRIFT, None)
    store.retention.set(DRIFT, None)
    assert store.position == 1
    assert store.retention.set(DRIFT, timedelta(days=1, microseconds=1)).keep == timedelta(
        days=1, microseconds=1
    )


def test_the_status_tells_what_holds(store: ft.TimescaleDBFeatureStore) -> None:
    store.retention.set(DRIFT, None)

    found = {each["name"]: each["keep_days"] for each in store.status()["retention"]}

    assert found == {
        "feature_consistency_checks": 90.0,
        "feature_drift_detection": None,
        "feature_metadata": None,
        "feature_performance_metrics": 90.0,
        "served": 90.0,
    }


@pytest.mark.parametrize(
    ("keep", "complaint"),
    [
        (timedelta(0), "at least a day"),
        (timedelta(days=-90), "at least a day"),
        (timedelta(hours=23), "at least a day"),
        (timedelta.max, "at most 36,500 days"),
        (timedelta(days=36_500, microseconds=1), "at most 36,500 days"),
        (90, "give a timedelta"),
        ("90d", "give a timedelta"),
        (True, "give a timedelta"),
    ],
)
def test_what_is_no_length_of_time_to_keep_is_refused(
    store: ft.TimescaleDBFeatureStore, keep: Any, complaint: str
) -> None:
    with pytest.raises(ft.InvalidInputError, match=complaint):
        store.retention.set(DRIFT, keep)
    assert store.position == 0


def test_an_unknown_table_is_refused_with_those_that_look_alike(
    store: ft.TimescaleDBFeatureStore,
) -> None:
    with pytest.raises(ft.NotFoundError, match="did you mean 'feature_drift_detection'"):
        store.retention.set("feature_drift", MONTH)


@pytest.mark.parametrize("table", CURRENT)
def test_a_table_without_past_rows_has_no_retention(
    store: ft.TimescaleDBFeatureStore, table: str
) -> None:
    with pytest.raises(ft.InvalidInputError, match="none is ever past"):
        store.retention.set(table, MONTH)
