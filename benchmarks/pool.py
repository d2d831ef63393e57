"""200 client threads against one store's pool for 60 seconds: appends, ingests and reads.

No operation may fail but for want of a connection in time, and nothing may be left behind: no
connection on the server, no thread, no memory that grows with the operations. The figures say how
much passed and how long it took.

    python -m benchmarks.pool
"""

import gc
import os
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from threading import Event, Thread, active_count
from time import monotonic, perf_counter, sleep
from typing import Any
from uuid import uuid4

import numpy as np
import psycopg
import pyarrow as pa
from attrs import define, field, frozen

import featuretrail as ft
from benchmarks.measure import Row, Timing, machine, write_results
from benchmarks.server import scratch_database
from featuretrail.domain import records
from featuretrail.domain.errors import DatabaseUnavailableError
from featuretrail.domain.events import Metadata
from featuretrail.infrastructure.log.application import EventLog
from featuretrail.infrastructure.migrations import migrate
from featuretrail.infrastructure.settings import Settings

THREADS = 200
SECONDS = 60.0
GROUPS = 100
"""Two threads a group: batches of one group follow one another, and a queue of them is no matter of
the pool."""
KEYS = 100
START = datetime(2025, 1, 1, tzinfo=UTC)

MIX = ("append", "ingest", "online", "online", "online", "past", "past", "pull")
"""Each thread takes these in turn, from a place of its own."""

WORK = "200 threads, 60 s of appends, ingests and reads"

Operation = Callable[[int], object]


@define
class Client:
    """What one thread did: seconds of each kind that passed, and what failed."""

    seconds: dict[str, list[float]] = field(factory=dict)
    timeouts: int = 0
    errors: Counter[str] = field(factory=Counter)


@frozen
class Load:
    """What a load left: seconds of each kind, failures, and what there was before, in and after."""

    seconds: dict[str, list[float]]
    elapsed: float
    timeouts: int
    errors: dict[str, int]
    connections: tuple[int, int, int]
    """On the server before, at most meanwhile, and after."""
    threads: tuple[int, int]
    grown_mib: float
    """Resident memory at the end beyond that at half time."""
    pool: dict[str, int]

    @property
    def operations(self) -> int:
        """How many passed."""
        return sum(map(len, self.seconds.values()))


def main() -> None:
    """Run the load and write the results."""
    with scratch_database() as url:
        migrate(url)
        load = run(url, THREADS, SECONDS)
        with psycopg.connect(url) as connection:
            facts = {**machine(connection), **_facts(load)}
    write_results("pool", _rows(load), facts)


def run(url: str, threads: int, seconds: float, groups: int = GROUPS, **settings: object) -> Load:
    """Put a store's pool at the migrated database ``url`` under load; return what came of it."""
    before, threads_before = _connections(url), active_count()
    end = Event()
    most = [0]
    watcher = Thread(target=_watch, args=(url, end, most))
    with ft.connect(settings=Settings.load(url=url, artifacts="database:", **settings)) as store:
        names = [f"group_{number}" for number in range(groups)]
        _define(store, names)
        operations = _operations(store, EventLog(store._database), names)
        clients = [Client() for _ in range(threads)]
        workers = [
            Thread(target=_work, args=(number, client, operations, end))
            for number, client in enumerate(clients)
        ]
        begun = perf_counter()
        for thread in (watcher, *workers):
            thread.start()
        sleep(seconds / 2)
        half = _resident()
        sleep(seconds / 2)
        end.set()
        for thread in (watcher, *workers):
            thread.join()
        elapsed = perf_counter() - begun
        grown = _resident() - half
        pool = store._database.pool_use().to_dict()
    return Load(
        seconds={
            kind: [each for client in clients for each in client.seconds.get(kind, ())]
            for kind in sorted(set(MIX))
        },
        elapsed=elapsed,
        timeouts=sum(client.timeouts for client in clients),
        errors=dict(sum((client.errors for client in clients), Counter[str]())),
        connections=(before, most[0], _settled(url, before)),
        threads=(threads_before, active_count()),
        grown_mib=grown / 2**20,
        pool=pool,
    )


def _work(number: int, client: Client, operations: dict[str, Operation], end: Event) -> None:
    turn = number
    while not end.is_set():
        kind = MIX[turn % len(MIX)]
        begun = perf_counter()
        try:
            operations[kind](turn * 1_000 + number)
        except DatabaseUnavailableError as error:
            if "are in use and none came free" in str(error):
                client.timeouts += 1
            else:
                client.errors[f"{kind}: {error}"[:200]] += 1
        except Exception as error:  # noqa: BLE001 - counted, shown, and a failure of the benchmark
            client.errors[f"{kind}: {type(error).__name__}: {error}"[:200]] += 1
        else:
            client.seconds.setdefault(kind, []).append(perf_counter() - begun)
        turn += 1


def _define(store: ft.TimescaleDBFeatureStore, names: Sequence[str]) -> None:
    groups = [
        ft.FeatureGroup(name, keys={"k": "int64"}, features=[ft.Feature("x", "float64")])
        for name in names
    ]
    store.register(*groups)
    for name in names:
        store.ingest(name, _values(0))


def _values(seed: int) -> pa.Table:
    numbers = np.random.default_rng(seed)
    moments = [START + timedelta(minutes=int(m)) for m in numbers.integers(0, 400_000, KEYS)]
    return pa.table({"k": np.arange(KEYS), "event_time": moments, "x": numbers.random(KEYS)})


def _operations(
    store: ft.TimescaleDBFeatureStore, log: EventLog, names: Sequence[str]
) -> dict[str, Operation]:
    """Return the operations; each takes a number that no other call gets."""

    def append(seed: int) -> object:
        timed = records.measurement("group_0.x", START, float(seed % 50), "inference")
        return log.append(records.performance_sample(uuid4(), [timed], Metadata(actor="load")))

    def ingest(seed: int) -> object:
        return store.ingest(names[seed % len(names)], _values(seed))

    def online(seed: int) -> object:
        chosen = [f"{names[(seed + n) % len(names)]}.x" for n in range(3)]
        return store.get_online_features(chosen, {"k": [seed % KEYS, (seed + 7) % KEYS]})

    def past(seed: int, method: str = "sql", rows: int = 10) -> object:
        numbers = Random(seed)  # noqa: S311 - rows to ask for, not secrets
        moments = [START + timedelta(minutes=numbers.randrange(400_000)) for _ in range(rows)]
        spine = {"k": [numbers.randrange(KEYS) for _ in range(rows)], "event_time": moments}
        return store.get_historical_features(
            spine, [f"{names[seed % len(names)]}.x"], method=method
        )

    return {
        "append": append,
        "ingest": ingest,
        "online": online,
        "past": past,
        "pull": lambda seed: past(seed, "pull", 100),
    }


def _watch(url: str, end: Event, most: list[int]) -> None:
    while not end.wait(0.5):
        most[0] = max(most[0], _connections(url))


def _connections(url: str) -> int:
    """Return how many other sessions the database has."""
    with psycopg.connect(url, autocommit=True) as connection:
        [(count,)] = connection.execute(
            "SELECT count(*) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid() "
            "AND backend_type = 'client backend'"
        )
    return int(count)


def _settled(url: str, aim: int) -> int:
    """Return how many sessions are left, a second at most after they were told to end."""
    deadline = monotonic() + 5
    while (left := _connections(url)) > aim and monotonic() < deadline:
        gc.collect()
        sleep(0.1)
    return left


def _resident() -> int:
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGESIZE")


def percentile(seconds: Sequence[float], part: float) -> float:
    """Return the ``part`` quantile of ``seconds``."""
    return float(np.quantile(np.asarray(seconds), part))


def _facts(load: Load) -> dict[str, Any]:
    return {
        "threads": THREADS,
        "seconds": load.elapsed,
        "operations": load.operations,
        "operations_per_second": load.operations / load.elapsed,
        "pool_timeouts": load.timeouts,
        "errors": load.errors,
        "connections": dict(zip(("before", "most", "after"), load.connections, strict=True)),
        "client_threads": dict(zip(("before", "after"), load.threads, strict=True)),
        "memory_grown_mib": load.grown_mib,
        "pool": load.pool,
        "kinds": {
            kind: {
                "operations": len(seconds),
                "per_second": len(seconds) / load.elapsed,
                "p50_ms": percentile(seconds, 0.5) * 1e3,
                "p99_ms": percentile(seconds, 0.99) * 1e3,
            }
            for kind, seconds in load.seconds.items()
        },
    }


def _rows(load: Load) -> list[Row]:
    every = [each for seconds in load.seconds.values() for each in seconds]
    before, _, after = load.connections
    sides = {kind: Timing.of(seconds) for kind, seconds in load.seconds.items()}
    limit = Settings().pool_timeout
    failed = float(sum(load.errors.values()))
    return [
        Row(f"{WORK}: errors but pool time-outs", failed, 0, "lower", {}),
        Row(f"{WORK}: connections left", float(after - before), 0, "lower", {}),
        Row(f"{WORK}: MiB grown in the second half", load.grown_mib, 64, "lower", {}),
        Row(f"{WORK}: p99 of the pool's time-out", percentile(every, 0.99) / limit, 1, "lower",
            sides),
    ]  # fmt: skip


if __name__ == "__main__":
    main()
