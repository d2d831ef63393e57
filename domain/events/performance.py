"""Events of performance: what computing and serving features cost."""

from datetime import datetime
from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict

from featuretrail.domain.events.base import Event
from featuretrail.domain.events.registry import register_events

Context = Literal["training", "inference", "validation"]


class Measurement(BaseModel):
    """One measurement of one feature; ``usage_frequency`` is how many uses it stands for."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    feature_name: str
    version: str | None = None
    measured_at: datetime
    computation_time_ms: float
    memory_usage_mb: float | None = None
    usage_frequency: int = 1
    performance_score: float | None = None
    snapshot_id: str | None = None
    computation_context: Context
    accuracy_impact: float | None = None


class PerformanceSampled(Event):
    """Measurements, many an event, in the order they were taken."""

    TOPIC: ClassVar[str] = "featuretrail.performance.sampled"

    measurements: list[Measurement]


PERFORMANCE_EVENTS = (PerformanceSampled,)

register_events(*PERFORMANCE_EVENTS)
