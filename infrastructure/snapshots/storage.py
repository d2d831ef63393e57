"""Where a snapshot's rows are kept, and how they are found again."""

import psycopg
import pyarrow as pa

from featuretrail.domain.errors import NotFoundError
from featuretrail.domain.events import SnapshotCreated
from featuretrail.infrastructure.blobs.store import BlobStore, open_blob_store
from featuretrail.infrastructure.database import Database


class SnapshotStorage:
    """Writes to the configured store; reads from it or from the one a snapshot was written to."""

    def __init__(self, database: Database, blobs: BlobStore) -> None:
        self._database = database
        self._blobs = blobs

    @property
    def url(self) -> str:
        """The configured store's URL, recorded with each snapshot."""
        return self._blobs.url

    def write(self, digest: str, matrix: pa.Table, connection: psycopg.Connection) -> int:
        """Store ``matrix`` under ``digest`` in the caller's transaction; return its bytes."""
        return self._blobs.write(digest, matrix, connection)

    def read(self, created: SnapshotCreated) -> pa.Table:
        """Return a snapshot's matrix; its digest was checked.

        Raises ``NotFoundError`` when no store has it, ``ContentAlteredError`` when it was altered.
        """
        with self._database.connection() as connection:
            stores = [self._blobs]
            if created.storage != self._blobs.url:
                stores.append(open_blob_store(created.storage))
            for store in stores:
                if store.exists(created.digest, connection):
                    return store.read(created.digest, connection)
        raise NotFoundError(
            "stored snapshot",
            f"{created.feature_set}@{created.version}",
            [f"{store.url} (without the file of digest {created.digest})" for store in stores],
        )
