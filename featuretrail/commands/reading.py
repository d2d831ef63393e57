"""Tables from files: Parquet, Arrow IPC (Feather) and CSV, read with the types they shall have."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.feather as pa_feather
import pyarrow.parquet as pa_parquet
from attrs import frozen
from blake3 import blake3
from rich.progress import Progress

from featuretrail.domain.errors import InvalidInputError

_COMPRESSIONS = {".gz": "gzip", ".bz2": "bz2", ".zst": "zstd"}
_CSV_DELIMITERS = {".csv": ",", ".tsv": "\t"}


@frozen
class Reading:
    """How files are read.

    ``types`` are the types of known columns; ``timezone`` the zone of times that carry none (an
    IANA name, ``None``: such times are refused); the rest concerns CSV only. Of CSV, an empty
    field that is not quoted is NULL, and so is each text in ``nulls``; ``NaN`` is a number.
    """

    types: Mapping[str, pa.DataType]
    timezone: str | None = None
    delimiter: str | None = None
    encoding: str = "utf8"
    nulls: tuple[str, ...] = ()

    def read(self, path: Path, progress: Progress) -> pa.Table:
        """Return the file's table, its known times aware; raise ``InvalidInputError``."""
        with _readable(path):
            match _format(path):
                case "parquet":
                    table = _read_parquet(path, progress)
                case "arrow":
                    table = pa_feather.read_table(path, memory_map=True)
                case _:
                    table = self._read_csv(path, progress)
            return self._localised(path, table)

    def _read_csv(self, path: Path, progress: Progress) -> pa.Table:
        suffix = path.with_suffix("").suffix if path.suffix in _COMPRESSIONS else path.suffix
        delimiter = self.delimiter or _CSV_DELIMITERS[suffix.lower()]
        if len(delimiter) != 1:
            raise InvalidInputError(f"--delimiter {delimiter!r} is not one character")
        convert = pa_csv.ConvertOptions(
            column_types={name: self._csv_type(kind) for name, kind in self.types.items()},
            null_values=["", *self.nulls],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
        )
        with progress.open(path, "rb", description=f"reading {path.name}") as file:
            source = pa.PythonFile(file, mode="r")
            if path.suffix in _COMPRESSIONS:
                source = pa.CompressedInputStream(source, _COMPRESSIONS[path.suffix])
            return pa_csv.read_csv(
                source,
                read_options=pa_csv.ReadOptions(encoding=self.encoding),
                parse_options=pa_csv.ParseOptions(delimiter=delimiter, newlines_in_values=True),
                convert_options=convert,
            )

    def _csv_type(self, kind: pa.DataType) -> pa.DataType:
        naive = pa.types.is_timestamp(kind) and self.timezone is not None
        return pa.timestamp("us") if naive else kind

    def _localised(self, path: Path, table: pa.Table) -> pa.Table:
        for index, column in enumerate(table.schema):
            known = self.types.get(column.name)
            if known is None or not pa.types.is_timestamp(known):
                continue
            if pa.types.is_timestamp(column.type) and column.type.tz is None:
                if self.timezone is None:
                    raise InvalidInputError(_naive(path, column.name))
                aware = pc.assume_timezone(table.column(index), self.timezone)
                table = table.set_column(index, column.name, aware)
        return table


def content_digest(path: Path) -> str:
    """Return the blake3 digest of the file's bytes."""
    with _readable(path):
        return blake3().update_mmap(path).hexdigest()


def _format(path: Path) -> str:
    with path.open("rb") as file:
        magic = file.read(6)
    if magic[:4] == b"PAR1":
        return "parquet"
    if magic == b"ARROW1" or magic[:4] == b"FEA1":
        return "arrow"
    plain = path.with_suffix("") if path.suffix in _COMPRESSIONS else path
    if plain.suffix.lower() in _CSV_DELIMITERS:
        return "csv"
    raise InvalidInputError(
        f"{path} is neither Parquet nor an Arrow IPC file, and its name does not end in .csv or "
        ".tsv (or these with .gz, .bz2 or .zst)"
    )


def _read_parquet(path: Path, progress: Progress) -> pa.Table:
    with pa_parquet.ParquetFile(path, memory_map=True) as file:
        groups = range(file.num_row_groups)
        parts = [
            file.read_row_group(number)
            for number in progress.track(groups, description=f"reading {path.name}")
        ]
        return pa.concat_tables(parts) if parts else file.schema_arrow.empty_table()


def _naive(path: Path, column: str) -> str:
    return (
        f"{path}: the times in column {column!r} have no time zone, so they name no instants; say "
        "what their clock showed with --timezone UTC, --timezone America/New_York or the like"
    )


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    try:
        yield
    except (pa.ArrowException, OSError, LookupError, UnicodeError) as error:
        raise InvalidInputError(f"{path} cannot be read: {_reason(error)}") from error


def _reason(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror is not None:
        return error.strerror
    message = str(error).strip()
    if "expected a zone offset" in message:
        return (
            f"{message.partition('. If these')[0]}; its times have no time zone: say what their "
            "clock showed with --timezone UTC, --timezone America/New_York or the like"
        )
    if "expected no zone offset" in message:
        return f"{message}; its times have a zone already: leave --timezone out"
    if "UTF8" in message or "codec" in message:
        return f"{message}; if it is text of another encoding, name it: --encoding latin-1"
    if "conversion error" in message:
        return f"{message}; if the value stands for NULL, say so: --null TEXT"
    return message
