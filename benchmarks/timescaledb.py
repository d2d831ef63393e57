"""Compression on TimescaleDB's Community edition, with the demo's year of flights.

    python -m benchmarks.timescaledb

Every group of the demo is there twice with the same rows: once compressed by the policy, once not.
Both sides answer the same questions in the same run, and every answer must be the same, cell for
cell. Without ``FEATURETRAIL_BENCH_URL`` the server is the WASM build of the tests, which is several
times slower than a native one: compare the sides, not the times.
"""

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from time import perf_counter

import attrs
import psycopg
import pyarrow as pa
from psycopg import sql

import featuretrail as ft
from benchmarks.history import History, append_next
from benchmarks.measure import AnyConnection, Row, interleaved, machine, write_results
from benchmarks.removing import EVENTS, PLAIN, past_rows_removed, values_removed
from benchmarks.server import ROOT, URL_VARIABLE, scratch_database
from featuretrail.domain.events import Event
from featuretrail.infrastructure.database import Database, capabilities
from featuretrail.infrastructure.log.application import EventLog
from featuretrail.infrastructure.migrations import migrate
from tests.engines.community import CommunityEngine

SPINE_ROWS = int(os.environ.get("FEATURETRAIL_BENCH_SPINE", "40000"))
FEW_ROWS = 20
REPETITIONS = 5
LATE_ROWS = 5_000
BACKFILLED_ROWS = 50_000
LANDINGS = "carrier_landings"
Year = Mapping[str, pa.Table]


def main() -> None:
    """Measure every row and write the results."""
    groups, values, spine, features = demo()
    with community() as url:
        migrate(url)
        with (
            ft.connect(url, actor="benchmark", artifacts="database:") as store,
            psycopg.connect(url, autocommit=True) as connection,
        ):
            if capabilities(connection).license != "timescale":
                raise SystemExit("compression needs TimescaleDB's Community edition")
            load(store, connection, groups, values)
            rows = [
                *compression(connection, groups),
                retrieval(store, spine, features, "point-in-time join"),
                retrieval(store, spine.slice(0, FEW_ROWS), features, "point-in-time join"),
                late_rows(store, connection, values[LANDINGS]),
                backfill(store, connection, values[LANDINGS]),
            ]
            agree(store, spine, features)
            rows += [
                erasing(connection),
                read_side(store, connection, url, history := iter(History())),
                past_rows_removed(store, connection, url, history),
                values_removed(store, connection, {each.name: each for each in groups}[LANDINGS]),
            ]
            write_results("timescaledb", rows, machine(connection))


def demo() -> tuple[list[ft.FeatureGroup], Year, pa.Table, list[str]]:
    """Return the demo's groups, their values, its questions and the features they ask for."""
    sys.path.insert(0, str(ROOT / "examples"))
    from flights import definitions  # noqa: PLC0415 - the folder is known only now
    from flights.year import Year as FlightsYear  # noqa: PLC0415 - the same

    year = FlightsYear.read(SPINE_ROWS)
    groups = definitions.groups()
    asked = [
        f"{group.name}.{feature.name}"
        for group in groups
        if group.name in definitions.ASKED
        for feature in group.features
    ]
    return groups, year.values, year.spine, asked


@contextmanager
def community() -> Iterator[str]:
    """Yield the address of a new database of the Community edition."""
    if URL_VARIABLE in os.environ:
        with scratch_database() as url:
            yield url
        return
    engine = CommunityEngine()
    try:
        with engine.database(migrated=False) as database:
            yield database.url
    finally:
        engine.close()


def load(
    store: ft.TimescaleDBFeatureStore,
    connection: AnyConnection,
    groups: list[ft.FeatureGroup],
    values: Year,
) -> None:
    """Fill both twins of each group with the year, and let the policy compress one of them."""
    for group in groups:
        store.register(group, attrs.evolve(group, name=PLAIN + group.name))
        for name in (group.name, PLAIN + group.name):
            if group.name in values:
                store.ingest(name, values[group.name])
            else:
                store.compute(name)
        compress(connection, group.name)
        plain = f"featuretrail_values.{PLAIN}{group.name}"
        connection.execute("SELECT remove_compression_policy(%s::regclass)", (plain,))
        for name in (group.name, PLAIN + group.name):
            connection.execute(sql.SQL("ANALYZE {}").format(_table(name)))


def compression(connection: AnyConnection, groups: list[ft.FeatureGroup]) -> list[Row]:
    """How much smaller are the values? Tables with their indexes, after and before."""
    told = []
    sizes = [0, 0]
    for group in groups:
        [(chunks, compressed, before, after)] = connection.execute(
            "SELECT s.total_chunks, s.number_compressed_chunks, hypertable_size(%(plain)s),"
            " hypertable_size(%(table)s) FROM hypertable_compression_stats(%(table)s) AS s",
            {
                "table": f"featuretrail_values.{group.name}",
                "plain": f"featuretrail_values.{PLAIN}{group.name}",
            },
        ).fetchall()
        if chunks != compressed:
            raise RuntimeError(f"the policy compressed {compressed} of {chunks} chunks")
        told.append(f"{group.name} {before / after:.2f} ({chunks} chunks)")
        sizes = [sizes[0] + before, sizes[1] + after]
    note = f"{', '.join(told)}; {sizes[0] / 2**20:.1f} MiB to {sizes[1] / 2**20:.1f} MiB"
    work = "values of the demo's year, bytes before over bytes after compression"
    return [Row(work, sizes[0] / sizes[1], 8, "higher", {}, note)]


def retrieval(
    store: ft.TimescaleDBFeatureStore, spine: pa.Table, features: list[str], what: str
) -> Row:
    """The demo's training data, from compressed chunks and from those that are not."""
    agree(store, spine, features)
    twins = [PLAIN + feature for feature in features]
    sides = interleaved(
        {
            "not compressed": lambda: _answers(store, spine, twins),
            "compressed": lambda: _answers(store, spine, features),
        },
        repetitions=REPETITIONS,
    )
    ratio = sides["compressed"].median / sides["not compressed"].median
    work = f"{what}, {spine.num_rows:,} rows x {len(features)} features, compressed over not"
    return Row(work, ratio, 2, "lower", sides, "equal answers, cell for cell, with statuses")


def agree(store: ft.TimescaleDBFeatureStore, spine: pa.Table, features: list[str]) -> None:
    """Raise if compressed chunks answer otherwise than those that are not compressed."""
    twins = [PLAIN + feature for feature in features]
    if not _answers(store, spine, features).equals(_answers(store, spine, twins)):
        raise RuntimeError("compressed chunks answer otherwise")


def late_rows(store: ft.TimescaleDBFeatureStore, connection: AnyConnection, table: pa.Table) -> Row:
    """Rows of known keys and times arrive again: into compressed chunks, and into others."""
    late = table.slice(table.num_rows // 3, LATE_ROWS)
    sides = interleaved(
        {
            "not compressed": lambda: store.ingest(PLAIN + LANDINGS, late),
            "compressed": lambda: store.ingest(LANDINGS, late),
        },
        repetitions=REPETITIONS,
    )
    _check_rows(connection, table.num_rows + LATE_ROWS * (REPETITIONS + 1))
    ratio = sides["compressed"].median / sides["not compressed"].median
    work = f"ingest {LATE_ROWS:,} late rows again into compressed chunks, time over others"
    return Row(work, ratio, 2, "lower", sides, "no target in the specification: it is our own")


def backfill(store: ft.TimescaleDBFeatureStore, connection: AnyConnection, table: pa.Table) -> Row:
    """A long past arrives at once, as one batch; afterwards the policy compresses it too."""
    present = table.num_rows + LATE_ROWS * (REPETITIONS + 1)
    past = table.slice(0, BACKFILLED_ROWS)
    sides = interleaved(
        {
            "not compressed": lambda: store.ingest(PLAIN + LANDINGS, past),
            "compressed": lambda: store.ingest(LANDINGS, past),
        },
        repetitions=2,
    )
    _check_rows(connection, present + past.num_rows * 3)
    begun = perf_counter()
    compress(connection, LANDINGS)
    note = (
        f"{past.num_rows / sides['compressed'].median:,.0f} rows/s; the policy then took "
        f"{perf_counter() - begun:.1f} s; no target in the specification: it is our own"
    )
    ratio = sides["compressed"].median / sides["not compressed"].median
    work = f"backfill {past.num_rows:,} rows into compressed chunks, time over chunks that are not"
    return Row(work, ratio, 2, "lower", sides, note)


def compress(connection: AnyConnection, group: str) -> None:
    """Have the policy compress what it would."""
    jobs = connection.execute(
        "SELECT job_id FROM timescaledb_information.jobs"
        " WHERE proc_name = 'policy_compression' AND hypertable_name = %s",
        (group,),
    ).fetchall()
    for (job,) in jobs:
        connection.execute("CALL run_job(%s)", (job,))


def erasing(connection: AnyConnection) -> Row:
    """All rows of one entity are deleted, as an erasure does."""
    carriers = [
        carrier
        for (carrier,) in connection.execute(
            "SELECT carrier FROM featuretrail_online.carrier_landings GROUP BY 1 ORDER BY 1"
        )
    ]
    turns = {name: iter(carriers) for name in (LANDINGS, PLAIN + LANDINGS)}

    def erase(name: str) -> None:
        with connection.transaction():
            connection.execute(
                "SET LOCAL timescaledb.max_tuples_decompressed_per_dml_transaction = 0"
            )
            connection.execute(
                sql.SQL("DELETE FROM {} WHERE carrier = %s").format(_table(name)),
                (next(turns[name]),),
            )

    sides = interleaved(
        {
            "not compressed": lambda: erase(PLAIN + LANDINGS),
            "compressed": lambda: erase(LANDINGS),
        },
        repetitions=REPETITIONS,
    )
    ratio = sides["compressed"].median / sides["not compressed"].median
    work = "delete one of 16 entities from compressed chunks, time over chunks that are not"
    return Row(work, ratio, 2, "lower", sides, "no target in the specification: it is our own")


def read_side(
    store: ft.TimescaleDBFeatureStore,
    connection: AnyConnection,
    url: str,
    history: Iterator[Event],
) -> Row:
    """Measurements of the read side are compressed, and still are what the log makes."""
    with Database(url) as database:
        append_next(EventLog(database), history, EVENTS)
    store.projections.catch_up()
    [(before,)] = connection.execute(
        "SELECT hypertable_size('featuretrail.feature_performance_metrics')"
    )
    connection.execute(
        "SELECT compress_chunk(c) FROM show_chunks('featuretrail.feature_performance_metrics') AS c"
    )
    [(after,)] = connection.execute(
        "SELECT hypertable_size('featuretrail.feature_performance_metrics')"
    )
    if not store.projections.verify().ok:
        raise RuntimeError("the compressed tables are not what the log makes")
    work = "feature_performance_metrics, bytes before over bytes after compression"
    note = "equal to a rebuild afterwards; no target in the specification: it is our own"
    return Row(work, before / after, 3, "higher", {}, note)


def _check_rows(connection: AnyConnection, rows: int) -> None:
    for name in (LANDINGS, PLAIN + LANDINGS):
        [(found,)] = connection.execute(sql.SQL("SELECT count(*) FROM {}").format(_table(name)))
        if found != rows:
            raise RuntimeError(f"{name} has {found} rows, not {rows}")


def _answers(store: ft.TimescaleDBFeatureStore, spine: pa.Table, features: list[str]) -> pa.Table:
    joined = store.get_historical_features(spine, features, status=True, event_time=True)
    return joined.rename_columns([name.removeprefix(PLAIN) for name in joined.column_names])


def _table(group: str) -> sql.Identifier:
    return sql.Identifier("featuretrail_values", group)


if __name__ == "__main__":
    main()
