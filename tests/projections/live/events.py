"""Events that fill the read side, and those that it cannot take in."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from eventsourcing.persistence import StoredEvent

from featuretrail.domain.events import (
    ConsistencyChecked,
    DocumentationGenerated,
    DriftAcknowledged,
    DriftDetected,
    DriftResolved,
    DriftUpdated,
    Event,
    LineageDeclared,
    Measurement,
    MetadataRecorded,
    PerformanceSampled,
)
from featuretrail.infrastructure.log.application import EventLog
from tests.domain.examples import snapshot_created

NOON = datetime(2025, 7, 1, 12, tzinfo=UTC)


def recorded(stream: UUID | None = None, version: int = 1, **fields: Any) -> MetadataRecorded:
    """A value of a key of a feature's metadata: the first makes a row, later ones change it."""
    known = {
        "feature_name": "weather.temp",
        "metadata_type": "business",
        "metadata_key": "purpose",
        "metadata_value": version,
    }
    return MetadataRecorded.in_stream(stream or uuid4(), version, **known | fields)


def detected(stream: UUID | None = None, **fields: Any) -> DriftDetected:
    """The opening of a drift incident."""
    known = {
        "feature_name": "weather.temp",
        "version": "1.0.0",
        "drift_type": "distribution",
        "drift_score": 0.3,
        "threshold_value": 0.05,
        "severity": "high",
        "details": {"measure": "ks"},
    }
    return DriftDetected.in_stream(stream or uuid4(), 1, **known | fields)


def incident(stream: UUID) -> list[Event]:
    """A whole drift incident."""
    found = {"drift_score": 0.5, "severity": "critical", "details": {"measure": "psi"}}
    return [
        detected(stream),
        DriftUpdated.in_stream(stream, 2, **found),
        DriftAcknowledged.in_stream(stream, 3),
        DriftResolved.in_stream(stream, 4, action_taken="sensor replaced"),
    ]


def sampled(measurements: int = 2) -> PerformanceSampled:
    """Measurements of one feature."""
    measured = [
        Measurement(
            feature_name="weather.temp",
            measured_at=NOON,
            computation_time_ms=place,
            computation_context="training",
        )
        for place in range(measurements)
    ]
    return PerformanceSampled.in_stream(uuid4(), 1, measurements=measured)


def one_a_table() -> list[Event]:
    """An event for each of the seven tables."""
    return [
        snapshot_created("delay", "1.0.0"),
        LineageDeclared.in_stream(
            uuid4(), 1, feature_name="weather.dew", version="1.0.0", parents=[]
        ),
        ConsistencyChecked.in_stream(
            uuid4(),
            1,
            snapshot_id="delay@1.0.0",
            check_type="streaming",
            status="passed",
            details={},
            auto_fixed=False,
            check_duration_ms=1,
            confidence_score=90,
        ),
        sampled(1),
        DocumentationGenerated.in_stream(
            uuid4(),
            1,
            feature_name="weather.temp",
            documentation_version="1.0.0",
            revision=1,
            content="# Air temperature",
            examples=[],
            change_history=[],
            documentation_quality_score=None,
            completeness_score=None,
            author=None,
            tags=[],
        ),
        recorded(),
        detected(),
    ]


def append_raw(
    log: EventLog, topic: str, state: bytes, stream: UUID | None = None, version: int = 1
) -> int:
    """Append what no library of this version would write; return its position."""
    event = StoredEvent(stream or uuid4(), version, topic, state)
    return log.recorder.append([event]).last_position
