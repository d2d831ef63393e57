"""Events of performance: what computing and serving features cost."""

from typing import Annotated, ClassVar, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, NonNegativeFloat

from featuretrail.domain.events.base import Event, JsonObject, Score
from featuretrail.domain.events.registry import register_events

Context = Literal["training", "inference", "validation"]
Operation = Literal["compute", "retrieve", "serve", "freeze"]
"""Computing values by a rule, joining them to a spine, reading them online, joining a snapshot."""


class Measurement(BaseModel):
    """One measurement of one feature; ``usage_frequency`` is how many uses it stands for.

    Times (milliseconds) are of one use, the mean where it stands for several; memory (MiB) is the
    most that one took; ``row_count`` is how many rows all of them answered. ``operation`` is what
    was done, ``computation_context`` what for. What was not measured, or not said, is null.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    feature_name: str
    version: str | None = None
    measured_at: AwareDatetime
    computation_time_ms: NonNegativeFloat
    cpu_time_ms: NonNegativeFloat | None = None
    memory_usage_mb: NonNegativeFloat | None = None
    usage_frequency: Annotated[int, Field(ge=0, lt=2**63)] = 1
    row_count: Annotated[int, Field(ge=0, lt=2**63)] | None = None
    performance_score: Score | None = None
    snapshot_id: str | None = None
    computation_context: Context
    operation: Operation | None = None
    accuracy_impact: float | None = None


class PerformanceSampled(Event):
    """Measurements, many an event, in the order they were taken.

    Those of class version 1 say neither CPU time nor rows, and those before 3 not what was done.
    """

    TOPIC: ClassVar[str] = "featuretrail.performance.sampled"
    class_version: ClassVar[int] = 3

    measurements: list[Measurement]

    @staticmethod
    def upcast_v1_v2(state: JsonObject) -> JsonObject:
        """Return the state of an event whose measurements knew neither CPU time nor rows."""
        unknown = {"cpu_time_ms": None, "row_count": None}
        return {**state, "measurements": [each | unknown for each in state["measurements"]]}

    @staticmethod
    def upcast_v2_v3(state: JsonObject) -> JsonObject:
        """Return the state of an event whose measurements did not say what was done."""
        unknown = {"operation": None}
        return {**state, "measurements": [each | unknown for each in state["measurements"]]}


PERFORMANCE_EVENTS = (PerformanceSampled,)

register_events(*PERFORMANCE_EVENTS)
