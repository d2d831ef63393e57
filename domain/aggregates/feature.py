"""The stream of one feature: its versions, oldest first, and the column of each."""

from typing import Self
from uuid import UUID

from attrs import evolve, frozen
from blake3 import blake3

from featuretrail.domain.aggregates.versioning import is_registered
from featuretrail.domain.definitions import Feature, definition_digest
from featuretrail.domain.events.base import Metadata, stream_id
from featuretrail.domain.events.definitions import FeatureDefined
from featuretrail.domain.names import MAX_IDENTIFIER_BYTES
from featuretrail.domain.rules import same_rule
from featuretrail.domain.schemas import feature_from
from featuretrail.domain.versions import Version


@frozen
class FeatureVersion:
    """One version of a feature: what it means, where its values are, its definition's digest."""

    definition: Feature
    column: str
    digest: str

    @property
    def version(self) -> Version:
        """The version's number."""
        return self.definition.version


@frozen
class FeatureAggregate:
    """A feature as its events tell it."""

    id: UUID
    group: str
    name: str
    version: int = 0
    versions: tuple[FeatureVersion, ...] = ()

    @classmethod
    def initial(cls, group: str, name: str) -> Self:
        """Return the feature before its first event."""
        return cls(stream_id("feature", f"{group}.{name}"), group, name)

    @property
    def latest(self) -> FeatureVersion:
        """The highest version."""
        return self.versions[-1]

    def evolve(self, event: FeatureDefined) -> Self:
        """Return the state after ``event``."""
        version = FeatureVersion(
            feature_from(event.definition), event.column, event.definition_digest
        )
        return evolve(self, version=event.originator_version, versions=(*self.versions, version))


def decide_define(
    state: FeatureAggregate, definition: Feature, metadata: Metadata
) -> list[FeatureDefined]:
    """Return the event that registers ``definition``, or none when it is registered already.

    A change of type needs a new major version, one of the rule a new minor one. A version shares
    its predecessor's column unless its type or its major number differs: then its values can
    differ, and it gets its own column.
    Raises ``DefinitionChangedError`` or ``InvalidDefinitionError``.
    """
    registered = {known.version: known.definition.to_dict() for known in state.versions}
    path = f"{state.group}.{state.name}"
    if is_registered("feature", path, definition.to_dict(), registered, _needed(state, definition)):
        return []
    return [
        FeatureDefined.in_stream(
            state.id,
            state.version + 1,
            group=state.group,
            name=state.name,
            version=str(definition.version),
            definition=definition.to_dict(),
            definition_digest=definition_digest(definition.to_dict()),
            column=_column(state, definition),
            metadata=metadata,
        )
    ]


def _needed(state: FeatureAggregate, definition: Feature) -> Version | None:
    if not state.versions:
        return None
    latest = state.latest.definition
    if latest.dtype != definition.dtype:
        return latest.version.next_major()
    if not same_rule(latest.rule, definition.rule):
        return latest.version.next_minor()
    if latest.to_dict() != definition.to_dict():
        return latest.version.next_patch()
    return None


def _column(state: FeatureAggregate, definition: Feature) -> str:
    if not state.versions:
        return state.name
    latest = state.latest
    if latest.version.major == definition.version.major:
        return latest.column
    suffix = "__" + str(definition.version).replace(".", "_")
    return shorten(state.name, suffix)


def shorten(name: str, suffix: str) -> str:
    """Return ``name + suffix`` within 63 bytes, a digest standing for what had to be cut.

    >>> shorten("temp", "__2_0_0")
    'temp__2_0_0'
    >>> len(shorten("t" * 63, "__2_0_0"))
    63
    """
    if len((name + suffix).encode()) <= MAX_IDENTIFIER_BYTES:
        return name + suffix
    mark = "_" + blake3(name.encode()).hexdigest()[:8]
    room = MAX_IDENTIFIER_BYTES - len((mark + suffix).encode())
    return name.encode()[:room].decode(errors="ignore") + mark + suffix
