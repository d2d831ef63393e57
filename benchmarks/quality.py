"""Quality of a feature of 100,000 stored rows, and of data: against what the specification allows.

The whole call: values pulled from the database, six dimensions judged, the check recorded. Beside
it the bare pull of the same column, its keys and its times.

    python -m benchmarks.quality
"""

from datetime import UTC, datetime, timedelta

import numpy as np
import psycopg
import pyarrow as pa

import featuretrail as ft
from benchmarks.measure import Row, Timing, interleaved, machine, write_results
from benchmarks.server import scratch_database
from featuretrail.infrastructure.migrations import migrate
from featuretrail.infrastructure.quality.windows import read_windows

ROWS = 100_000
KEYS = 100
REPETITIONS = 20
LIMIT = 0.2
"""Seconds that the specification allows."""

START = datetime(2025, 1, 1, tzinfo=UTC)


def main() -> None:
    """Measure every row and write the results."""
    with scratch_database() as url:
        migrate(url)
        with (
            ft.connect(url, actor="benchmark", artifacts="database:") as store,
            psycopg.connect(url, autocommit=True) as connection,
        ):
            values = fill(store)
            sides = measure(store, values)
            facts = machine(connection)
    write_results("quality", _rows(sides), facts)


def fill(store: ft.TimescaleDBFeatureStore) -> pa.Array:
    """Store the rows in two batches; return the values."""
    chance = np.random.default_rng(2025)
    values = pa.array(chance.normal(60, 10, ROWS), mask=chance.random(ROWS) < 0.01)
    constraints: list[ft.Range | ft.NotNull] = [ft.Range(-60, 140), ft.NotNull()]
    store.register(
        ft.FeatureGroup(
            "weather",
            keys={"station": "text"},
            features=[ft.Feature("temp", "float64", constraints=constraints)],
        )
    )
    table = pa.table(
        {
            "station": [f"station {row % KEYS}" for row in range(ROWS)],
            "event_time": [START + timedelta(minutes=row // KEYS) for row in range(ROWS)],
            "temp": values,
        }
    )
    for half in range(2):
        store.ingest("weather", table.slice(half * ROWS // 2, ROWS // 2))
    store.quality.create_baseline("weather", name="weather")
    return values


def measure(store: ft.TimescaleDBFeatureStore, values: pa.Array) -> dict[str, Timing]:
    """Time the checks and the bare reading of the window, in turn."""
    window = (START, START + timedelta(minutes=ROWS // KEYS))
    feature = store.registry().resolve("weather.temp")
    historical = store.quality.sources.historical
    assert store.check_feature_quality("weather.temp", window=window).rows == ROWS
    return interleaved(
        {
            "stored": lambda: store.check_feature_quality("weather.temp", window=window),
            "data": lambda: store.check_feature_quality("weather.temp", values),
            "reading": lambda: read_windows(historical, [feature], window, None),
        },
        repetitions=REPETITIONS,
    )


def _rows(sides: dict[str, Timing]) -> list[Row]:
    allowed = Timing(1, LIMIT, LIMIT, LIMIT)
    works = {
        "stored": "check_feature_quality, 100,000 stored rows: of 200 ms",
        "data": "check_feature_quality, 100,000 values of the caller's: of 200 ms",
    }
    rows = [
        Row(
            work,
            sides[name].median / LIMIT,
            1,
            "lower",
            {"allowed": allowed, "featuretrail": sides[name]},
        )
        for name, work in works.items()
    ]
    note = "the window's values alone, each row's latest, in order"
    both = {"reading": sides["reading"], "featuretrail": sides["stored"]}
    ratio = sides["stored"].median / sides["reading"].median
    rows.append(Row("the check against reading its values", ratio, 3, "lower", both, note))
    return rows


if __name__ == "__main__":
    main()
