"""The point-in-time join of 100k spine rows and 1M feature rows, from PostgreSQL, without a cache.

Ours is the whole call, spine to Arrow table. The floor is the bare pull it needs: the same rows and
columns read through the same driver into Arrow, and nothing done with them. Feast on the same
server joins the same data in the same run; all answers must have one checksum.

    python -m benchmarks.point_in_time
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import psycopg
import pyarrow as pa
import pyarrow.parquet as pq

import featuretrail as ft
from benchmarks import workload
from benchmarks.measure import Row, Timing, interleaved, machine, write_results
from benchmarks.peers import environments
from benchmarks.server import CACHE, scratch_database
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.migrations import migrate
from featuretrail.infrastructure.retrieval.adbc_source import AdbcSource
from featuretrail.infrastructure.retrieval.source import Wanted

GROUP = ft.FeatureGroup(
    "history",
    keys={"entity_id": "int64"},
    ttl=workload.TTL,
    features=[ft.Feature("v0", "float64")],
)
FEATURES = ["history.v0"]
PEER_REPETITIONS = 5


def main() -> None:
    """Measure every row and write the results."""
    data = workload.write(CACHE / "data")
    with scratch_database() as url:
        before = _feast(url, data)
        migrate(url)
        with (
            ft.connect(url, actor="benchmark", artifacts="database:") as store,
            psycopg.connect(url, autocommit=True) as connection,
        ):
            spine = pq.read_table(data / workload.SPINE_FILE)
            load(store, connection, pq.read_table(data / workload.FEATURES_FILE))
            check(store, spine, before)
            sides = measure(store, url, spine)
            facts = {**machine(connection), "feast": before["versions"]}
        after = _feast(url, data)
    feast = Timing.of([*before["seconds"], *after["seconds"]])
    write_results("point_in_time", _rows(sides, feast), facts)


def _feast(url: str, data: Path) -> dict[str, Any]:
    """Time Feast once before and once after ours, so that a busy moment hits both."""
    return environments.run(
        "feast", "feast_offline", "--store", "postgres", "--url", url,
        "--data", str(data), "--repeat", str(PEER_REPETITIONS),
    )  # fmt: skip


def _rows(sides: dict[str, Timing], feast: Timing) -> list[Row]:
    ours = sides["featuretrail"].median
    work = "point-in-time join, 100k spine rows, 1M feature rows, no cache"
    peer = {"Feast (postgres)": feast, **{name: sides[name] for name in list(sides)[1:]}}
    floor = {name: sides[name] for name in ("bare pull", "featuretrail")}
    return [
        Row(f"{work}: of the bare pull", ours / floor["bare pull"].median, 2, "lower", floor),
        Row(f"{work}: faster than Feast (Postgres)", feast.median / ours, 5, "higher", peer),
    ]


def load(
    store: ft.TimescaleDBFeatureStore, connection: psycopg.Connection[Any], rows: pa.Table
) -> None:
    """Store the values and their corrections, and let the server settle."""
    store.register(GROUP)
    for batch in workload.batches(rows):
        store.ingest("history", batch.drop_columns("created"))
    connection.execute("VACUUM (FREEZE, ANALYZE) featuretrail_values.history")
    connection.execute("VACUUM (ANALYZE) featuretrail_online.history")
    connection.execute("CHECKPOINT")


def check(store: ft.TimescaleDBFeatureStore, spine: pa.Table, feast: dict[str, Any]) -> None:
    """Fail unless both ways and Feast give the same answer."""
    for method in ("sql", "pull"):
        table = store.get_historical_features(spine, FEATURES, method=method)
        times = table["event_time"].cast(pa.int64()).to_numpy()
        values = table["v0"].to_numpy().astype(np.float64)
        ours = workload.joined_checksum(table["entity_id"].to_numpy(), times, [values])
        if ours != feast["checksum"]:
            raise AssertionError(f"{method} gives {ours}, Feast {feast['checksum']}")


def measure(store: ft.TimescaleDBFeatureStore, url: str, spine: pa.Table) -> dict[str, Timing]:
    """Time the join by the way it chooses, its floor, and its SQL way, in turn."""
    times = spine["event_time"].cast(pa.int64()).to_numpy()
    wanted = Wanted(
        group="history",
        keys=GROUP.keys,
        columns={"v0": "float64"},
        known_time=None,
        last_batch=2,
        since=int(times.min()) - int(workload.TTL.total_seconds() * 1e6),
        until=int(times.max()),
        entities=None,
    )
    with Database(url) as database:
        source = AdbcSource(database)
        sides = interleaved(
            {
                "bare pull": lambda: sum(block.num_rows for block in source.blocks(wanted)),
                "featuretrail": _join(store, spine, None),
                "featuretrail, in SQL": _join(store, spine, "sql"),
            },
            repetitions=9,
        )
        source.close()
    return sides


def _join(
    store: ft.TimescaleDBFeatureStore, spine: pa.Table, method: str | None
) -> Callable[[], object]:
    return lambda: store.get_historical_features(spine, FEATURES, method=method)


if __name__ == "__main__":
    main()
