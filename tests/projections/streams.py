"""Streams made by the deciders: one of every kind that the seven tables take note of."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from featuretrail.domain.aggregates import (
    DocumentationAggregate,
    DriftIncident,
    FeatureAggregate,
    FeatureMetadataAggregate,
    LineageAggregate,
    Retention,
    SnapshotAggregate,
)
from featuretrail.domain.aggregates import documentation as documents
from featuretrail.domain.aggregates import drift_incident as drift
from featuretrail.domain.aggregates import feature as features
from featuretrail.domain.aggregates import feature_metadata as annotations
from featuretrail.domain.aggregates import lineage as lineages
from featuretrail.domain.aggregates import snapshot as snapshots
from featuretrail.domain.aggregates.retention import DEFAULTS
from featuretrail.domain.definitions import Feature
from featuretrail.domain.events import Event, Metadata, RetentionApplied
from featuretrail.domain.moments import check_moment
from featuretrail.domain.parents import Parent
from featuretrail.domain.records import (
    consistency_check,
    measurement,
    performance_sample,
    quality_check,
)
from featuretrail.projections.checks.orders import BEGINNING
from tests.domain.examples import snapshot_created, snapshot_erased

Stream = list[Event]

ANNA = Metadata(actor="anna", reason="first")
BEN = Metadata(actor="ben", reason="again")


def grown(state: Any, decided: Sequence[Event], stream: Stream) -> Any:
    """Append what was decided to ``stream`` and return the state after it."""
    for event in decided:
        state = state.evolve(event)
        stream.append(event)
    return state


def every_kind() -> list[Stream]:
    """Streams that give every handler of the seven read models an event."""
    return [
        _feature(),
        _lineage(),
        incident(UUID(int=1)),
        _documentation(),
        _metadata(),
        _snapshot(),
        *records(),
        *removals(),
    ]


def removals() -> list[Stream]:
    """A removal of each table with past rows, that finds none."""
    return [[removal(table, 1, BEGINNING)] for table in DEFAULTS]


def removal(table: str, version: int, horizon: datetime) -> RetentionApplied:
    """The removal of a table's rows that were past before a horizon."""
    stream = Retention.initial(table).id
    return RetentionApplied.in_stream(stream, version, table=table, horizon=horizon, metadata=ANNA)


def incident(stream_id: UUID) -> Stream:
    """A drift incident from its detection to its resolution."""
    stream: Stream = []
    found: dict[str, Any] = {"drift_score": 0.3, "severity": "high", "details": {"measure": "ks"}}
    state = grown(
        DriftIncident.initial(stream_id),
        drift.decide_detect(
            DriftIncident.initial(stream_id),
            "weather.temp",
            ANNA,
            drift_type="distribution",
            threshold_value=0.05,
            **found,
        ),
        stream,
    )
    state = grown(state, drift.decide_update(state, BEN, **found | {"severity": "low"}), stream)
    state = grown(state, drift.decide_acknowledge(state, BEN), stream)
    grown(state, drift.decide_resolve(state, "retrained", BEN), stream)
    return stream


def records() -> list[Stream]:
    """A check of a snapshot, a check of a feature, a sample of measurements."""
    moment = check_moment("measured_at", BEGINNING)
    return [
        [
            consistency_check(
                UUID(int=2),
                "delay@1.0.0",
                ANNA,
                check_type="streaming",
                status="warning",
                details={"mismatches": [1, 2.5, None]},
                check_duration_ms=3.5,
                confidence_score=90,
            )
        ],
        [
            quality_check(
                UUID(int=3),
                "weather.temp",
                ANNA,
                version="1.0.0",
                score=88.5,
                dimensions={"completeness": 88.5, "validity": None},
                coverage=50,
                reasons=["11.5 % of the values are null"],
            )
        ],
        [
            performance_sample(
                UUID(int=4),
                [measurement("weather.temp", moment, ms, "training") for ms in (1.5, 2.5)],
                ANNA,
            )
        ],
    ]


def _feature() -> Stream:
    stream: Stream = []
    state = FeatureAggregate.initial("weather", "temp")
    for version, unit in (("1.0.0", "F"), ("2.0.0", "C")):
        definition = Feature("temp", "float64", "Air temperature", unit=unit, version=version)
        state = grown(state, features.decide_define(state, definition, ANNA), stream)
    return stream


def _lineage() -> Stream:
    stream: Stream = []
    parents = [Parent.feature("weather.temp@1.0.0"), Parent("source", "stations")]
    state = LineageAggregate.initial("weather.dew@1.0.0")
    state = grown(state, lineages.decide_declare(state, parents, ANNA), stream)
    state = grown(state, lineages.decide_retire(state, ANNA), stream)
    grown(state, lineages.decide_declare(state, parents[:1], BEN), stream)
    return stream


def _documentation() -> Stream:
    stream: Stream = []
    state = DocumentationAggregate.initial("weather.temp")
    for version, content in (("1.0.0", "Air"), ("2.0.0", "Water"), ("1.0.0", "Air again")):
        decided = documents.decide_generate(state, version, content, ANNA, tags=["b", "a"])
        state = grown(state, decided, stream)
    return stream


def _metadata() -> Stream:
    stream: Stream = []
    state = FeatureMetadataAggregate.initial("weather.temp", "business", "cost")
    for value in ({"eur": 1.0}, {"eur": 2}, None):
        state = grown(state, annotations.decide_record(state, value, ANNA), stream)
    return stream


def _snapshot() -> Stream:
    stream: Stream = []
    state = SnapshotAggregate.initial("delay@1.0.0")
    state = grown(state, [snapshot_created("delay", "1.0.0")], stream)
    assessed = snapshots.decide_assess(
        state, ANNA, evidence=[1], validation_status="passed", quality_score=97.5
    )
    state = grown(state, assessed, stream)
    grown(state, [snapshot_erased(state, 7)], stream)
    return stream
