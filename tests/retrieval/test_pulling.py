"""The connections of the pull way: kept, checked, replaced, closed."""

import gc
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest

import featuretrail as ft
from featuretrail.domain.errors import DatabaseError
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.retrieval.adbc_source import AdbcSource
from featuretrail.infrastructure.retrieval.source import Wanted
from tests.engines.database import Database as Clone

T = datetime(2024, 5, 1, tzinfo=UTC)
GROUP = ft.FeatureGroup("g", {"k": "int64"}, [ft.Feature("x", "float64")])
SPINE = {"k": [1, 2], "event_time": [T, T]}
OURS = "application_name = 'featuretrail pull' AND datname = current_database()"


@pytest.fixture
def filled(store: ft.TimescaleDBFeatureStore) -> ft.TimescaleDBFeatureStore:
    store.register(GROUP)
    store.ingest("g", {"k": [1, 2], "event_time": [T, T], "x": [1.0, 2.0]})
    return store


def pulled(store: ft.TimescaleDBFeatureStore) -> list[Any]:
    values: list[Any] = store.get_historical_features(SPINE, ["g.x"], method="pull")[
        "x"
    ].to_pylist()
    return values


def connections(database: Clone) -> int:
    with database.connect() as connection:
        row = connection.execute(f"SELECT count(*) FROM pg_stat_activity WHERE {OURS}").fetchone()
    assert row is not None
    return int(row[0])


def test_a_connection_is_kept_and_used_again(
    filled: ft.TimescaleDBFeatureStore, database: Clone
) -> None:
    for _ in range(5):
        assert pulled(filled) == [1.0, 2.0]
    assert connections(database) == 1


def test_a_connection_that_died_is_replaced(
    filled: ft.TimescaleDBFeatureStore, database: Clone
) -> None:
    pulled(filled)
    with database.connect() as connection:
        connection.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {OURS}")
    assert pulled(filled) == [1.0, 2.0]


def test_threads_pull_at_the_same_time(filled: ft.TimescaleDBFeatureStore) -> None:
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: pulled(filled), range(20)))
    assert answers == [[1.0, 2.0]] * 20


def test_closing_the_store_closes_them(database: Clone) -> None:
    with ft.connect(database.url, actor="anna", artifacts="database:") as store:
        store.register(GROUP)
        store.ingest("g", {"k": [1], "event_time": [T], "x": [1.0]})
        pulled(store)
    gc.collect()
    assert connections(database) == 0


def test_an_error_of_the_server_is_a_database_error(
    filled: ft.TimescaleDBFeatureStore, database: Clone
) -> None:
    with database.connect() as connection:
        connection.execute("DROP TABLE featuretrail_values.g")
    with pytest.raises(DatabaseError, match="does not exist"):
        pulled(filled)


def test_a_reader_that_stops_early_leaves_no_connection_in_use(
    filled: ft.TimescaleDBFeatureStore, database: Clone
) -> None:
    assert filled is not None
    wanted = Wanted("g", GROUP.keys, {"x": "float64"}, None, 1, 0, 2**51, None)
    with Database(database.url) as opened:
        source = AdbcSource(opened)
        blocks = iter(source.blocks(wanted))
        next(blocks)
        del blocks
        gc.collect()
        assert sum(block.num_rows for block in source.blocks(wanted)) == 2
        source.close()


MEMORY = """
import resource, sys
import numpy as np, pyarrow as pa
import featuretrail as ft
spine = pa.table({"k": np.arange(200_000) % 1000,
                  "event_time": pa.array(np.arange(200_000) * 10_000_000 + 1_600_000_000_000_000)
                                  .cast(pa.timestamp("us", tz="UTC"))})
with ft.connect(sys.argv[1], actor="anna", artifacts="database:") as store:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    table = store.get_historical_features(spine, ["wide.x0"], method="pull")
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024 - table.nbytes
    assert table["x0"].null_count < 200_000
print(grown)
"""


def test_a_pull_of_many_rows_stays_within_its_memory(
    store: ft.TimescaleDBFeatureStore, database: Clone
) -> None:
    features = [ft.Feature("x0", "float64"), ft.Feature("x1", "text")]
    store.register(ft.FeatureGroup("wide", {"k": "int64"}, features))
    with psycopg.connect(database.url) as connection:
        connection.execute(
            "INSERT INTO featuretrail_values.wide (k, event_time, batch, x0)"
            " SELECT n % 1000, to_timestamp(1600000000 + n), 1, n"
            " FROM generate_series(1, 3000000) AS n"
        )
        connection.execute(
            "INSERT INTO featuretrail.batches VALUES ('wide', 1, 'values', 99, now(), 1,"
            " '{x0,x1}', 3000000, to_timestamp(1600000001), to_timestamp(1603000000), '',"
            " gen_random_uuid())"
        )
    done = subprocess.run(
        [sys.executable, "-c", MEMORY, database.url],
        capture_output=True, text=True, check=False, env={**os.environ},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) < 512 * 2**20
