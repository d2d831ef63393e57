"""``feature_metadata``: one row a key of a feature's metadata."""

from typing import Any

from featuretrail.domain.events import FeatureDefined, MetadataRecorded, QualityChecked
from featuretrail.projections.read_model import Change, Place, ReadModel, Revision, row_id

FEATURE_METADATA = ReadModel("feature_metadata", time="created_at", past_since="past_since")

SCHEMA_KEYS = ("dtype", "description", "unit", "constraints", "owner", "tags", "version")
"""What a definition says of a feature, as keys of the type ``schema``."""


@FEATURE_METADATA.on(FeatureDefined)
def defined(event: FeatureDefined, at: Place) -> list[Change]:
    """The first definition makes the rows of its schema, a later version changes their values."""
    values = {key: event.definition.get(key) for key in SCHEMA_KEYS} | {"column": event.column}
    return [
        _recorded(
            at,
            event.originator_version,
            id=row_id(event.originator_id, key),
            feature_name=f"{event.group}.{event.name}",
            metadata_type="schema",
            metadata_key=key,
            metadata_value=value,
            confidence_score=None,
        )
        for key, value in values.items()
    ]


@FEATURE_METADATA.on(MetadataRecorded)
def recorded(event: MetadataRecorded, at: Place) -> list[Change]:
    """The first value of a key makes its row, a later one changes it."""
    return [
        _recorded(
            at,
            event.originator_version,
            id=event.originator_id,
            feature_name=event.feature_name,
            metadata_type=event.metadata_type,
            metadata_key=event.metadata_key,
            metadata_value=event.metadata_value,
            confidence_score=event.confidence_score,
        )
    ]


@FEATURE_METADATA.on(QualityChecked)
def checked(event: QualityChecked, at: Place) -> list[Change]:
    """Each quality check is a row of its own, past at once; its confidence is its coverage."""
    return [
        _recorded(
            at,
            1,
            id=event.originator_id,
            feature_name=event.feature_name,
            metadata_type="quality",
            metadata_key="quality_check",
            metadata_value={
                "score": event.score,
                "dimensions": event.dimensions,
                "reasons": event.reasons,
                "version": event.version,
                "snapshot_id": event.snapshot_id,
            },
            confidence_score=event.coverage,
            past_since=at.recorded_at,
        )
    ]


def _recorded(at: Place, version: int, **facts: Any) -> Change:  # noqa: ANN401
    if version > 1:
        changed = {
            "metadata_value": facts["metadata_value"],
            "updated_at": at.recorded_at,
            "version": version,
            "confidence_score": facts["confidence_score"],
        }
        return Revision(facts["id"], changed)
    times = {"created_at": at.recorded_at, "updated_at": at.recorded_at}
    return {"past_since": None, **facts, **times, "version": version}
