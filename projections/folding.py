"""From a page of events to what it does to each table: pure, and done outside any transaction."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Self
from uuid import UUID

from attrs import Factory, define, frozen

from featuretrail.domain.events.registry import topics
from featuretrail.infrastructure.log.decoding import decode
from featuretrail.infrastructure.log.records import RecordedEvent
from featuretrail.projections.read_model import (
    Change,
    Handler,
    Place,
    ReadModel,
    Removal,
    Revision,
    Row,
)

ATTEMPTS = 3
"""How often an event is tried before it is parked."""

_NUL, _REPLACEMENT = "\0", "\ufffd"


class DuplicateRowError(Exception):
    """An event makes a row that an earlier event made."""


@frozen
class DeadLetter:
    """An event that could not be taken in, or (``waits_for``) waits behind one of its stream."""

    position: int
    originator_id: UUID
    originator_version: int
    topic: str
    error: str
    attempts: int
    waits_for: int | None = None

    @classmethod
    def of(cls, recorded: RecordedEvent, error: str, attempts: int, waits_for: int | None) -> Self:
        """Return the dead letter of ``recorded``."""
        return cls(
            recorded.position,
            recorded.originator_id,
            recorded.originator_version,
            recorded.topic,
            error,
            attempts,
            waits_for,
        )


@define
class TableChanges:
    """What a page does to one table: new rows, new values of rows that exist, by id; a removal.

    The removal comes last: it is of rows of this page too, and no row of it that a later event
    made or revised is past by its horizon.
    """

    inserted: dict[UUID, Row] = Factory(dict)
    revised: dict[UUID, Row] = Factory(dict)
    removal: Removal | None = None


@define
class Folded:
    """What a page does to each table, and the events that could not be taken in."""

    changes: dict[str, TableChanges]
    parked: list[DeadLetter] = Factory(list)


class Folding:
    """Applies the handlers of ``models``, event by event; an event counts whole or not at all."""

    def __init__(self, models: Sequence[ReadModel]) -> None:
        self.tables = tuple(model.table for model in models)
        self._handlers: dict[str, list[tuple[str, Handler]]] = {}
        for model in models:
            for kind, handler in model.handlers.items():
                self._handlers.setdefault(kind.TOPIC, []).append((model.table, handler))

    @property
    def ignored(self) -> list[str]:
        """The known topics that change none of the tables; unknown ones are never ignored."""
        return [topic for topic in topics() if topic not in self._handlers]

    def fold(self, events: Iterable[RecordedEvent], parked: Mapping[UUID, int]) -> Folded:
        """Return what ``events`` do, in their order.

        ``parked`` maps each stream with a dead letter to the first one's position: what follows in
        such a stream waits behind it, so that the order within a stream is kept.
        """
        folded = Folded({table: TableChanges() for table in self.tables})
        waiting = dict(parked)
        for recorded in events:
            behind = waiting.get(recorded.originator_id) if waiting else None
            if behind is not None:
                error = f"waits behind event {behind} of its stream"
                folded.parked.append(DeadLetter.of(recorded, error, 0, behind))
                continue
            try:
                _merge(folded.changes, self._changed(recorded), recorded.position)
            except Exception:  # noqa: BLE001 - whatever is wrong with an event parks it in the end
                letter = self._retried(folded.changes, recorded)
                if letter is not None:
                    folded.parked.append(letter)
                    waiting[recorded.originator_id] = recorded.position
        return folded

    def _retried(
        self, changes: dict[str, TableChanges], recorded: RecordedEvent
    ) -> DeadLetter | None:
        """Try an event that failed once again; return its dead letter when it fails to the end."""
        for attempt in range(2, ATTEMPTS + 1):
            try:
                _merge(changes, self._changed(recorded), recorded.position)
            except Exception as error:  # noqa: BLE001 - as above
                letter = DeadLetter.of(recorded, describe(error), attempt, None)
            else:
                return None
        return letter

    def _changed(self, recorded: RecordedEvent) -> list[tuple[str, Change]]:
        handlers = self._handlers.get(recorded.topic)
        event = decode(recorded, recorded.position)
        if handlers is None:  # a known topic would have been ignored
            raise LookupError(f"no table takes events of topic {recorded.topic!r}")
        at = Place(recorded.position, recorded.recorded_at)
        changed = [(table, change) for table, handle in handlers for change in handle(event, at)]
        return _without_nul(changed) if b"\\u0000" in recorded.state else changed


def describe(error: BaseException) -> str:
    """Return an error as a dead letter keeps it: its kind and its message."""
    return f"{type(error).__name__}: {error}".replace(_NUL, _REPLACEMENT)


def _merge(
    changes: dict[str, TableChanges], changed: Sequence[tuple[str, Change]], position: int
) -> None:
    for table, change in changed:
        if isinstance(change, dict) and change["id"] in changes[table].inserted:
            raise DuplicateRowError(f"{table} has a row {change['id']} already")
    for table, change in changed:
        known = changes[table]
        if isinstance(change, dict):
            change["position"] = change["last_position"] = position
            known.inserted[change["id"]] = change
        elif isinstance(change, Revision):
            row = known.inserted.get(change.id)
            if row is None:
                row = known.revised.setdefault(change.id, {})
            row.update(change.values)
            row["last_position"] = position
        elif known.removal is None or known.removal.horizon < change.horizon:
            known.removal = change


def _without_nul(changed: Iterable[tuple[str, Change]]) -> list[tuple[str, Change]]:
    """Put the replacement character for NUL, which PostgreSQL's text and jsonb cannot hold."""
    return [(table, _cleaned(change)) for table, change in changed]


def _cleaned(change: Change) -> Change:
    match change:
        case Revision():
            return Revision(change.id, _clean(change.values))
        case Removal():
            return change
        case _:
            cleaned: Row = _clean(change)
            return cleaned


def _clean(value: Any) -> Any:  # noqa: ANN401 - a JSON value or a cell
    match value:
        case str():
            return value.replace(_NUL, _REPLACEMENT)
        case dict():
            return {_clean(name): _clean(each) for name, each in value.items()}
        case list():
            return [_clean(each) for each in value]
        case _:
            return value
