"""How long the documentation of a store of 1,000 features takes: one of them, and all as a site.

Twenty groups of 50 features, of each group 20,000 rows, a baseline and two checks of drift; a fifth
of the features are computed from two others, and 50 sets with a snapshot each hold 20 of them. The
ratios are seconds over what section 15 and issue 8 allow, and the largest page over 300 kB.

    python -m benchmarks.site
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time

import numpy as np
import psycopg
import pyarrow as pa

import featuretrail as ft
from benchmarks.measure import Row, Timing, machine, write_results
from benchmarks.server import scratch_database
from featuretrail.infrastructure.migrations import migrate

START = datetime(2025, 1, 1, tzinfo=UTC)
GROUPS, STORED, COMPUTED = 20, 40, 10
KEYS, HOURS = 40, 500
FEATURES = GROUPS * (STORED + COMPUTED)
SITE_SECONDS, ONE_SECONDS, PAGE_BYTES = 60.0, 0.3, 300_000


def main() -> None:
    """Fill a store, document it and write the results."""
    with scratch_database() as url, TemporaryDirectory() as folder:
        migrate(url)
        with (
            ft.connect(url, artifacts="database:") as store,
            psycopg.connect(url, autocommit=True) as connection,
        ):
            fill(store)
            connection.execute("VACUUM (FREEZE, ANALYZE)")
            store.projections.catch_up(timeout=600)
            rows, facts = measure(store, Path(folder) / "site")
            write_results("site", rows, {**machine(connection), **facts})


def fill(store: ft.TimescaleDBFeatureStore) -> None:
    """Define the features, store their values, freeze and check them."""
    for number in range(GROUPS):
        store.register(_group(number), reason="a store of a thousand features")
        store.ingest(f"group_{number}", _values(number, 0))
        store.compute(f"group_{number}")
    for number in range(GROUPS):
        window = (START, START + timedelta(hours=HOURS // 2))
        store.quality.create_baseline(f"group_{number}", name=f"base_{number}", window=window)
        for part in range(2):
            begin = window[1] + timedelta(hours=part * HOURS // 4)
            end = begin + timedelta(hours=HOURS // 4)
            store.quality.check_drift(f"base_{number}", window=(begin, end))
    for number in range(50):
        chosen = [f"group_{(number + step) % GROUPS}.f{step}" for step in range(20)]
        store.register(ft.FeatureSet(f"set_{number}", chosen), reason="for a model")
        spine = {"k": list(range(KEYS)), "event_time": [START + timedelta(hours=400)] * KEYS}
        store.create_feature_snapshot(f"set_{number}", spine)
    store.performance.flush()


def measure(store: ft.TimescaleDBFeatureStore, folder: Path) -> tuple[list[Row], dict[str, object]]:
    """Return the ratios, and what was built."""
    began = process_time()
    whole, report = _timed(lambda: store.documentation.build(folder))
    used = process_time() - began
    same, again = _timed(lambda: store.documentation.build(folder))
    store.ingest("group_0", _values(0, HOURS))
    store.performance.flush()
    batch, changed = _timed(lambda: store.documentation.build(folder))
    sizes = {path.name: path.stat().st_size for path in folder.rglob("*.html")}
    store.generate_feature_documentation("group_1.f0")
    one = [
        _timed(lambda name=name: store.generate_feature_documentation(name))[0]  # type: ignore[misc] # mypy infers no lambda with a default
        for name in (f"group_{group}.f{feature}" for group in range(10) for feature in (1, 45))
    ]
    pair = Timing.of(one)
    rows = [
        _row("site of 1,000 features, seconds over 60", whole, SITE_SECONDS),
        _row("the same site again, nothing changed, seconds over 60", same, SITE_SECONDS),
        _row("after one batch of one group, seconds over 60", batch, SITE_SECONDS),
        Row("generate_feature_documentation, over 300 ms", pair.median / ONE_SECONDS, 1, "lower",
            {"generate": pair}),
        Row("largest page over 300 kB", max(sizes.values()) / PAGE_BYTES, 1, "lower", {}),
    ]  # fmt: skip
    facts: dict[str, object] = {
        "features": FEATURES,
        "processor_seconds_of_the_first": used,
        "pages": report.pages,
        "files_written": {
            "first": len(report.changed),
            "again": len(again.changed),
            "after a batch": len(changed.changed),
        },
        "megabytes": sum(path.stat().st_size for path in folder.rglob("*")) / 1e6,
        "largest_page": max(sizes, key=lambda name: sizes[name]),
    }
    return rows, facts


def _row(work: str, seconds: float, allowed: float) -> Row:
    return Row(work, seconds / allowed, 1, "lower", {"build": Timing(1, seconds, seconds, seconds)})


def _timed(
    work: Callable[[], ft.SiteReport | ft.FeatureDocumentation],
) -> tuple[float, ft.SiteReport]:
    begun = perf_counter()
    made = work()
    return perf_counter() - begun, made  # type: ignore[return-value] # a report where it is asked for


def _group(number: int) -> ft.FeatureGroup:
    stored = [
        ft.Feature(f"f{n}", "float64", f"Reading {n} of the sensors of site {number}, as sent.",
                   unit="V", constraints=ft.Range(-100, 100))
        for n in range(STORED)
    ]  # fmt: skip
    name = f"group_{number}"
    computed = [
        ft.Feature(f"f{STORED + n}", "float64", f"Difference {n} of two neighbouring readings.",
                   unit="V", rule=ft.sql_rule(f"f{n} - f{n + 1}",
                                              parents=[f"{name}.f{n}", f"{name}.f{n + 1}"]))
        for n in range(COMPUTED)
    ]  # fmt: skip
    return ft.FeatureGroup(
        name, keys={"k": "int64"}, owner="sensors", features=[*stored, *computed],
        description=f"Readings of the sensors of site {number}.",
    )  # fmt: skip


def _values(number: int, first: int) -> pa.Table:
    chance = np.random.default_rng([number, first])
    rows = KEYS * HOURS
    hours = first + np.arange(rows) // KEYS
    moments = int(START.timestamp() * 1e6) + hours * 3_600_000_000
    return pa.table(
        {
            "k": np.arange(rows) % KEYS,
            "event_time": pa.array(moments).cast(pa.timestamp("us", tz="UTC")),
            **{f"f{n}": chance.normal(n, 3, rows) for n in range(STORED)},
        }
    )


if __name__ == "__main__":
    main()
