"""Creating, reading, comparing and exporting snapshots."""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import psycopg
import pyarrow as pa
from attrs import evolve

from featuretrail.domain.aggregates.snapshot import next_version, snapshot_name
from featuretrail.domain.digest import digest_table
from featuretrail.domain.events import SnapshotCreated, stream_id
from featuretrail.domain.registry import ResolvedFeature
from featuretrail.domain.statistics import column_statistics
from featuretrail.domain.versions import Version
from featuretrail.infrastructure.access import needs
from featuretrail.infrastructure.blobs.store import BlobStore
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.log.application import EventLog
from featuretrail.infrastructure.performance.recorder import Recorder
from featuretrail.infrastructure.queries import query
from featuretrail.infrastructure.registry import RegistryReader
from featuretrail.infrastructure.retrieval.historical import HistoricalReader
from featuretrail.infrastructure.snapshots.catalogue import RecordedSnapshot, SnapshotCatalogue
from featuretrail.infrastructure.snapshots.comparison import SnapshotDiff, compare
from featuretrail.infrastructure.snapshots.export import write_parquet
from featuretrail.infrastructure.snapshots.labels import label_name, with_labels
from featuretrail.infrastructure.snapshots.matrix import MatrixSource, derive
from featuretrail.infrastructure.snapshots.order import SnapshotOrder, check_repeats
from featuretrail.infrastructure.snapshots.request import MatrixRequest
from featuretrail.infrastructure.snapshots.snapshot import FeatureSnapshot, SnapshotInfo
from featuretrail.infrastructure.snapshots.storage import SnapshotStorage
from featuretrail.infrastructure.snapshots.verification import SnapshotVerification, verify
from featuretrail.infrastructure.values.frames import to_table


class FeatureSnapshotManager:
    """Freezes training matrices and proves them again; ``store.snapshots``."""

    def __init__(
        self,
        database: Database,
        log: EventLog,
        registry: RegistryReader,
        reader: HistoricalReader,
        blobs: BlobStore,
        recorder: Recorder,
    ) -> None:
        self._database = database
        self._log = log
        self._registry = registry
        self._reader = reader
        self._recorder = recorder
        self._storage = SnapshotStorage(database, blobs)
        self._catalogue = SnapshotCatalogue(database)

    @needs("auditor")
    def list(self, feature_set: str | None = None) -> list[SnapshotInfo]:
        """Return the snapshots that exist (of ``feature_set``), oldest first."""
        return [item.info for item in self._catalogue.all(feature_set)]

    @needs("writer")
    def create(self, order: SnapshotOrder) -> SnapshotInfo:
        """Derive the matrix of ``order``, store it and record it; see the facade's method."""
        spine, label_column = self._spine(order)
        earlier = self._earlier(order, spine)
        if earlier is not None:
            return earlier.info
        started = time.perf_counter()
        made: SnapshotInfo | None = None
        while made is None:  # until nothing was erased while values were read
            head = self._log.head().position
            source = self._source(order, spine, label_column)
            self._check_version(order, self._catalogue.all(order.feature_set.definition.name))
            matrix, cost = derive(self._database, self._reader, source)
            made = self._record(order, source, matrix, started, head)
        self._recorder.add_call(cost, "training", "freeze", made.snapshot_id)
        return made

    @needs("auditor")
    def get(self, snapshot_id: str) -> FeatureSnapshot:
        """Read a snapshot and check its digest; raise ``ContentAlteredError`` if it differs."""
        found = self._catalogue.find(snapshot_id)
        recorded, table = self._storage.read_now(found, self._catalogue)
        return FeatureSnapshot(recorded.info, manifest(recorded), table=table)

    @needs("auditor")
    def verify(self, snapshot_id: str) -> SnapshotVerification:
        """Check the stored bytes, and derive the matrix again from the values of its position."""
        recorded = self._catalogue.find(snapshot_id)
        while True:
            done = verify(self._database, self._registry, self._reader, self._storage, recorded)
            newer = recorded if done.left_ok else self._catalogue.find(snapshot_id)
            if newer.content == recorded.content:
                return done
            recorded = newer  # rows were erased meanwhile

    @needs("auditor")
    def diff(self, snapshot_id: str, other_id: str) -> SnapshotDiff:
        """Compare two snapshots: definitions, columns, rows and cells."""
        return compare(self.get(snapshot_id), self.get(other_id))

    @needs("auditor")
    def export(self, snapshot_id: str, path: str | Path) -> SnapshotInfo:
        """Write a checked snapshot to ``path`` as Parquet, its identity in the metadata.

        A file of that name is replaced, once the new one is whole. Raises ``InvalidInputError``
        for a path that cannot be written.
        """
        snapshot = self.get(snapshot_id)
        identity = {
            "featuretrail.snapshot": snapshot.info.snapshot_id,
            "featuretrail.digest": snapshot.info.digest,
            "featuretrail.position": str(snapshot.info.position),
        }
        write_parquet(snapshot.to_arrow().replace_schema_metadata(identity), path)
        return snapshot.info

    def _spine(self, order: SnapshotOrder) -> tuple[pa.Table, str | None]:
        """Return the spine with the labels given beside it, and the name of the label in it."""
        spine = to_table(order.spine, "the spine")
        label = order.feature_set.definition.label
        if order.labels is not None:
            return with_labels(spine, order.labels, "label" if label is None else label.name)
        given = label is not None and label.name in spine.column_names
        return spine, label.name if label is not None and given else None

    def _earlier(self, order: SnapshotOrder, spine: pa.Table) -> RecordedSnapshot | None:
        found = _of_key(order.idempotency_key, self._catalogue.all())
        if found is not None:
            check_repeats(order, spine, found.created)
        return found

    def _source(
        self, order: SnapshotOrder, spine: pa.Table, label_column: str | None
    ) -> MatrixSource:
        position = self._log.head().position if order.position is None else order.position
        registry = self._registry.at(position)
        features = [registry.resolve(reference) for reference in order.feature_set.pinned]
        label = order.feature_set.definition.label
        request = MatrixRequest(order.time_column, order.knowledge, order.closed, label_column)
        looked_up: ResolvedFeature | None = None
        if label is not None and label_column is None:
            looked_up = registry.resolve(label)
            request = evolve(
                request,
                label_column=label_name(looked_up, features),
                label_reference=str(looked_up.reference),
            )
        return MatrixSource(spine, features, looked_up, position, request, order.split)

    def _check_version(self, order: SnapshotOrder, existing: Sequence[RecordedSnapshot]) -> Version:
        return next_version(
            order.feature_set.definition.name,
            order.feature_set.digest,
            [item.created for item in existing],
            order.version,
        )

    def _record(
        self,
        order: SnapshotOrder,
        source: MatrixSource,
        matrix: pa.Table,
        started: float,
        head: int,
    ) -> SnapshotInfo | None:
        """Store the rows and append the event; snapshots are numbered one after another.

        Files are written before the transaction, which is then short. Returns ``None``, and
        records nothing, if values were erased after ``head``: the rows may hold some of them.
        """
        facts = _facts(order, source, matrix)
        digest = facts["digest"]
        written = None if self._storage.in_database else self._storage.write(digest, matrix)
        with self._database.transaction() as connection:
            stored = self._storage.write(digest, matrix, connection) if written is None else written
            connection.execute(query("snapshots/lock"))
            [(erased,)] = connection.execute(query("erasing/last"))
            existing = self._catalogue.all(connection=connection)
            if erased > head:
                if written is not None and digest not in {i.content.digest for i in existing}:
                    self._storage.remove(digest, self._storage.url, connection)
                raise psycopg.Rollback
            if erased and not self._storage.has(digest, self._storage.url, connection):
                self._storage.write(digest, matrix, connection)  # an erasure took the same content
            name = order.feature_set.definition.name
            earlier = _of_key(order.idempotency_key, existing)
            if earlier is not None:
                raise psycopg.Rollback
            version = self._check_version(
                order, [item for item in existing if item.created.feature_set == name]
            )
            event = SnapshotCreated.in_stream(
                stream_id("snapshot", snapshot_name(name, version)),
                1,
                **facts,
                version=str(version),
                storage=self._storage.url,
                stored_bytes=stored,
                computation_time_ms=round((time.perf_counter() - started) * 1000, 3),
            )
            self._log.save(event, connection=connection)
        if erased > head:
            return None
        if earlier is not None:  # made by another process meanwhile
            check_repeats(order, source.spine, earlier.created)
            return earlier.info
        return self._catalogue.find(snapshot_name(name, version)).info


def _facts(order: SnapshotOrder, source: MatrixSource, matrix: pa.Table) -> dict[str, Any]:
    """Return what a snapshot's event says, but for its version and its storage."""
    digests = digest_table(matrix)
    spine_columns = source.spine.column_names
    outputs = matrix.column_names[len(spine_columns) :]
    return {
        "feature_set": order.feature_set.definition.name,
        "feature_set_version": str(order.feature_set.version),
        "feature_set_digest": order.feature_set.digest,
        "digest": digests.digest,
        "column_digests": {column.name: column.digest for column in digests.columns},
        "rows": matrix.num_rows,
        "position": source.position,
        "features": [
            {
                "reference": str(item.reference),
                "output": output,
                "column": item.column,
                "definition_digest": item.version.digest,
            }
            for item, output in zip(source.features, outputs, strict=False)
        ],
        "spine_columns": spine_columns,
        "request": source.request.to_dict(),
        "split": None if source.split is None else source.split.to_dict(),
        "statistics": column_statistics(matrix),
        "memory_usage_mb": round(matrix.nbytes / 2**20, 6),
        "annotations": dict(order.annotations),
        "idempotency_key": order.idempotency_key,
        "metadata": order.metadata,
    }


def _of_key(key: str | None, snapshots: Sequence[RecordedSnapshot]) -> RecordedSnapshot | None:
    if key is None:
        return None
    return next((item for item in snapshots if item.created.idempotency_key == key), None)


def manifest(recorded: RecordedSnapshot) -> dict[str, Any]:
    """Return everything the log says about a snapshot, as a JSON object."""
    now = recorded.content.model_dump(
        mode="json",
        include={"digest", "column_digests", "rows", "statistics", "storage", "stored_bytes"},
    )
    return (
        recorded.created.model_dump(mode="json")
        | now
        | {
            **({"erasures": _erasures(recorded)} if recorded.erasures else {}),
            "snapshot_id": recorded.info.snapshot_id,
            "created_at": recorded.created_at.isoformat(),
            "event_position": recorded.event_position,
        }
    )


def _erasures(recorded: RecordedSnapshot) -> list[dict[str, Any]]:
    return [
        each.event.model_dump(mode="json", include={"groups", "erased", "former_digest"})
        | {
            "position": each.position,
            "recorded_at": each.recorded_at.isoformat(),
            "actor": each.event.metadata.actor,
            "reason": each.event.metadata.reason,
        }
        for each in recorded.erasures
    ]
