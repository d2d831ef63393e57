"""A story that touches every kind of event, first and revised, and so fills the whole read side.

Definitions, values and snapshots go through the store; what later parts of it will decide goes
through the deciders of the domain. ``Story.places`` knows where in the log each step is.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from attrs import define, field

import featuretrail as ft
from featuretrail.domain.aggregates import (
    DocumentationAggregate,
    DriftIncident,
    FeatureMetadataAggregate,
    LineageAggregate,
    Retention,
    SnapshotAggregate,
)
from featuretrail.domain.aggregates.documentation import decide_generate
from featuretrail.domain.aggregates.drift_incident import (
    decide_acknowledge,
    decide_detect,
    decide_resolve,
    decide_update,
)
from featuretrail.domain.aggregates.feature_metadata import decide_record
from featuretrail.domain.aggregates.lineage import decide_declare, decide_retire
from featuretrail.domain.aggregates.retention import decide_set
from featuretrail.domain.aggregates.snapshot import decide_assess, worst_status
from featuretrail.domain.events import (
    Event,
    Metadata,
    RetentionApplied,
    SnapshotCreated,
    stream_id,
)
from featuretrail.domain.events.checks import CheckStatus, CheckType
from featuretrail.domain.parents import Parent
from featuretrail.domain.records import (
    consistency_check,
    measurement,
    performance_sample,
    quality_check,
)
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.log.application import EventLog
from featuretrail.projections.read_model import Place
from tests.store.weather import DELAY, NOON, hourly, spine, weather

ANNA = Metadata(actor="anna", reason="first")
BEN = Metadata(actor="ben", reason="again")

TEMP_AGAIN = ft.Feature(
    "temp",
    "float64",
    "Air temperature, two metres up",
    version="1.1.0",
    constraints=ft.Range(-60, 140),
    unit="°F",
    owner="ops",
    tags=["air", "Ärger"],
)

# hexadecimal numbers that a reader can tell apart
FIRST_SAMPLE = UUID("aaaaaaaa-0000-4000-8000-000000000000")
SECOND_SAMPLE = UUID("bbbbbbbb-0000-4000-8000-000000000000")
GOOD_CHECK = UUID("11111111-0000-4000-8000-000000000000")
EMPTY_CHECK = UUID("22222222-0000-4000-8000-000000000000")
TEMP_DRIFT = UUID("77777777-0000-4000-8000-000000000000")
SKY_DRIFT = UUID("88888888-0000-4000-8000-000000000000")
FOREIGN_DRIFT = UUID("99999999-0000-4000-8000-000000000000")

# the checks of the first snapshot: step, id, type, status, confidence
COMPARED: tuple[tuple[str, UUID, CheckType, CheckStatus, float | None], ...] = (
    ("streaming", UUID(int=0x31), "streaming", "passed", 99.5),
    ("outcome", UUID(int=0x32), "outcome", "passed", 50.0),
    ("outcome again", UUID(int=0x33), "outcome", "failed", 10.0),
    ("cross-system", UUID(int=0x34), "cross_system", "warning", 0.0),
    ("quality", UUID(int=0x35), "quality", "passed", 100.0),
    ("cross-system again", UUID(int=0x36), "cross_system", "warning", 1.0),
    ("nothing compared", UUID(int=0x37), "streaming", "not evaluated", None),
)

MOST = 2**63 - 1
LONG_AGO = datetime(1678, 1, 1, tzinfo=UTC)
FAR_AHEAD = datetime(9999, 12, 31, 23, 59, 59, 999999, UTC)


@define
class Story:
    """A store with a history; ``places`` maps each step to its event's place."""

    store: ft.TimescaleDBFeatureStore
    log: EventLog
    places: dict[str, Place] = field(factory=dict)

    def append(self, step: str, events: Iterable[Event]) -> None:
        """Append the one event of a step."""
        appended = self.log.append(*events)
        assert appended.first_position == appended.last_position
        self.places[step] = Place(appended.last_position, appended.recorded_at)

    def decide(self, state: Any, step: str, events: Iterable[Event]) -> Any:
        """Append the one event of a step and return the state after it."""
        [event] = events
        self.append(step, [event])
        return state.evolve(event)

    def name(self, step: str, topic: str) -> None:
        """Give a step's name to the last event of ``topic``."""
        found = list(self.log.read(topics=[topic]))[-1]
        self.places[step] = Place(found.position, found.recorded_at)

    def created(self, snapshot_id: str) -> SnapshotCreated:
        """The event that created a snapshot."""
        event = self.log.history(stream_id("snapshot", snapshot_id))[0].event
        assert isinstance(event, SnapshotCreated)
        return event


def tell(store: ft.TimescaleDBFeatureStore, database: Database) -> Story:
    """Write the whole story into the empty ``store`` over ``database``."""
    story = Story(store, EventLog(database))
    _definitions_and_values(story)
    _snapshots(story)
    _lineage(story)
    _checks(story)
    _assessments(story)
    _performance(story)
    _documentation(story)
    _metadata(story)
    _drift(story)
    _retention(story)
    store.record_training_run("forest", "delay@1.0.0", metrics={"auc": 0.75})
    return story


def _definitions_and_values(story: Story) -> None:
    group = weather()
    story.store.register(group, DELAY, reason="first version")
    temp, sky = (
        next(each for each in story.log.history(stream_id("feature", f"weather.{name}")))
        for name in ("temp", "sky")
    )
    story.places["temp"] = Place(temp.position, temp.recorded_at)
    story.places["sky"] = Place(sky.position, sky.recorded_at)
    story.store.ingest("weather", hourly())
    story.store.retract("weather", {"origin": "JFK"}, NOON, "broken sensor")
    again = ft.FeatureGroup(
        "weather", group.keys, [TEMP_AGAIN, group.features[1]], ttl=group.ttl, owner=group.owner
    )
    story.store.register(again, reason="said better")
    story.name("temp again", "featuretrail.feature.defined")


def _snapshots(story: Story) -> None:
    facts = {"purpose": "training", "odd": "\uffff", "most": MOST, "least": -MOST - 1}
    story.store.create_feature_snapshot("delay", spine(), metadata=facts, actor="ben")
    story.name("snapshot", "featuretrail.snapshot.created")
    story.store.create_feature_snapshot("delay", spine(rows=2))
    story.name("second snapshot", "featuretrail.snapshot.created")


def _lineage(story: Story) -> None:
    temp = LineageAggregate.initial("weather.temp@1.1.0")
    parents = [Parent("source", "noaa.hourly"), Parent("stream", "kafka:weather", "3")]
    temp = story.decide(temp, "lineage", decide_declare(temp, parents, ANNA))
    more = [*parents, Parent.feature("weather.temp@1.0.0")]
    facts: dict[str, Any] = {
        "computation_rule": "temp * 1.8 + 32",
        "streaming_source": "kafka:weather",
        "outcome_tracking_version": "7",
        "cross_system_consistency": "equal",
        "computation_complexity": "medium",
        "estimated_computation_time_ms": 1.5,
        "lineage_quality_score": 66.6,
    }
    story.decide(temp, "lineage again", decide_declare(temp, more, BEN, **facts))
    sky = LineageAggregate.initial("weather.sky@1.0.0")
    sky = story.decide(sky, "lineage of nothing", decide_declare(sky, [], ANNA))
    story.decide(sky, "retired", decide_retire(sky, BEN))


def _checks(story: Story) -> None:
    dimensions = {"completeness": 90.0, "validity": None}
    good = quality_check(
        GOOD_CHECK, "weather.temp", ANNA,
        version="1.1.0", score=90.0, dimensions=dimensions, coverage=50.0,
        reasons=["validity: no constraint"], snapshot_id="delay@1.0.0",
    )  # fmt: skip
    nothing = quality_check(
        EMPTY_CHECK, "weather.sky", ANNA, version=None, score=None, dimensions={}, coverage=0.0
    )
    story.append("good quality", [good])
    story.append("no quality", [nothing])
    for step, own_id, kind, status, confidence in COMPARED:
        event = consistency_check(
            own_id, "delay@1.0.0", ANNA,
            check_type=kind, status=status, details={"step": step, "rows": []},
            check_duration_ms=12.5, confidence_score=confidence, auto_fixed=status == "warning",
        )  # fmt: skip
        story.append(step, [event])


def _assessments(story: Story) -> None:
    name = "delay@1.0.0"
    state = SnapshotAggregate.initial(name).evolve(story.created(name))
    verdict = worst_status((kind, status) for _, _, kind, status, _ in COMPARED)
    evidence = [story.places[step].position for step, *_ in COMPARED]
    judged = decide_assess(
        state, ANNA, evidence=evidence, validation_status=verdict, quality_score=82.5
    )
    state = story.decide(state, "assessed", judged)
    again = decide_assess(state, BEN, evidence=evidence[:1], drift_detected=True)
    story.decide(state, "assessed again", again)


def _performance(story: Story) -> None:
    temp = [
        measurement(
            "weather.temp", LONG_AGO, 10.0, "training",
            version="1.1.0", memory_usage_mb=1.0, usage_frequency=MOST, performance_score=100.0,
            snapshot_id="delay@1.0.0", operation="freeze", accuracy_impact=-0.25,
        ),
        measurement("weather.temp", FAR_AHEAD, 40.0, "inference", usage_frequency=0),
    ]  # fmt: skip
    more = [
        measurement("weather.temp", NOON, 20.0, "validation", performance_score=50.0),
        measurement("weather.sky", NOON, 0.0, "inference"),
        measurement(
            "weather.temp", NOON, 30.0, "inference",
            cpu_time_ms=12.5, memory_usage_mb=4.0, row_count=MOST,
        ),
    ]  # fmt: skip
    story.append("sample", [performance_sample(FIRST_SAMPLE, temp, ANNA)])
    story.append("second sample", [performance_sample(SECOND_SAMPLE, more, ANNA)])


def _documentation(story: Story) -> None:
    state = DocumentationAggregate.initial("weather.temp")
    state = story.decide(state, "written", decide_generate(state, "1.0.0", "# Draft", ANNA))
    facts: dict[str, Any] = {
        "examples": [{"temp": 71.5}],
        "change_history": [{"who": "anna", "why": None}],
        "documentation_quality_score": 75.0,
        "completeness_score": 0.0,
        "author": "ben",
        "tags": ["b", "a", "b"],
    }
    again = decide_generate(state, "1.0.0", "# Temperature\n\n'\"\\\t", BEN, **facts)
    state = story.decide(state, "written again", again)
    story.decide(state, "written anew", decide_generate(state, "1.1.0", "# New", ANNA))


def _metadata(story: Story) -> None:
    state = FeatureMetadataAggregate.initial("weather.temp", "business", 'cost "per" row; --')
    first = decide_record(state, {"cents": 1.25, "of": [1, None]}, ANNA, confidence_score=80.0)
    state = story.decide(state, "metadata", first)
    state = story.decide(state, "metadata again", decide_record(state, None, BEN))
    cost = FeatureMetadataAggregate.initial("weather.temp", "performance", "budget")
    story.decide(cost, "budget", decide_record(cost, -MOST - 1, ANNA, confidence_score=0.0))


def _drift(story: Story) -> None:
    temp = DriftIncident.initial(TEMP_DRIFT)
    found = decide_detect(
        temp, "weather.temp", ANNA,
        drift_type="distribution", drift_score=0.25, threshold_value=0.05, severity="high",
        details={"measure": "ks"}, version="1.1.0", baseline_snapshot_id="delay@1.0.0",
    )  # fmt: skip
    temp = story.decide(temp, "drift", found)
    worse = decide_update(
        temp, ANNA,
        drift_score=0.5, severity="critical", details={"measure": "ks", "p": 0.0},
        current_snapshot_id="delay@1.1.0",
    )  # fmt: skip
    temp = story.decide(temp, "drift grows", worse)
    better = decide_update(temp, ANNA, drift_score=0.375, severity="medium", details={})
    temp = story.decide(temp, "drift shrinks", better)
    temp = story.decide(temp, "noticed", decide_acknowledge(temp, BEN))
    story.decide(temp, "resolved", decide_resolve(temp, "sensor replaced", BEN))
    for step, own_id, feature, score in (
        ("open drift", SKY_DRIFT, "weather.sky", 0.125),
        ("foreign drift", FOREIGN_DRIFT, "other.feature", 9.0),
    ):
        state = DriftIncident.initial(own_id)
        event = decide_detect(
            state, feature, ANNA,
            drift_type="concept", drift_score=score, threshold_value=0.0, severity="low",
            details={},
        )  # fmt: skip
        story.decide(state, step, event)


def _retention(story: Story) -> None:
    kept = Retention.initial("feature_performance_metrics")
    story.decide(kept, "kept longer", decide_set(kept, timedelta(days=400), ANNA))
    applied = RetentionApplied.in_stream(
        Retention.initial("feature_drift_detection").id, 1,
        table="feature_drift_detection", horizon=NOON, metadata=ANNA,
    )  # fmt: skip
    story.append("nothing is past", [applied])
