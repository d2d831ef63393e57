"""Comparing 1,000,000 keys x 10 columns, beside a numpy sort-join and datacompy; and whole checks.

Two tables of the same keys in different orders; one value in a thousand differs. The sort-join is
the least that finds the same matches: argsort, searchsorted, compare; it knows neither NULL nor
tolerance nor duplicates. Ours answers all that it answers a caller: pairs, mismatches, distances,
SMAPE, causes, examples. datacompy gets the same tables as pandas and as Polars frames.

    python -m benchmarks.consistency
"""

from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

import featuretrail as ft
from benchmarks.measure import Row, Timing, interleaved, machine, write_results
from benchmarks.peers import environments
from benchmarks.server import scratch_database
from featuretrail.domain.consistency.comparison import TableComparison, compare
from featuretrail.domain.consistency.measured import measure
from featuretrail.domain.consistency.tolerance import check_tolerances
from featuretrail.domain.events.checks import CheckType
from featuretrail.infrastructure.migrations import migrate
from featuretrail.infrastructure.quality.side_by_side import side_by_side

KEYS, COLUMNS = 1_000_000, 10
CHECKED_ROWS, ENTITIES = 100_000, 100
REPETITIONS = 7
SORT_JOIN, PANDAS = 1.3, 4.0
LIMIT = 0.5
"""Seconds that the specification allows a check of 100,000 rows."""
CHECKS: dict[str, tuple[CheckType, ...]] = {
    "against what is stored and another system": ("streaming", "cross_system"),
    f"against {CHECKED_ROWS:,} outcomes": ("outcome",),
    "all of these, and its quality": ("streaming", "outcome", "cross_system", "quality"),
}

NAMES = {f"f{number}": f"f{number}" for number in range(COLUMNS)}
START = datetime(2025, 1, 1, tzinfo=UTC)


def main() -> None:
    """Measure ours beside the sort-join, datacompy, and whole checks; write the results."""
    random = np.random.default_rng(10)
    dense = random.permutation(3 * KEYS)[:KEYS]
    sparse = random.permutation(np.unique(random.integers(-(2**62), 2**62, KEYS + 1_000))[:KEYS])
    rows, facts = [], machine()
    for told, keys in (("", dense), (", keys all over 64 bits", sparse)):
        tables = _tables(random, keys)
        sides = _sides(*tables)
        rows.append(_floor(told, sides))
        if not told:
            rows += _peers(tables, sides["featuretrail"], facts)
    rows += _checks()
    write_results("consistency", rows, facts)


def _tables(random: np.random.Generator, keys: NDArray[np.int64]) -> tuple[pa.Table, pa.Table]:
    order = random.permutation(KEYS)
    columns = {name: random.normal(size=KEYS) for name in NAMES}
    others = {name: values[order] for name, values in columns.items()}
    for values in others.values():
        values[random.choice(KEYS, KEYS // 1_000, replace=False)] += random.normal()
    return pa.table({"key": keys, **columns}), pa.table({"key": keys[order], **others})


def ours(expected: pa.Table, found: pa.Table) -> TableComparison:
    """Compare as a check does."""
    tolerances = check_tolerances(None, dict.fromkeys(NAMES, "float64"))
    tables = measure(expected, found, ["key"], NAMES, tolerances, mapper=side_by_side)
    return compare("other", tables)


def sort_join(expected: pa.Table, found: pa.Table) -> dict[str, int]:
    """Return how many values of each column are equal, by the least that numpy needs."""
    left, right = expected["key"].to_numpy(), found["key"].to_numpy()
    order = np.argsort(right)
    ordered = right[order]
    places = np.minimum(np.searchsorted(ordered, left), KEYS - 1)
    met = ordered[places] == left
    rows = order[places[met]]
    return {
        name: int((expected[name].to_numpy()[met] == found[name].to_numpy()[rows]).sum())
        for name in NAMES
    }


def _sides(expected: pa.Table, found: pa.Table) -> dict[str, Timing]:
    told = ours(expected, found)
    matches = {name: each.matches for name, each in told.features.items()}
    assert matches == sort_join(expected, found)
    return interleaved(
        {
            "featuretrail": lambda: ours(expected, found),
            "numpy sort-join": lambda: sort_join(expected, found),
        },
        repetitions=REPETITIONS,
        warmup=1,
    )


def _floor(told: str, sides: dict[str, Timing]) -> Row:
    ratio = sides["featuretrail"].median / sides["numpy sort-join"].median
    work = f"compare {KEYS:,} keys x {COLUMNS} columns{told}: of a numpy sort-join"
    return Row(work, ratio, SORT_JOIN, "lower", sides)


def _peers(tables: tuple[pa.Table, pa.Table], mine: Timing, facts: dict[str, object]) -> list[Row]:
    with TemporaryDirectory() as folder:
        for name, table in zip(("expected", "found"), tables, strict=True):
            pq.write_table(table, Path(folder) / f"{name}.parquet")
        found = environments.run(
            "datacompy", "datacompy_compare", "--folder", folder, "--repeat", "3"
        )
    facts["datacompy"] = found["version"]
    wanted = sum(each.mismatches for each in ours(*tables).features.values())
    assert found["differences"] == [wanted, wanted]
    rows = []
    for engine, target in (("pandas", PANDAS), ("polars", None)):
        theirs = Timing.of(found[engine])
        work = f"compare {KEYS:,} keys x {COLUMNS} columns: faster than datacompy on {engine}"
        sides = {f"datacompy {engine}": theirs, "featuretrail": mine}
        ratio = theirs.median / mine.median
        rows.append(Row(work, ratio, 1.0 if target is None else target, "higher", sides))
    return rows


def _checks() -> list[Row]:
    """Time whole checks of a snapshot of 100,000 rows: read, compared, recorded."""
    with scratch_database() as url:
        migrate(url)
        with ft.connect(url, actor="benchmark", artifacts="database:") as store:
            source = ft.FrameSource(_snapshot(store))
            sides = interleaved(
                {told: partial(_passed, store, types, source) for told, types in CHECKS.items()},
                repetitions=REPETITIONS,
                warmup=1,
            )
    allowed = Timing(1, LIMIT, LIMIT, LIMIT)
    work = (
        f"validate_feature_consistency, {CHECKED_ROWS:,} rows x {COLUMNS} features, {{}}: of 500 ms"
    )
    return [
        Row(work.format(told), side.median / LIMIT, 1, "lower", {"allowed": allowed, "check": side})
        for told, side in sides.items()
    ]


def _passed(
    store: ft.TimescaleDBFeatureStore, types: tuple[CheckType, ...], source: ft.FrameSource
) -> None:
    report = store.validate_feature_consistency("all@1.0.0", types, sources=source)
    assert report.ok, report


def _snapshot(store: ft.TimescaleDBFeatureStore) -> pa.Table:
    random = np.random.default_rng(11)
    names = list(NAMES)
    store.register(
        ft.FeatureGroup(
            "g", keys={"key": "int64"}, features=[ft.Feature(each, "float64") for each in names]
        ),
        ft.FeatureGroup("o", keys={"key": "int64"}, features=[ft.Feature("label", "float64")]),
        ft.FeatureSet("all", [f"g.{each}" for each in names], label="o.label"),
    )
    times = [START + timedelta(minutes=row // ENTITIES) for row in range(CHECKED_ROWS)]
    rows = pa.table(
        {
            "key": np.arange(CHECKED_ROWS) % ENTITIES,
            "event_time": pa.array(times, pa.timestamp("us", tz="UTC")),
            **{each: random.normal(size=CHECKED_ROWS) for each in names},
        }
    )
    store.ingest("g", rows)
    spine = rows.select(["key", "event_time"])
    labels = pa.array(random.normal(size=CHECKED_ROWS))
    store.create_feature_snapshot("all", spine.append_column("label", labels))
    outcomes = spine.append_column("judged_time", rows["event_time"]).append_column("label", labels)
    store.record_outcomes("o.label", outcomes, snapshot="all@1.0.0")
    return store.get_feature_snapshot("all@1.0.0").to_arrow()


if __name__ == "__main__":
    main()
