"""Ingesting values, against hand-packed binary COPY into a table of the same columns and index.

``python -m benchmarks.ingest`` runs both sides in turn on one server and writes
``results/ingest.json``. Our side validates, orders, digests, stores, keeps the newest rows online
and appends the event; the other side packs the rows as they are and copies them. Two such copies
are timed: of the rows in the order they arrive (by time), and of rows that were put in the order of
the index before the clock started, which is what the target is held to.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count
from typing import Any

import numpy as np
import psycopg
import pyarrow as pa
from numpy.typing import NDArray
from psycopg import sql

from benchmarks.measure import Row, interleaved, machine, write_results
from benchmarks.server import scratch_database
from featuretrail.domain.definitions import Feature, FeatureGroup
from featuretrail.domain.events import Metadata
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.log.application import EventLog
from featuretrail.infrastructure.migrations import migrate
from featuretrail.infrastructure.registration import Registrar
from featuretrail.infrastructure.registry import RegistryReader
from featuretrail.infrastructure.values.ingestion import ValueStore

ROWS = 1_000_000
FEATURES = 20
ENTITIES = 10_000
REPETITIONS = 5
SMALL_ROWS = 100
SMALL_REPETITIONS = 300

_START = datetime(2024, 1, 1, tzinfo=UTC)
_YEAR = 365 * 86_400 * 1_000_000
_POSTGRES_EPOCH = 946_684_800_000_000
_PIECE_ROWS = 8_192

Columns = dict[str, NDArray[Any]]
Connection = psycopg.Connection[Any]


def main() -> None:
    """Measure both sizes and write the results."""
    with scratch_database() as url:
        migrate(url)
        with psycopg.connect(url, autocommit=True) as raw, Database(url) as database:
            rows = [
                _large(database, raw),
                _small(database, raw),
            ]
            write_results("ingest", rows, machine(raw))


def _large(database: Database, raw: Connection) -> Row:
    columns = _columns(ROWS, np.random.default_rng(20))
    table = _table(columns)
    store = _Store(database, raw, tables=REPETITIONS + 1)
    order = np.lexsort((columns["event_time"], columns["entity"]))
    ordered = {name: column[order] for name, column in columns.items()}
    ours, arriving, sorted_before = count(), count(), count()
    sides = interleaved(
        {
            "binary COPY": lambda: _copy(raw, f"copied_{next(arriving)}", columns),
            "binary COPY, sorted before": lambda: _copy(
                raw, f"sorted_{next(sorted_before)}", ordered
            ),
            "featuretrail": lambda: store.ingest(f"group_{next(ours)}", table),
        },
        repetitions=REPETITIONS,
    )
    rate = ROWS / sides["featuretrail"].median
    ratio = sides["binary COPY, sorted before"].median / sides["featuretrail"].median
    work = f"ingest {ROWS:,} rows x {FEATURES} features, speed over hand-packed binary COPY"
    return Row(work, ratio, 0.6, "higher", sides, f"{rate:,.0f} rows/s, {ENTITIES:,} entities")


def _small(database: Database, raw: Connection) -> Row:
    rng = np.random.default_rng(21)
    store = _Store(database, raw, tables=1, prefix="small_")
    batches = [_columns(SMALL_ROWS, rng) for _ in range(2 * (SMALL_REPETITIONS + 20))]
    given, tables = iter(batches), iter([_table(batch) for batch in batches])
    sides = interleaved(
        {
            "binary COPY": lambda: _copy(raw, "small_copied_0", next(given)),
            "featuretrail": lambda: store.ingest("small_group_0", next(tables)),
        },
        repetitions=SMALL_REPETITIONS,
        warmup=20,
    )
    ratio = sides["featuretrail"].median / sides["binary COPY"].median
    note = "no target in the specification: the bound is our own"
    work = f"ingest {SMALL_ROWS} rows x {FEATURES} features, time over binary COPY and commit"
    return Row(work, ratio, 6, "lower", sides, note)


class _Store:
    """Groups to ingest into, each with twin tables of the same columns and index to copy into."""

    def __init__(
        self, database: Database, raw: Connection, *, tables: int, prefix: str = ""
    ) -> None:
        log = EventLog(database)
        reader = RegistryReader(database)
        features = [Feature(name, "float64") for name in _feature_names()]
        groups = [
            FeatureGroup(f"{prefix}group_{n}", {"entity": "int64"}, features) for n in range(tables)
        ]
        Registrar(database, log, reader).register(groups, Metadata(actor="benchmark"))
        self.registry = reader.current()
        self.values = ValueStore(database, log)
        for n in range(tables):
            for twin in ("copied", "sorted"):
                statement = sql.SQL("CREATE TABLE {} (LIKE {} INCLUDING ALL)").format(
                    sql.Identifier(f"{prefix}{twin}_{n}"),
                    sql.Identifier("featuretrail_values", f"{prefix}group_{n}"),
                )
                raw.execute(statement)

    def ingest(self, group: str, table: pa.Table) -> None:
        """Ingest as the face does."""
        self.values.ingest(
            self.registry.group(group),
            self.registry.features_of(group),
            table,
            registry=self.registry,
        )


def _feature_names() -> list[str]:
    return [f"feature_{n:02}" for n in range(FEATURES)]


def _columns(rows: int, rng: np.random.Generator) -> Columns:
    """Return rows in the order they arrive, that of their event times."""
    start = int(_START.timestamp()) * 1_000_000
    times = np.sort(rng.choice(_YEAR, rows, replace=False)) + start
    return {
        "entity": rng.integers(0, ENTITIES, rows),
        "event_time": times,
        **{name: rng.normal(size=rows) for name in _feature_names()},
    }


def _table(columns: Columns) -> pa.Table:
    arrays = {name: pa.array(column) for name, column in columns.items()}
    arrays["event_time"] = arrays["event_time"].cast(pa.timestamp("us", tz="UTC"))
    return pa.table(arrays)


def _copy(connection: Connection, table: str, columns: Columns) -> None:
    names = ["entity", "event_time", "batch", *_feature_names()]
    statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT BINARY)").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, names))
    )
    with connection.cursor().copy(statement) as copy:
        copy.write(b"PGCOPY\n\xff\r\n\0" + bytes(8))
        for piece in _packed(columns):
            copy.write(piece.data)
        copy.write(b"\xff\xff")


def _packed(columns: Columns) -> Iterator[NDArray[np.uint8]]:
    """Yield the rows as records of one structured array, filled by assignment of columns."""
    features = _feature_names()
    cells = [("entity", ">i8"), ("event_time", ">i8"), ("batch", ">i8")]
    cells += [(name, ">f8") for name in features]
    parts = [part for name, kind in cells for part in ((f"{name}_size", ">i4"), (name, kind))]
    dtype = np.dtype([("fields", ">i2"), *parts])
    rows = len(columns["entity"])
    for start in range(0, rows, _PIECE_ROWS):
        piece = slice(start, min(start + _PIECE_ROWS, rows))
        records = np.empty(piece.stop - piece.start, dtype)
        records["fields"] = len(cells)
        for name, _ in cells:
            records[f"{name}_size"] = 8
        records["entity"] = columns["entity"][piece]
        records["event_time"] = columns["event_time"][piece] - _POSTGRES_EPOCH
        records["batch"] = 1
        for name in features:
            records[name] = columns[name][piece]
        yield records.view(np.uint8)


if __name__ == "__main__":
    main()
