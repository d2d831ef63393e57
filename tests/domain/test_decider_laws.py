"""Laws of the deciders: decisions fold, repeat nothing, and come back from the log as they were."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from eventsourcing.persistence import StoredEvent
from hypothesis import given, settings
from hypothesis import strategies as st

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
from featuretrail.domain.errors import ConflictError
from featuretrail.domain.events import Event, Measurement, Metadata
from featuretrail.domain.events.base import JsonObject
from featuretrail.domain.names import FeatureReference
from featuretrail.domain.parents import Parent
from featuretrail.domain.records import consistency_check, performance_sample, quality_check
from featuretrail.infrastructure.log.decoding import decode, encode
from tests.domain import strategies as given_by
from tests.domain.examples import snapshot_created


def returned(event: Event) -> Event:
    """The event as it comes back from the log."""
    state = encode(event)
    return decode(
        StoredEvent(event.originator_id, event.originator_version, event.TOPIC, state), position=1
    )


def folded(state: Any, events: Sequence[Event]) -> Any:
    """The state after ``events`` as read from the log; each is the next of the stream."""
    for event in events:
        assert (event.originator_id, event.originator_version) == (state.id, state.version + 1)
        assert returned(event) == event
        state = state.evolve(returned(event))
    return state


@given(
    given_by.feature_versions,
    st.sets(given_by.parents, max_size=3),
    given_by.lineage_facts,
    given_by.metadata,
)
def test_a_lineage_folds_and_repeats_nothing(
    feature: str, parents: set[Parent], facts: JsonObject, metadata: Metadata
) -> None:
    parents = {parent for parent in parents if parent.name != FeatureReference.parse(feature).path}
    initial = LineageAggregate.initial(feature)
    state = folded(initial, lineages.decide_declare(initial, parents, metadata, **facts))
    assert set(state.parents) == parents
    again = lineages.decide_declare(state, reversed(state.parents), Metadata(), **facts)
    assert again == []
    retired = folded(state, lineages.decide_retire(state, metadata))
    assert lineages.decide_retire(retired, metadata) == []


@settings(max_examples=200)
@given(
    st.uuids(),
    given_by.paths,
    given_by.drift_detections,
    st.lists(
        st.fixed_dictionaries(given_by.drift_findings)
        | st.sampled_from(["acknowledge", "resolve", "detect", "repeat"]),
        max_size=6,
    ),
    given_by.metadata,
)
def test_an_incident_takes_its_steps_in_order_whatever_is_asked(
    incident: UUID,
    feature: str,
    detection: JsonObject,
    steps: list[JsonObject | str],
    metadata: Metadata,
) -> None:
    state = DriftIncident.initial(incident)
    state = folded(state, drift.decide_detect(state, feature, metadata, **detection))
    reached = [state.status]
    for step in steps:
        try:
            decided = _decided(state, step, feature, detection, metadata)
        except ConflictError:
            continue
        if step == "repeat":
            assert decided == []
        state = folded(state, decided)
        reached.append(state.status)
    order = ["detected", "acknowledged", "resolved"]
    assert reached == sorted(reached, key=order.index)
    assert reached.count("resolved") <= 1


def _decided(
    state: DriftIncident,
    step: JsonObject | str,
    feature: str,
    detection: JsonObject,
    metadata: Metadata,
) -> Sequence[Event]:
    if not isinstance(step, str):
        return drift.decide_update(state, metadata, **step)
    if step == "acknowledge":
        return drift.decide_acknowledge(state, metadata)
    if step == "resolve":
        return drift.decide_resolve(state, "done", metadata)
    if step == "detect":
        return drift.decide_detect(state, feature, metadata, **detection)
    assert state.latest is not None
    latest = state.latest.model_dump(include=set(given_by.drift_findings))
    return drift.decide_update(state, metadata, **latest)


@given(given_by.paths, st.lists(given_by.documents, min_size=1, max_size=5), given_by.metadata)
def test_documentation_folds_and_repeats_nothing(
    feature: str, writings: list[JsonObject], metadata: Metadata
) -> None:
    state = DocumentationAggregate.initial(feature)
    revisions = dict.fromkeys(("1.0.0", "1.1.0"), 0)
    for writing in writings:
        decided = documents.decide_generate(state, metadata=metadata, **writing)
        state = folded(state, decided)
        revisions[writing["documentation_version"]] += len(decided)
        assert documents.decide_generate(state, metadata=Metadata(), **writing) == []
    assert {version: event.revision for version, event in state.latest.items()} == {
        version: count for version, count in revisions.items() if count
    }


@given(
    given_by.paths,
    st.sampled_from(["quality", "performance", "business"]),
    given_by.labels,
    st.lists(st.tuples(given_by.json_values, st.none() | given_by.scores), max_size=4),
    given_by.metadata,
)
def test_metadata_folds_and_repeats_nothing(
    feature: str, kind: str, key: str, values: list[tuple[Any, float | None]], metadata: Metadata
) -> None:
    state = FeatureMetadataAggregate.initial(feature, kind, key)
    for value, confidence in values:
        decided = annotations.decide_record(state, value, metadata, confidence_score=confidence)
        state = folded(state, decided)
        again = annotations.decide_record(state, value, Metadata(), confidence_score=confidence)
        assert again == []
        assert state.recorded is not None
        assert state.recorded.metadata_value == value


@given(st.lists(given_by.assessments, max_size=4), given_by.metadata)
def test_assessments_fold_and_repeat_nothing(
    assessments: list[JsonObject], metadata: Metadata
) -> None:
    state = SnapshotAggregate.initial("delay@1.0.0")
    state = folded(state, [snapshot_created("delay", "1.0.0")])
    known: JsonObject = {}
    for assessment in assessments:
        state = folded(state, snapshots.decide_assess(state, metadata, **assessment))
        assert snapshots.decide_assess(state, Metadata(), **assessment) == []
        known |= {name: given for name, given in assessment.items() if name != "evidence"}
        assert {name: getattr(state, name) for name in known} == known


@given(
    st.uuids(),
    st.lists(given_by.measurements, min_size=1, max_size=3),
    given_by.json_objects,
    st.dictionaries(given_by.labels, st.none() | given_by.scores, max_size=3),
    given_by.metadata,
)
def test_records_come_back_from_the_log_as_they_were(
    record: UUID,
    measurements: list[Measurement],
    details: JsonObject,
    dimensions: dict[str, float | None],
    metadata: Metadata,
) -> None:
    evaluated = [score for score in dimensions.values() if score is not None]
    events: list[Event] = [
        performance_sample(record, measurements, metadata),
        consistency_check(
            record,
            "delay@1.0.0",
            metadata,
            check_type="outcome",
            status="failed",
            details=details,
            check_duration_ms=0.1,
            confidence_score=None,
        ),
        quality_check(
            record,
            "weather.temp",
            metadata,
            version=None,
            score=min(evaluated, default=None),
            dimensions=dimensions,
            coverage=100.0 * len(evaluated) / max(1, len(dimensions)),
        ),
    ]
    for event in events:
        assert returned(event) == event
