"""The read side: live projection, rebuild, reading one's own writes, and proof of a large log.

``python -m benchmarks.read_side`` writes a log of 1,000,000 events through the domain API, measures
on it, and writes ``results/read_side.json``. The floor of a rebuild is a binary COPY of its
finished rows, ready as tuples, into the same tables with their keys and indexes; a COPY of the same
rows packed beforehand, which no rebuild in Python can come near, is timed beside it.
"""

import hashlib
import os
import re
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from uuid import uuid4

import psycopg
from attrs import frozen
from psycopg import sql

from benchmarks import projection_runner
from benchmarks.finished_rows import Finished, ReadyRows, pack
from benchmarks.history import History, write_history
from benchmarks.measure import AnyConnection, Row, Timing, interleaved, machine, write_results
from benchmarks.server import scratch_database
from featuretrail.domain import records
from featuretrail.domain.events import Metadata
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.log.application import EventLog
from featuretrail.infrastructure.log.verification import verify_chain
from featuretrail.infrastructure.migrations import migrate
from featuretrail.projections.collector import calm_collector
from featuretrail.projections.plans import TABLES
from featuretrail.projections.projections import Projections

EVENTS = int(os.environ.get("FEATURETRAIL_BENCH_EVENTS", "1000000"))
REPETITIONS = 3
LIVE_EVENTS = EVENTS // (4 * REPETITIONS)
RUNNER_SECONDS, RUNNER_EVENTS = 4.0, 20_000
READS = 300
MIB = 2**20


@frozen
class Store:
    """The store that is measured."""

    url: str
    connection: AnyConnection
    database: Database
    log: EventLog
    projections: Projections

    def create_tables(self, schema: str) -> None:
        """Make empty tables of the read side in a new schema."""
        self.connection.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(schema)))
        creating = "SELECT featuretrail.create_read_side(%s, %s, '{}')"
        self.connection.execute(creating, (schema, list(TABLES)))

    def drop_tables(self, schema: str) -> None:
        """Drop the schema."""
        dropping = sql.SQL("DROP SCHEMA {} CASCADE").format(sql.Identifier(schema))
        self.connection.execute(dropping)

    def rows(self, schema: str) -> dict[str, int]:
        """Return how many rows each table in ``schema`` has."""
        counting = sql.SQL("SELECT count(*) FROM {}")
        return {
            table: self.connection.execute(
                counting.format(sql.Identifier(schema, table))
            ).fetchall()[0][0]
            for table in TABLES
        }


def main() -> None:
    """Measure every row and write the results."""
    with _store() as store:
        began = perf_counter()
        write_history(store.log, EVENTS)
        store.connection.execute("VACUUM ANALYZE featuretrail.events")
        print(f"{EVENTS:,} events written in {perf_counter() - began:.0f} s", flush=True)
        rebuild, memory, finished = _rebuild(store)
        rows = [_live(store), rebuild, memory, _own_writes(store), _chain(store)]
        facts = {**machine(store.connection), "events": EVENTS, "rows": finished}
        write_results("read_side", rows, facts)


@contextmanager
def _store() -> Iterator[Store]:
    with scratch_database() as url:
        migrate(url)
        with Database(url) as database, psycopg.connect(url, autocommit=True) as connection:
            log = EventLog(database)
            yield Store(url, connection, database, log, Projections(database, log))


def _live(store: Store) -> Row:
    """Time the projector, stretch by stretch, against the library's runner."""
    projection_runner.write(store.url, list(islice(History(), RUNNER_EVENTS)))
    store.create_tables(projection_runner.SCHEMA)
    ours, library = [], []
    for stretch in range(1, REPETITIONS + 1):
        began = perf_counter()
        store.projections.wait_until(stretch * LIVE_EVENTS, timeout=3_600)
        ours.append((perf_counter() - began) / LIVE_EVENTS)
        library.append(projection_runner.seconds_an_event(store.url, RUNNER_SECONDS))
    store.drop_tables(projection_runner.SCHEMA)
    sides = {"eventsourcing ProjectionRunner": Timing.of(library), "featuretrail": Timing.of(ours)}
    theirs, mine = (timing.median for timing in sides.values())
    note = f"seconds an event: {1 / mine:,.0f} events/s against {1 / theirs:,.0f}"
    return Row("live projection into all tables", theirs / mine, 200, "higher", sides, note)


def _rebuild(store: Store) -> tuple[Row, Row, dict[str, int]]:
    """Time building the read side from position 0 against COPY of its finished rows."""
    schema, _ = _built(store.url)
    finished = store.rows(schema)
    peaks = []

    def build() -> None:
        again, peak = _built(store.url)
        peaks.append(peak)
        store.projections.drop_copy(again)

    with TemporaryDirectory() as folder, calm_collector():
        packed = [pack(store.connection, schema, table, Path(folder)) for table in TABLES]
        ready = [ReadyRows.of(store.connection, schema, table) for table in TABLES]
        sides = interleaved(
            {
                "binary COPY of packed rows": partial(_copied, store, packed),
                "binary COPY of ready rows": partial(_copied, store, ready),
                "featuretrail": build,
            },
            repetitions=REPETITIONS,
            warmup=0,
        )
    store.projections.drop_copy(schema)
    least, copied, built = (timing.median for timing in sides.values())
    note = (
        f"{EVENTS / built:,.0f} events/s into {sum(finished.values()):,} rows; "
        f"{least / built:.2f} of the packed rows"
    )
    speed = Row(f"rebuild of {EVENTS:,} events", copied / built, 0.4, "higher", sides, note)
    work = "peak memory of the rebuilding processes, MiB"
    return speed, Row(work, max(peaks) / MIB, 512, "lower", {}), finished


def _copied(store: Store, tables: Sequence[Finished]) -> None:
    """Copy all rows into new tables; making and dropping these is a small part of the time."""
    schema = f"floor_{uuid4().hex[:8]}"
    store.create_tables(schema)
    for finished in tables:
        finished.copy(store.connection, schema)
    store.drop_tables(schema)


def _built(url: str) -> tuple[str, int]:
    """Build a copy in processes of its own; return its schema and their peak in bytes."""
    schema = f"bench_{uuid4().hex[:8]}"
    program = f"from benchmarks.read_side import build_copy; build_copy({url!r}, {schema!r})"
    done = subprocess.run(
        [sys.executable, "-c", program], check=True, stdout=subprocess.PIPE, text=True
    )
    return schema, int(done.stdout)


def build_copy(url: str, schema: str) -> None:
    """Build a copy of the read side in ``schema``; print the peak of its processes in bytes."""
    with Database(url) as database:
        Projections(database, EventLog(database)).rebuild(into=schema)
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    [peak] = re.findall(r"^VmHWM:\s+(\d+) kB", status, re.MULTILINE)
    preparing = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss  # the largest one
    print((int(peak) + preparing) * 1024)


def _own_writes(store: Store) -> Row:
    """Time from appending one event until the tables show it, beside a projection daemon."""
    by = Metadata(actor="benchmark")
    store.projections.catch_up(timeout=3_600)

    def event() -> int:
        checked = records.consistency_check(
            uuid4(),
            "delay@1.0.0",
            by,
            check_type="streaming",
            status="passed",
            details={},
            check_duration_ms=1.0,
            confidence_score=99.0,
        )
        return store.log.append(checked).last_position

    def append_and_wait() -> None:
        store.projections.wait_until(event(), timeout=10)

    with _daemon(store):
        sides = interleaved(
            {"append": event, "append and wait": append_and_wait}, repetitions=READS, warmup=20
        )
    milliseconds = sides["append and wait"].median * 1e3
    return Row("read your own write, ms (p50)", milliseconds, 20, "lower", sides)


@contextmanager
def _daemon(store: Store) -> Iterator[None]:
    """Run the projection daemon in a process of its own."""
    program = "from featuretrail.cli import main; main()"
    command = [sys.executable, "-c", program, "--url", store.url, "projections", "run"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    try:
        _wait_for(process, "owns generation")
        yield
    finally:
        process.terminate()
        process.communicate()


def _wait_for(process: "subprocess.Popen[str]", words: str) -> None:
    lines = process.stderr or ()
    for line in lines:
        if words in line:
            return
    raise RuntimeError(f"the daemon ended with {process.wait()}")


def _chain(store: Store) -> Row:
    """Time the verification of the chain against hashing as many bytes from memory."""
    reading = "SELECT count(*), avg(octet_length(state))::int FROM featuretrail.events"
    [(events, size)] = store.connection.execute(reading).fetchall()
    canonical = bytes(44 + 30 + size)

    def hash_alone() -> None:
        digest = bytes(32)
        for _ in range(events):
            digest = hashlib.sha256(digest + canonical).digest()

    work: dict[str, Callable[[], object]] = {
        "hashing alone": hash_alone,
        "featuretrail": lambda: verify_chain(store.database),
    }
    sides = interleaved(work, repetitions=REPETITIONS)
    rate = events / sides["featuretrail"].median
    share = sides["hashing alone"].median / sides["featuretrail"].median
    note = f"{events:,} events of {size} bytes; {share:.2f} of hashing alone"
    return Row("chain verification, events/s", rate, 300_000, "higher", sides, note)


if __name__ == "__main__":
    main()
