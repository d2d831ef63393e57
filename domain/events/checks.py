"""One-event records of checks: the quality of a feature, the consistency of a snapshot."""

from typing import ClassVar, Literal

from pydantic import NonNegativeFloat

from featuretrail.domain.events.base import Event, JsonObject, Score
from featuretrail.domain.events.registry import register_events

CheckType = Literal["streaming", "outcome", "cross_system", "quality"]
CheckStatus = Literal["passed", "warning", "failed", "not evaluated"]


class QualityChecked(Event):
    """The quality of a feature was checked.

    ``dimensions`` maps each dimension to its score, 0 to 100, or to null when it was not
    evaluated; ``score`` weights those evaluated and ``coverage`` is their share, 0 to 100.
    ``snapshot_id`` names the snapshot whose values were checked, if any.
    """

    TOPIC: ClassVar[str] = "featuretrail.quality.checked"

    feature_name: str
    version: str | None
    score: Score | None
    dimensions: dict[str, Score | None]
    coverage: Score
    reasons: list[str]
    snapshot_id: str | None = None


class ConsistencyChecked(Event):
    """A snapshot was compared with what another system, or another path, says of its values.

    ``confidence_score`` is 0 to 100, null when nothing could be compared.
    """

    TOPIC: ClassVar[str] = "featuretrail.consistency.checked"

    snapshot_id: str
    check_type: CheckType
    status: CheckStatus
    details: JsonObject
    auto_fixed: bool
    check_duration_ms: NonNegativeFloat
    confidence_score: Score | None


CHECK_EVENTS = (QualityChecked, ConsistencyChecked)

register_events(*CHECK_EVENTS)
