"""Events of definitions: groups, features and feature sets."""

from typing import ClassVar

from featuretrail.domain.events.base import Event, JsonObject
from featuretrail.domain.events.registry import register_events


class GroupDefined(Event):
    """A version of a feature group was defined; the first one made its tables."""

    TOPIC: ClassVar[str] = "featuretrail.group.defined"

    name: str
    version: str
    definition: JsonObject
    definition_digest: str


class FeatureDefined(Event):
    """A version of a feature was defined; ``column`` holds its values."""

    TOPIC: ClassVar[str] = "featuretrail.feature.defined"

    group: str
    name: str
    version: str
    definition: JsonObject
    definition_digest: str
    column: str


class FeatureSetDefined(Event):
    """A version of a feature set was defined; ``pinned`` maps each reference to its version."""

    TOPIC: ClassVar[str] = "featuretrail.set.defined"

    name: str
    version: str
    definition: JsonObject
    definition_digest: str
    pinned: dict[str, str]


DEFINITION_EVENTS = (GroupDefined, FeatureDefined, FeatureSetDefined)

register_events(*DEFINITION_EVENTS)
