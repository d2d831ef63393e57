"""The proof of everything stored: the chain, the values, the snapshots, the read side."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from attrs import asdict, define, evolve, frozen

from featuretrail.audit.effects import Effects
from featuretrail.audit.erased import ErasureNote
from featuretrail.audit.findings import CHECKS, AuditFault, Check, Findings, NotEvaluated
from featuretrail.domain.errors import InvalidInputError, NotFoundError
from featuretrail.domain.events import SnapshotErased, ValuesErased
from featuretrail.domain.inputs import several
from featuretrail.domain.results import Result
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.log.application import EventLog
from featuretrail.infrastructure.log.records import RecordedEvent
from featuretrail.infrastructure.log.verification import ChainReport, verify_chain
from featuretrail.infrastructure.outcomes.verification import verify_outcomes
from featuretrail.infrastructure.queries import query
from featuretrail.infrastructure.registry import RegistryReader
from featuretrail.infrastructure.serving.verification import verify_served
from featuretrail.infrastructure.snapshots.catalogue import (
    RecordedSnapshot,
    SnapshotCatalogue,
    former_contents,
    recorded_snapshot,
)
from featuretrail.infrastructure.snapshots.storage import SnapshotStorage
from featuretrail.infrastructure.values.verification import verify_batches
from featuretrail.projections.likeness import unlike
from featuretrail.projections.presence import absent, missing
from featuretrail.projections.projections import Projections
from featuretrail.projections.read_models import VIEWS
from featuretrail.projections.verification import Verification

Progress = Callable[[str, int, int], None]
"""Called with what is being checked, how much is done and how much there is."""


@frozen
class AuditReport(Result):
    """What ``audit verify`` checked and found: ``faults`` in log order, none when all holds.

    The chain holds up to ``position``, where its digest, computed from the events, is
    ``head_digest``. Kept elsewhere, it later shows that nothing up to there was cut off or
    rewritten. ``batches``, ``snapshots`` and ``tables`` (of the read side) are how many were
    compared. What was not checked is ``None`` there, and among ``not_evaluated`` with the reason.
    ``erased`` lists legal erasures: what they took can no longer be proven, which is no fault.
    """

    events: int | None
    position: int | None
    head_digest: str | None
    batches: int | None
    snapshots: int | None
    tables: int | None
    faults: tuple[AuditFault, ...]
    not_evaluated: tuple[NotEvaluated, ...] = ()
    erased: tuple[ErasureNote, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether everything holds that was to be checked; what could not be does not."""
        return not self.faults and all(each.on_request for each in self.not_evaluated)

    @property
    def first_fault(self) -> AuditFault | None:
        """The fault of the lowest position, ``None`` when there is no fault."""
        return self.faults[0] if self.faults else None

    def to_dict(self) -> dict[str, Any]:
        """Return the report as a JSON object."""
        return {
            "ok": self.ok,
            **asdict(self),
            "faults": [asdict(fault) | {"affects": [*fault.affects]} for fault in self.faults],
            "not_evaluated": [asdict(each) for each in self.not_evaluated],
            "erased": [each.to_dict() for each in self.erased],
        }


@define
class _Counts:
    """How much was checked; ``None`` is nothing."""

    chain: ChainReport | None = None
    batches: int | None = None
    snapshots: int | None = None
    tables: int | None = None


@frozen
class _Run:
    """One verification under way."""

    findings: Findings
    counts: _Counts
    effects: Effects
    progress: Progress


class Verifier:
    """Checks everything stored against the log, and the log against its chain."""

    def __init__(
        self,
        database: Database,
        log: EventLog,
        storage: SnapshotStorage,
        projections: Projections,
    ) -> None:
        self._database = database
        self._log = log
        self._storage = storage
        self._projections = projections
        self._catalogue = SnapshotCatalogue(database)

    def verify(self, progress: Progress, skip: Iterable[str]) -> AuditReport:
        """Make every check but those of ``skip``; see ``Audit.verify``."""
        left_out = checked_names(skip)
        findings, counts = Findings(), _Counts()
        for check in CHECKS:
            if check in left_out:
                findings.leave(check, "it was left out on request", on_request=True)
        unread = Findings()
        erasures = self._erasures(unread)
        events, snapshots = self._snapshots(unread, erasures)
        run = _Run(findings, counts, Effects(self._database, self._log, snapshots), progress)
        if "chain" not in left_out:
            self._check_chain(run)
        if "values" not in left_out:
            self._check_values(run)
        if "snapshots" not in left_out:
            findings.faults += unread.faults
            findings.not_evaluated += unread.not_evaluated
            counts.snapshots = events
            self._check_snapshots(run, snapshots)
        if "read-side" not in left_out:
            self._check_read_side(run)
        findings.explain(run.effects.of_position)
        notes = tuple(note for each in erasures if (note := ErasureNote.of(each)) is not None)
        return evolve(_report(findings, counts), erased=notes)

    def _check_chain(self, run: _Run) -> None:
        with run.findings.collected("chain"):
            chain = verify_chain(
                self._database, progress=lambda done, total: run.progress("chain", done, total)
            )
            run.counts.chain = chain
            fault = chain.first_fault_position
            if fault is None:
                return
            [(head, _, _, end)] = self._read("log/end")
            last = max(end, head or 0)
            if fault <= chain.events:  # the event itself holds
                affected = ["the head of the log, which the next event is chained to"]
            else:
                affected = run.effects.of_chain(fault, last)
                if fault < last:
                    run.findings.leave("chain", f"events {fault + 1} to {last}, behind the fault")
            run.findings.add("chain", fault, chain.reason, affected)

    def _check_values(self, run: _Run) -> None:
        def report(done: int, total: int) -> None:
            run.progress("batches", done, total)

        with run.findings.collected("values"):
            registry = RegistryReader(self._database).current()  # from the log, not from memory
            for fault in verify_batches(self._database, registry, progress=report):
                affected = run.effects.of_batch(fault.group, fault.batch, fault.position)
                run.findings.add("values", fault.position, fault.reason, affected)
        with run.findings.collected("values"):
            registry = RegistryReader(self._database).current()
            for served in verify_served(self._database, self._log, registry):
                affected = [f"the served log at position {served.position}"]
                run.findings.add("values", served.position, served.reason, affected)
            for each in verify_outcomes(self._database, self._log, registry):
                run.findings.add("values", each.position, each.reason, [f"outcomes {each.label}"])
        with run.findings.collected("values"):
            [(run.counts.batches,)] = self._read("values/count_batches")

    def _check_snapshots(self, run: _Run, snapshots: Sequence[RecordedSnapshot]) -> None:
        for done, recorded in enumerate(snapshots, start=1):
            affected = run.effects.of_snapshot(recorded)
            with run.findings.collected("snapshots", recorded.event_position, affected):
                self._storage.read_now(recorded, self._catalogue)
            run.progress("snapshots", done, len(snapshots))
        with run.findings.collected("snapshots"), self._database.connection() as connection:
            for former in former_contents(snapshots):
                if self._storage.has(former.digest, former.storage, connection):
                    affected = [f"snapshot {former.snapshot_id}"]
                    run.findings.add("snapshots", former.position, former.left_over, affected)

    def _check_read_side(self, run: _Run) -> None:
        def report(what: str, done: int, total: int) -> None:
            run.progress(f"read side ({what})", done, total)

        with run.findings.collected("read-side"), self._database.connection() as connection:
            for each in unlike(connection):
                affected = run.effects.of_relation(each.relation)
                run.findings.add("read-side", 0, each.reason, affected)
        with run.findings.collected("read-side"):
            self._log.head()  # without it the read side has nothing to follow
            proof = self._projections.verify(progress=report).verification
            assert proof is not None  # noqa: S101 - verifying always proves
            run.counts.tables = len(proof.tables)
            with self._database.connection() as connection:
                for view in absent(connection, VIEWS):
                    run.findings.add("read-side", 0, str(missing([view])), [f"view {view}"])
            _compare(run, proof)

    def _erasures(self, findings: Findings) -> list[RecordedEvent]:
        """Return the events of erasures that can be read."""
        found: list[RecordedEvent] = []
        recorded_events: list[RecordedEvent] = []
        with Findings().collected("snapshots"):  # a log that cannot be read is told with snapshots
            recorded_events = self._catalogue.erasures()
        for recorded in recorded_events:
            with findings.collected("snapshots", recorded.position):
                if isinstance(recorded.event, ValuesErased | SnapshotErased):
                    found.append(recorded)
        return found

    def _snapshots(
        self, findings: Findings, erasures: Sequence[RecordedEvent]
    ) -> tuple[int, list[RecordedSnapshot]]:
        """Return how many snapshots the log names, and those whose events can be read."""
        events: list[RecordedEvent] = []
        with findings.collected("snapshots"):
            events = self._catalogue.events()
        found: list[RecordedSnapshot] = []
        for recorded in events:
            with findings.collected("snapshots", recorded.position):
                found.append(recorded_snapshot(recorded, erasures))
        return len(events), found

    def _read(self, name: str) -> list[Any]:
        with self._database.connection() as connection:
            return connection.execute(query(name)).fetchall()


def checked_names(skip: Iterable[str]) -> set[Check]:
    """Return the checks that are named; raise ``NotFoundError`` or ``InvalidInputError``."""
    named = list(several("skip", skip))
    for each in named:
        if each not in CHECKS:
            raise NotFoundError("check", each, CHECKS)
    if set(named) == set(CHECKS):
        raise InvalidInputError("every check is left out; leave at least one in")
    return {check for check in CHECKS if check in named}


def _compare(run: _Run, proof: Verification) -> None:
    """Add the rows that differ; of a table with many the first, and how many more there are."""
    for difference in proof.differences:
        affected = run.effects.of_row(difference)
        run.findings.add("read-side", difference.position, difference.reason, affected)
    for table in proof.tables:
        listed = sum(each.table == table.table for each in proof.differences)
        if not table.ok and listed < max(table.differing_rows, 1):
            more = f"{table.differing_rows - listed} further rows of it differ"
            reason = f"the table {table.table} has digest {table.digest}, its rebuild "
            reason += f"{table.rebuilt_digest}" + (f"; {more}" if listed else "")
            run.findings.add("read-side", 0, reason, [f"table {table.table}"])


def _report(findings: Findings, counts: _Counts) -> AuditReport:
    chain = counts.chain
    faults = sorted(findings.faults, key=lambda fault: (fault.position == 0, fault.position))
    return AuditReport(
        events=None if chain is None else chain.events,
        position=None if chain is None else chain.events,
        head_digest=None if chain is None else chain.head_digest.hex(),
        batches=counts.batches,
        snapshots=counts.snapshots,
        tables=counts.tables,
        faults=tuple(faults),
        not_evaluated=tuple(findings.not_evaluated),
    )
