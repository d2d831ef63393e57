"""What the served log costs online reads: the same calls without it and with two shares, in turn.

Stores over one database answer the same requests (10 groups x 100 keys, and one key) in blocks, in
turn: one logs nothing, one the answers about a tenth of entities, one all. Another that logs
nothing either shows how far two equal sides are apart. A store's thread writes while its reads are
timed, and what is left at the end of a block is written before the next side has its turn, so that
no side pays for another. What was written is counted at the end.

    python -m benchmarks.served_log
"""

from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from itertools import cycle
from time import perf_counter

import numpy as np
import psycopg
import pyarrow as pa

import featuretrail as ft
from benchmarks.measure import Row, Timing, machine, write_results
from benchmarks.server import scratch_database
from featuretrail.infrastructure.migrations import migrate

GROUPS = [f"group_{number}" for number in range(10)]
FEATURES = [f"{name}.value" for name in GROUPS]
KEYS = 100_000
SHARES = {"without": 0.0, "without, again": 0.0, "a tenth": 0.1, "all": 1.0}
BLOCKS = 12
CALLS = 150
"""Of a block."""


def main() -> None:
    """Measure both kinds of call and write the results."""
    with scratch_database() as url, ExitStack() as opened:
        migrate(url)
        connection = opened.enter_context(psycopg.connect(url, autocommit=True))
        stores = {
            name: opened.enter_context(
                ft.connect(url, artifacts="database:", serve_log=share, record_performance=False)
            )
            for name, share in SHARES.items()
        }
        load(stores["without"], connection)
        rows = [
            *_rows(stores, "10 groups x 100 keys", requests(100)),
            *_rows(stores, "10 groups x 1 key", requests(1)),
        ]
        for store in stores.values():
            store.served.flush()
        facts = {**machine(connection), "served": {n: _logged(s) for n, s in stores.items()}}
    write_results("served_log", rows, facts)


def load(store: ft.TimescaleDBFeatureStore, connection: psycopg.Connection) -> None:
    """Store the newest value of every key in each group."""
    now = pa.array([datetime.now(UTC)] * KEYS, pa.timestamp("us", tz="UTC"))
    values = np.random.default_rng(1)
    for name in GROUPS:
        feature = ft.Feature("value", "float64")
        store.register(ft.FeatureGroup(name, keys={"k": "int64"}, features=[feature]))
        rows = {"k": np.arange(KEYS), "event_time": now, "value": values.random(KEYS)}
        store.ingest(name, pa.table(rows))
    connection.execute("VACUUM (FREEZE, ANALYZE)")


def requests(keys: int) -> list[dict[str, list[int]]]:
    """Return requests of random keys."""
    numbers = np.random.default_rng(2)
    return [{"k": numbers.integers(0, KEYS, keys).tolist()} for _ in range(200)]


def _rows(
    stores: dict[str, ft.TimescaleDBFeatureStore], what: str, asked: list[dict[str, list[int]]]
) -> list[Row]:
    sides = _timed(stores, asked)
    without = sides["without"].median
    work = f"online read, {what}, served log"
    return [
        Row(f"{work} of a tenth", sides["a tenth"].median / without, 1.05, "lower", sides),
        Row(f"{work} of all", sides["all"].median / without, 1.25, "lower", sides),
        Row(
            f"{work}, two equal sides",
            sides["without, again"].median / without,
            1.05,
            "lower",
            sides,
        ),
    ]


def _timed(
    stores: dict[str, ft.TimescaleDBFeatureStore], asked: list[dict[str, list[int]]]
) -> dict[str, Timing]:
    """Time every call of every block but the first."""
    asks = {name: _ask(store, asked) for name, store in stores.items()}
    seconds: dict[str, list[float]] = {name: [] for name in stores}
    for block in range(BLOCKS + 1):
        for name, ask in asks.items():
            for _ in range(CALLS):
                begun = perf_counter()
                ask()
                if block:
                    seconds[name].append(perf_counter() - begun)
            stores[name].served.flush()
    return {name: Timing.of(each) for name, each in seconds.items()}


def _ask(
    store: ft.TimescaleDBFeatureStore, asked: list[dict[str, list[int]]]
) -> Callable[[], object]:
    turns = cycle(asked)
    return lambda: store.get_online_features(FEATURES, next(turns))


def _logged(store: ft.TimescaleDBFeatureStore) -> dict[str, int]:
    status = store.served.status()
    if status.waiting or status.error:
        raise AssertionError(f"not all was written: {status}")
    return {"rows": status.written, "dropped": status.dropped}


if __name__ == "__main__":
    main()
