"""Asking the log who changed what and why, and whether everything it certifies still holds."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

from attrs import asdict, field, frozen

from featuretrail.domain.errors import (
    ChainBrokenError,
    DatabaseUnavailableError,
    FeatureTrailError,
    InvalidInputError,
    NotFoundError,
)
from featuretrail.domain.results import Result
from featuretrail.domain.subjects import subject
from featuretrail.infrastructure.access import needs
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.log.application import EventLog
from featuretrail.infrastructure.log.records import RecordedEvent
from featuretrail.infrastructure.log.verification import verify_chain
from featuretrail.infrastructure.queries import query
from featuretrail.infrastructure.registry import RegistryReader
from featuretrail.infrastructure.snapshots.catalogue import RecordedSnapshot, SnapshotCatalogue
from featuretrail.infrastructure.snapshots.storage import SnapshotStorage
from featuretrail.infrastructure.values.verification import verify_batches

Progress = Callable[[str, int, int], None]
"""Called with what is being checked, how much is done and how much there is."""


@frozen
class LogEntry(Result):
    """One event for a person: where, when, who, why, and what it says."""

    position: int
    recorded_at: datetime
    topic: str
    subject: str
    version: int
    actor: str | None
    reason: str | None
    event: dict[str, Any]
    stream: UUID
    digest: str

    def to_dict(self) -> dict[str, Any]:
        """Return the entry as a JSON object."""
        return asdict(self) | {
            "recorded_at": self.recorded_at.isoformat(),
            "stream": str(self.stream),
        }


@frozen
class AuditFault:
    """Something stored that the log does not certify; ``position`` is the event concerned."""

    position: int
    kind: str
    reason: str


@frozen
class AuditReport(Result):
    """What ``audit verify`` checked and found: ``faults`` in log order, none when all holds.

    The chain holds up to ``position``, where its digest, computed from the events, is
    ``head_digest``. Kept elsewhere, it later shows that nothing up to there was cut off or
    rewritten.
    """

    events: int
    position: int
    head_digest: str
    batches: int
    snapshots: int
    faults: tuple[AuditFault, ...]

    @property
    def ok(self) -> bool:
        """Whether everything that was checked holds."""
        return not self.faults

    def to_dict(self) -> dict[str, Any]:
        """Return the report as a JSON object."""
        return asdict(self) | {"ok": self.ok}


class Audit:
    """The log, read and proven; ``store.audit``."""

    def __init__(
        self,
        database: Database,
        log: EventLog,
        registry: RegistryReader,
        storage: SnapshotStorage,
    ) -> None:
        self._database = database
        self._log = log
        self._registry = registry
        self._storage = storage
        self._catalogue = SnapshotCatalogue(database)

    @needs("auditor")
    def log(
        self,
        after: int = 0,
        limit: int | None = 100,
        stream: str | None = None,
        actor: str | None = None,
    ) -> list[LogEntry]:
        """Return events after a position, oldest first.

        ``stream`` keeps those whose subject begins with it (``"feature weather.temp"``, or just
        ``"feature"``), ``actor`` those of one actor; ``limit`` is how many at most, ``None`` all.
        """
        _check_number("after", after)
        if limit is not None:
            _check_number("limit", limit)
        found: list[LogEntry] = []
        for entry in self._entries(after):
            if limit is not None and len(found) == limit:
                break
            if (stream is None or _about(entry.subject, stream)) and actor in (None, entry.actor):
                found.append(entry)
        return found

    @needs("auditor")
    def show(self, position: int) -> LogEntry:
        """Return the event at ``position``; raise ``NotFoundError`` when there is none."""
        _check_number("position", position)
        for recorded in self._log.read(after=position - 1, limit=1, until=position):
            return _entry(recorded)
        raise NotFoundError("event at position", position, [f"1 to {self._log.head().position}"])

    @needs("auditor")
    def history(self, stream: UUID) -> list[LogEntry]:
        """Return the events of one stream, oldest first."""
        return [_entry(recorded) for recorded in self._log.history(stream)]

    @needs("auditor")
    def verify(self, progress: Progress | None = None) -> AuditReport:
        """Check the chain, the batches against their values and the snapshots against their bytes.

        Every fault is listed with the position of the event concerned, the first position first.
        """
        report = progress if progress is not None else _silent
        chain = verify_chain(
            self._database, progress=lambda done, total: report("chain", done, total)
        )
        faults = _Faults()
        if chain.first_fault_position is not None:
            faults.add(chain.first_fault_position, "chain", chain.reason)
        with faults.collected("values"):
            for fault in verify_batches(
                self._database,
                self._registry.current(),
                progress=lambda done, total: report("batches", done, total),
            ):
                faults.add(fault.position, "values", fault.reason)
        snapshots: list[RecordedSnapshot] = []
        with faults.collected("snapshot"):
            snapshots = self._catalogue.all()
        for done, recorded in enumerate(snapshots, start=1):
            with faults.collected("snapshot", recorded.event_position):
                self._storage.read(recorded.created)
            report("snapshots", done, len(snapshots))
        return AuditReport(
            events=chain.events,
            position=chain.events,
            head_digest=chain.head_digest.hex(),
            batches=self._batches(),
            snapshots=len(snapshots),
            faults=tuple(sorted(faults.found, key=lambda fault: fault.position)),
        )

    def _batches(self) -> int:
        with self._database.connection() as connection:
            [(batches,)] = connection.execute(query("values/count_batches"))
            return int(batches)

    def _entries(self, after: int) -> Iterator[LogEntry]:
        return (_entry(recorded) for recorded in self._log.read(after=after))


def _entry(recorded: RecordedEvent) -> LogEntry:
    event = recorded.event
    return LogEntry(
        position=recorded.position,
        recorded_at=recorded.recorded_at,
        topic=recorded.topic,
        subject=subject(event),
        version=recorded.originator_version,
        actor=event.metadata.actor,
        reason=event.metadata.reason,
        event=event.model_dump(mode="json"),
        stream=recorded.originator_id,
        digest=recorded.digest.hex(),
    )


def _about(name: str, wanted: str) -> bool:
    return name == wanted or name.startswith(
        (f"{wanted}@", f"{wanted} ", f"{wanted}#", f"{wanted}.")
    )


@frozen
class _Faults:
    """Faults as they are found; what stops one check is a fault itself, and the next goes on."""

    found: list[AuditFault] = field(factory=list)

    def add(self, position: int, kind: str, reason: str) -> None:
        """Add a fault of the event at ``position``, 0 for none in particular."""
        self.found.append(AuditFault(position, kind, reason))

    @contextmanager
    def collected(self, kind: str, position: int = 0) -> Iterator[None]:
        """Take an error of the block for a fault, at the position that it names if it does."""
        try:
            yield
        except DatabaseUnavailableError:
            raise
        except ChainBrokenError as error:
            self.add(error.position, kind, f"this check ended here: {error}")
        except FeatureTrailError as error:
            self.add(position, kind, str(error))


def _check_number(what: str, given: object) -> None:
    if type(given) is not int or not 0 <= given < 2**63:
        raise InvalidInputError(f"{what} is {given!r}; give a whole number from 0")


def _silent(what: str, done: int, total: int) -> None:
    """Take a report of progress that nobody asked for."""
