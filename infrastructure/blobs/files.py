"""Blobs as files below a folder: of this machine, or of an object store by URL."""

import os
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pyarrow as pa
from pyarrow import fs

from featuretrail.domain.errors import ContentAlteredError, NotFoundError
from featuretrail.infrastructure.blobs.arrow_file import checked_digest, read_arrow, write_arrow

TEMPORARY_PREFIX = ".featuretrail-unfinished-"

AnyConnection = psycopg.Connection[Any]


class FileBlobs:
    """Blobs as files ``<first two characters>/<digest>.arrow`` below ``folder`` of ``filesystem``.

    A blob is written under a temporary name, synchronised and renamed, so a reader sees all of it
    or nothing, and a crash leaves at most a file that begins with ``TEMPORARY_PREFIX``. Any number
    of processes may write the same blob. Files take no part in a database's transaction: write
    before the event that names the blob.
    """

    def __init__(self, url: str, filesystem: fs.FileSystem, folder: str) -> None:
        self.url = url
        self._filesystem = filesystem
        self._folder = folder.rstrip("/")
        self._local = isinstance(filesystem, fs.LocalFileSystem)

    def write(
        self,
        digest: str,
        table: pa.Table,
        _connection: AnyConnection | None = None,
    ) -> int:
        """Store ``table`` under its canonical digest unless it is there intact; return its bytes.

        Raises ``InvalidInputError`` for a table that has no canonical digest.
        """
        if not self._holds(digest):
            self._write(self._path(digest), table)
        return int(self._filesystem.get_file_info(self._path(digest)).size)

    def read(self, digest: str, _connection: AnyConnection | None = None) -> pa.Table:
        """Return the table, memory-mapped where the files are local; its digest was checked.

        Raises ``NotFoundError`` for an absent blob and ``ContentAlteredError`` for an altered one.
        """
        path = self._path(digest)
        try:
            source = self._open(path)
        except FileNotFoundError:
            raise NotFoundError("stored blob", digest) from None
        return read_arrow(source, digest, f"the file {path} of {self.url}")

    def exists(self, digest: str, _connection: AnyConnection | None = None) -> bool:
        """Return whether there is a file for ``digest``; what is in it is not looked at."""
        info = self._filesystem.get_file_info(self._path(digest))
        return bool(info.type == fs.FileType.File)

    def delete(self, digest: str, _connection: AnyConnection | None = None) -> None:
        """Remove the blob for good; nothing happens if it is absent."""
        try:
            self._filesystem.delete_file(self._path(digest))
        except FileNotFoundError:
            return
        if self._local:
            _synchronise(Path(self._path(digest)).parent)

    def _holds(self, digest: str) -> bool:
        try:
            self.read(digest)
        except (NotFoundError, ContentAlteredError):
            return False
        return True

    def _path(self, digest: str) -> str:
        return f"{self._folder}/{checked_digest(digest)[:2]}/{digest}.arrow"

    def _open(self, path: str) -> pa.NativeFile | pa.Buffer:
        if self._local and Path(path).stat().st_size:
            return pa.memory_map(path)
        with self._filesystem.open_input_file(path) as file:
            return file.read_buffer()

    def _write(self, path: str, table: pa.Table) -> None:
        folder = path.rpartition("/")[0]
        temporary = f"{folder}/{TEMPORARY_PREFIX}{uuid4().hex}"
        if self._local:
            _write_durably(Path(path), Path(temporary), table)
            return
        self._filesystem.create_dir(folder)
        with self._filesystem.open_output_stream(temporary) as sink:
            write_arrow(table, sink)
        self._filesystem.move(temporary, path)


def _write_durably(path: Path, temporary: Path, table: pa.Table) -> None:
    if not path.parent.is_dir():
        path.parent.mkdir(parents=True, exist_ok=True)
        _synchronise(path.parent.parent)
    try:
        with temporary.open("xb") as file:
            write_arrow(table, file)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    _synchronise(path.parent)


def _synchronise(folder: Path) -> None:
    """Make the names in ``folder`` durable, as ``fsync`` of a file does for its content."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
