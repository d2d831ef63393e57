"""The online read of 10 groups x 100 keys.

Ours is the whole call, a dict of keys to an Arrow table. The floor is the bare prepared query: one
for each group, all in one pipeline, over the same tables, fetched as Python rows. Feast on the same
server answers the same requests in the same run; all answers must have one checksum.

    python -m benchmarks.online
"""

from collections.abc import Callable
from datetime import UTC, datetime
from itertools import cycle
from pathlib import Path
from typing import Any

import psycopg
import pyarrow as pa
import pyarrow.parquet as pq

import featuretrail as ft
from benchmarks import workload
from benchmarks.measure import Row, Timing, interleaved, machine, write_results
from benchmarks.peers import environments
from benchmarks.server import CACHE, scratch_database
from featuretrail.infrastructure.migrations import migrate

NAMES = workload.feature_names(workload.ONLINE_GROUPS)
GROUPS = [
    ft.FeatureGroup(
        f"group_{name}", keys={"entity_id": "int64"}, features=[ft.Feature(name, "float64")],
        ttl=workload.TTL,
    )
    for name in NAMES
]  # fmt: skip
FEATURES = [f"group_{name}.{name}" for name in NAMES]


def main() -> None:
    """Measure every row and write the results."""
    data = workload.write(CACHE / "data")
    requests = workload.entity_lists(pq.read_table(data / workload.REQUESTS_FILE))
    with scratch_database() as url:
        before = _feast(url, data)
        migrate(url)
        with (
            ft.connect(url, actor="benchmark", artifacts="database:") as store,
            psycopg.connect(url, autocommit=True) as connection,
        ):
            load(store, connection, pq.read_table(data / workload.ONLINE_FILE))
            check(store, requests, before)
            sides = measure(store, connection, requests)
            facts = {**machine(connection), "feast": before["versions"]}
        after = _feast(url, data)
    feast = Timing.of([*before["seconds"], *after["seconds"]])
    write_results("online", _rows(sides, feast), facts)


def _feast(url: str, data: Path) -> dict[str, Any]:
    """Time Feast once before and once after ours, so that a busy moment hits both."""
    return environments.run(
        "feast", "feast_online", "--url", url, "--data", str(data),
        "--repeat", str(workload.REQUESTS),
    )  # fmt: skip


def _rows(sides: dict[str, Timing], feast: Timing) -> list[Row]:
    ours = sides["featuretrail"].median
    work = "online read, 10 groups x 100 keys"
    peer = {"Feast (postgres)": feast, "featuretrail": sides["featuretrail"]}
    floor = sides["bare prepared query"].median
    return [
        Row(f"{work}: of the bare prepared query", ours / floor, 1.5, "lower", sides),
        Row(f"{work}: faster than Feast (Postgres)", feast.median / ours, 5, "higher", peer),
    ]


def load(
    store: ft.TimescaleDBFeatureStore, connection: psycopg.Connection[Any], values: pa.Table
) -> None:
    """Store the newest value of every key in each group."""
    store.register(*GROUPS)
    now = pa.array([datetime.now(UTC)] * values.num_rows, pa.timestamp("us", tz="UTC"))
    for name in NAMES:
        rows = values.select(["entity_id", name]).append_column("event_time", now)
        store.ingest(f"group_{name}", rows)
    connection.execute("VACUUM (FREEZE, ANALYZE)")
    connection.execute("CHECKPOINT")


def check(
    store: ft.TimescaleDBFeatureStore, requests: list[list[int]], feast: dict[str, Any]
) -> None:
    """Fail unless Feast gives the same answers."""
    answers = [store.get_online_features(FEATURES, {"entity_id": keys}) for keys in requests]
    columns = [{name: t[name].to_numpy() for name in t.column_names} for t in answers]
    ours = workload.answers_checksum(columns)
    if ours != feast["checksum"]:
        raise AssertionError(f"we give {ours}, Feast {feast['checksum']}")


def measure(
    store: ft.TimescaleDBFeatureStore,
    connection: psycopg.Connection[Any],
    requests: list[list[int]],
) -> dict[str, Timing]:
    """Time the read and its floor in turn."""
    return interleaved(
        {
            "bare prepared query": _bare(connection, requests),
            "featuretrail": _read(store, requests),
        },
        repetitions=600,
        warmup=50,
    )


def _bare(connection: psycopg.Connection[Any], requests: list[list[int]]) -> Callable[[], object]:
    turns = cycle(requests)
    statements = [
        f"SELECT entity_id, {name}, event_time FROM featuretrail_online.group_{name}"
        " WHERE entity_id = ANY (%s)"
        for name in NAMES
    ]

    def read() -> object:
        keys = next(turns)
        with connection.pipeline():
            cursors = [
                connection.execute(statement, [keys], prepare=True, binary=True)
                for statement in statements
            ]
        return [cursor.fetchall() for cursor in cursors]

    return read


def _read(store: ft.TimescaleDBFeatureStore, requests: list[list[int]]) -> Callable[[], object]:
    turns = cycle(requests)
    return lambda: store.get_online_features(FEATURES, {"entity_id": next(turns)})


if __name__ == "__main__":
    main()
