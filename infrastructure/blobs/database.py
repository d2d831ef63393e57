"""Blobs in the database, in the caller's transaction: they commit with the event naming them."""

import io
from typing import Any

import psycopg
import pyarrow as pa

from featuretrail.domain.errors import ContentAlteredError, InvalidInputError, NotFoundError
from featuretrail.infrastructure.blobs.arrow_file import checked_digest, read_arrow, write_arrow
from featuretrail.infrastructure.queries import query_text

CHUNK_BYTES = 1 << 20

AnyConnection = psycopg.Connection[Any]


class DatabaseBlobs:
    """Blobs as chunks of 1 MiB in ``featuretrail.blobs``, through the connection given each time.

    What is written or deleted commits or is undone with the connection's transaction.
    """

    url = "database:"

    def write(self, digest: str, table: pa.Table, connection: AnyConnection | None = None) -> int:
        """Store ``table`` under its canonical digest unless it is there intact; return its bytes.

        Streams: beside ``table`` it holds a few chunks. A second writer of the same blob waits for
        the first one's transaction. Raises ``InvalidInputError`` for a table that has no digest.
        """
        given, key = _given(connection), _key(digest)
        with given.transaction():
            given.execute(query_text("blobs/lock"), key)
            if not self._holds(digest, given):
                if self.exists(digest, given):  # altered; a writer alone may not delete it
                    given.execute(query_text("blobs/delete"), key)
                _copy_in(given, key["digest"], table)
            row = given.execute(query_text("blobs/size"), key).fetchone()
        return 0 if row is None else int(row[0])

    def read(self, digest: str, connection: AnyConnection | None = None) -> pa.Table:
        """Return the table; its digest was checked.

        Streams into memory of the blob's size, which the table then uses without a copy. Raises
        ``NotFoundError`` for an absent blob and ``ContentAlteredError`` for an altered one.
        """
        content = _fetch(_given(connection), _key(digest))
        if content is None:
            raise NotFoundError("stored blob", digest)
        return read_arrow(content, digest, f"the blob {digest} in the database")

    def exists(self, digest: str, connection: AnyConnection | None = None) -> bool:
        """Return whether there is a blob of ``digest``; what is in it is not looked at."""
        row = _given(connection).execute(query_text("blobs/exists"), _key(digest)).fetchone()
        return row is not None and bool(row[0])

    def delete(self, digest: str, connection: AnyConnection | None = None) -> None:
        """Remove the blob; nothing happens if it is absent."""
        _given(connection).execute(query_text("blobs/delete"), _key(digest))

    def _holds(self, digest: str, connection: AnyConnection) -> bool:
        try:
            self.read(digest, connection)
        except (NotFoundError, ContentAlteredError):
            return False
        return True


class _Chunks(io.RawIOBase):
    """Cuts what is written into rows of a binary COPY."""

    def __init__(self, copy: psycopg.Copy, digest: bytes) -> None:
        super().__init__()
        self._copy = copy
        self._digest = digest
        self._pending = bytearray()
        self._number = 0

    def writable(self) -> bool:
        return True

    def write(self, content: Any) -> int:  # noqa: ANN401 - bytes or any buffer
        view = memoryview(content).cast("B")
        start = 0
        while start < len(view):
            end = start + CHUNK_BYTES - len(self._pending)
            self._pending += view[start:end]
            start = end
            if len(self._pending) == CHUNK_BYTES:
                self.send()
        return len(view)

    def send(self) -> None:
        """Send what is pending as the next chunk."""
        if self._pending:
            self._copy.write_row((self._digest, self._number, self._pending))
            self._number += 1
            self._pending = bytearray()


def _copy_in(connection: AnyConnection, digest: bytes, table: pa.Table) -> None:
    with connection.cursor() as cursor, cursor.copy(query_text("blobs/write")) as copy:
        copy.set_types(["bytea", "int4", "bytea"])
        chunks = _Chunks(copy, digest)
        write_arrow(table, chunks)
        chunks.send()


def _fetch(connection: AnyConnection, key: dict[str, bytes]) -> pa.Buffer | None:
    buffer, end = None, 0
    with connection.cursor(binary=True) as cursor:
        for size, content in cursor.stream(query_text("blobs/read"), key):
            if buffer is None:
                buffer = pa.allocate_buffer(size)
                view = memoryview(buffer).cast("B")
            view[end : end + len(content)] = content
            end += len(content)
    return buffer


def _key(digest: str) -> dict[str, bytes]:
    return {"digest": bytes.fromhex(checked_digest(digest))}


def _given(connection: AnyConnection | None) -> AnyConnection:
    if connection is None:
        raise InvalidInputError(
            "blobs in the database are written and read through a connection; none was given"
        )
    return connection
