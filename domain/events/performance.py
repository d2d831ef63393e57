"""Events of performance: what computing and serving features cost."""

from typing import Annotated, ClassVar, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, NonNegativeFloat

from featuretrail.domain.events.base import Event, Score
from featuretrail.domain.events.registry import register_events

Context = Literal["training", "inference", "validation"]


class Measurement(BaseModel):
    """One measurement of one feature; ``usage_frequency`` is how many uses it stands for."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    feature_name: str
    version: str | None = None
    measured_at: AwareDatetime
    computation_time_ms: NonNegativeFloat
    memory_usage_mb: NonNegativeFloat | None = None
    usage_frequency: Annotated[int, Field(ge=0, lt=2**63)] = 1
    performance_score: Score | None = None
    snapshot_id: str | None = None
    computation_context: Context
    accuracy_impact: float | None = None


class PerformanceSampled(Event):
    """Measurements, many an event, in the order they were taken."""

    TOPIC: ClassVar[str] = "featuretrail.performance.sampled"

    measurements: list[Measurement]


PERFORMANCE_EVENTS = (PerformanceSampled,)

register_events(*PERFORMANCE_EVENTS)
