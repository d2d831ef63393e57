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


LATER = ft.FeatureSet("arrival", ["weather.temp"], label="flights.delay")


@pytest.fixture
def asked(database: Database) -> Iterator[ft.TimescaleDBFeatureStore]:
    """A store with two snapshots of the same questions: before and after what happened.

    The outcomes judge the first of them. One label was ingested in between, as no outcome.
    """
    with ft.connect(database.url, artifacts="database:") as store:
        store.register(WEATHER, DELAYS, LATER)
        weather = hourly(hours=HOURS)
        store.ingest("weather", weather)
        spine = weather.select(["origin", "event_time"])
        spine = pa.concat_tables([spine, spine.slice(0, 1)])  # a question may be asked twice
        store.create_feature_snapshot("arrival", spine)
        store.record_outcomes("flights.delay", happened(weather), snapshot="arrival@1.0.0")
        ordinary = happened(weather).select(["origin", "delay"]).slice(0, 1)
        first = [weather["event_time"][0].as_py()]
        store.ingest("flights", ordinary.append_column("event_time", [first]))
        store.create_feature_snapshot("arrival", spine)
        yield store


def happened(weather: pa.Table) -> pa.Table:
    """Return one outcome of every question, half an hour later."""
    micros = weather.column("event_time").cast(pa.int64()).to_numpy()
    return pa.table(
        {
            "origin": weather.column("origin"),
            "event_time": pa.array(micros + 1_800_000_000).cast(pa.timestamp("us", tz="UTC")),
            "judged_time": weather.column("event_time"),
            "delay": np.arange(micros.size) + 0.5,
        }
    )


def test_a_snapshot_that_no_outcome_judges_is_compared_by_the_label_rule(
    asked: ft.TimescaleDBFeatureStore,
) -> None:
    found = asked.validate_feature_consistency("arrival@1.1.0", "outcome")["outcome"]

    [said] = found.comparisons
    assert said.name == "outcomes of flights.delay, by the label rule"
    assert (found.status, said.compared, said.extra, said.missing) == ("passed", 119, 0, 0)
    assert found.confidence_score is not None
    assert 95 < found.confidence_score < 100 * 119 / 120  # the label that is no outcome
    partly = asked.consistency.check("arrival@1.1.0", "outcome", sample=0.7, record=False)
    [part] = partly["outcome"].comparisons
    assert (part.status, part.compared in (40, 80, 39, 79)) == ("passed", True)


def test_a_label_that_was_not_there_yet_is_told_and_is_no_disagreement(
    asked: ft.TimescaleDBFeatureStore,
) -> None:
    found = asked.validate_feature_consistency("arrival@1.0.0", "outcome")["outcome"]

    assert (found.status, found.comparisons, found.confidence_score) == ("not evaluated", (), None)
    assert "120 rows had no label when the snapshot was frozen" in found.reasons[0]


def test_corrected_outcomes_differ_and_are_named_later_values(
    asked: ft.TimescaleDBFeatureStore,
) -> None:
    corrected = happened(hourly(hours=HOURS)).slice(10, 5)
    corrected = corrected.set_column(3, "delay", pa.array([1e3, 2e3, -7.0, 9.0, 0.0]))
    asked.record_outcomes(
        "flights.delay", corrected, snapshot="arrival@1.0.0", on_conflict="replace"
    )

    [said] = asked.validate_feature_consistency("arrival@1.1.0", "outcome")["outcome"].comparisons

    delay = said.features["flights.delay"]
    assert (delay.mismatches, delay.examples[0].found) == (5, 2e3)
    assert [each.name for each in delay.causes] == ["later value"]
    assert "5 of 5 values are outcomes recorded after" in delay.causes[0].evidence


def test_a_retracted_label_is_not_compared_and_an_altered_matrix_value_is_found(
    asked: ft.TimescaleDBFeatureStore,
) -> None:
    weather = hourly(hours=HOURS)
    asked.retract(
        "flights", {"origin": ["JFK"]}, from_event_time=weather["event_time"][0].as_py(),
        reason="no such flights",
    )  # fmt: skip
    asked.ingest(
        "flights", happened(weather).select(["origin", "event_time"]).slice(5, 1)
        .append_column("delay", pa.array([-1.0])),
    )  # fmt: skip
    spine = weather.select(["origin", "event_time"])
    asked.create_feature_snapshot("arrival", spine)

    found = asked.validate_feature_consistency("arrival@1.2.0", "outcome")["outcome"]

    [said] = found.comparisons
    assert (said.compared, said.features["flights.delay"].mismatches) == (79, 1)
    [example] = said.features["flights.delay"].examples
    assert (example.expected, example.found) == (-1.0, 5.5)
    assert found.confidence_score is not None
    assert found.confidence_score < 66


def test_labels_that_the_caller_brought_follow_no_rule(delays: ft.TimescaleDBFeatureStore) -> None:
    delays.record_outcomes(
        "flights.delay", outcomes(delays, 60).drop_columns(["judged_time"]), unjudged=True
    )

    found = delays.validate_feature_consistency("delay@1.0.0", "outcome")["outcome"]

    assert found.status == "not evaluated"
    assert "the labels were given with the spine" in found.reasons[0]
