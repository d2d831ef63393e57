"""Where frozen tables are kept, found again by the canonical digest of what they say."""

import re
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import psycopg
import pyarrow as pa
from pyarrow import fs

from featuretrail.domain.errors import InvalidInputError
from featuretrail.infrastructure.blobs.database import DatabaseBlobs
from featuretrail.infrastructure.blobs.files import FileBlobs

AnyConnection = psycopg.Connection[Any]

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:")
_SECRET = re.compile(r"secret|password|token|signature|\bsig\b|key", re.IGNORECASE)


class BlobStore(Protocol):
    """Content-addressed storage of tables: a digest has one content, kept once.

    ``url`` names the store without credentials. A store in the database works in the transaction
    of the connection given; the others ignore it. ``write`` trusts that ``digest`` is that of
    ``table``; ``read`` checks it, whoever wrote.
    """

    @property
    def url(self) -> str:
        """The store's URL, fit for the log: it holds no credentials."""
        ...

    def write(
        self, digest: str, table: pa.Table, connection: AnyConnection | None = None, /
    ) -> int:
        """Store ``table`` unless it is there intact; return the bytes it takes."""
        ...

    def read(self, digest: str, connection: AnyConnection | None = None, /) -> pa.Table:
        """Return the table, its digest checked.

        Raises ``NotFoundError`` or ``ContentAlteredError``.
        """
        ...

    def exists(self, digest: str, connection: AnyConnection | None = None, /) -> bool:
        """Return whether something is stored under ``digest``, intact or not."""
        ...

    def delete(self, digest: str, connection: AnyConnection | None = None, /) -> None:
        """Remove what is stored under ``digest``, if anything."""
        ...


def open_blob_store(url: str) -> BlobStore:
    """Return the store at ``url``: ``database:``, a folder, or a URL that pyarrow understands.

    A folder is given by its path (a relative one is below the working folder) or as
    ``file:///...``; nothing is created until something is written. Raises ``InvalidInputError``
    for anything else.
    """
    if url == DatabaseBlobs.url:
        return DatabaseBlobs()
    if not url.strip() or "\x00" in url:
        raise InvalidInputError(f"{url!r} is no place for blobs; {_PLACES}")
    if _SCHEME.match(url) is None:
        path = str(Path(url).absolute())
        return FileBlobs(path, fs.LocalFileSystem(), path)
    shown = _without_credentials(url)
    try:
        filesystem, folder = fs.FileSystem.from_uri(url)
    except (pa.ArrowException, OSError):
        raise InvalidInputError(f"{shown!r} is no place for blobs; {_PLACES}") from None
    return FileBlobs(shown, filesystem, folder)


def _without_credentials(url: str) -> str:
    parts = urlsplit(url)
    options = [pair for pair in parse_qsl(parts.query) if _SECRET.search(pair[0]) is None]
    place = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=place, query=urlencode(options)))


_PLACES = (
    "give 'database:', a folder, 'file:///folder' or an object store such as 's3://bucket/folder'"
)
