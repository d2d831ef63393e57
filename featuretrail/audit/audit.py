"""The audit as users meet it: ``store.audit``."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from featuretrail.audit.differences import Difference, DifferenceReader
from featuretrail.audit.entries import LogEntry
from featuretrail.audit.moments import Moment, Moments
from featuretrail.audit.origins import OriginReader, RowOrigin
from featuretrail.audit.reading import LogReader
from featuretrail.audit.states import RegistryAt, StateAt, StateReader, Which
from featuretrail.audit.tables import TableAt, TableReader
from featuretrail.audit.verification import AuditReport, Progress, Verifier
from featuretrail.domain.versions import Version
from featuretrail.infrastructure.access import needs
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.log.application import EventLog
from featuretrail.infrastructure.registry import RegistryReader
from featuretrail.infrastructure.snapshots.storage import SnapshotStorage
from featuretrail.projections.projections import Projections


class Audit:
    """The log read, replayed and proven; ``store.audit``.

    A *subject* is what an event is about, as the log names it: ``"feature weather.temp"``,
    ``"group weather"``, ``"set delay"``, ``"batch weather#3"``, ``"snapshot delay@1.0.0"``,
    ``"training run forest@1.0.0"``, ``"lineage weather.dew@2.0.0"``, ``"documentation
    weather.temp"``, ``"metadata weather.temp business owner"``, ``"drift incident <UUID>"``, or the
    UUID of any stream. A *moment* is a
    position of the log or an aware datetime.
    """

    def __init__(
        self,
        database: Database,
        log: EventLog,
        registry: RegistryReader,
        storage: SnapshotStorage,
        projections: Projections,
    ) -> None:
        self._database = database
        self._moments = Moments(log)
        self._reader = LogReader(database, log)
        self._states = StateReader(self._reader, self._moments, registry)
        self._differences = DifferenceReader(self._reader, self._states, self._moments, registry)
        self._tables = TableReader(database, log)
        self._origins = OriginReader(database, log, self._reader.entries)
        self._verifier = Verifier(database, log, storage, projections)

    @needs("auditor")
    def log(
        self,
        after: int = 0,
        limit: int | None = 100,
        stream: str | UUID | None = None,
        actor: str | None = None,
        *,
        until: Moment | None = None,
        since: datetime | None = None,
        topic: str | None = None,
        newest_first: bool = False,
    ) -> list[LogEntry]:
        """Return the events that pass every filter, oldest first unless ``newest_first``.

        ``after`` and ``until`` bound the positions, ``since`` and ``until`` (a datetime) the times:
        ``after`` is left out, the others are part. ``stream`` is a subject, or the beginning of one
        (``"feature weather"``, ``"snapshot"``); ``actor`` and ``topic`` (``"drift.detected"``) are
        compared whole. ``limit`` is how many at most, ``None`` all. Raises ``NotFoundError`` with
        near names for a subject that nothing is about.
        """
        return self._reader.log(
            after,
            limit,
            stream,
            actor,
            until=until,
            since=since,
            topic=topic,
            newest_first=newest_first,
        )

    @needs("auditor")
    def show(self, position: int) -> LogEntry:
        """Return the event at ``position``; raise ``NotFoundError`` when there is none.

        Its ``fault`` says if it disagrees with its digest, chained to that of the event before.
        """
        return self._reader.show(position)

    @needs("auditor")
    def history(self, subject: str | UUID) -> list[LogEntry]:
        """Return all that was recorded about a subject: who, when, why, what; oldest first.

        With a version (``"feature weather.temp@1.1.0"``) only what was about that version. Raises
        ``NotFoundError`` with near names.
        """
        return self._reader.history(subject)

    @needs("auditor")
    def state_at(
        self,
        subject: str | UUID,
        at: Which | None = None,
        *,
        version: int | str | Version | None = None,
    ) -> StateAt:
        """Return what a thing was at a moment (by default now), or at a version.

        ``version`` is a number in its stream (1, 2, ...) or, where the thing has them, a semantic
        version: when that was the newest. ``at`` may be one too. Raises ``NotYetError`` when it did
        not exist yet, ``NotFoundError`` with near names, ``NaiveTimeError``, and
        ``ChainBrokenError`` when one of its events cannot be read, or disagrees with its digest.
        """
        return self._states.state(subject, at, version)

    @needs("auditor")
    def registry_at(self, at: Moment | None = None) -> RegistryAt:
        """Return every group, feature and set as defined at a moment, by default now."""
        return self._states.registry(at)

    @needs("auditor")
    def diff(self, subject: str | UUID, from_: Which, to: Which | None = None) -> Difference:
        """Return what changed between two moments or versions, field by field, and by whom.

        ``subject`` may be ``"registry"``: all definitions. ``to`` is by default now.
        """
        return self._differences.diff(subject, from_, to)

    @needs("auditor")
    def rows_at(
        self,
        table: str,
        at: Moment | None = None,
        *,
        feature: str | None = None,
        snapshot: str | None = None,
        id: UUID | str | None = None,  # noqa: A002 - the column's name
    ) -> TableAt:
        """Return the rows that a table of the read side had at a moment, by default now.

        They are folded from the log in memory, so the table itself is not read: only those of
        ``feature`` (``"weather.temp"``), ``snapshot`` (``"delay@1.0.0"``) or ``id`` are kept.
        """
        position = self._moments.position(at)
        return self._tables.table(table, position, feature=feature, snapshot=snapshot, own_id=id)

    @needs("auditor")
    def row(self, table: str, row: UUID | str | Mapping[str, Any]) -> RowOrigin:
        """Return which event made a row of the read side, and which ones revised it.

        ``row`` is the row's ``id``, or the row itself as a mapping. Raises ``NotFoundError`` for a
        row that no event made.
        """
        return self._origins.origin(table, row)

    @needs("auditor")
    def verify(self, progress: Progress | None = None, *, skip: Iterable[str] = ()) -> AuditReport:
        """Check the log, and everything stored against it; list each fault and what it affects.

        The checks are ``"chain"`` (every event's digest, no gap), ``"values"`` (every batch's
        digest against the stored values), ``"snapshots"`` (their stored bytes) and ``"read-side"``
        (the live tables against tables built anew); those named in ``skip`` are left out.
        """
        return self._verifier.verify(_silent if progress is None else progress, skip)


def _silent(what: str, done: int, total: int) -> None:
    """Take a report of progress that nobody asked for."""
