"""Computing a rule over 100,000 rows: read, evaluated, compared, stored, with its event.

The floor does the same by hand, without a store of features around it: the bare pull of the parent,
the function over each entity's rows, and the ingestion of the ready result into a group of plain
features. All write into tables of their own, made beforehand; the values must be equal. Computing
again the same window reads both parent and result, and stores nothing.

    python -m benchmarks.compute
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import numpy as np
import psycopg
import pyarrow as pa
from numpy.typing import NDArray

import featuretrail as ft
from benchmarks.measure import Row, Timing, interleaved, machine, write_results
from benchmarks.server import scratch_database
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.migrations import migrate
from featuretrail.infrastructure.retrieval.adbc_source import AdbcSource
from featuretrail.infrastructure.retrieval.source import Wanted

ROWS = 100_000
ENTITIES = 100
REPETITIONS = 12
WARMUP = 2
RUNS = REPETITIONS + WARMUP
KEYS = {"entity_id": "int64"}
START = datetime(2025, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
TARGET_MS = 100

Floats = NDArray[np.float64]


@ft.rule(["readings.level"])
def change(level: Floats) -> Floats:
    return np.diff(level, prepend=np.nan)


EXPRESSION = ft.sql_rule("level - lag(level) OVER entity", ["readings.level"])


def main() -> None:
    """Measure every row and write the results."""
    with scratch_database() as url:
        migrate(url)
        with ft.connect(url, actor="benchmark", artifacts="database:") as store:
            load(store)
            alone: dict[str, list[float]] = {"Python rule": [], "SQL rule": []}
            sides = measure(store, url, alone)
            check(store)
        with psycopg.connect(url) as connection:
            facts = machine(connection)
    evaluated = {name: Timing.of(seconds[WARMUP:]) for name, seconds in alone.items()}
    write_results("compute", [*_alone(evaluated), *_rows(sides)], facts)


def _alone(evaluated: dict[str, Timing]) -> list[Row]:
    """Return the rows of the computation itself: nothing read, nothing stored."""
    return [
        Row(
            f"rule computation, {ROWS:,} rows: milliseconds, {name}",
            1e3 * timing.median,
            TARGET_MS,
            "lower",
            {name: timing},
            "the rule over ready rows, as it is recorded for the feature",
        )
        for name, timing in evaluated.items()
    ]


def _rows(sides: dict[str, Timing]) -> list[Row]:
    python, by_hand, expression = (
        sides[name].median for name in ("Python rule", "pull, numpy, ingest", "SQL rule")
    )
    work = f"rule computation, {ROWS:,} rows"
    both = {name: sides[name] for name in ("Python rule", "pull, numpy, ingest")}
    return [
        Row(
            f"{work}: read and stored, of the same by hand",
            python / by_hand,
            1.5,
            "lower",
            both,
            f"{1e3 * python:.0f} ms, {1e3 * sides['nothing new'].median:.0f} ms with nothing new",
        ),
        Row(
            f"{work}: SQL rule of the Python rule",
            expression / python,
            3,
            "lower",
            {name: sides[name] for name in ("SQL rule", "Python rule")},
        ),
    ]


def load(store: ft.TimescaleDBFeatureStore) -> None:
    """Store the parent, and define a group for each run."""
    store.register(ft.FeatureGroup("readings", KEYS, [ft.Feature("level", "float64")]))
    store.ingest("readings", _readings())
    for run in range(RUNS):
        store.register(
            ft.FeatureGroup(f"python{run}", KEYS, [ft.Feature("c", "float64", rule=change)]),
            ft.FeatureGroup(f"sql{run}", KEYS, [ft.Feature("c", "float64", rule=EXPRESSION)]),
            ft.FeatureGroup(f"plain{run}", KEYS, [ft.Feature("c", "float64")]),
        )


def _readings() -> pa.Table:
    hours = np.tile(np.arange(ROWS // ENTITIES), ENTITIES)
    start = np.datetime64(START.replace(tzinfo=None), "us")
    times = pa.array(start + hours * np.timedelta64(3600, "s"))
    return pa.table(
        {
            "entity_id": np.repeat(np.arange(ENTITIES), ROWS // ENTITIES),
            "event_time": times.cast(pa.timestamp("us", tz="UTC")),
            "level": np.random.default_rng(7).normal(size=ROWS),
        }
    )


def measure(
    store: ft.TimescaleDBFeatureStore, url: str, alone: dict[str, list[float]]
) -> dict[str, Timing]:
    """Time all sides in turn; note in ``alone`` the seconds of each rule itself."""
    return interleaved(
        {
            "pull, numpy, ingest": _by_hand(store, url),
            "Python rule": _computed(store, "python", alone["Python rule"]),
            "nothing new": lambda: store.compute("python0", START),
            "SQL rule": _computed(store, "sql", alone["SQL rule"]),
        },
        repetitions=REPETITIONS,
        warmup=WARMUP,
    )


def _computed(
    store: ft.TimescaleDBFeatureStore, kind: str, alone: list[float]
) -> Callable[[], object]:
    runs = count()

    def run() -> object:
        report = store.compute(f"{kind}{next(runs)}")
        alone.append(report.features[0].milliseconds / 1e3)
        return report

    return run


def _by_hand(store: ft.TimescaleDBFeatureStore, url: str) -> Callable[[], object]:
    runs = count()
    last = store.registry().position + 10**6
    wanted = Wanted(
        group="readings",
        keys=KEYS,
        columns={"level": "float64"},
        known_time=None,
        last_batch=last,
        since=0,
        until=2**52,
        entities=None,
    )
    source = AdbcSource(Database(url))

    def run() -> object:
        table = pa.concat_tables(source.blocks(wanted)).combine_chunks()
        table = table.sort_by([("entity_id", "ascending"), ("event_time", "ascending")])
        level = table["level"].to_numpy().reshape(ENTITIES, -1)
        changes: Any = np.concatenate([change(each) for each in level])
        rows = table.select(["entity_id", "event_time"])
        values = pa.array(changes, mask=np.isnan(changes))
        return store.ingest(f"plain{next(runs)}", rows.append_column("c", values))

    return run


def check(store: ft.TimescaleDBFeatureStore) -> None:
    """Fail unless all sides stored the same."""
    spine = _readings().drop(["level"])
    by_hand = store.get_historical_features(spine, ["plain0.c"])
    for kind in ("python", "sql"):
        if not store.get_historical_features(spine, [f"{kind}0.c"]).equals(by_hand):
            raise AssertionError(f"the {kind} rule stored other values")


if __name__ == "__main__":
    main()
