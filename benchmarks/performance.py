"""What recording costs retrievals and online reads: the same calls with and without it, in turn.

Two stores on one database ask the same questions; one records. A third side, that does not record
either, shows how far two equal sides are apart, so what the noise of the machine is.

    python -m benchmarks.performance
"""

from collections.abc import Callable
from datetime import UTC, datetime
from time import perf_counter

import numpy as np
import psycopg
import pyarrow as pa

import featuretrail as ft
from benchmarks.measure import Row, interleaved, machine, write_results
from benchmarks.server import scratch_database
from featuretrail.infrastructure.migrations import migrate
from featuretrail.infrastructure.performance.meter import Meter
from featuretrail.infrastructure.performance.recorder import Recorder
from featuretrail.infrastructure.performance.usage import (
    SELECTIONS,
    CallCost,
    Selection,
    Share,
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
            ft.connect(url, artifacts="database:", record_performance=False) as off,
            ft.connect(url, artifacts="database:", record_performance=False) as again,
            ft.connect(url, artifacts="database:") as on,
            psycopg.connect(url, autocommit=True) as connection,
        ):
            load(off, connection)
            rows = [
                _row(work, ask, repetitions, off=off, again=again, on=on)
                for work, ask, repetitions in _calls()
            ]
            facts = {**machine(connection), "microseconds_of_recording": _bare(on)}
            print(on.performance, facts["microseconds_of_recording"])
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
            600,
        ),
        (
            "retrieval, 10 spine rows x 20 features",
            lambda store: store.get_historical_features(few, FEATURES, method="sql"),
            400,
        ),
        (
            "retrieval, 20k spine rows x 20 features",
            lambda store: store.get_historical_features(many, FEATURES, method="pull"),
            25,
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


def _row(work: str, ask: Ask, repetitions: int, **stores: ft.TimescaleDBFeatureStore) -> Row:
    def of(store: ft.TimescaleDBFeatureStore) -> Callable[[], object]:
        return lambda: ask(store)

    sides = interleaved(
        {
            "without": of(stores["off"]),
            "recording": of(stores["on"]),
            "without, again": of(stores["again"]),
        },
        repetitions=repetitions,
        warmup=20 if repetitions > 100 else 2,
    )
    bare = (sides["without"].median + sides["without, again"].median) / 2
    apart = abs(sides["without"].median - sides["without, again"].median) / bare
    return Row(
        f"{work}: with recording, of without",
        sides["recording"].median / bare,
        1.02,
        "lower",
        sides,
        note=f"two sides without recording are {apart:.1%} apart",
    )


def _bare(store: ft.TimescaleDBFeatureStore, calls: int = 20_000) -> dict[str, float]:
    """Return the microseconds of recording alone, without the work that is recorded."""
    recorder = store.performance.recorder
    online = Use(Selection(tuple((name, "1.0.0") for name in FEATURES)), "inference")
    resolved = [store.registry().resolve(name) for name in FEATURES]

    def training() -> None:
        reading = Meter.start().stop()
        own = [SELECTIONS.of(resolved[:10]), SELECTIONS.of(resolved[10:])]
        shares = [Share(each, reading.seconds * 1e3, 0.1, None) for each in own]
        recorder.add_call(CallCost(10, shares), lambda own: Use(own, "training"))

    return {
        "online read, 20 features": _each(lambda: recorder.add(online, 0.5, rows=1), calls),
        "retrieval, 2 groups x 10 features": _each(training, calls),
        "memory of a long retrieval": _each(
            lambda: Meter.start().watch_memory().stop(), calls // 10
        ),
        "idle recorder": _each(lambda: _silent(recorder, online), calls),
    }


def _silent(recorder: Recorder, use: Use) -> None:
    if not recorder.on:
        recorder.add(use, 0.5)


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
