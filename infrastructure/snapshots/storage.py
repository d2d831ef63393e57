"""Where a snapshot's rows are kept, and how they are found again."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pyarrow as pa

from featuretrail.domain.errors import ContentAlteredError, NotFoundError, StorageError
from featuretrail.infrastructure.blobs.database import DatabaseBlobs
from featuretrail.infrastructure.blobs.store import BlobStore, open_blob_store
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.snapshots.catalogue import RecordedSnapshot, SnapshotCatalogue


class SnapshotStorage:
    """Writes to the configured store; reads from it or from the one a snapshot was written to."""

    def __init__(self, database: Database, blobs: BlobStore) -> None:
        self._database = database
        self._blobs = blobs

    @property
    def url(self) -> str:
        """The configured store's URL, recorded with each snapshot."""
        return self._blobs.url

    @property
    def in_database(self) -> bool:
        """Whether ``write`` needs a connection, whose transaction it joins."""
        return self._blobs.url == DatabaseBlobs.url

    def write(
        self, digest: str, matrix: pa.Table, connection: psycopg.Connection | None = None
    ) -> int:
        """Store ``matrix`` under ``digest``; return its bytes. Raises ``StorageError``."""
        with _failures_named(self.url):
            return self._blobs.write(digest, matrix, connection)

    def read(self, snapshot: RecordedSnapshot) -> pa.Table:
        """Return a snapshot's matrix; its digest was checked.

        Raises ``NotFoundError`` when no store has it, ``ContentAlteredError`` when it was altered,
        ``StorageError`` when its store cannot be read.
        """
        now = snapshot.content
        return self.fetch(now.digest, now.storage, "stored snapshot", snapshot.info.snapshot_id)

    def read_now(
        self, snapshot: RecordedSnapshot, catalogue: SnapshotCatalogue
    ) -> tuple[RecordedSnapshot, pa.Table]:
        """As ``read``; also if rows are erased meanwhile: then what is left, and as recorded."""
        while True:
            try:
                return snapshot, self.read(snapshot)
            except (NotFoundError, ContentAlteredError):
                newer = catalogue.find(snapshot.info.snapshot_id)
                if newer.content == snapshot.content:
                    raise
                snapshot = newer

    def holds(self, snapshot: RecordedSnapshot) -> bool:
        """Return whether a store has a snapshot's matrix, intact or not; it is not read.

        Raises ``StorageError`` when a store cannot be asked.
        """
        return self.has(snapshot.content.digest, snapshot.content.storage)

    def has(self, digest: str, storage: str, connection: psycopg.Connection | None = None) -> bool:
        """Return whether a store has something under ``digest`` that was written to ``storage``.

        Raises ``StorageError`` when a store cannot be asked.
        """
        with self._lent(connection) as used:
            return any(store.exists(digest, used) for store in self._stores(storage))

    def remove(
        self,
        digest: str,
        storage: str,
        connection: psycopg.Connection | None = None,
        *,
        files: bool = True,
    ) -> bool:
        """Remove what any store has under ``digest``; return whether one had it.

        Without ``files`` only from the database, in the transaction of ``connection``. Raises
        ``StorageError``.
        """
        found = False
        with self._lent(connection) as used:
            for store in self._stores(storage):
                if (files or store.url == DatabaseBlobs.url) and store.exists(digest, used):
                    found = True
                    store.delete(digest, used)
        return found

    @contextmanager
    def _lent(self, connection: psycopg.Connection | None) -> Iterator[psycopg.Connection]:
        if connection is not None:
            yield connection
            return
        with self._database.connection() as own:
            yield own

    def _stores(self, storage: str) -> Iterator[BlobStore]:
        for url in dict.fromkeys((self.url, storage)):
            with _failures_named(url):
                yield self._blobs if url == self.url else open_blob_store(url)

    def fetch(
        self,
        digest: str,
        storage: str,
        kind: str,
        name: str,
        connection: psycopg.Connection | None = None,
    ) -> pa.Table:
        """Return the table of ``digest``, checked, that was written to ``storage``.

        ``kind`` and ``name`` are what a ``NotFoundError`` says is missing.
        """
        stores: list[BlobStore] = []
        with self._lent(connection) as used:
            for url in dict.fromkeys((self.url, storage)):
                with _failures_named(url):
                    store = self._blobs if url == self.url else open_blob_store(url)
                    if store.exists(digest, used):
                        return store.read(digest, used)
                stores.append(store)
        looked_in = [f"{store.url} (without the file of digest {digest})" for store in stores]
        raise NotFoundError(kind, name, looked_in)


@contextmanager
def _failures_named(url: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StorageError(f"the store of snapshots {url} cannot be used: {error}") from error
