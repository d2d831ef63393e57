"""Feast's historical retrieval, 1M feature rows x 100k spine rows; prints one JSON line.

    python -m benchmarks.peers.feast_offline --store postgres --url URL --data DIR --repeat 5

Timed: the call with a spine in memory until its result is an Arrow table. Not timed: loading and
indexing the table, ``apply``, and one first call that warms caches.
"""

import argparse
import json
import logging
import statistics
import tempfile
import time
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import psycopg
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
from feast import FeatureStore, FileSource
from feast.data_source import DataSource
from feast.infra.offline_stores.contrib.postgres_offline_store.postgres_source import (
    PostgreSQLSource,
)

from benchmarks import workload
from benchmarks.peers import feast_repository

_LOAD = f"""
DROP SCHEMA IF EXISTS {feast_repository.SCHEMA} CASCADE;
CREATE SCHEMA {feast_repository.SCHEMA};
CREATE TABLE {feast_repository.SCHEMA}.features (
    entity_id bigint NOT NULL,
    event_time timestamptz NOT NULL,
    created timestamptz NOT NULL,
    v0 double precision
)
"""
_COPY = f"COPY {feast_repository.SCHEMA}.features FROM STDIN (FORMAT csv)"
_INDEX = (
    f"CREATE INDEX ON {feast_repository.SCHEMA}.features (entity_id, event_time DESC, created DESC)"
)
_READY = f"VACUUM (FREEZE, ANALYZE) {feast_repository.SCHEMA}.features"


def _load(url: str, data: Path) -> None:
    buffer = pa.BufferOutputStream()
    rows = pq.read_table(data / workload.FEATURES_FILE)
    pa.csv.write_csv(rows, buffer, pa.csv.WriteOptions(include_header=False))
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(_LOAD)
        with connection.cursor().copy(_COPY) as copy:
            copy.write(buffer.getvalue())
        connection.execute(_INDEX)
        connection.execute(_READY)
        connection.execute("CHECKPOINT")


def _source(store: str, data: Path) -> DataSource:
    columns = {"timestamp_field": "event_time", "created_timestamp_column": "created"}
    if store == "postgres":
        return PostgreSQLSource(name="rows", table=f"{feast_repository.SCHEMA}.features", **columns)
    return FileSource(name="rows", path=str(data / workload.FEATURES_FILE), **columns)


def _repository(store: str, url: str | None, data: Path, folder: Path) -> FeatureStore:
    offline = {"type": "duckdb"} if url is None else feast_repository.postgres(url)
    online = {"type": "sqlite", "path": str(folder / "online.db")}
    feast = feast_repository.repository(folder, offline=offline, online=online)
    view = feast_repository.view("rows", "v0", _source(store, data), online=False)
    feast.apply([feast_repository.entity(), view])
    return feast


def _timed(feast: FeatureStore, spine: pd.DataFrame) -> tuple[float, pa.Table]:
    given = spine.copy()
    start = time.perf_counter()
    job = feast.get_historical_features(entity_df=given, features=["rows:v0"])
    table = job.to_arrow()
    return time.perf_counter() - start, table


def _checksum(table: pa.Table) -> str:
    frame = table.select(["entity_id", "event_timestamp", "v0"]).to_pandas()
    moment = pd.to_datetime(frame["event_timestamp"], utc=True)
    microseconds = moment.dt.tz_localize(None).to_numpy().astype("datetime64[us]").astype(np.int64)
    entity = frame["entity_id"].to_numpy(np.int64)
    value = frame["v0"].to_numpy(np.float64)
    return workload.joined_checksum(entity, microseconds, [value])


def measure(store: str, url: str | None, data: Path, repeat: int) -> dict[str, Any]:
    """Return the seconds of each call, the rows it gave and the checksum of its values."""
    if url is not None:
        _load(url, data)
    spine = pq.read_table(data / workload.SPINE_FILE).to_pandas()
    spine = spine.rename(columns={"event_time": "event_timestamp"})
    with tempfile.TemporaryDirectory() as folder:
        feast = _repository(store, url, data, Path(folder))
        _, table = _timed(feast, spine)
        seconds = [_timed(feast, spine)[0] for _ in range(repeat)]
    return {
        "peer": f"Feast ({store})",
        "median_seconds": statistics.median(seconds),
        "seconds": seconds,
        "rows": table.num_rows,
        "present": table.num_rows - table.column("v0").null_count,
        "checksum": _checksum(table),
        "versions": feast_repository.versions(),
    }


def main() -> None:
    """Measure and print the result as one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--store", choices=["postgres", "duckdb"], default="postgres")
    parser.add_argument("--url", help="of the PostgreSQL server; only for --store postgres")
    parser.add_argument("--data", type=Path, required=True, help="folder of workload.write")
    parser.add_argument("--repeat", type=int, default=5)
    given = parser.parse_args()
    if (given.store == "postgres") != (given.url is not None):
        parser.error("give --url with --store postgres, and only then")
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    print(json.dumps(measure(given.store, given.url, given.data.resolve(), given.repeat)))


if __name__ == "__main__":
    main()
