"""Feast's online reads, 10 feature views x 100 keys, on PostgreSQL; prints one JSON line.

    python -m benchmarks.peers.feast_online --url URL --data DIR --repeat 200

Timed: each call until its values are a dict of lists, its cheapest form. Not timed: writing the
values, ``apply``, and the first calls that open the connection and warm caches.
"""

import argparse
import json
import logging
import statistics
import tempfile
import time
import warnings
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import pandas as pd
import psycopg
import pyarrow.parquet as pq
from feast import FeatureStore, FileSource

from benchmarks import workload
from benchmarks.peers import feast_repository

_WARMING = 20
_NAMES = workload.feature_names(workload.ONLINE_GROUPS)
_REFERENCES = [f"view_{name}:{name}" for name in _NAMES]


def _source(name: str, rows: pd.DataFrame, folder: Path) -> FileSource:
    path = folder / f"{name}.parquet"
    rows.head(1).to_parquet(path)  # Feast reads its columns' types; the values go straight online
    return FileSource(
        name=name, path=str(path), timestamp_field="event_time", created_timestamp_column="created"
    )


def _repository(url: str, values: pd.DataFrame, folder: Path) -> FeatureStore:
    """Return a Feast store that serves ``values``, each column by a view of its own."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"DROP SCHEMA IF EXISTS {feast_repository.SCHEMA} CASCADE")
        connection.execute(f"CREATE SCHEMA {feast_repository.SCHEMA}")
    feast = feast_repository.repository(
        folder, offline={"type": "duckdb"}, online=feast_repository.postgres(url)
    )
    now = pd.Timestamp.now(tz="UTC").floor("us")
    rows = {
        name: values[["entity_id", name]].assign(event_time=now, created=now) for name in _NAMES
    }
    views = [
        feast_repository.view(f"view_{name}", name, _source(name, rows[name], folder), online=True)
        for name in _NAMES
    ]
    feast.apply([feast_repository.entity(), *views])
    for name in _NAMES:
        feast.write_to_online_store(f"view_{name}", df=rows[name])
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM (FREEZE, ANALYZE)")
        connection.execute("CHECKPOINT")
    return feast


def _timed(feast: FeatureStore, entities: list[int]) -> tuple[float, dict[str, list[Any]]]:
    asked = [{"entity_id": entity} for entity in entities]
    start = time.perf_counter()
    answer = feast.get_online_features(features=_REFERENCES, entity_rows=asked).to_dict()
    return time.perf_counter() - start, answer


def measure(url: str, data: Path, repeat: int) -> dict[str, Any]:
    """Return the seconds of each call, and the checksum of the answers to all requests."""
    values = pq.read_table(data / workload.ONLINE_FILE).to_pandas()
    asked = workload.entity_lists(pq.read_table(data / workload.REQUESTS_FILE))
    with tempfile.TemporaryDirectory() as folder:
        feast = _repository(url, values, Path(folder))
        answers = [_timed(feast, entities)[1] for entities in asked]
        for entities in asked[:_WARMING]:
            _timed(feast, entities)
        seconds = [_timed(feast, entities)[0] for entities in islice(cycle(asked), repeat)]
    return {
        "peer": "Feast (postgres)",
        "median_seconds": statistics.median(seconds),
        "p99_seconds": sorted(seconds)[int(len(seconds) * 0.99)],
        "seconds": seconds,
        "rows": len(answers[0]["entity_id"]),
        "checksum": workload.answers_checksum(answers),
        "versions": feast_repository.versions(),
    }


def main() -> None:
    """Measure and print the result as one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", required=True, help="of the PostgreSQL server")
    parser.add_argument("--data", type=Path, required=True, help="folder of workload.write")
    parser.add_argument("--repeat", type=int, default=200)
    given = parser.parse_args()
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    print(json.dumps(measure(given.url, given.data.resolve(), given.repeat)))


if __name__ == "__main__":
    main()
