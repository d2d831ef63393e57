"""Outcomes against the training matrix: the labels, and the features that a tracker saw."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pytest

import featuretrail as ft
from tests.consistency.weather import WEATHER, hourly, numbers
from tests.engines.database import Database

DELAYS = ft.FeatureGroup(
    "flights", keys={"origin": "text"}, features=[ft.Feature("delay", "float64")]
)
DELAY = ft.FeatureSet("delay", ["weather.temp", "weather.gust"], label="flights.delay")
HOURS = 40


@pytest.fixture
def delays(database: Database) -> Iterator[ft.TimescaleDBFeatureStore]:
    """A store with a snapshot whose labels the caller brought, before they were recorded."""
    with ft.connect(database.url, artifacts="database:") as store:
        store.register(WEATHER, DELAYS, DELAY)
        weather = hourly(hours=HOURS)
        store.ingest("weather", weather)
        spine = weather.select(["origin", "event_time"])
        label = np.arange(spine.num_rows) % 30 + 0.5
        store.create_feature_snapshot("delay", spine.append_column("delay", pa.array(label)))
        yield store


def outcomes(store: ft.TimescaleDBFeatureStore, rows: int) -> pa.Table:
    """Return what the tracker says of the first rows: all as in the matrix."""
    matrix = store.get_feature_snapshot("delay@1.0.0").to_arrow().slice(0, rows)
    micros = matrix.column("event_time").cast(pa.int64()).to_numpy()
    late = pa.array(micros + 3_600_000_000).cast(pa.timestamp("us", tz="UTC"))
    return pa.table(
        {
            "origin": matrix.column("origin"),
            "event_time": late,
            "judged_time": matrix.column("event_time"),
            "delay": matrix.column("delay"),
            "weather.temp": matrix.column("temp"),
        }
    )


def test_outcomes_that_agree_pass_and_rows_without_one_lower_the_confidence(
    delays: ft.TimescaleDBFeatureStore,
) -> None:
    first = delays.validate_feature_consistency("delay@1.0.0", "outcome")["outcome"]
    delays.record_outcomes("flights.delay", outcomes(delays, 60), snapshot="delay@1.0.0")

    found = delays.validate_feature_consistency("delay@1.0.0", "outcome")["outcome"]

    assert first.status == "not evaluated"
    assert "no outcome of flights.delay@1.0.0" in first.reasons[0]
    assert first.confidence_score is None
    assert found.status == "passed"
    names = [each.name for each in found.comparisons]
    assert names == ["outcomes of flights.delay", "seen of weather.temp"]
    scores = [each.confidence_score for each in found.comparisons]
    assert all(score is not None and 45 < score < 50 for score in scores)  # 60 of 120 rows
    partly = delays.consistency.check("delay@1.0.0", "outcome", sample=0.7, record=False)
    assert partly["outcome"].status == "passed"


def test_a_tracker_that_saw_the_hour_before_and_another_label_is_found(
    delays: ft.TimescaleDBFeatureStore,
) -> None:
    told = outcomes(delays, HOURS)
    temp = np.roll(numbers(told, "weather.temp"), 1)
    delay = numbers(told, "delay")
    delay[3] = 99.0
    told = told.set_column(4, "weather.temp", pa.array(temp)).set_column(
        3, "delay", pa.array(delay)
    )
    delays.record_outcomes("flights.delay", told, snapshot="delay@1.0.0")

    found = delays.validate_feature_consistency("delay@1.0.0", "outcome")["outcome"]

    label, seen = found.comparisons
    assert found.status == "failed"
    assert label.features["flights.delay"].mismatches == 1
    assert label.features["flights.delay"].examples[0].found == 99.0
    assert seen.features["weather.temp"].causes[0].name == "write lag"
