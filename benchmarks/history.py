"""A log that feeds every table of the read side, made by the domain's own decisions.

Of 100 events 25 are samples of four measurements each, 35 are checks, 12 belong to drift incidents,
12 to metadata, 6 to lineage, 4 to documentation, 6 to snapshots; a quarter revises what an earlier
one made. The same seed gives the same events, but for the ids of records.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import chain, count, islice
from random import Random
from typing import Any
from uuid import UUID

from featuretrail.domain import records
from featuretrail.domain.aggregates import (
    DocumentationAggregate,
    DriftIncident,
    FeatureAggregate,
    FeatureMetadataAggregate,
    LineageAggregate,
    SnapshotAggregate,
)
from featuretrail.domain.aggregates import documentation as documents
from featuretrail.domain.aggregates import drift_incident as drift
from featuretrail.domain.aggregates import feature as features
from featuretrail.domain.aggregates import feature_metadata as annotations
from featuretrail.domain.aggregates import lineage as lineages
from featuretrail.domain.aggregates import snapshot as snapshots
from featuretrail.domain.definitions import Feature
from featuretrail.domain.events import Event, Metadata, SnapshotCreated, stream_id
from featuretrail.domain.parents import Parent
from featuretrail.infrastructure.log.application import EventLog

START = datetime(2025, 1, 1, tzinfo=UTC)
FEATURES = 500
APPENDED = 1_000

Decision = Callable[..., Sequence[Event]]
Story = Callable[["History"], Sequence[Event]]


class History:
    """An endless history of a busy store; iterate over its events."""

    def __init__(self, seed: int = 7) -> None:
        self._random = Random(seed)  # noqa: S311 - a workload, no secret
        self._numbers = count(1)
        self._by = Metadata(actor="monitor", reason="nightly run")

    def __iter__(self) -> Iterator[Event]:
        stories = list(_SHARES)
        weights = list(_SHARES.values())
        while True:
            yield from chain.from_iterable(
                story(self) for story in self._random.choices(stories, weights, k=100)
            )

    def measurements(self) -> Sequence[Event]:
        """One sample of four measurements."""
        number = next(self._numbers)
        measured = [
            records.measurement(
                self._feature(),
                START + timedelta(seconds=number, milliseconds=place),
                self._random.lognormvariate(1.5, 0.6),
                "inference" if place else "training",
                version="1.0.0",
                memory_usage_mb=self._random.uniform(1, 64),
                usage_frequency=1 + place,
                performance_score=self._random.uniform(40, 100),
            )
            for place in range(4)
        ]
        return [records.performance_sample(self._id(), measured, self._by)]

    def quality(self) -> Sequence[Event]:
        """One check of a feature's quality."""
        score = self._random.uniform(60, 100)
        checked = records.quality_check(
            self._id(),
            self._feature(),
            self._by,
            version="1.0.0",
            score=score,
            dimensions={"completeness": score, "validity": 100.0, "timeliness": None},
            coverage=66.7,
            reasons=["timeliness: the group declares no freshness"],
        )
        return [checked]

    def consistency(self) -> Sequence[Event]:
        """One check of a snapshot."""
        checked = records.consistency_check(
            self._id(),
            f"delay@1.{self._random.randrange(1000)}.0",
            self._by,
            check_type=self._random.choice(["streaming", "outcome", "cross_system"]),
            status=self._random.choice(["passed", "passed", "passed", "warning", "failed"]),
            details={"matched": 9_991, "mismatched": 9, "smape": 0.0004},
            check_duration_ms=self._random.uniform(5, 400),
            confidence_score=97.5,
        )
        return [checked]

    def incident(self) -> Sequence[Event]:
        """A drift incident from detection to its end: four events."""
        found: dict[str, Any] = {"severity": "medium", "details": {"measure": "ks", "p": 2e-9}}
        detected = partial(
            drift.decide_detect,
            feature_name=self._feature(),
            drift_type="distribution",
            drift_score=0.21,
            threshold_value=0.05,
            version="1.0.0",
            **found,
        )
        updated = partial(drift.decide_update, drift_score=0.32, **found)
        resolved = partial(drift.decide_resolve, action_taken="sensor replaced")
        decisions = (detected, updated, drift.decide_acknowledge, resolved)
        return self._decided(DriftIncident.initial(self._id()), *decisions)

    def metadata(self) -> Sequence[Event]:
        """A key of a feature's metadata, recorded and revised."""
        key = f"owner_{next(self._numbers)}"
        return self._decided(
            FeatureMetadataAggregate.initial(self._feature(), "business", key),
            *(
                partial(annotations.decide_record, metadata_value=value, confidence_score=90.0)
                for value in ({"team": "ops"}, {"team": "research", "since": "2025-06"})
            ),
        )

    def definition(self) -> Sequence[Event]:
        """A feature's definition: a row of metadata for each thing it says."""
        number = next(self._numbers)
        state = FeatureAggregate.initial("generated", f"f{number}")
        definition = Feature(f"f{number}", "float64", "A generated feature", unit="mph")
        return features.decide_define(state, definition, self._by)

    def lineage(self) -> Sequence[Event]:
        """A feature's lineage, declared and declared anew with one parent more."""
        parents = [Parent.feature(f"{self._feature()}@1.0.0"), Parent("source", "noaa.hourly")]
        return self._decided(
            LineageAggregate.initial(f"generated.g{next(self._numbers)}@1.0.0"),
            *(
                partial(
                    lineages.decide_declare,
                    parents=known,
                    computation_rule="mean over 6 h",
                    computation_complexity="medium",
                    estimated_computation_time_ms=12.5,
                    lineage_quality_score=80.0,
                )
                for known in (parents[:1], parents)
            ),
        )

    def documentation(self) -> Sequence[Event]:
        """A feature's documentation, written and revised."""
        return self._decided(
            DocumentationAggregate.initial(f"generated.d{next(self._numbers)}"),
            *(
                partial(
                    documents.decide_generate,
                    documentation_version="1.0.0",
                    content=f"# Revision {revision}\n\n{_TEXT}",
                    examples=[{"origin": "EWR", "value": 9.2}],
                    change_history=[{"version": "1.0.0", "actor": "anna"}],
                    documentation_quality_score=70.0,
                    completeness_score=85.0,
                    author="anna",
                    tags=["weather"],
                )
                for revision in (1, 2)
            ),
        )

    def snapshot(self) -> Sequence[Event]:
        """A snapshot of twenty features, and its first assessment."""
        name = f"generated@1.{next(self._numbers)}.0"
        created = SnapshotCreated.in_stream(
            stream_id("snapshot", name), 1, **_FROZEN, version=name.partition("@")[2]
        )
        state = SnapshotAggregate.initial(name).evolve(created)
        assessed = snapshots.decide_assess(
            state, self._by, evidence=[1], validation_status="passed", quality_score=92.0
        )
        return [created, *assessed]

    def _decided(self, state: Any, *decisions: Decision) -> list[Event]:  # noqa: ANN401 - any aggregate
        """Return the events of one decision after the other."""
        told: list[Event] = []
        for decide in decisions:
            for event in decide(state, metadata=self._by):
                told.append(event)
                state = state.evolve(event)
        return told

    def _feature(self) -> str:
        return f"weather.feature_{self._random.randrange(FEATURES)}"

    def _id(self) -> UUID:
        return UUID(int=self._random.getrandbits(128), version=4)


_SHARES: Mapping[
    Story, float
] = {  # how often a story is told; incidents tell four events, and so on
    History.measurements: 25,
    History.quality: 20,
    History.consistency: 15,
    History.incident: 12 / 4,
    History.metadata: 10 / 2,
    History.definition: 2,
    History.lineage: 6 / 2,
    History.documentation: 4 / 2,
    History.snapshot: 6 / 2,
}

_TEXT = "Wind speed at the airport, miles per hour. " * 20

_FROZEN: dict[str, Any] = {
    "feature_set": "generated",
    "feature_set_version": "1.0.0",
    "feature_set_digest": "5f" * 32,
    "digest": "a7" * 32,
    "column_digests": {f"feature_{number}": "c3" * 32 for number in range(20)},
    "rows": 100_000,
    "position": 1,
    "features": [
        {"reference": f"weather.feature_{n}@1.0.0", "column": f"feature_{n}", "digest": "d1" * 32}
        for n in range(20)
    ],
    "spine_columns": [],
    "request": {"time_column": "event_time"},
    "split": None,
    "statistics": [],
    "annotations": {"purpose": "nightly"},
    "storage": "file",
    "stored_bytes": 16_000_000,
    "computation_time_ms": 88.0,
    "memory_usage_mb": 15.3,
}


def write_history(log: EventLog, events: int, seed: int = 7) -> None:
    """Append the first ``events`` events of a history, 1,000 a command."""
    append_next(log, iter(History(seed)), events)


def append_next(log: EventLog, history: Iterator[Event], events: int) -> None:
    """Append the next ``events`` events of a history that is under way, 1,000 a command."""
    told = islice(history, events)
    while some := list(islice(told, APPENDED)):
        log.append(*some)
