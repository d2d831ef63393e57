"""A store with one of everything that can be asked about, and who did it."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from attrs import frozen

import featuretrail as ft
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
from featuretrail.domain.events import Event, Metadata
from featuretrail.domain.parents import Parent
from featuretrail.domain.records import (
    consistency_check,
    measurement,
    performance_sample,
    quality_check,
)
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.log.application import EventLog
from tests.domain.examples import snapshot_created
from tests.store.weather import DELAY, NOON, hourly, spine, weather

INCIDENT = UUID("c0ffee00-0000-4000-8000-000000000011")
QUALITY = UUID("c0ffee00-0000-4000-8000-000000000012")
CONSISTENCY = UUID("c0ffee00-0000-4000-8000-000000000013")
SAMPLE = UUID("c0ffee00-0000-4000-8000-000000000014")
UNKNOWN = UUID("c0ffee00-0000-4000-8000-0000000000ff")

ANNA = Metadata(actor="anna", reason="first look")
BEN = Metadata(actor="ben", reason="second look")
MEASURED_AT = datetime(2025, 7, 1, 12, tzinfo=UTC)

EVENTS = 22
"""How many events the story has."""


@frozen
class Story:
    """The store of the story, its log, and the parts that write events of read models."""

    store: ft.TimescaleDBFeatureStore
    log: EventLog
    database: Database

    def append(self, *events: Event) -> int:
        """Append ``events`` and return the last one's position."""
        return self.log.append(*events).last_position

    def close(self) -> None:
        """Close both connections."""
        self.database.close()
        self.store.close()


def told(url: str, artifacts: str = "database:") -> Story:
    """Tell the story into the migrated database of ``url`` and return what it is about."""
    store = ft.connect(url, actor="anna", artifacts=artifacts, record_performance=False)
    database = Database(url)
    story = Story(store, EventLog(database), database)
    tell(story)
    assert store.position == EVENTS
    return story


def tell(story: Story) -> None:
    store = story.store
    store.register(weather(), DELAY, reason="first version")  # 1 to 4
    store.ingest("weather", hourly())  # 5
    store.create_feature_snapshot("delay", spine(), reason="train")  # 6
    story.append(*events_of_read_models())  # 7 to 18
    store.register(  # 19, 20
        ft.FeatureGroup(
            "weather",
            keys={"origin": "text"},
            ttl=timedelta(hours=12),
            owner="ops",
            version="1.1.0",
            features=[ft.Feature("temp", "float64", "Air temperature, °F", version="1.0.1")],
        ),
        reason="longer ttl",
        actor="ben",
    )
    store.retract("weather", {"origin": "JFK"}, NOON, "broken sensor", actor="ben")  # 21
    story.append(*lineages.decide_retire(declared(), BEN))  # 22


def declared() -> LineageAggregate:
    state = LineageAggregate.initial("weather.dew@2.0.0")
    return state.evolve(lineage_events(state)[0])


def lineage_events(state: LineageAggregate) -> Sequence[Any]:
    parents = [Parent.feature("weather.temp@1.0.0")]
    return lineages.decide_declare(state, parents, ANNA, computation_rule="temp - 1")


def events_of_read_models() -> list[Event]:
    """Return the events of positions 7 to 18."""
    state = LineageAggregate.initial("weather.dew@2.0.0")
    return [
        *lineage_events(state),  # 7
        *documentation_events(),  # 8, 9
        *metadata_events(),  # 10, 11
        *drift_events(),  # 12, 13, 14
        quality_check(  # 15
            QUALITY,
            "weather.temp",
            ANNA,
            version="1.0.0",
            score=97.5,
            dimensions={"completeness": 95.0, "validity": 100.0},
            coverage=100,
            reasons=["one value is missing"],
        ),
        consistency_check(  # 16
            CONSISTENCY,
            "delay@1.0.0",
            ANNA,
            check_type="streaming",
            status="passed",
            details={"rows": 4},
            check_duration_ms=2.5,
            confidence_score=80.0,
        ),
        sample(),  # 17
        *assessment_events(),  # 18
    ]


def documentation_events() -> list[Event]:
    state = DocumentationAggregate.initial("weather.temp")
    events: list[Event] = []
    for text, who in (("Air.", ANNA), ("Air temperature.", BEN)):
        (event,) = documents.decide_generate(state, "1.0.0", text, who, tags=["met"])
        state = state.evolve(event)
        events.append(event)
    return events


def metadata_events() -> list[Event]:
    state = FeatureMetadataAggregate.initial("weather.temp", "business", "owner")
    events: list[Event] = []
    for value, who in ("ops", ANNA), ("science", BEN):
        (event,) = annotations.decide_record(state, value, who)
        state = state.evolve(event)
        events.append(event)
    return events


def drift_events() -> list[Event]:
    state = DriftIncident.initial(INCIDENT)
    events: list[Event] = []
    for step in (
        lambda now: drift.decide_detect(
            now,
            "weather.temp",
            ANNA,
            drift_type="distribution",
            drift_score=0.31,
            threshold_value=0.05,
            severity="high",
            details={"measure": "ks", "p": 0.0},
            baseline_snapshot_id="delay@1.0.0",
        ),
        lambda now: drift.decide_acknowledge(now, BEN),
        lambda now: drift.decide_resolve(now, "sensor replaced", BEN),
    ):
        (event,) = step(state)
        state = state.evolve(event)
        events.append(event)
    return events


def assessment_events() -> Sequence[Event]:
    state = SnapshotAggregate.initial("delay@1.0.0")
    created = state.evolve(snapshot_created("delay", "1.0.0"))
    return snapshots.decide_assess(
        created, BEN, evidence=[16], validation_status="passed", quality_score=97.5
    )


def sample() -> Event:
    """Return the event of two measurements."""
    taken = [
        measurement("weather.temp", MEASURED_AT, milliseconds, "training", snapshot_id=snapshot)
        for milliseconds, snapshot in ((1.5, "delay@1.0.0"), (2.5, None))
    ]
    return performance_sample(SAMPLE, taken, ANNA)
