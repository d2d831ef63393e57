"""A Parquet file or folder as a source, of this machine or of an object store by URL."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, unquote, urlsplit, urlunsplit

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as pat
from pyarrow import fs

from featuretrail.domain.dtypes import UTC_TIME
from featuretrail.domain.errors import InvalidInputError, SourceError
from featuretrail.domain.inputs import check_label, shown
from featuretrail.infrastructure.consistency.mapping import check_mapping, choose_columns
from featuretrail.infrastructure.consistency.source import SourceRequest, refuse_naive, types_of

if TYPE_CHECKING:
    import pyarrow.dataset as ds

_SECRET = re.compile("key|pass|sas|secret|token", re.IGNORECASE)
"""Parameters of a URL whose values may not be shown."""


class ParquetSource:
    """Values in Parquet: a file, a folder (Hive partitions are columns), or a URL of pyarrow's.

    Only the wanted columns, times and sampled entities are kept, one batch after another.
    ``columns`` maps names to the files' columns. Neither the name nor an error tells the
    credentials or the query of a URL.

    >>> ParquetSource("s3://key:secret@lake/weather?region=eu-west-1")
    ParquetSource('s3://lake/weather')
    """

    def __init__(
        self,
        path: str | Path,
        *,
        columns: Mapping[str, str] | None = None,
        name: str | None = None,
    ) -> None:
        if not isinstance(path, str | Path):
            raise InvalidInputError(f"path is {shown(path)}; give a file, a folder or a URL")
        self._path = str(path)
        place = _place(self._path) if name is None else name
        self.name = check_label("the name of a source", place)
        self._columns = check_mapping(columns)

    def read(self, request: SourceRequest) -> pa.Table:
        """Return the rows that are asked for; raise ``SourceError`` if they cannot be read."""
        try:
            dataset = self._dataset()
        except (OSError, ValueError, pa.ArrowException) as error:
            raise self._unreadable(error) from None
        if not dataset.files:
            raise SourceError(self.name, "there is no Parquet file")
        chosen = choose_columns(request, self._columns, dataset.schema.names, self.name)
        refuse_naive(types_of(dataset.schema, chosen), chosen, self.name)
        scanner = dataset.scanner(
            columns={name: pc.field(column) for name, column in chosen.items()},
            filter=_within(request, chosen, dataset.schema),
        )
        try:
            parts = [
                request.kept(pa.Table.from_batches([batch]), f"source {self.name!r}")
                for batch in scanner.to_batches()
                if batch.num_rows
            ]
        except (OSError, pa.ArrowInvalid) as error:
            raise self._unreadable(error) from None
        return pa.concat_tables(parts) if parts else scanner.projected_schema.empty_table()

    def _unreadable(self, error: Exception) -> SourceError:
        if isinstance(error, FileNotFoundError):
            return SourceError(self.name, "there is no such file or folder")
        return SourceError(self.name, _without_secrets(str(error), self._path))

    def _dataset(self) -> "ds.FileSystemDataset":
        import pyarrow.dataset as ds  # noqa: PLC0415 - it loads pandas where that is installed

        if "://" not in self._path:
            return ds.dataset(self._path, format="parquet", partitioning="hive")
        filesystem, folder = fs.FileSystem.from_uri(self._path)
        return ds.dataset(folder, filesystem=filesystem, format="parquet", partitioning="hive")

    def __repr__(self) -> str:
        return f"ParquetSource({self.name!r})"


def _place(path: str) -> str:
    """Return a URL without its credentials and its query, which may be secret; a path as it is."""
    if "://" not in path:
        return path
    parts = urlsplit(path)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment=""))


def _without_secrets(told: str, path: str) -> str:
    """Return a message without what ``_place`` leaves out of ``path``."""
    if "://" not in path:
        return told
    parts = urlsplit(path)
    password = parts.netloc.rpartition("@")[0].partition(":")[2]
    secrets = [value for name, value in parse_qsl(parts.query) if _SECRET.search(name)]
    told = told.replace(path, _place(path))
    for secret in (password, unquote(password), *secrets):
        told = told.replace(secret, "***") if secret else told
    return told


def _within(
    request: SourceRequest, chosen: Mapping[str, str], schema: pa.Schema
) -> pc.Expression | None:
    """Return the bounds of time, where the column is one of times, for skipping row groups."""
    if request.time_column is None or request.since is None or request.until is None:
        return None
    column = chosen[request.time_column]
    if not pat.is_timestamp(schema.field(column).type):
        return None
    time = pc.field(column)
    since, until = (pa.scalar(each, UTC_TIME) for each in (request.since, request.until))
    return (time >= since) & (time <= until)
