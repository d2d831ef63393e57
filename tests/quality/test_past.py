"""Asking recorded checks again, and the relation of features to an outcome."""

from datetime import timedelta

import numpy as np
import pyarrow as pa
import pytest

import featuretrail as ft
from tests.quality.weather import JANUARY, fill, hourly, window


def test_recorded_checks_are_asked_again_as_known_then(
    store: ft.TimescaleDBFeatureStore,
) -> None:
    quality = store.quality
    quality.create_baseline("weather", name="weather")
    first = quality.check_drift("weather", window=fill(store, 0, shift=4))
    quality.check_drift("weather", data=hourly(100, JANUARY))
    store.ingest("weather", hourly(300, window(0)[0], shift=50))  # a correction, later
    head = store.position

    same, data = quality.recheck(0, head)
    assert same.now is not None
    assert same.recorded.position == first.position
    assert same.changed == ()
    assert same.now.verdicts == first.verdicts
    assert data.reason == "it looked at data of the caller's, which is not kept"
    strict, _ = quality.recheck(
        0, head, thresholds={"*": {"ks": 0.9, "wasserstein": 9.0, "psi": 9.0}}
    )
    assert strict.changed == ("weather.temp",)
    assert strict.now is not None
    assert strict.now.ok
    assert quality.recheck(head, head) == []
    assert quality.recheck(0, head, baseline="weather", alpha=0.01)[0].now is not None
    assert store.position == head
    with pytest.raises(ft.InvalidInputError, match="end after the start"):
        quality.recheck(head, 0)


FLIGHTS = ft.FeatureGroup("flights", keys={"origin": "text"}, features=[ft.Feature("late", "bool")])


def _late(hours: int, number: int, *, turned: bool) -> pa.Table:
    """Return flights late when it is warm or, once that has ``turned``, when it is cold."""
    start = JANUARY + timedelta(hours=number * hours)
    table = hourly(hours, start)
    chance = np.random.default_rng(number).random(hours)
    warm = table.column("temp").to_numpy() > 60
    late = chance < np.where(warm != turned, 0.8, 0.2)
    return table.append_column("late", pa.array(late))


def test_a_relation_to_the_outcome_that_changed_is_concept_drift(
    store: ft.TimescaleDBFeatureStore,
) -> None:
    store.register(FLIGHTS, ft.FeatureSet("delay", ["weather.temp"], label="flights.late"))
    for number in range(3):
        made = _late(1_000, number, turned=number == 2)
        start = made.column("event_time")[0].as_py()
        if number:
            store.ingest("weather", made.drop_columns(["late"]))
        store.ingest("flights", made.select(["origin", "event_time", "late"]))
        store.create_feature_snapshot("delay", made.select(["origin", "event_time"]))
        assert start == JANUARY + timedelta(hours=1_000 * number)
    quality, hours = store.quality, timedelta(hours=1_000)

    stable = quality.check_concept_drift("delay@1.0.0", "delay@1.1.0")
    turned = quality.check_concept_drift("delay@1.0.0", "delay@1.2.0")
    stored = quality.check_concept_drift("delay@1.0.0", window=hours)

    assert stable.ok
    assert turned.drifted == stored.drifted == ("weather.temp",)
    assert turned.outcome == "flights.late@1.0.0"
    assert {each.drift_type for each in quality.incidents()} == {"concept"}
    assert quality.check_concept_drift("delay@1.0.0", window=hours).position == stored.position
    with pytest.raises(ft.InvalidInputError, match="one of current"):
        quality.check_concept_drift("delay@1.0.0")


def test_without_a_label_there_is_no_concept(store: ft.TimescaleDBFeatureStore) -> None:
    store.register(ft.FeatureSet("delay", ["weather.temp"]))
    spine = hourly(50, JANUARY).select(["origin", "event_time"])
    store.create_feature_snapshot("delay", spine)
    store.create_feature_snapshot("delay", spine, labels=[True] * 50, version="2.0.0")

    with pytest.raises(ft.InvalidInputError, match="has no label"):
        store.quality.check_concept_drift("delay@1.0.0", "delay@2.0.0")
    with pytest.raises(ft.InvalidInputError, match="given with its spine"):
        store.quality.check_concept_drift("delay@2.0.0", window=timedelta(days=1))
