"""A Parquet file or folder as a source, of this machine or of an object store by URL."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as pat
from pyarrow import fs

from featuretrail.domain.dtypes import UTC_TIME
from featuretrail.domain.errors import SourceError
from featuretrail.domain.inputs import check_label
from featuretrail.infrastructure.consistency.mapping import check_mapping, choose_columns
from featuretrail.infrastructure.consistency.source import SourceRequest, refuse_naive, types_of

if TYPE_CHECKING:
    import pyarrow.dataset as ds


class ParquetSource:
    """Values in Parquet: a file, a folder (Hive partitions are columns), or a URL of pyarrow's.

    Only the wanted columns, times and sampled entities are kept, one batch after another.
    ``columns`` maps names to the files' columns.
    """

    def __init__(
        self,
        path: str | Path,
        *,
        columns: Mapping[str, str] | None = None,
        name: str | None = None,
    ) -> None:
        self._path = str(path)
        self.name = check_label("the name of a source", self._path if name is None else name)
        self._columns = check_mapping(columns)

    def read(self, request: SourceRequest) -> pa.Table:
        """Return the rows that are asked for; raise ``SourceError`` if they cannot be read."""
        try:
            dataset = self._dataset()
        except (OSError, pa.ArrowException) as error:
            raise SourceError(self.name, str(error)) from error
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
            raise SourceError(self.name, str(error)) from error
        return pa.concat_tables(parts) if parts else scanner.projected_schema.empty_table()

    def _dataset(self) -> "ds.Dataset":
        import pyarrow.dataset as ds  # noqa: PLC0415 - it loads pandas where that is installed

        if "://" not in self._path:
            return ds.dataset(self._path, format="parquet", partitioning="hive")
        filesystem, folder = fs.FileSystem.from_uri(self._path)
        return ds.dataset(folder, filesystem=filesystem, format="parquet", partitioning="hive")

    def __repr__(self) -> str:
        return f"ParquetSource({self.name!r})"


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
