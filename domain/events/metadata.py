"""Events of metadata that people and systems attach to features."""

from typing import Any, ClassVar, Literal

from featuretrail.domain.events.base import Event, Score
from featuretrail.domain.events.registry import register_events

MetadataType = Literal["quality", "performance", "business"]


class MetadataRecorded(Event):
    """A key of a feature's metadata got a value; ``confidence_score`` is 0 to 100 or null."""

    TOPIC: ClassVar[str] = "featuretrail.metadata.recorded"

    feature_name: str
    metadata_type: MetadataType
    metadata_key: str
    metadata_value: Any
    confidence_score: Score | None = None


METADATA_EVENTS = (MetadataRecorded,)

register_events(*METADATA_EVENTS)
