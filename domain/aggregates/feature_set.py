"""The stream of one feature set: its versions, oldest first, with the features each pins."""

from collections.abc import Mapping
from typing import Self
from uuid import UUID

from attrs import evolve, frozen

from featuretrail.domain.aggregates.versioning import is_registered
from featuretrail.domain.definitions import FeatureSet, definition_digest
from featuretrail.domain.events.base import Metadata, stream_id
from featuretrail.domain.events.definitions import FeatureSetDefined
from featuretrail.domain.names import FeatureReference
from featuretrail.domain.schemas import set_from
from featuretrail.domain.versions import Version


@frozen
class FeatureSetVersion:
    """One version of a feature set; ``pinned`` are its features, in order, each with a version."""

    definition: FeatureSet
    pinned: tuple[FeatureReference, ...]
    digest: str

    @property
    def version(self) -> Version:
        """The version's number."""
        return self.definition.version


@frozen
class FeatureSetAggregate:
    """A feature set as its events tell it."""

    id: UUID
    name: str
    version: int = 0
    versions: tuple[FeatureSetVersion, ...] = ()

    @classmethod
    def initial(cls, name: str) -> Self:
        """Return the feature set before its first event."""
        return cls(stream_id("set", name), name)

    @property
    def latest(self) -> FeatureSetVersion:
        """The highest version."""
        return self.versions[-1]

    def evolve(self, event: FeatureSetDefined) -> Self:
        """Return the state after ``event``."""
        definition = set_from(event.definition)
        pinned = tuple(
            reference.pinned(Version.parse(event.pinned[reference.path]))
            for reference in definition.features
        )
        version = FeatureSetVersion(definition, pinned, event.definition_digest)
        return evolve(self, version=event.originator_version, versions=(*self.versions, version))


def decide_define(
    state: FeatureSetAggregate,
    definition: FeatureSet,
    latest: Mapping[str, Version],
    metadata: Metadata,
) -> list[FeatureSetDefined]:
    """Return the event that registers ``definition``, or none when it is registered already.

    ``latest`` maps the path of each selected feature to its latest version, to which references
    without a version are pinned for good: what was written is compared, so writing the same set
    again after a feature's new version changes nothing. The digest covers the pinned versions.
    Raises ``DefinitionChangedError`` or ``InvalidDefinitionError``.
    """
    registered = {known.version: known.definition.to_dict() for known in state.versions}
    if is_registered("feature set", definition.name, definition.to_dict(), registered):
        return []
    pinned = {
        reference.path: str(reference.version or latest[reference.path])
        for reference in definition.features
    }
    return [
        FeatureSetDefined.in_stream(
            state.id,
            state.version + 1,
            name=definition.name,
            version=str(definition.version),
            definition=definition.to_dict(),
            definition_digest=definition_digest(definition.to_dict() | {"pinned": pinned}),
            pinned=pinned,
            metadata=metadata,
        )
    ]
