"""The stream of one key of a feature's metadata: its values, one after another."""

from typing import Self, get_args
from uuid import UUID

from attrs import evolve, frozen

from featuretrail.domain.errors import InvalidInputError
from featuretrail.domain.events.base import Metadata, stream_id
from featuretrail.domain.events.metadata import MetadataRecorded, MetadataType
from featuretrail.domain.inputs import (
    check_choice,
    check_feature,
    check_label,
    check_score,
    optional,
)
from featuretrail.domain.json_values import check_json


@frozen
class FeatureMetadataAggregate:
    """A key of a feature's metadata as its events tell it; ``recorded`` is the latest."""

    id: UUID
    feature_name: str
    metadata_type: str
    metadata_key: str
    version: int = 0
    recorded: MetadataRecorded | None = None

    @classmethod
    def initial(cls, feature_name: str, metadata_type: str, metadata_key: str) -> Self:
        """Return the key before its first event; raise ``InvalidInputError`` for an illegal one.

        The type ``schema`` is refused: definitions say what the schema is.
        """
        path = check_feature(feature_name)
        if metadata_type == "schema":
            raise InvalidInputError(
                "metadata_type is 'schema', which the feature's definition sets; register a new "
                f"version of {path!r} instead"
            )
        kind = check_choice("metadata_type", metadata_type, get_args(MetadataType))
        key = check_label("metadata_key", metadata_key)
        return cls(stream_id("metadata", f"{path}/{kind}/{key}"), path, kind, key)

    def evolve(self, event: MetadataRecorded) -> Self:
        """Return the state after ``event``."""
        return evolve(self, version=event.originator_version, recorded=event)


def decide_record(
    state: FeatureMetadataAggregate,
    metadata_value: object,
    metadata: Metadata,
    *,
    confidence_score: float | None = None,
) -> list[MetadataRecorded]:
    """Return the event that gives the key a value, or none when it has this one already.

    ``metadata_value`` is any JSON value, ``metadata`` says who decided and why. Raises
    ``InvalidInputError``.
    """
    event = MetadataRecorded.in_stream(
        state.id,
        state.version + 1,
        feature_name=state.feature_name,
        metadata_type=state.metadata_type,
        metadata_key=state.metadata_key,
        metadata_value=check_json("metadata_value", metadata_value),
        confidence_score=optional(check_score, "confidence_score", confidence_score),
        metadata=metadata,
    )
    return [] if event.repeats(state.recorded) else [event]
