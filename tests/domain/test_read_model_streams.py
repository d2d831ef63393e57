"""Decisions about lineage, drift, documentation, metadata and assessments of snapshots."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import pytest

from featuretrail.domain.aggregates import (
    DocumentationAggregate,
    DriftIncident,
    FeatureMetadataAggregate,
    LineageAggregate,
    SnapshotAggregate,
)
from featuretrail.domain.aggregates import documentation as documents
from featuretrail.domain.aggregates import drift_incident as drift
from featuretrail.domain.aggregates import feature_metadata as annotations
from featuretrail.domain.aggregates import lineage as lineages
from featuretrail.domain.aggregates import snapshot as snapshots
from featuretrail.domain.aggregates.drift_incident import DriftEvent
from featuretrail.domain.errors import (
    AlreadyExistsError,
    ConflictError,
    InvalidInputError,
    InvalidNameError,
    NotFoundError,
)
from featuretrail.domain.events import Metadata, stream_id
from featuretrail.domain.events.drift import DriftDetected, DriftUpdated
from featuretrail.domain.parents import Parent
from tests.domain.examples import snapshot_created

ANNA = Metadata(actor="anna", reason="first")
BEN = Metadata(actor="ben", reason="again")
CREATED = SnapshotAggregate.initial("delay@1.0.0").evolve(snapshot_created("delay", "1.0.0"))
INCIDENT = UUID("c0ffee00-0000-4000-8000-000000000002")
FOUND: dict[str, Any] = {
    "drift_type": "distribution",
    "drift_score": 0.31,
    "threshold_value": 0.05,
    "severity": "high",
    "details": {"measure": "ks", "p": 0.0},
}
AGAIN: dict[str, Any] = {name: FOUND[name] for name in ("drift_score", "severity", "details")}


def lineage(*parents: Parent, **facts: Any) -> LineageAggregate:
    state = LineageAggregate.initial("weather.dew@2.0.0")
    for event in lineages.decide_declare(state, parents, ANNA, **facts):
        state = state.evolve(event)
    return state


def taken(state: DriftIncident, step: str) -> Sequence[DriftEvent]:
    match step:
        case "detect":
            return drift.decide_detect(state, "weather.temp", ANNA, **FOUND)
        case "update":
            return drift.decide_update(state, ANNA, **{**AGAIN, "drift_score": 0.5})
        case "acknowledge":
            return drift.decide_acknowledge(state, ANNA)
        case _:
            return drift.decide_resolve(state, "sensor replaced", ANNA)


def incident(*steps: str) -> DriftIncident:
    state = DriftIncident.initial(INCIDENT)
    for step in steps:
        for event in taken(state, step):
            state = state.evolve(event)
    return state


def test_a_lineage_is_a_stream_of_one_version_of_a_feature() -> None:
    temp, source = Parent.feature("weather.temp@1.0.0"), Parent("source", "noaa.hourly")
    (event,) = lineages.decide_declare(
        LineageAggregate.initial("weather.dew@2.0.0"),
        [source, temp],
        ANNA,
        computation_rule="temp - 1\n",
        computation_complexity="low",
        estimated_computation_time_ms=2,
        lineage_quality_score=80,
    )
    assert event.originator_id == stream_id("lineage", "weather.dew@2.0.0")
    assert (event.originator_version, event.metadata) == (1, ANNA)
    assert (event.feature_name, event.version) == ("weather.dew", "2.0.0")
    assert event.parents == [temp.to_dict(), source.to_dict()]
    assert lineage(source, temp).parents == (temp, source)


def test_an_equal_declaration_makes_no_event_and_a_changed_one_does() -> None:
    temp, source = Parent.feature("weather.temp@1.0.0"), Parent("source", "noaa.hourly")
    state = lineage(temp, source, lineage_quality_score=80)
    assert lineages.decide_declare(state, [source, temp], BEN, lineage_quality_score=80.0) == []
    for parents, score in (([temp], 80), ([temp, source], 81), ([temp, source], None), ([], 80)):
        (event,) = lineages.decide_declare(state, parents, BEN, lineage_quality_score=score)
        assert event.originator_version == 2


def test_a_feature_is_not_its_own_parent_but_an_earlier_version_may_be_one() -> None:
    earlier = Parent.feature("weather.dew@1.9.0")
    assert lineage(earlier).parents == (earlier,)
    for wrong in ("weather.dew@2.0.0", "weather.dew@10.0.0"):
        with pytest.raises(InvalidInputError, match="not its own parent"):
            lineage(Parent.feature(wrong))


@pytest.mark.parametrize(
    "parents",
    ["weather.temp@1.0.0", None, ["weather.temp@1.0.0"], [{"kind": "source", "name": "a"}], [None],
     [Parent("source", "a"), Parent("source", "a")]],
    ids=["text", "none", "list of text", "objects", "list of none", "one twice"],
)  # fmt: skip
def test_parents_that_are_none_are_refused(parents: Any) -> None:
    with pytest.raises(InvalidInputError, match="parent"):
        lineages.decide_declare(LineageAggregate.initial("weather.dew@2.0.0"), parents, ANNA)


@pytest.mark.parametrize(
    "wrong",
    [
        {"computation_rule": "\ud800"},
        {"computation_rule": 7},
        {"streaming_source": ""},
        {"outcome_tracking_version": "a\nb"},
        {"cross_system_consistency": True},
        {"computation_complexity": "huge"},
        {"estimated_computation_time_ms": -1},
        {"estimated_computation_time_ms": float("inf")},
        {"lineage_quality_score": 100.5},
        {"lineage_quality_score": float("nan")},
    ],
    ids=str,
)
def test_a_lineage_with_a_fact_that_cannot_be_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidInputError, match=next(iter(wrong))):
        lineage(Parent("source", "a"), **wrong)


def test_a_lineage_without_a_version_is_refused() -> None:
    with pytest.raises(InvalidNameError, match="names no version"):
        LineageAggregate.initial("weather.dew")


def test_a_retired_lineage_stays_as_a_tombstone_until_it_is_declared_anew() -> None:
    state = lineage(Parent("source", "a"))
    (event,) = lineages.decide_retire(state, BEN)
    retired = state.evolve(event)
    assert (event.feature_name, event.version, retired.retired) == ("weather.dew", "2.0.0", True)
    assert retired.parents == state.parents
    assert lineages.decide_retire(retired, BEN) == []
    (back,) = lineages.decide_declare(retired, [Parent("source", "a")], ANNA)
    assert retired.evolve(back).retired is False
    assert lineages.decide_retire(retired.evolve(back), ANNA) != []


def test_what_was_never_declared_is_not_retired() -> None:
    with pytest.raises(NotFoundError, match=r"weather\.dew@2\.0\.0"):
        lineages.decide_retire(LineageAggregate.initial("weather.dew@2.0.0"), ANNA)


def test_an_incident_is_detected_updated_acknowledged_and_resolved() -> None:
    reached = [
        incident(*steps).status
        for steps in (
            (),
            ("detect",),
            ("detect", "update"),
            ("detect", "update", "acknowledge"),
            ("detect", "acknowledge", "update"),
            ("detect", "acknowledge", "resolve"),
            ("detect", "resolve"),
        )
    ]
    assert reached == [
        "not detected", "detected", "detected", "acknowledged", "acknowledged", "resolved",
        "resolved",
    ]  # fmt: skip
    whole = incident("detect", "update", "acknowledge", "resolve")
    assert (whole.id, whole.version) == (INCIDENT, 4)
    assert isinstance(whole.latest, DriftUpdated)
    assert whole.latest.drift_score == 0.5
    assert isinstance(incident("detect").latest, DriftDetected)


@pytest.mark.parametrize(
    ("steps", "message"),
    [
        (("update",), "never detected and cannot be updated"),
        (("acknowledge",), "never detected and cannot be acknowledged"),
        (("resolve",), "never detected and cannot be resolved"),
        (("detect", "detect"), "never overwritten"),
        (("detect", "acknowledge", "acknowledge"), "acknowledged before by anna"),
        (("detect", "resolve", "detect"), "never overwritten"),
        (("detect", "resolve", "update"), r"resolved \('sensor replaced'\)"),
        (("detect", "resolve", "acknowledge"), r"resolved \('sensor replaced'\)"),
        (("detect", "resolve", "resolve"), r"resolved \('sensor replaced'\)"),
    ],
    ids=lambda part: " ".join(part) if isinstance(part, tuple) else "",
)
def test_steps_that_make_no_sense_are_refused(steps: tuple[str, ...], message: str) -> None:
    before = incident(*steps[:-1])
    with pytest.raises(ConflictError, match=message):
        incident(*steps)
    assert before == incident(*steps[:-1])


def test_an_incident_is_detected_once_for_ever() -> None:
    with pytest.raises(AlreadyExistsError):
        drift.decide_detect(incident("detect"), "weather.temp", BEN, **FOUND)


def test_a_check_that_finds_an_incident_unchanged_makes_no_event() -> None:
    assert drift.decide_update(incident("detect"), BEN, **AGAIN) == []
    updated = incident("detect", "update")
    assert drift.decide_update(updated, BEN, **{**AGAIN, "drift_score": 0.5}) == []
    (back,) = drift.decide_update(updated, BEN, **AGAIN)
    assert back.originator_version == 3


def test_an_update_without_a_snapshot_keeps_the_last_one() -> None:
    state = incident("detect")
    (event,) = drift.decide_update(state, BEN, **AGAIN, current_snapshot_id="delay@1.0.0")
    state = state.evolve(event)
    assert drift.decide_update(state, BEN, **AGAIN) == []
    (event,) = drift.decide_update(state, BEN, **{**AGAIN, "severity": "low"})
    assert event.current_snapshot_id is None
    assert state.evolve(event).current_snapshot_id == "delay@1.0.0"


@pytest.mark.parametrize(
    "wrong",
    [
        {"drift_type": "other"},
        {"drift_score": float("nan")},
        {"drift_score": -0.1},
        {"drift_score": True},
        {"threshold_value": float("inf")},
        {"severity": None},
        {"details": [1]},
        {"details": {"p": float("nan")}},
        {"version": "1.0"},
        {"baseline_snapshot_id": "delay"},
        {"current_snapshot_id": "delay@1"},
    ],
    ids=str,
)
def test_a_detection_with_a_fact_that_cannot_be_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidInputError, match=next(iter(wrong))):
        drift.decide_detect(incident(), "weather.temp", ANNA, **{**FOUND, **wrong})


def test_an_incident_needs_an_id_a_feature_and_an_action() -> None:
    wrong: Any = str(INCIDENT)
    with pytest.raises(InvalidInputError, match="give a UUID"):
        DriftIncident.initial(wrong)
    with pytest.raises(InvalidNameError):
        drift.decide_detect(incident(), "temp", ANNA, **FOUND)
    with pytest.raises(InvalidInputError, match="action_taken"):
        drift.decide_resolve(incident("detect"), "\ud800", ANNA)


def written(*contents: tuple[str, str]) -> DocumentationAggregate:
    state = DocumentationAggregate.initial("weather.temp")
    for version, content in contents:
        for event in documents.decide_generate(state, version, content, ANNA):
            state = state.evolve(event)
    return state


def test_revisions_count_from_one_in_each_version_of_the_feature() -> None:
    state = written(("1.0.0", "a"), ("1.0.0", "b"), ("2.0.0", "b"), ("1.0.0", "a"), ("1.0.0", "a"))
    assert state.id == stream_id("documentation", "weather.temp")
    assert {version: event.revision for version, event in state.latest.items()} == {
        "1.0.0": 3,
        "2.0.0": 1,
    }
    assert state.version == 4


def test_equal_documentation_makes_no_event_and_any_other_fact_does() -> None:
    state = written(("1.0.0", "a"))
    assert documents.decide_generate(state, "1.0.0", "a", BEN) == []
    changes: list[dict[str, Any]] = [
        {"author": "anna"},
        {"tags": ["air"]},
        {"examples": [{"temp": 1.0}]},
        {"change_history": [{"version": "1.0.0"}]},
        {"completeness_score": 0},
        {"documentation_quality_score": 100},
    ]
    for change in changes:
        (event,) = documents.decide_generate(state, "1.0.0", "a", BEN, **change)
        assert event.revision == 2


@pytest.mark.parametrize(
    "wrong",
    [
        {"documentation_version": "latest"},
        {"content": ""},
        {"content": " \n"},
        {"content": None},
        {"content": "nul\0"},
        {"examples": {"temp": 1}},
        {"examples": [{"temp": float("nan")}]},
        {"change_history": "none"},
        {"documentation_quality_score": 101},
        {"completeness_score": -1},
        {"author": ""},
        {"tags": "air"},
    ],
    ids=ascii,
)
def test_documentation_that_cannot_be_kept_is_refused(wrong: dict[str, Any]) -> None:
    facts: dict[str, Any] = {"documentation_version": "1.0.0", "content": "a", **wrong}
    with pytest.raises(InvalidInputError, match=next(iter(wrong))):
        documents.decide_generate(written(), metadata=ANNA, **facts)


def test_a_key_of_metadata_takes_one_value_after_another() -> None:
    state = FeatureMetadataAggregate.initial("weather.temp", "business", "owner/team")
    assert state.id == stream_id("metadata", "weather.temp/business/owner/team")
    for value, events in (("ops", 1), ("ops", 0), ("sales", 1), (None, 1), (None, 0), ("ops", 1)):
        decided = annotations.decide_record(state, value, ANNA)
        assert len(decided) == events
        for event in decided:
            state = state.evolve(event)
    assert (state.version, state.recorded is not None) == (4, True)


def test_values_that_json_tells_apart_are_different() -> None:
    state = FeatureMetadataAggregate.initial("weather.temp", "quality", "flag")
    for value in (1, True, 1.0, [1], [True], {"a": 1, "b": 2}):
        (event,) = annotations.decide_record(state, value, ANNA)
        state = state.evolve(event)
    assert annotations.decide_record(state, {"b": 2, "a": 1}, ANNA) == []
    (event,) = annotations.decide_record(state, {"b": 2, "a": 1}, ANNA, confidence_score=50)
    assert event.confidence_score == 50.0


def test_the_schema_is_set_by_definitions_alone() -> None:
    with pytest.raises(InvalidInputError, match="definition sets"):
        FeatureMetadataAggregate.initial("weather.temp", "schema", "dtype")


@pytest.mark.parametrize(
    ("feature", "kind", "key"),
    [
        ("temp", "business", "owner"),
        ("weather.temp@1.0.0", "business", "owner"),
        ("weather.temp", "other", "owner"),
        ("weather.temp", None, "owner"),
        ("weather.temp", "business", ""),
        ("weather.temp", "business", "a\0"),
        ("weather.temp", "business", "x" * 501),
    ],
)
def test_a_key_that_cannot_be_named_is_refused(feature: Any, kind: Any, key: Any) -> None:
    with pytest.raises(InvalidInputError):
        FeatureMetadataAggregate.initial(feature, kind, key)


def test_a_value_of_metadata_that_json_cannot_keep_is_refused() -> None:
    state = FeatureMetadataAggregate.initial("weather.temp", "business", "owner")
    for wrong in (float("nan"), {"a": object()}, "\ud800"):
        with pytest.raises(InvalidInputError, match="metadata_value"):
            annotations.decide_record(state, wrong, ANNA)
    with pytest.raises(InvalidInputError, match="confidence_score"):
        annotations.decide_record(state, 1, ANNA, confidence_score=float("nan"))


def assessed(**verdicts: Any) -> SnapshotAggregate:
    state = CREATED
    for event in snapshots.decide_assess(state, ANNA, evidence=[7], **verdicts):
        state = state.evolve(event)
    return state


def test_an_assessment_leaves_what_it_does_not_judge_as_it_was() -> None:
    state = assessed(validation_status="passed", quality_score=90)
    (event,) = snapshots.decide_assess(state, BEN, evidence=[9, 8, 9], drift_detected=False)
    assert (event.originator_id, event.originator_version) == (state.id, 3)
    assert event.evidence == [8, 9]
    now = state.evolve(event)
    assert (now.validation_status, now.quality_score, now.drift_detected) == ("passed", 90.0, False)
    assert now.created == snapshot_created("delay", "1.0.0")


def test_an_equal_assessment_makes_no_event() -> None:
    state = assessed(validation_status="passed", quality_score=90, drift_detected=False)
    assert snapshots.decide_assess(state, BEN, evidence=[12], quality_score=90) == []
    assert snapshots.decide_assess(state, BEN, evidence=[12], drift_detected=False) == []
    (event,) = snapshots.decide_assess(state, BEN, evidence=[12], drift_detected=True)
    assert event.drift_detected


def test_a_snapshot_that_was_never_created_is_not_assessed() -> None:
    with pytest.raises(NotFoundError, match=r"snapshot 'delay@1\.0\.0'"):
        snapshots.decide_assess(
            SnapshotAggregate.initial("delay@1.0.0"), ANNA, evidence=[1], quality_score=1
        )


@pytest.mark.parametrize(
    "wrong",
    [
        {"validation_status": "pending"},
        {"quality_score": float("nan")},
        {"quality_score": 100.1},
        {"drift_detected": 1},
        {"evidence": []},
        {"evidence": [0]},
        {"evidence": [True]},
        {"evidence": 7},
        {"evidence": "7"},
    ],
    ids=str,
)
def test_an_assessment_that_cannot_be_is_refused(wrong: dict[str, Any]) -> None:
    facts: dict[str, Any] = {"quality_score": 1, "evidence": [7], **wrong}
    with pytest.raises(InvalidInputError, match=next(iter(wrong))):
        snapshots.decide_assess(CREATED, ANNA, **facts)


def test_an_assessment_judges_something() -> None:
    with pytest.raises(InvalidInputError, match="an assessment needs"):
        snapshots.decide_assess(CREATED, ANNA, evidence=[7])


def test_a_snapshot_is_as_valid_as_the_worst_of_its_latest_checks() -> None:
    assert snapshots.worst_status([]) is None
    assert snapshots.worst_status([("quality", "not evaluated")]) is None
    assert snapshots.worst_status([("quality", "passed"), ("outcome", "passed")]) == "passed"
    assert snapshots.worst_status([("quality", "warning"), ("outcome", "passed")]) == "warning"
    assert snapshots.worst_status([("quality", "warning"), ("outcome", "failed")]) == "failed"
    assert snapshots.worst_status([("quality", "failed"), ("quality", "passed")]) == "passed"


def test_a_check_that_was_not_evaluated_does_not_hide_the_failure_before_it() -> None:
    checks: list[Any] = [("streaming", "failed"), ("streaming", "not evaluated")]
    assert snapshots.worst_status(checks) == "failed"
    wrong: Any
    for wrong in ([("streaming", "bad")], [("other", "passed")]):
        with pytest.raises(InvalidInputError):
            snapshots.worst_status(wrong)
