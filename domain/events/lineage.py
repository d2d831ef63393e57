"""Events of lineage: where a version of a feature comes from."""

from typing import ClassVar, Literal

from pydantic import NonNegativeFloat

from featuretrail.domain.events.base import Event, JsonObject, Score
from featuretrail.domain.events.registry import register_events

Complexity = Literal["low", "medium", "high"]


class LineageDeclared(Event):
    """The parents of a version of a feature were declared, or declared anew.

    ``parents`` holds one object a parent: ``{"kind": "feature" | "source" | "stream", "name":
    "weather.temp", "version": "1.0.0" or null}``. The score is 0 to 100; what is not known is null.
    """

    TOPIC: ClassVar[str] = "featuretrail.lineage.declared"

    feature_name: str
    version: str
    parents: list[JsonObject]
    computation_rule: str | None = None
    streaming_source: str | None = None
    outcome_tracking_version: str | None = None
    cross_system_consistency: str | None = None
    computation_complexity: Complexity | None = None
    estimated_computation_time_ms: NonNegativeFloat | None = None
    lineage_quality_score: Score | None = None


class LineageRetired(Event):
    """A version of a feature was retired: its lineage stays as a tombstone."""

    TOPIC: ClassVar[str] = "featuretrail.lineage.retired"

    feature_name: str
    version: str


LINEAGE_EVENTS = (LineageDeclared, LineageRetired)

register_events(*LINEAGE_EVENTS)
