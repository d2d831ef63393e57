"""Creating, reading, comparing and exporting snapshots."""

import time
from collections.abc import Mapping
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from attrs import frozen

from featuretrail.domain.aggregates.feature_set import FeatureSetVersion
from featuretrail.domain.aggregates.snapshot import next_version, snapshot_name
from featuretrail.domain.digest import column_digests, table_digest
from featuretrail.domain.errors import (
    AlreadyExistsError,
    ConcurrencyError,
    IdempotencyError,
    InvalidInputError,
)
from featuretrail.domain.events import Metadata, SnapshotCreated, stream_id
from featuretrail.domain.registry import ResolvedFeature
from featuretrail.domain.splits import Split
from featuretrail.domain.statistics import column_statistics
from featuretrail.domain.versions import Version
from featuretrail.infrastructure.blobs.store import BlobStore
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.log.application import EventLog
from featuretrail.infrastructure.registry import RegistryReader
from featuretrail.infrastructure.retrieval.historical import HistoricalReader
from featuretrail.infrastructure.snapshots.catalogue import RecordedSnapshot, SnapshotCatalogue
from featuretrail.infrastructure.snapshots.comparison import SnapshotDiff, compare
from featuretrail.infrastructure.snapshots.labels import with_labels
from featuretrail.infrastructure.snapshots.matrix import MatrixSource, derive
from featuretrail.infrastructure.snapshots.request import Closed, Knowledge, MatrixRequest
from featuretrail.infrastructure.snapshots.snapshot import FeatureSnapshot, SnapshotInfo
from featuretrail.infrastructure.snapshots.storage import SnapshotStorage
from featuretrail.infrastructure.snapshots.verification import SnapshotVerification, verify
from featuretrail.infrastructure.values.frames import to_table

_ATTEMPTS = 5


@frozen
class SnapshotOrder:
    """What a caller asks to be frozen."""

    feature_set: FeatureSetVersion
    spine: Any
    version: Version | None
    time_column: str
    position: int
    knowledge: Knowledge
    closed: Closed
    labels: Any
    split: Split | None
    annotations: Mapping[str, Any]
    metadata: Metadata
    idempotency_key: str | None


class FeatureSnapshotManager:
    """Freezes training matrices and proves them again; ``store.snapshots``."""

    def __init__(
        self,
        database: Database,
        log: EventLog,
        registry: RegistryReader,
        reader: HistoricalReader,
        blobs: BlobStore,
    ) -> None:
        self._database = database
        self._log = log
        self._registry = registry
        self._reader = reader
        self._storage = SnapshotStorage(database, blobs)
        self._catalogue = SnapshotCatalogue(database)

    def list(self, feature_set: str | None = None) -> list[SnapshotInfo]:
        """Return the snapshots that exist (of ``feature_set``), oldest first."""
        return [item.info for item in self._catalogue.all(feature_set)]

    def create(self, order: SnapshotOrder) -> SnapshotInfo:
        """Derive the matrix of ``order``, store it and record it; see the facade's method."""
        earlier = self._earlier(order)
        if earlier is not None and order.idempotency_key is not None:
            return earlier.info
        started = time.perf_counter()
        source = self._source(order)
        matrix = derive(self._database, self._reader, source)
        for attempt in range(_ATTEMPTS):
            event = self._event(order, source, matrix)
            try:
                return self._record(event, matrix, started)
            except ConcurrencyError:
                name = snapshot_name(event.feature_set, Version.parse(event.version))
                if order.version is not None:
                    raise AlreadyExistsError("snapshot", name, "choose another version") from None
                if attempt == _ATTEMPTS - 1:
                    raise
        raise AssertionError("unreachable: the last attempt returns or raises")

    def get(self, snapshot_id: str) -> FeatureSnapshot:
        """Read a snapshot and check its digest; raise ``ContentAlteredError`` if it differs."""
        recorded = self._catalogue.find(snapshot_id)
        return FeatureSnapshot(
            recorded.info, manifest(recorded), table=self._storage.read(recorded.created)
        )

    def verify(self, snapshot_id: str) -> SnapshotVerification:
        """Check the stored bytes, and derive the matrix again from the values of its position."""
        recorded = self._catalogue.find(snapshot_id)
        return verify(self._database, self._registry, self._reader, self._storage, recorded)

    def diff(self, snapshot_id: str, other_id: str) -> SnapshotDiff:
        """Compare two snapshots: definitions, columns, rows and cells."""
        return compare(self.get(snapshot_id), self.get(other_id))

    def export(self, snapshot_id: str, path: str) -> SnapshotInfo:
        """Write a checked snapshot to ``path`` as Parquet, its identity in the metadata."""
        snapshot = self.get(snapshot_id)
        identity = {
            "featuretrail.snapshot": snapshot.info.snapshot_id,
            "featuretrail.digest": snapshot.info.digest,
            "featuretrail.position": str(snapshot.info.position),
        }
        pq.write_table(snapshot.to_arrow().replace_schema_metadata(identity), path)
        return snapshot.info

    def _earlier(self, order: SnapshotOrder) -> RecordedSnapshot | None:
        if order.idempotency_key is None:
            return None
        name = order.feature_set.definition.name
        for item in self._catalogue.all():
            if item.created.idempotency_key == order.idempotency_key:
                if item.created.feature_set != name:
                    raise IdempotencyError(
                        order.idempotency_key, f"feature set {item.created.feature_set!r}"
                    )
                return item
        return None

    def _source(self, order: SnapshotOrder) -> MatrixSource:
        spine = to_table(order.spine, "spine")
        registry = self._registry.at(order.position)
        features = [registry.resolve(reference) for reference in order.feature_set.pinned]
        label = order.feature_set.definition.label
        request = MatrixRequest(order.time_column, order.knowledge, order.closed)
        looked_up: ResolvedFeature | None = None
        if order.labels is not None:
            spine, column = with_labels(
                spine, order.labels, "label" if label is None else label.name
            )
            request = MatrixRequest(order.time_column, order.knowledge, order.closed, column)
        elif label is not None and label.name in spine.column_names:
            request = MatrixRequest(order.time_column, order.knowledge, order.closed, label.name)
        elif label is not None:
            looked_up = registry.resolve(label)
            request = MatrixRequest(
                order.time_column,
                order.knowledge,
                order.closed,
                label.name,
                str(looked_up.reference),
            )
        return MatrixSource(spine, features, looked_up, order.position, request, order.split)

    def _event(
        self, order: SnapshotOrder, source: MatrixSource, matrix: pa.Table
    ) -> SnapshotCreated:
        name = order.feature_set.definition.name
        existing = [item.created for item in self._catalogue.all(name)]
        version = next_version(name, order.feature_set.digest, existing, order.version)
        spine_columns = source.spine.column_names
        outputs = matrix.column_names[len(spine_columns) :]
        return SnapshotCreated.in_stream(
            stream_id("snapshot", snapshot_name(name, version)),
            1,
            feature_set=name,
            feature_set_version=str(order.feature_set.version),
            feature_set_digest=order.feature_set.digest,
            version=str(version),
            digest=table_digest(matrix),
            column_digests=column_digests(matrix),
            rows=matrix.num_rows,
            position=order.position,
            features=[
                {
                    "reference": str(item.reference),
                    "output": output,
                    "column": item.column,
                    "definition_digest": item.version.digest,
                }
                for item, output in zip(source.features, outputs, strict=False)
            ],
            spine_columns=spine_columns,
            request=source.request.to_dict(),
            split=None if source.split is None else source.split.to_dict(),
            statistics=column_statistics(matrix),
            annotations=dict(order.annotations),
            storage=self._storage.url,
            stored_bytes=0,
            computation_time_ms=0.0,
            idempotency_key=order.idempotency_key,
            metadata=order.metadata,
        )

    def _record(self, event: SnapshotCreated, matrix: pa.Table, started: float) -> SnapshotInfo:
        with self._database.transaction() as connection:
            stored = self._storage.write(event.digest, matrix, connection)
            complete = event.model_copy(
                update={
                    "stored_bytes": stored,
                    "computation_time_ms": round((time.perf_counter() - started) * 1000, 3),
                }
            )
            self._log.save(complete, connection=connection)
        name = snapshot_name(event.feature_set, Version.parse(event.version))
        return self._catalogue.find(name).info


def manifest(recorded: RecordedSnapshot) -> dict[str, Any]:
    """Return everything the log says about a snapshot, as a JSON object."""
    return recorded.created.model_dump(mode="json") | {
        "snapshot_id": recorded.info.snapshot_id,
        "created_at": recorded.created_at.isoformat(),
        "event_position": recorded.event_position,
    }


def check_annotations(given: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return a snapshot's ``metadata`` argument if it is a JSON object, else raise."""
    if given is None:
        return {}
    if not isinstance(given, Mapping) or not all(isinstance(key, str) for key in given):
        raise InvalidInputError(f"metadata is {given!r}; give a mapping with string keys")
    return dict(given)
