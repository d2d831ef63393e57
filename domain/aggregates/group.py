"""The stream of one feature group: its versions, oldest first."""

from typing import Self
from uuid import UUID

from attrs import evolve, frozen

from featuretrail.domain.aggregates.versioning import is_registered
from featuretrail.domain.definitions import FeatureGroup, definition_digest
from featuretrail.domain.errors import InvalidDefinitionError
from featuretrail.domain.events.base import Metadata, stream_id
from featuretrail.domain.events.definitions import GroupDefined
from featuretrail.domain.schemas import group_from
from featuretrail.domain.versions import Version


@frozen
class GroupAggregate:
    """A feature group as its events tell it; ``definitions`` carry no features."""

    id: UUID
    version: int = 0
    definitions: tuple[FeatureGroup, ...] = ()

    @classmethod
    def initial(cls, name: str) -> Self:
        """Return the group before its first event."""
        return cls(stream_id("group", name))

    @property
    def latest(self) -> FeatureGroup:
        """The definition of the highest version."""
        return self.definitions[-1]

    def evolve(self, event: GroupDefined) -> Self:
        """Return the state after ``event``."""
        definition = group_from(event.definition)
        return evolve(
            self,
            version=event.originator_version,
            definitions=(*self.definitions, definition),
        )


def decide_define(
    state: GroupAggregate, definition: FeatureGroup, metadata: Metadata
) -> list[GroupDefined]:
    """Return the event that registers ``definition``, or none when it is registered already.

    Keys and ``known_time`` shape the stored rows, so they never change. Raises
    ``DefinitionChangedError`` or ``InvalidDefinitionError``.
    """
    registered = {known.version: known.to_dict() for known in state.definitions}
    if state.definitions:
        _check_shape(state.latest, definition)
    if is_registered(
        "group", definition.name, definition.to_dict(), registered, _needed(state, definition)
    ):
        return []
    return [
        GroupDefined.in_stream(
            state.id,
            state.version + 1,
            name=definition.name,
            version=str(definition.version),
            definition=definition.to_dict(),
            definition_digest=definition_digest(definition.to_dict()),
            metadata=metadata,
        )
    ]


def _needed(state: GroupAggregate, definition: FeatureGroup) -> Version | None:
    if not state.definitions:
        return None
    latest = state.latest
    if (latest.ttl, latest.retention) != (definition.ttl, definition.retention):
        return latest.version.next_minor()
    if latest.to_dict() != definition.to_dict():
        return latest.version.next_patch()
    return None


def _check_shape(latest: FeatureGroup, definition: FeatureGroup) -> None:
    for what, old, new in (
        ("keys", list(latest.keys.items()), list(definition.keys.items())),
        ("known_time", latest.known_time, definition.known_time),
    ):
        if old != new:
            raise InvalidDefinitionError(
                f"group {definition.name!r} has {what} {old!r}, not {new!r}; they shape the stored "
                "rows and never change: define a group of another name"
            )
