"""Dead letters: reading them, and taking them in once their cause is mended."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg
from attrs import Factory, define, field, frozen
from psycopg.rows import class_row

from featuretrail.domain.results import Result
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.log.records import RecordedEvent
from featuretrail.infrastructure.queries import query
from featuretrail.projections import generations
from featuretrail.projections.folding import DeadLetter, Folded, Folding, describe
from featuretrail.projections.packing import Packer
from featuretrail.projections.poison import is_poison
from featuretrail.projections.read_models import READ_MODELS
from featuretrail.projections.writing import TableWriter

AnyConnection = psycopg.Connection[Any]

PAGE_EVENTS = 1_000
PAGE_BYTES = 16 * 2**20


@frozen
class ParkedEvent(Result):
    """An event that the read side lacks: it could not be taken in, or waits behind such a one.

    ``error`` says why; ``waits_for`` is the position of the event that it waits behind, ``None``
    for one that failed itself; ``attempts`` is how often it was tried.
    """

    position: int
    originator_id: UUID
    originator_version: int
    topic: str
    error: str
    attempts: int
    waits_for: int | None
    parked_at: datetime

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON object."""
        return {
            "position": self.position,
            "topic": self.topic,
            "error": self.error,
            "attempts": self.attempts,
            "waits_for": self.waits_for,
            "parked_at": self.parked_at.isoformat(),
            "stream": str(self.originator_id),
            "version": self.originator_version,
        }


@frozen
class ReplayReport(Result):
    """What a replay did: how many dead letters it took in, and how many remain."""

    generation: int
    replayed: int
    remaining: int

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON object."""
        return {
            "generation": self.generation,
            "replayed": self.replayed,
            "remaining": self.remaining,
        }


def dead_letters(
    connection: AnyConnection, generation: int, limit: int | None = None
) -> list[ParkedEvent]:
    """Return the dead letters of a generation by position, at most ``limit``."""
    facts = {"generation": generation, "limit": limit}
    with connection.cursor(row_factory=class_row(ParkedEvent)) as cursor:
        return cursor.execute(query("projections/dead_letters"), facts).fetchall()


def count_dead_letters(connection: AnyConnection, generation: int) -> int:
    """Return how many dead letters a generation has."""
    counted = connection.execute(
        query("projections/count_dead_letters"), {"generation": generation}
    ).fetchall()
    return sum(number for (number,) in counted)


def replay(database: Database) -> ReplayReport:
    """Take in the dead letters of the live generation that can be, each stream in its order.

    One transaction, during which the generation stands still; its projector may run and reads
    anew afterwards which streams are parked. What fails again stays, with its new error.
    """
    with database.dedicated() as connection:
        live = generations.live(connection)
        if not live.parked_streams:
            return ReplayReport(live.generation, 0, 0)
        with connection.transaction():
            replay_ = _begin(connection)
            after = 0
            while page := replay_.page(after):
                replay_.take(page)
                after = page[-1].position
            return replay_.end()


def _begin(connection: AnyConnection) -> "_Replay":
    held = None
    while held is None:  # none when another generation became live while this waited for the old
        held = connection.execute(query("projections/begin_replay")).fetchone()
    generation, schema, tables = held
    folding = Folding([model for model in READ_MODELS if model.table in tables])
    packer = Packer.over(connection, folding.tables)
    return _Replay(connection, generation, schema, folding, packer)


@define
class _Replay:
    """A replay in its transaction."""

    connection: AnyConnection
    generation: int
    schema: str
    folding: Folding
    packer: Packer
    replayed: int = 0
    waiting: dict[UUID, int] = Factory(dict)
    ignored: frozenset[str] = field(init=False)

    @ignored.default
    def _changing_nothing(self) -> frozenset[str]:
        return frozenset(self.folding.ignored)

    def page(self, after: int) -> list[RecordedEvent]:
        """Return the next dead letters as events."""
        facts = {
            "generation": self.generation,
            "after": after,
            "limit": PAGE_EVENTS,
            "bytes": PAGE_BYTES,
        }
        rows = self.connection.execute(query("projections/parked_page"), facts, binary=True)
        return [RecordedEvent.from_row(row) for row in rows]

    def take(self, events: Sequence[RecordedEvent]) -> None:
        """Take ``events`` in; halve them when the database refuses one, until that is found."""
        telling = [event for event in events if event.topic not in self.ignored]
        folded = self.folding.fold(telling, self.waiting)
        try:
            with self.connection.transaction():  # a savepoint
                self._write(folded)
        except Exception as error:
            if not is_poison(error):
                raise
            if len(events) > 1:
                middle = len(events) // 2
                self.take(events[:middle])
                self.take(events[middle:])
                return
            letters = [DeadLetter.of(events[0], describe(error), 1, None)]
        else:
            letters = folded.parked
        self._settle(events, letters)

    def end(self) -> ReplayReport:
        """Remove what came too late for its removal; return what was done."""
        own = {"generation": self.generation}
        rows = self.connection.execute(query("projections/removals"), own, binary=True).fetchall()
        removals = self.folding.fold(map(RecordedEvent.from_row, rows), {})
        self._write(removals)
        remaining = count_dead_letters(self.connection, self.generation)
        return ReplayReport(self.generation, self.replayed, remaining)

    def _write(self, folded: Folded) -> None:
        writer = TableWriter.of(self.connection, self.packer)
        for table, changes in folded.changes.items():
            writer.write(self.schema, table, self.packer.pack(table, changes))

    def _settle(self, events: Sequence[RecordedEvent], letters: Sequence[DeadLetter]) -> None:
        for letter in letters:
            self.waiting.setdefault(letter.originator_id, letter.position)
            facts = {
                "generation": self.generation,
                "position": letter.position,
                "error": letter.error,
                "attempts": letter.attempts,
                "waits_for": letter.waits_for,
            }
            self.connection.execute(query("projections/park_again"), facts)
        failed = {letter.position for letter in letters}
        taken = [event.position for event in events if event.position not in failed]
        self.connection.execute(
            query("projections/release"), {"generation": self.generation, "positions": taken}
        )
        self.replayed += len(taken)
