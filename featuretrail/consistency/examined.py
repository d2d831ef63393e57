"""A snapshot as checks look at it: its rows, and what each of its columns is."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Self

import pyarrow as pa
from attrs import evolve, field, frozen

from featuretrail.consistency.parts import ConsistencyParts
from featuretrail.domain.consistency.measured import key_column, times_of
from featuretrail.domain.registry import Registry, ResolvedFeature
from featuretrail.domain.serving.sampling import sampled
from featuretrail.domain.versions import Version
from featuretrail.infrastructure.consistency.source import SourceRequest
from featuretrail.infrastructure.retrieval.naming import by_group
from featuretrail.infrastructure.snapshots.request import MatrixRequest

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@frozen(eq=False)
class ExaminedSnapshot:
    """The matrix of a snapshot, those of its rows that are sampled, and its features by path.

    ``outputs`` maps paths to columns of the matrix. ``label`` is the feature that the label is of,
    if there is one.
    """

    snapshot_id: str
    table: pa.Table = field(repr=False)
    features: Mapping[str, ResolvedFeature]
    outputs: Mapping[str, str]
    position: int
    request: MatrixRequest
    label: ResolvedFeature | None
    manifest: Mapping[str, Any] = field(repr=False)
    sample: float = 1.0

    @classmethod
    def read(cls, parts: ConsistencyParts, snapshot_id: str) -> Self:
        """Read a snapshot, its digest checked; raise ``NotFoundError``."""
        snapshot = parts.snapshots.get(snapshot_id)
        manifest = snapshot.manifest
        registry = parts.registry.current()
        request = MatrixRequest.from_dict(manifest["request"])
        features, outputs = {}, {}
        for each in manifest["features"]:
            resolved = registry.resolve(each["reference"])
            features[resolved.reference.path] = resolved
            outputs[resolved.reference.path] = each["output"]
        return cls(
            snapshot_id=snapshot.info.snapshot_id,
            table=snapshot.to_arrow(),
            features=features,
            outputs=outputs,
            position=snapshot.info.position,
            request=request,
            label=_label(registry, request, manifest),
            manifest=manifest,
        )

    def sampled(self, share: float) -> Self:
        """Return the snapshot with the rows of a share of its entities."""
        if share >= 1:
            return self
        keys = {name: key_column(self.table, name, "the snapshot") for name in self.keys}
        chosen = pa.array(sampled(keys, share))
        return evolve(self, table=self.table.filter(chosen), sample=share)

    @property
    def keys(self) -> tuple[str, ...]:
        """The entity keys of all its features."""
        names = (key for each in self.features.values() for key in each.group.keys)
        return tuple(dict.fromkeys(names))

    @property
    def time_column(self) -> str:
        """The column of the rows' times."""
        return self.request.time_column

    @property
    def dtypes(self) -> dict[str, str]:
        """The types of its features by path."""
        return {path: each.dtype for path, each in self.features.items()}

    @property
    def groups(self) -> dict[str, list[ResolvedFeature]]:
        """Its features by group."""
        return by_group(list(self.features.values()))

    def asked(self) -> SourceRequest:
        """Return what another system is asked for to compare it with this."""
        times = times_of(key_column(self.table, self.time_column, "the snapshot"))
        return SourceRequest(
            features=self.dtypes,
            outputs=self.outputs,
            keys=self.keys,
            time_column=self.time_column,
            since=_moment(int(times.min())) if times.size else None,
            until=_moment(int(times.max())) if times.size else None,
            sample=self.sample,
        )


def _label(
    registry: Registry, request: MatrixRequest, manifest: Mapping[str, Any]
) -> ResolvedFeature | None:
    """Return the feature that the label is of: looked up, or brought under its name."""
    if request.label_column is None:
        return None
    if request.label_reference is not None:
        return registry.resolve(request.label_reference)
    version = Version.parse(manifest["feature_set_version"])
    label = registry.feature_set(manifest["feature_set"], version).definition.label
    return None if label is None else registry.resolve(label)


def _moment(micros: int) -> datetime:
    return _EPOCH + timedelta(microseconds=micros)
