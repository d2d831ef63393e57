"""The soak of streams: publisher -> real NATS JetStream -> writer -> database, with five kill -9.

    python -m benchmarks.streaming [--seconds 600]

A ramp finds the highest rate that two cores sustain when nothing is killed. The soak runs at 60 %
of it for ten minutes: a rate without room above it could never make up what a kill costs. Writer
and broker are killed in turn. Afterwards every message is compared with its row: each once, none
other, in the order of offsets. After each kill, while publishing goes on, messages must be seen
within a second of being published again, and stay so until the next kill. The delay is from
publishing to being seen by a subscriber, when it can be read online.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import psycopg
from attrs import define, field
from numpy.typing import NDArray

import featuretrail as ft
from benchmarks.measure import RESULTS, Row, Timing, machine, write_results
from benchmarks.server import CACHE, ROOT, scratch_database
from benchmarks.stream_publisher import STREAM
from featuretrail.infrastructure.migrations import migrate
from tests.streaming.brokers import NatsServer

Numbers = NDArray[np.float64]
Bools = NDArray[np.bool_]

SECONDS = 600.0
KILLS = 5
STEP_SECONDS = 6.0
RATES = [round(500 * 1.5**step) for step in range(12)]
SOURCE = f"nats:{STREAM}"
HEADROOM = 0.6
"""The rate of the soak, of the highest that is sustained without kills: the rest is to catch up."""

RECOVERED_SECONDS = 1.0
"""The lag is made up once messages are seen within this time of being published."""

STRAY = 0.01
"""So many of the messages after a recovery may be later: the machine is not ours alone."""

GROUP = ft.FeatureGroup(
    "readings",
    keys={"sensor": "text"},
    features=[
        ft.Feature("number", "int64", "Number of the message"),
        ft.Feature("published", "float64", "When it was published, seconds since 1970"),
    ],
)
CACHED = {
    **{name: each for name, each in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"},
    "PYTHONPYCACHEPREFIX": str(CACHE / "pycache"),
}
"""A writer that starts again does not compile its libraries again."""

_ROWS = """SELECT v.batch, v.number, v.published FROM featuretrail_values.readings AS v
ORDER BY v.batch, v.event_time, v.number"""


@define
class Seen:
    """When a subscriber saw each batch."""

    store: ft.TimescaleDBFeatureStore
    at: dict[int, float] = field(factory=dict)
    rows: int = 0

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Watch in the background."""
        updates = self.store.subscribe("readings", after=0)

        def watch() -> None:
            for update in updates:
                self.at[update.batch] = time.time()
                self.rows += update.rows

        thread = threading.Thread(target=watch)
        thread.start()
        try:
            yield
        finally:
            updates.stop()
            thread.join()


class Writer:
    """The command line's own writer, in a process that can be killed."""

    def __init__(self, database: str, broker: str) -> None:
        self._command = [
            *(sys.executable, "-m", "featuretrail", "stream", "run", "readings"),
            *("--nats", broker, "--stream", STREAM, "--source", SOURCE, "--url", database),
        ]
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it."""
        self._process = subprocess.Popen(
            self._command,
            cwd=ROOT,
            env=CACHED,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def kill(self) -> None:
        """End it as a crash does."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()


@define
class Run:
    """One run: a broker of its own, a database of its own, a rate."""

    rate: float
    seconds: float
    kills: int
    published: int = 0
    drained_seconds: float = 0.0
    killed: list[tuple[str, float]] = field(factory=list)
    delays: Numbers = field(factory=lambda: np.empty(0))
    seen: Numbers = field(factory=lambda: np.empty(0))
    problems: list[str] = field(factory=list)

    def go(self, folder: Path) -> None:
        """Publish, kill, wait for the rest, compare."""
        with scratch_database() as url, NatsServer(folder) as broker:
            migrate(url)
            with ft.connect(url, artifacts="database:") as store:
                store.register(GROUP)
                watcher = Seen(store)
                writer = Writer(url, broker.url)
                with watcher.watching():
                    try:
                        self._stream(writer, broker, watcher)
                    finally:
                        writer.kill()
                self._compare(url, store, watcher)

    def _stream(self, writer: Writer, broker: NatsServer, watcher: Seen) -> None:
        command = [sys.executable, "-m", "benchmarks.stream_publisher", broker.url]
        self._warm(writer, command, watcher)
        with subprocess.Popen(
            [*command, str(self.rate), str(self.seconds)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        ) as publisher:
            pause = self.seconds / (self.kills + 1)
            for number in range(self.kills):
                time.sleep(pause)
                victim: Writer | NatsServer = writer if number % 2 == 0 else broker
                self.killed.append((type(victim).__name__, time.time()))
                victim.kill()
                victim.start()
            told, _ = publisher.communicate(timeout=self.seconds + 120)
        ended = time.time()
        self.published = int(told)
        while watcher.rows < self.published and time.time() < ended + 120:
            time.sleep(0.02)
        self.drained_seconds = time.time() - ended

    @staticmethod
    def _warm(writer: Writer, command: list[str], watcher: Seen) -> None:
        """Publish a few messages first: the stream must exist, and programs take time to start."""
        subprocess.run([*command, "50", "0.2"], cwd=ROOT, check=True, capture_output=True)
        writer.start()
        deadline = time.time() + 60
        while watcher.rows == 0 and time.time() < deadline:
            time.sleep(0.02)

    def _compare(self, url: str, store: ft.TimescaleDBFeatureStore, watcher: Seen) -> None:
        with psycopg.connect(url) as connection:
            table = np.array(connection.execute(_ROWS).fetchall(), dtype=np.float64)
        batches, numbers, published = table.T
        wanted = np.arange(1, self.published + 1)
        if not np.array_equal(np.sort(numbers), wanted):
            lost = len(np.setdiff1d(wanted, numbers))
            twice = len(numbers) - len(np.unique(numbers))
            self.problems.append(f"{lost} messages are missing, {twice} rows are double")
        firsts = np.flatnonzero(np.diff(batches, prepend=0))
        edges = np.minimum.reduceat(numbers, firsts)[1:], np.maximum.reduceat(numbers, firsts)[:-1]
        if not (edges[0] > edges[1]).all():
            self.problems.append("batches are not in the order of offsets")
        if not store.audit.verify().ok:
            self.problems.append("the store's own verification finds a fault")
        if unseen := {int(batch) for batch in batches} - watcher.at.keys():
            self.problems.append(f"{len(unseen)} batches were never told to the subscriber")
        self.seen = np.array([watcher.at.get(int(batch), time.time()) for batch in batches])
        self.delays = self.seen - published

    @property
    def steady(self) -> bool:
        """Whether all that was wanted was published and stored without falling behind."""
        enough = self.published >= 0.95 * self.rate * self.seconds
        return enough and self.drained_seconds < 2 * RECOVERED_SECONDS and not self.problems

    @property
    def lost_lag(self) -> list[str]:
        """What was not made up before the next kill, or the end of publishing."""
        return [
            f"after kill {number} the lag was not made up while publishing went on"
            for number, seconds in enumerate(self.recoveries(), start=1)
            if seconds is None
        ]

    def recoveries(self) -> list[float | None]:
        """Return after how many seconds from each kill messages were seen at once again.

        From then on at most ``STRAY`` of those published before the next kill are late; ``None``
        where that was not reached.
        """
        return [self._recovery(begun, end) for begun, end in self._stretches()]

    def in_recovery(self) -> Bools:
        """Tell of each message whether it was published in a kill's recovery."""
        published = self.seen - self.delays
        found = np.zeros(len(published), bool)
        for (begun, end), seconds in zip(self._stretches(), self.recoveries(), strict=True):
            until = end if seconds is None else begun + seconds
            # what was on its way when the kill came waited for the recovery too
            found |= (self.seen > begun) & (published < until)
        return found

    def _stretches(self) -> list[tuple[float, float]]:
        """Return each kill with the next one, the last with the end of publishing."""
        begun = [moment for _, moment in self.killed]
        end = float((self.seen - self.delays).max()) if len(self.seen) else 0.0
        return list(zip(begun, [*begun[1:], end], strict=True))

    def _recovery(self, begun: float, end: float) -> float | None:
        published = self.seen - self.delays
        order = np.argsort(published)
        order = order[(published[order] > begun - 5) & (published[order] < end)]
        late = self.delays[order] > RECOVERED_SECONDS
        late &= self.seen[order] > begun
        if not late.any():
            return 0.0
        # how many are late from each message on, of how many
        behind = np.cumsum(late[::-1])[::-1] / np.arange(len(late), 0, -1)
        good = np.flatnonzero(~late & (behind <= STRAY))
        if len(good) == 0 or good[0] == len(late) - 1:
            return None
        return max(0.0, float(self.seen[order[good[0]]] - begun))


def _quantiles(delays: Numbers) -> dict[str, float]:
    marks = {"p50": 50, "p99": 99}
    return {name: float(np.percentile(delays, each)) for name, each in marks.items()}


def _ramp(folder: Path) -> float:
    """Return the highest rate of the ladder that is sustained."""
    best = 0.0
    for rate in RATES:
        run = Run(rate, STEP_SECONDS, kills=0)
        run.go(folder / f"ramp-{rate}")
        print(f"{rate} a second: {'steady' if run.steady else 'not sustained'}", flush=True)
        if not run.steady:
            break
        best = rate
    if best == 0:
        raise RuntimeError(f"not even {RATES[0]} messages a second are sustained")
    return best


def main() -> None:
    """Find the rate, soak, compare, and keep the figures."""
    parser = argparse.ArgumentParser(description="the soak of streams")
    parser.add_argument("--seconds", type=float, default=SECONDS)
    parser.add_argument("--rate", type=float, help="messages a second; without it, by a ramp")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="featuretrail-soak-") as name:
        folder = Path(name)
        highest = _ramp(folder) if given.rate is None else None
        rate = given.rate if highest is None else round(HEADROOM * highest)
        run = Run(rate, given.seconds, KILLS)
        run.go(folder / "soak")
    facts = _facts(run, highest)
    write_results("streaming", [_row(run)], machine() | facts)
    print(f"written to {RESULTS / 'streaming.json'}")
    if run.problems or run.lost_lag:
        raise SystemExit("; ".join([*run.problems, *run.lost_lag]))


def _facts(run: Run, highest: float | None) -> dict[str, object]:
    kills = [
        {"killed": name, "recovered_seconds": seconds}
        for (name, _), seconds in zip(run.killed, run.recoveries(), strict=True)
    ]
    return {
        "highest_rate_without_kills": highest,
        "rate": run.rate,
        "seconds": run.seconds,
        "messages": run.published,
        "batches": len(np.unique(run.seen)),
        "delay_seconds": _quantiles(run.delays),
        "delay_seconds_outside_recoveries": _quantiles(run.delays[~run.in_recovery()]),
        "kills": kills,
        "problems": [*run.problems, *run.lost_lag],
    }


def _row(run: Run) -> Row:
    faults = float(len(run.problems) + len(run.lost_lag))
    minutes = run.seconds / 60
    work = f"{minutes:.3g} minutes of a stream at {run.rate:g} messages/s, 5 kill -9, faults found"
    outside = run.delays[~run.in_recovery()]
    alone, whole = _quantiles(outside), _quantiles(run.delays)
    made_up = [each for each in run.recoveries() if each is not None]
    recovered = f"{len(made_up)} of {len(run.killed)} times"
    slowest = f", at most {max(made_up):.1f} s after the kill" if made_up else ""
    note = (
        f"every one of {run.published:,} messages compared; lag made up {recovered}{slowest}; "
        f"seen p50 {alone['p50'] * 1e3:.0f} ms after publishing, p99 {alone['p99']:.2f} s outside "
        f"recoveries, p50 {whole['p50'] * 1e3:.0f} ms, p99 {whole['p99']:.2f} s in all"
    )
    sides = {"delay outside recoveries": Timing.of(outside.tolist())}
    return Row(work, faults, 0, "lower", sides, note)


if __name__ == "__main__":
    main()
