"""Hypothesis strategies for valid logs: streams of every kind of event, interleaved.

The deciders make the events, so a log holds nothing that the store would have refused.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from hypothesis import strategies as st

from featuretrail.domain.aggregates import (
    DocumentationAggregate,
    DriftIncident,
    FeatureAggregate,
    FeatureMetadataAggregate,
    FeatureSetAggregate,
    LineageAggregate,
    Retention,
    SnapshotAggregate,
)
from featuretrail.domain.aggregates import documentation as documents
from featuretrail.domain.aggregates import drift_incident as drift
from featuretrail.domain.aggregates import feature as features
from featuretrail.domain.aggregates import feature_metadata as annotations
from featuretrail.domain.aggregates import feature_set as sets
from featuretrail.domain.aggregates import lineage as lineages
from featuretrail.domain.aggregates import snapshot as snapshots
from featuretrail.domain.aggregates.retention import DEFAULTS
from featuretrail.domain.definitions import Feature, FeatureSet
from featuretrail.domain.events import Event, FeatureSetDefined, Metadata, SnapshotCreated
from featuretrail.domain.names import FeatureReference
from featuretrail.domain.records import consistency_check, performance_sample, quality_check
from featuretrail.domain.versions import Version
from featuretrail.infrastructure.log.records import RecordedEvent
from featuretrail.projections.checks import log_of
from featuretrail.projections.checks.orders import BEGINNING, STEP
from tests.domain import strategies as given_by
from tests.domain.examples import snapshot_created, snapshot_erased
from tests.projections.streams import Stream, every_kind, grown, removal

Draw = st.DrawFn

ids = st.uuids(version=4)


@st.composite
def feature_streams(draw: Draw) -> Stream:
    """The definitions of a feature, patch after patch."""
    stream: Stream = []
    group, name = draw(given_by.words), draw(given_by.words)
    state = FeatureAggregate.initial(group, name)
    for patch, unit in enumerate(draw(st.lists(given_by.texts, min_size=1, max_size=3))):
        definition = Feature(
            name,
            "float64",
            unit=unit,
            version=f"1.0.{patch}",
            tags=draw(st.lists(given_by.labels, max_size=2)),
        )
        decided = features.decide_define(state, definition, draw(given_by.metadata))
        state = grown(state, decided, stream)
    return stream


@st.composite
def set_streams(draw: Draw) -> Stream:
    """The definitions of a feature set, of which none of the seven tables takes note."""
    name, path = draw(given_by.words), draw(given_by.paths)
    state = FeatureSetAggregate.initial(name)
    latest = {path: Version.parse("1.0.0")}
    decided = sets.decide_define(state, FeatureSet(name, [path]), latest, Metadata())
    return list[Event](decided)


@st.composite
def snapshot_streams(draw: Draw) -> Stream:
    """A snapshot, its assessments, and erasures of rows of it."""
    name, version = draw(given_by.words), draw(given_by.semantic_versions)
    created = snapshot_created(name, version)
    found = {
        "rows": draw(st.integers(0, 2**63 - 1)),
        "features": [{"reference": each} for each in draw(st.lists(given_by.feature_versions))],
        "annotations": draw(given_by.json_objects),
        "memory_usage_mb": draw(st.none() | given_by.amounts),
        "metadata": draw(given_by.metadata),
    }
    stream: Stream = []
    state = SnapshotAggregate.initial(f"{name}@{version}")
    state = grown(state, [SnapshotCreated.model_validate(dict(created) | found)], stream)
    for assessment in draw(st.lists(given_by.assessments, max_size=3)):
        state = grown(state, snapshots.decide_assess(state, Metadata(), **assessment), stream)
        if draw(st.booleans()):
            erased = snapshot_erased(state, draw(st.integers(0, 2**63 - 1)))
            state = grown(state, [erased], stream)
    return stream


@st.composite
def lineage_streams(draw: Draw) -> Stream:
    """The lineage of a version of a feature: declared, declared anew, retired, brought back."""
    reference = FeatureReference.parse(draw(given_by.feature_versions))
    stream: Stream = []
    state = LineageAggregate.initial(reference)
    for facts in draw(st.lists(given_by.lineage_facts, min_size=1, max_size=3)):
        parents = draw(st.sets(given_by.parents, max_size=2))
        others = {parent for parent in parents if parent.name != reference.path}
        decided = lineages.decide_declare(state, others, draw(given_by.metadata), **facts)
        state = grown(state, decided, stream)
        if draw(st.booleans()):
            state = grown(state, lineages.decide_retire(state, Metadata()), stream)
    return stream


@st.composite
def drift_streams(draw: Draw) -> Stream:
    """A drift incident: detected, updated, perhaps acknowledged, perhaps resolved."""
    stream: Stream = []
    state = DriftIncident.initial(draw(ids))
    found, who = draw(given_by.drift_detections), draw(given_by.metadata)
    detected = drift.decide_detect(state, draw(given_by.paths), who, **found)
    state = grown(state, detected, stream)
    for update in draw(st.lists(st.fixed_dictionaries(given_by.drift_findings), max_size=2)):
        state = grown(state, drift.decide_update(state, who, **update), stream)
    if draw(st.booleans()):
        state = grown(state, drift.decide_acknowledge(state, who), stream)
    if draw(st.booleans()):
        state = grown(state, drift.decide_resolve(state, draw(given_by.texts), who), stream)
    return stream


@st.composite
def documentation_streams(draw: Draw) -> Stream:
    """The documentation of a feature, revision after revision of two versions."""
    stream: Stream = []
    state = DocumentationAggregate.initial(draw(given_by.paths))
    for writing in draw(st.lists(given_by.documents, min_size=1, max_size=4)):
        decided = documents.decide_generate(state, metadata=draw(given_by.metadata), **writing)
        state = grown(state, decided, stream)
    return stream


@st.composite
def metadata_streams(draw: Draw) -> Stream:
    """The values of a key of a feature's metadata."""
    kind = draw(st.sampled_from(["quality", "performance", "business"]))
    state = FeatureMetadataAggregate.initial(draw(given_by.paths), kind, draw(given_by.labels))
    values = draw(st.lists(given_by.json_values, min_size=1, max_size=3))
    stream: Stream = []
    for value in values:
        confidence = draw(st.none() | given_by.scores)
        decided = annotations.decide_record(state, value, Metadata(), confidence_score=confidence)
        state = grown(state, decided, stream)
    return stream


@st.composite
def consistency_streams(draw: Draw) -> Stream:
    """A check of a snapshot."""
    status: Any = draw(st.sampled_from(["passed", "warning", "failed", "not evaluated"]))
    return [
        consistency_check(
            draw(ids),
            draw(given_by.snapshot_ids),
            draw(given_by.metadata),
            check_type=draw(st.sampled_from(["streaming", "outcome", "cross_system", "quality"])),
            status=status,
            details=draw(given_by.json_objects),
            check_duration_ms=draw(given_by.amounts),
            confidence_score=None if status == "not evaluated" else draw(given_by.scores),
            auto_fixed=draw(st.booleans()),
        )
    ]


@st.composite
def quality_streams(draw: Draw) -> Stream:
    """A check of a feature's quality."""
    dimensions = draw(st.dictionaries(given_by.labels, st.none() | given_by.scores, max_size=3))
    evaluated = [score for score in dimensions.values() if score is not None]
    return [
        quality_check(
            draw(ids),
            draw(given_by.paths),
            Metadata(),
            version=draw(st.none() | given_by.semantic_versions),
            score=min(evaluated, default=None),
            dimensions=dimensions,
            coverage=draw(given_by.scores),
            reasons=draw(st.lists(given_by.texts, max_size=2)),
        )
    ]


@st.composite
def performance_streams(draw: Draw) -> Stream:
    """A sample of measurements."""
    measured = draw(st.lists(given_by.measurements, min_size=1, max_size=3))
    return [performance_sample(draw(ids), measured, draw(given_by.metadata))]


KINDS = (
    feature_streams(),
    set_streams(),
    snapshot_streams(),
    lineage_streams(),
    drift_streams(),
    documentation_streams(),
    metadata_streams(),
    consistency_streams(),
    quality_streams(),
    performance_streams(),
)


@st.composite
def logs(draw: Draw, most: int = 5) -> list[RecordedEvent]:
    """A log of up to ``most`` streams, in any order that keeps each stream's."""
    streams = draw(
        st.lists(
            st.one_of(KINDS), min_size=1, max_size=most, unique_by=lambda s: s[0].originator_id
        )
    )
    if all(isinstance(stream[0], FeatureSetDefined) for stream in streams):
        streams.append(draw(drift_streams()))
    tables = draw(st.lists(st.sampled_from([*DEFAULTS]), max_size=2))
    return log_of(with_removals(draw, interleaved(draw, streams), tables))


@st.composite
def full_logs(draw: Draw) -> list[RecordedEvent]:
    """A log in which every handler of the seven tables has something to do, and some more."""
    drawn = draw(st.lists(st.one_of(KINDS), max_size=2))
    streams = {stream[0].originator_id: stream for stream in (*drawn, *every_kind())}
    for table in DEFAULTS:
        del streams[Retention.initial(table).id]
    events = interleaved(draw, list(streams.values()))
    return log_of(with_removals(draw, events, [*DEFAULTS, *DEFAULTS]))


def with_removals(draw: Draw, events: Stream, tables: Sequence[str]) -> Stream:
    """The events with removals of rows of ``tables`` among them, in any place and of any age."""
    stream = list(events)
    versions = Counter[str]()
    for place in sorted(draw(st.integers(0, len(events))) for _ in tables):
        table = tables[versions.total()]
        versions[table] += 1
        position = place + versions.total()  # of the removal itself, which those before moved on
        horizon = BEGINNING + draw(st.integers(0, position)) * STEP
        stream.insert(position - 1, removal(table, versions[table], horizon))
    return stream


def interleaved(draw: Draw, streams: Sequence[Stream]) -> Stream:
    """The events of ``streams`` in a drawn order."""
    turns = [stream[0].originator_id for stream in streams for _ in stream]
    coming: dict[UUID, Any] = {stream[0].originator_id: iter(stream) for stream in streams}
    return [next(coming[turn]) for turn in draw(st.permutations(turns))]
