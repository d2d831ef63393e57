"""Kills at random moments under write load: whatever dies, the read side comes out right.

``python -m tests.projections.live.faults --kills 50 --seed 7 --tier apache`` runs the long version.
"""

import logging
import os
import signal
import subprocess
import sys
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from random import Random, randrange
from tempfile import TemporaryDirectory
from time import monotonic, sleep

from attrs import frozen

from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.log.application import EventLog
from featuretrail.infrastructure.log.verification import verify_chain
from featuretrail.projections.projections import Projections
from tests.engines.database import Tier
from tests.engines.embedded_place import eventually
from tests.projections.live.nursery import ENDED
from tests.projections.live.server import MortalServer, mortal_server
from tests.projections.live.writers import Promise, Writer

DAEMONS, WRITERS = 2, 2
LONGEST_PAUSE_SECONDS = 0.6
RECOVERY_SECONDS = 60
VICTIMS = ("projector", "rebuild", "database")

BY_FAULT = ("DatabaseUnavailableError", "DatabaseError", "OperationalError", "AdminShutdown")
"""What a process may end with when the database dies under it."""
_STILL_OWNED = "ConflictError"
"""The server has not noticed yet that the one who worked on the same is dead."""


@frozen
class FaultReport:
    """What was killed, how long it took, and what had to hold afterwards."""

    seed: int
    kills: Counter[str]
    seconds: float
    events: int
    repeated: int
    rebuilds: int
    faults: Sequence[str]

    @property
    def ok(self) -> bool:
        """Whether everything held."""
        return not self.faults


@frozen
class End:
    """What a process ended with that was not killed."""

    task: str
    outcome: str

    @property
    def kind(self) -> str:
        """The kind of error, or ``done``."""
        return self.outcome.partition(":")[0]


class Nursery:
    """Processes of the read side: two that keep it level, one that rebuilds it."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process
        self.daemons: list[int] = []
        self.rebuild = 0

    def attend(self) -> None:
        """Start again whatever has ended, as a supervisor does."""
        self.daemons = [daemon for daemon in self.daemons if _lives(daemon)]
        while len(self.daemons) < DAEMONS:
            self.daemons.append(self._fork("run"))
        if not self.rebuild or not _lives(self.rebuild):
            self.rebuild = self._fork("rebuild")

    def _fork(self, task: str) -> int:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(task, file=self._process.stdin, flush=True)
        return int(self._process.stdout.readline())


@contextmanager
def nursery(url: str, output: Path) -> Iterator[Nursery]:
    """A nursery whose processes write what they ended with to ``output``."""
    with (
        output.open("w", encoding="utf-8") as lines,
        subprocess.Popen(
            [sys.executable, "-m", "tests.projections.live.nursery", url],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=lines,
            text=True,
        ) as process,
    ):
        try:
            yield Nursery(process)
        finally:
            process.communicate()  # the end of its input ends all


class Faults:
    """One run: ``kills`` kills, then the proof."""

    def __init__(self, server: MortalServer, seed: int, say: Callable[[str], object]) -> None:
        self._server = server
        self._random = Random(seed)  # noqa: S311 - to be repeated
        self._seed = seed
        self._say = say
        self._writers = [Writer(server.url, seed + own) for own in range(WRITERS)]

    def run(self, kills: int, output: Path) -> FaultReport:
        """Kill, and see after each kill that everything goes on by itself; prove the end."""
        began = monotonic()
        victims = [VICTIMS[place % len(VICTIMS)] for place in range(kills)]
        self._random.shuffle(victims)
        with nursery(self._server.url, output) as processes:
            processes.attend()
            for writer in self._writers:
                writer.start()
            try:
                for victim in victims:
                    self._kill(victim, processes)
            finally:
                for writer in self._writers:
                    writer.finish()
            self._goes_on(processes)
        ends = _read_ends(output)
        faults = [*self._ends(ends), *self._proof()]
        return FaultReport(
            seed=self._seed,
            kills=Counter(victims),
            seconds=monotonic() - began,
            events=sum(len(promise.events) for promise in self._promises),
            repeated=sum(writer.repeated for writer in self._writers),
            rebuilds=sum(end == End("rebuild", "done") for end in ends),
            faults=faults,
        )

    def _kill(self, victim: str, processes: Nursery) -> None:
        pause = self._random.random() * LONGEST_PAUSE_SECONDS
        deadline = monotonic() + pause
        while monotonic() < deadline:
            processes.attend()
            sleep(min(0.05, pause))
        if victim == "database":
            self._server.kill()
            self._server.start()
        else:
            dying = processes.rebuild
            if victim == "projector":
                dying = self._random.choice(processes.daemons)
            with suppress(ProcessLookupError):  # a rebuild that was done just then
                os.kill(dying, signal.SIGKILL)
        self._say(f"killed the {victim} after {pause:.2f} s")
        self._goes_on(processes)

    def _goes_on(self, processes: Nursery) -> None:
        """Wait until the read side holds all that the log held just now."""
        with Database(self._server.url) as database:
            log = EventLog(database)
            projections = Projections(database, log)
            head = log.head().position

            def holds() -> bool:
                processes.attend()
                return projections.status().position >= head

            if not eventually(holds, RECOVERY_SECONDS):
                raise AssertionError(
                    f"seed {self._seed}: position {head} was not reached in {RECOVERY_SECONDS} s: "
                    f"{projections.status().to_dict()}"
                )

    @property
    def _promises(self) -> list[Promise]:
        return [promise for writer in self._writers for promise in writer.promises]

    def _ends(self, ends: Sequence[End]) -> Iterator[str]:
        """Yield what ended otherwise than by a kill, by the database's death, or by being done."""
        for end in ends:
            allowed = (*BY_FAULT, "done", _STILL_OWNED) if end.task == "rebuild" else BY_FAULT
            if end.kind not in allowed:
                yield f"a process ended: {end}"

    def _proof(self) -> Iterator[str]:
        """Yield what is wrong with the log and the tables at the end."""
        with Database(self._server.url) as database:
            log = EventLog(database)
            projections = Projections(database, log)
            projections.catch_up()
            chain = verify_chain(database)
            if not chain.ok:
                yield f"the chain is broken: {chain}"
            yield from _broken_promises(log, self._promises)
            yield from _wrong_rows(database, self._promises)
            yield from (f"parked: {letter}" for letter in projections.dead_letters())
            proof = projections.verify()
            if not proof.ok:
                yield f"the tables are not those of a rebuild: {proof.to_dict()}"


def run_faults(
    tier: Tier, kills: int, seed: int, say: Callable[[str], object] = lambda _: None
) -> FaultReport:
    """Run on a server of its own."""
    with mortal_server(tier) as server, TemporaryDirectory() as folder:
        return Faults(server, seed, say).run(kills, Path(folder, "processes"))


def main() -> None:
    """Run from the command line; end with 1 when something did not hold."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=randrange(2**31))  # noqa: S311 - it is told
    parser.add_argument("--tier", choices=["embedded", "apache"], default="embedded")
    given = parser.parse_args()
    logging.getLogger("psycopg").setLevel(logging.ERROR)  # it warns of each connection that is lost
    print(f"seed {given.seed}", flush=True)
    report = run_faults(given.tier, given.kills, given.seed, lambda line: print(line, flush=True))
    print(report)
    sys.exit(0 if report.ok else 1)


def _lives(process: int) -> bool:
    return Path(f"/proc/{process}").exists()


def _read_ends(output: Path) -> list[End]:
    lines = output.read_text(encoding="utf-8").splitlines()
    words = [line.split(" ", 3) for line in lines if line.startswith(f"{ENDED} ")]
    return [End(task, outcome) for _, task, _, outcome in words]


def _broken_promises(log: EventLog, promises: Sequence[Promise]) -> Iterator[str]:
    """Yield where the log differs from what its receipts say: all that, and nothing else."""
    held = {each.position: each for each in log.read()}
    for promise in promises:
        for position, event in zip(promise.receipt.positions, promise.events, strict=True):
            found = held.pop(position, None)
            if found is None or found.event != event:
                yield f"position {position} holds {found}, its receipt says {event}"
        if found is not None and found.digest != promise.receipt.digest:
            yield f"position {position} has the digest {found.digest.hex()}, not the receipt's"
    yield from (f"nobody has a receipt of {each}" for each in held.values())


def _wrong_rows(database: Database, promises: Sequence[Promise]) -> Iterator[str]:
    """Yield how the tables differ from what the promised events make, counted by hand."""
    events = [event for promise in promises for event in promise.events]
    metadata = Counter(
        str(event.originator_id) for event in events if event.TOPIC.endswith("metadata.recorded")
    )
    incidents = Counter(str(event.originator_id) for event in events if ".drift." in event.TOPIC)
    measured = sum(len(event.model_dump().get("measurements", ())) for event in events)
    with database.connection() as connection:
        rows = connection.execute(
            "SELECT id::text, version FROM featuretrail.feature_metadata"
        ).fetchall()
        if sorted(rows) != sorted(metadata.items()):
            yield f"feature_metadata has {len(rows)} rows, the events make {len(metadata)}"
        rows = connection.execute(
            "SELECT id::text, 1 + (drift_details ->> 'measure' = 'psi')::int "
            "+ (acknowledged_at IS NOT NULL)::int + (resolved_at IS NOT NULL)::int "
            "FROM featuretrail.feature_drift_detection"
        ).fetchall()
        if sorted(rows) != sorted(incidents.items()):
            yield f"feature_drift_detection has {len(rows)} rows, not {len(incidents)} as made"
        [(count, distinct)] = connection.execute(
            "SELECT count(*), count(DISTINCT id) FROM featuretrail.feature_performance_metrics"
        )
        if (count, distinct) != (measured, measured):
            yield f"feature_performance_metrics has {count} rows, the events make {measured}"


if __name__ == "__main__":
    main()
