"""What recording costs retrievals and online reads: the same calls with and without it, in turn.

One store asks the same questions over the same connections, its recorder switched on and off, in an
order drawn anew each time. A third side, that does not record either, shows how far two equal sides
are apart, so what the noise of the machine is.

    python -m benchmarks.performance
"""

from collections.abc import Callable
from datetime import UTC, datetime
from random import Random
from time import perf_counter

import numpy as np
import psycopg
import pyarrow as pa

import featuretrail as ft
from benchmarks.measure import Row, Timing, machine, write_results
from benchmarks.server import scratch_database
from featuretrail.infrastructure.migrations import migrate
from featuretrail.infrastructure.performance.meter import Meter
from featuretrail.infrastructure.performance.usage import (
    CallCost,
    Selection,
    Use,
)

START = datetime(2025, 1, 1, tzinfo=UTC)
KEYS = 1_000
VALUES = 200_000
GROUPS = 2
COLUMNS = [f"f{number}" for number in range(10)]
FEATURES = [f"group_{group}.{column}" for group in range(GROUPS) for column in COLUMNS]

Ask = Callable[[ft.TimescaleDBFeatureStore], object]


def main() -> None:
    """Measure every kind of call and write the results."""
    with scratch_database() as url:
        migrate(url)
        with (
            ft.connect(url, artifacts="database:") as store,
            psycopg.connect(url, autocommit=True) as connection,
        ):
            load(store, connection)
            rows = [_row(store, *call) for call in _calls()]
            facts = {**machine(connection), "microseconds_of_recording": _bare(store)}
    write_results("performance", rows, facts)


def load(store: ft.TimescaleDBFeatureStore, connection: psycopg.Connection) -> None:
    """Store ten floats of a thousand entities in each group."""
    numbers = np.random.default_rng(1)
    for group in range(GROUPS):
        name = f"group_{group}"
        features = [ft.Feature(column, "float64") for column in COLUMNS]
        store.register(ft.FeatureGroup(name, keys={"k": "int64"}, features=features))
        minutes = np.arange(VALUES) // KEYS
        store.ingest(
            name,
            pa.table(
                {
                    "k": np.arange(VALUES) % KEYS,
                    "event_time": _moments(minutes),
                    **{column: numbers.random(VALUES) for column in COLUMNS},
                }
            ),
        )
    connection.execute("VACUUM (FREEZE, ANALYZE)")


def _moments(minutes: np.ndarray) -> pa.Array:
    microseconds = int(START.timestamp() * 1e6) + minutes * 60_000_000
    return pa.array(microseconds).cast(pa.timestamp("us", tz="UTC"))


def _spine(rows: int) -> pa.Table:
    numbers = np.random.default_rng(rows)
    return pa.table(
        {
            "k": numbers.integers(0, KEYS, rows),
            "event_time": _moments(numbers.integers(0, VALUES // KEYS, rows)),
        }
    )


def _calls() -> list[tuple[str, Ask, int]]:
    few, many = _spine(10), _spine(20_000)
    one, hundred = {"k": [7]}, {"k": list(range(100))}
    return [
        (
            "retrieval, 10 spine rows x 1 feature",
            lambda store: store.get_historical_features(few, FEATURES[:1], method="sql"),
            1_500,
        ),
        (
            "retrieval, 10 spine rows x 20 features",
            lambda store: store.get_historical_features(few, FEATURES, method="sql"),
            800,
        ),
        (
            "retrieval, 20k spine rows x 20 features",
            lambda store: store.get_historical_features(many, FEATURES, method="pull"),
            75,
        ),
        (
            "online read, 1 key x 1 feature",
            lambda store: store.get_online_features(FEATURES[:1], one),
            2_000,
        ),
        (
            "online read, 100 keys x 20 features",
            lambda store: store.get_online_features(FEATURES, hundred),
            600,
        ),
    ]


def _row(store: ft.TimescaleDBFeatureStore, work: str, ask: Ask, repetitions: int) -> Row:
    seconds = _timed(store, ask, repetitions)
    sides = {side: Timing.of(each) for side, each in seconds.items()}
    one, other = sides["without"].median, sides["without, again"].median
    return Row(
        f"{work}: with recording, of without",
        sides["recording"].median * 2 / (one + other),
        1.02,
        "lower",
        sides,
        note=f"two sides without recording are {abs(one - other) / min(one, other):.1%} apart",
    )


def _timed(store: ft.TimescaleDBFeatureStore, ask: Ask, repetitions: int) -> dict[str, list[float]]:
    """Return the seconds of each side."""
    recorder = store.performance.recorder
    order = ["without", "recording", "without, again"]
    seconds: dict[str, list[float]] = {side: [] for side in order}
    draw = Random(1)  # noqa: S311 - an order, not secrets
    for repetition in range(-max(2, repetitions // 20), repetitions):
        draw.shuffle(order)
        for side in order:
            recorder._off = None if side == "recording" else "by the benchmark"
            begun = perf_counter()
            ask(store)
            elapsed = perf_counter() - begun
            if repetition >= 0:
                seconds[side].append(elapsed)
    recorder._off = None
    return seconds


def _bare(store: ft.TimescaleDBFeatureStore, calls: int = 20_000) -> dict[str, float]:
    """Return the microseconds of recording alone, without the work that is recorded."""
    recorder = store.performance.recorder
    online = Use(Selection(tuple((name, "1.0.0") for name in FEATURES)), "inference", "serve")
    resolved = [store.registry().resolve(name) for name in FEATURES]
    spent = {f"group_{group}": 0.0 for group in range(GROUPS)}

    def training() -> None:
        reading = Meter.start().stop()
        recorder.add_call(CallCost(10, resolved, spent, reading), "training", "retrieve")

    return {
        "online read, 20 features": _each(lambda: recorder.add(online, 0.5, rows=1), calls),
        "retrieval, 2 groups x 10 features": _each(training, calls),
        "memory of a long retrieval": _each(
            lambda: Meter.start().watch_memory().stop(), calls // 10
        ),
    }


def _watched() -> object:
    return Meter.start().watch_memory().stop()


def _each(work: Callable[[], object], calls: int) -> float:
    seconds = []
    for _ in range(5):
        begun = perf_counter()
        for _ in range(calls // 5):
            work()
        seconds.append((perf_counter() - begun) / (calls // 5))
    return min(seconds) * 1e6


if __name__ == "__main__":
    main()
