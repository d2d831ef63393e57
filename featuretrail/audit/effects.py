"""Effects: what rests on a thing that turned out to be broken."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from attrs import field, frozen
from psycopg import errors

from featuretrail.audit.entries import Entries
from featuretrail.domain.errors import FeatureTrailError
from featuretrail.domain.events import (
    Event,
    FeatureDefined,
    FeatureSetDefined,
    GroupDefined,
    ValuesIngested,
    ValuesRetracted,
    stream_id,
)
from featuretrail.domain.subjects import subject
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.log.application import EventLog
from featuretrail.infrastructure.log.records import RecordedEvent
from featuretrail.infrastructure.queries import query
from featuretrail.infrastructure.snapshots.catalogue import RecordedSnapshot
from featuretrail.projections.differences import RowDifference
from featuretrail.projections.read_models import READ_MODELS, VIEWS

VIEWS_OVER = {
    "feature_snapshot_versions": ("feature_snapshot_summary", "feature_quality_dashboard"),
    "feature_consistency_checks": ("feature_snapshot_summary",),
    "feature_performance_metrics": ("feature_performance_summary",),
    "feature_drift_detection": ("feature_quality_dashboard",),
}
"""The views that show a table's rows."""


@frozen
class Effects:
    """Names what a fault affects, given the snapshots that could be read."""

    _database: Database
    _log: EventLog
    _snapshots: Sequence[RecordedSnapshot]
    _by_digest: Mapping[str, Sequence[RecordedSnapshot]] = field(init=False)

    @_by_digest.default
    def _grouped(self) -> Mapping[str, Sequence[RecordedSnapshot]]:
        grouped: dict[str, list[RecordedSnapshot]] = {}
        for each in self._snapshots:
            grouped.setdefault(each.content.digest, []).append(each)
        return grouped

    def of_chain(self, position: int, last: int) -> list[str]:
        """Return what a fault of the log at ``position`` affects, when it ends at ``last``."""
        names = [] if position > last else list(self._of_event(position))
        if position < last:
            names.append(f"events {position} to {last}, which the chain no longer certifies")
        rest = (each for each in self._snapshots if each.event_position >= position)
        return list(dict.fromkeys([*names, *_names(rest)]))

    def of_batch(self, group: str, batch: int, position: int) -> list[str]:
        """Return what a batch's fault affects: its group, and the snapshots derived from it."""
        event = self._event(position)
        columns = set(event.columns) if isinstance(event, ValuesIngested) else None
        derived = (
            each
            for each in self._snapshots
            if each.created.position >= position and _uses(each, group, columns)
        )
        return [f"batch {group}#{batch}", f"group {group}", *_names(derived)]

    def of_snapshot(self, recorded: RecordedSnapshot) -> list[str]:
        """Return the snapshot, and those that share its stored content."""
        same = self._by_digest.get(recorded.content.digest, ())
        return list(dict.fromkeys(_names([recorded, *same])))

    def of_row(self, difference: RowDifference) -> list[str]:
        """Return the row, and the views that show it."""
        row = f"row {difference.id} of {difference.table}"
        return [row, *self.views_over(difference.table)]

    def views_over(self, table: str) -> list[str]:
        """Return the views that show a table's rows."""
        return [f"view {view}" for view in VIEWS_OVER.get(table, ())]

    def of_relation(self, name: str) -> list[str]:
        """Return a table or view of the read side, and the views that show the table's rows."""
        kind = "view" if name in VIEWS else "table"
        return [f"{kind} {name}", *self.views_over(name)]

    def of_position(self, position: int) -> list[str]:
        """Return what the event at ``position`` is about, and what rests on it."""
        return list(dict.fromkeys(self._of_event(position)))

    def _of_event(self, position: int) -> Iterator[str]:
        recorded = self._recorded(position)
        if recorded is None:
            return
        yield self._about(recorded)
        event = self._event(position)
        yield from self._resting_on(event, position)
        if event is None:
            yield from self._of_recorded_batch(recorded.originator_id, position)
        for model in READ_MODELS:
            if recorded.topic in model.topics:
                yield f"table {model.table}"

    def _resting_on(self, event: Event | None, position: int) -> Iterator[str]:
        match event:
            case ValuesIngested() | ValuesRetracted():
                yield from self.of_batch(event.group, event.batch, position)
            case FeatureDefined():
                path = f"{event.group}.{event.name}"
                yield f"group {event.group}"
                yield from _names(each for each in self._snapshots if path in _paths(each))
            case GroupDefined():
                yield from _names(each for each in self._snapshots if _uses(each, event.name, None))
            case FeatureSetDefined():
                of_set = (
                    each for each in self._snapshots if each.created.feature_set == event.name
                )
                yield from _names(of_set)

    def _of_recorded_batch(self, stream: UUID, position: int) -> Iterator[str]:
        """Yield what an unreadable event's batch affects, by the table of batches."""
        for group, batch in self._asked("audit/batch_of_stream", stream):
            yield from self.of_batch(group, batch, position)

    def _about(self, recorded: RecordedEvent) -> str:
        """Return the event's subject; of an unreadable one, that of another of its stream."""
        history = self._log.history(recorded.originator_id)
        entries = [*Entries(self._database).of([recorded, *history])]
        named = [each.subject for each in entries if each.fault is None]
        return self._snapshot(recorded.originator_id) or (named or [entries[0].subject])[0]

    def _snapshot(self, stream: UUID) -> str | None:
        """Return the snapshot whose stream this is, by its name in the read side."""
        for (name,) in self._asked("audit/snapshot_of_stream", stream):
            if stream_id("snapshot", name) == stream:
                return f"snapshot {name}"
        return None

    def _asked(self, name: str, stream: UUID) -> list[Any]:
        """Return what a table says of a stream; nothing if it is gone, which is another fault."""
        try:
            with self._database.connection() as connection:
                return connection.execute(query(name), {"stream": stream}).fetchall()
        except (errors.UndefinedTable, errors.UndefinedColumn):
            return []

    def _event(self, position: int) -> Event | None:
        recorded = self._recorded(position)
        try:
            return None if recorded is None else recorded.event
        except FeatureTrailError:  # reported by the check that met it
            return None

    def _recorded(self, position: int) -> RecordedEvent | None:
        return next(self._log.read(after=position - 1, until=position), None)


def _names(snapshots: Iterable[RecordedSnapshot]) -> list[str]:
    return [subject(each.created) for each in snapshots]


def _paths(recorded: RecordedSnapshot) -> list[str]:
    """Return the paths of the features and the label that a snapshot was derived from."""
    references = [item.get("reference") for item in recorded.created.features]
    references.append(recorded.created.request.get("label_reference"))
    return [str(each).partition("@")[0] for each in references if each is not None]


def _uses(recorded: RecordedSnapshot, group: str, columns: set[str] | None) -> bool:
    """Tell whether a snapshot was derived from a group: from ``columns`` of it, or from any."""
    if columns is None:
        return any(path.partition(".")[0] == group for path in _paths(recorded))
    label = str(recorded.created.request.get("label_reference"))
    return label.startswith(f"{group}.") or any(
        str(item.get("reference")).startswith(f"{group}.") and item.get("column") in columns
        for item in recorded.created.features
    )
