"""One-event records: what they hold, and what is refused."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import numpy as np
import pytest

from featuretrail.domain.errors import InvalidInputError, NaiveTimeError
from featuretrail.domain.events import Measurement, Metadata
from featuretrail.domain.records import (
    consistency_check,
    measurement,
    performance_sample,
    quality_check,
)

ANNA = Metadata(actor="anna", reason="nightly")
RECORD = UUID("c0ffee00-0000-4000-8000-000000000003")
NOON = datetime(2013, 6, 1, 12, tzinfo=UTC)
QUALITY: dict[str, Any] = {
    "version": "1.0.0",
    "score": 91,
    "dimensions": {"completeness": 91, "validity": None},
    "coverage": 50,
    "reasons": ["9 of 100 values are NULL"],
    "snapshot_id": "delay@1.0.0",
}
CONSISTENCY: dict[str, Any] = {
    "check_type": "streaming",
    "status": "warning",
    "details": {"mismatch": 3},
    "check_duration_ms": 12.5,
    "confidence_score": 80,
    "auto_fixed": True,
}
MEASURED: dict[str, Any] = {
    "feature_name": "weather.temp",
    "measured_at": NOON,
    "computation_time_ms": 1.5,
    "computation_context": "training",
    "version": "1.0.0",
    "cpu_time_ms": 1,
    "memory_usage_mb": 2,
    "usage_frequency": np.int64(3),
    "row_count": np.int32(30),
    "performance_score": 99,
    "snapshot_id": "delay@1.0.0",
    "operation": "freeze",
    "accuracy_impact": -0.25,
}


def test_a_quality_check_is_the_first_event_of_its_own_stream() -> None:
    event = quality_check(RECORD, "weather.temp", ANNA, **QUALITY)
    assert (event.originator_id, event.originator_version, event.metadata) == (RECORD, 1, ANNA)
    assert event.dimensions == {"completeness": 91.0, "validity": None}
    assert (event.score, event.coverage, event.snapshot_id) == (91.0, 50.0, "delay@1.0.0")


def test_a_check_that_evaluated_nothing_has_no_score() -> None:
    nothing = {"dimensions": {"validity": None}, "coverage": 0}
    event = quality_check(RECORD, "weather.temp", ANNA, **{**QUALITY, **nothing, "score": None})
    assert event.score is None
    for dimensions in ({}, {"validity": None}):
        with pytest.raises(InvalidInputError, match="no dimension was evaluated"):
            quality_check(RECORD, "weather.temp", ANNA, **{**QUALITY, "dimensions": dimensions})


@pytest.mark.parametrize(
    "wrong",
    [
        {"version": "1"},
        {"score": 101},
        {"score": float("nan")},
        {"dimensions": [91]},
        {"dimensions": {"completeness": -1}},
        {"dimensions": {"": 91}},
        {"dimensions": {7: 91}},
        {"coverage": None},
        {"coverage": True},
        {"reasons": "all good"},
        {"reasons": ["\ud800"]},
        {"snapshot_id": "delay"},
    ],
    ids=ascii,
)
def test_a_quality_check_that_cannot_be_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidInputError, match=next(iter(wrong)).rstrip("s")):
        quality_check(RECORD, "weather.temp", ANNA, **{**QUALITY, **wrong})


def test_a_consistency_check_is_the_first_event_of_its_own_stream() -> None:
    event = consistency_check(RECORD, "delay@1.0.0", ANNA, **CONSISTENCY)
    assert (event.originator_id, event.originator_version, event.metadata) == (RECORD, 1, ANNA)
    assert event.model_dump(include=set(CONSISTENCY)) == CONSISTENCY


def test_a_check_that_was_not_evaluated_has_no_confidence() -> None:
    skipped = {**CONSISTENCY, "status": "not evaluated"}
    with pytest.raises(InvalidInputError, match="was not evaluated"):
        consistency_check(RECORD, "delay@1.0.0", ANNA, **skipped)
    event = consistency_check(RECORD, "delay@1.0.0", ANNA, **{**skipped, "confidence_score": None})
    assert event.confidence_score is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"snapshot_id": "delay@one"},
        {"snapshot_id": None},
        {"check_type": "drift"},
        {"status": "pending"},
        {"details": {"mismatch": float("inf")}},
        {"details": None},
        {"auto_fixed": 1},
        {"check_duration_ms": -0.1},
        {"check_duration_ms": float("nan")},
        {"confidence_score": 100.1},
    ],
    ids=str,
)
def test_a_consistency_check_that_cannot_be_is_refused(wrong: dict[str, Any]) -> None:
    facts = {"snapshot_id": "delay@1.0.0", **CONSISTENCY, **wrong}
    with pytest.raises(InvalidInputError, match=next(iter(wrong))):
        consistency_check(RECORD, metadata=ANNA, **facts)


def test_a_sample_keeps_its_measurements_in_their_order() -> None:
    later = measurement("weather.wind", NOON + timedelta(hours=1), 0, "inference")
    first = measurement(**MEASURED)
    event = performance_sample(RECORD, iter([later, first]), ANNA)
    assert (event.originator_id, event.originator_version, event.metadata) == (RECORD, 1, ANNA)
    assert event.measurements == [later, first]
    assert first.model_dump() == MEASURED
    assert (later.usage_frequency, later.memory_usage_mb) == (1, None)


def test_a_measurement_is_timed_in_utc() -> None:
    east = NOON.astimezone(timezone(timedelta(hours=2)))
    taken = measurement(**{**MEASURED, "measured_at": east})
    assert taken.measured_at.utcoffset() == timedelta(0)
    with pytest.raises(NaiveTimeError):
        measurement(**{**MEASURED, "measured_at": datetime(2013, 6, 1)})  # noqa: DTZ001


@pytest.mark.parametrize(
    "wrong",
    [
        {"feature_name": "temp"},
        {"feature_name": "weather.temp@1.0.0"},
        {"measured_at": "2013-06-01"},
        {"computation_time_ms": -1},
        {"computation_time_ms": float("nan")},
        {"computation_time_ms": True},
        {"computation_context": "testing"},
        {"version": "one"},
        {"cpu_time_ms": -0.5},
        {"memory_usage_mb": float("inf")},
        {"usage_frequency": -1},
        {"usage_frequency": 1.0},
        {"usage_frequency": 2**63},
        {"row_count": -1},
        {"row_count": 2.5},
        {"performance_score": 101},
        {"snapshot_id": "@1.0.0"},
        {"operation": "computed"},
        {"operation": ""},
        {"accuracy_impact": float("nan")},
    ],
    ids=str,
)
def test_a_measurement_that_cannot_be_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidInputError, match=next(iter(wrong)).removesuffix("_name")):
        measurement(**{**MEASURED, **wrong})


def test_measurements_made_otherwise_are_checked_too() -> None:
    made = Measurement(**{**MEASURED, "accuracy_impact": float("nan")})
    with pytest.raises(InvalidInputError, match="accuracy_impact"):
        performance_sample(RECORD, [made], ANNA)
    wrong: Any
    for wrong in ([], [MEASURED], None, "none", [None]):
        with pytest.raises(InvalidInputError, match="measurement"):
            performance_sample(RECORD, wrong, ANNA)


def test_a_record_needs_an_id() -> None:
    wrong: Any = str(RECORD)
    with pytest.raises(InvalidInputError, match="give a UUID"):
        performance_sample(wrong, [measurement(**MEASURED)], ANNA)
    with pytest.raises(InvalidInputError, match="give a UUID"):
        quality_check(wrong, "weather.temp", ANNA, **QUALITY)
    with pytest.raises(InvalidInputError, match="give a UUID"):
        consistency_check(wrong, "delay@1.0.0", ANNA, **CONSISTENCY)
