"""The projector: moves one generation along the log, all its tables at once."""

import struct
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any, Literal, Self
from uuid import UUID

import psycopg
from attrs import asdict, evolve, frozen

from featuretrail.domain.errors import ProjectionError
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.log.application import head_of_log
from featuretrail.infrastructure.log.records import RecordedEvent
from featuretrail.infrastructure.queries import query
from featuretrail.projections import generations
from featuretrail.projections.folding import ATTEMPTS, DeadLetter, Folded, Folding, describe
from featuretrail.projections.generations import Generation
from featuretrail.projections.pages import EventPages, Page
from featuretrail.projections.read_model import ReadModel
from featuretrail.projections.read_models import READ_MODELS
from featuretrail.projections.writing import MissingRowError, TableWriter

AnyConnection = psycopg.Connection[Any]
Policy = Literal["park", "stop"]
Progress = Callable[[int, int], object]
"""Called with the position reached and the position aimed at."""

_POISON_CLASSES = ("22", "23", "54")
"""SQLSTATE classes that an event's content causes: data, constraints, limits."""

_POISON = (
    *(MissingRowError, struct.error),
    *(ValueError, TypeError, ArithmeticError, LookupError, AttributeError),
)
"""What revising, packing and sending a row raise because of what is in it, or lacks."""


@frozen
class Prepared:
    """A page with what it does, given the dead letters of when it was folded."""

    page: Page
    folded: Folded
    parked: Mapping[UUID, int]


class FencedError(Exception):
    """Somebody else moved the generation: read again where it is."""


class Projector:
    """Moves the generation that it owns along the log.

    A page is read and decoded outside any transaction; one transaction then moves the position
    (only from where this projector believes it to be), writes all tables and parks what cannot be
    taken in. Made by ``claim``; ``close`` gives the generation up.
    """

    def __init__(
        self,
        database: Database,
        connection: AnyConnection,
        generation: Generation,
        *,
        policy: Policy = "park",
        models: Sequence[ReadModel] = READ_MODELS,
    ) -> None:
        own = [model for model in models if model.table in generation.tables]
        self.generation = generation
        self.connection = connection
        self._policy = policy
        self._folding = Folding(own)
        self._pages = EventPages(database, self._folding.ignored)
        self._writer = TableWriter.over(connection, self._folding.tables)

    @classmethod
    def claim(cls, database: Database, generation: int, *, policy: Policy = "park") -> Self | None:
        """Return the projector of a generation, or ``None`` while another one owns it."""
        connection = database.dedicated()
        try:
            connection.execute(query("projections/no_flush"))
            owned = connection.execute(query("projections/own"), {"generation": generation})
            if owned.fetchall() == [(True,)]:
                connection.execute(query("projections/keep_alive"))
                state = generations.read(connection, generation)
                return cls(database, connection, state, policy=policy)
        except BaseException:
            connection.close()
            raise
        connection.close()
        return None

    def advance(self, until: int, progress: Progress | None = None) -> Generation:
        """Take in the events up to position ``until``; return the generation as it then is.

        Raises ``FencedError`` when somebody else moved the generation, ``ProjectionError`` when an
        event cannot be taken in and the policy is to stop.
        """
        self.refresh()
        if self.generation.position < until:
            for prepared in self._ahead(until):
                self._take(prepared)
                if progress is not None:
                    progress(self.generation.position, until)
        return self.generation

    def refresh(self) -> Generation:
        """Read where the generation is."""
        self.generation = generations.read(self.connection, self.generation.generation)
        return self.generation

    def deliver(self, page: Page) -> None:
        """Take in one page: in one transaction, or in several when an event of it is refused."""
        parked = self.generation.parked
        self._take(Prepared(page, self._folding.fold(page.events, parked), parked))

    def read_ahead(self) -> Page:
        """Return the page after the generation's position, up to the head of the log at most."""
        return self._pages.read(self.generation.position, head_of_log(self.connection).position)

    def close(self) -> None:
        """Give the generation up and close the connection."""
        facts = {"generation": self.generation.generation}
        try:
            with suppress(psycopg.OperationalError):  # a lost session owns nothing any more
                self.connection.execute(query("projections/disown"), facts)
        finally:
            self.connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def _ahead(self, until: int) -> Iterator[Prepared]:
        """Yield the pages up to ``until``, each read and folded while the one before is written."""
        prepared = self._prepare(self.generation.position, until)
        if prepared.page.position == until:
            yield prepared
            return
        with ThreadPoolExecutor(1, thread_name_prefix="featuretrail pages") as reader:
            while prepared.page.position < until:
                coming = reader.submit(self._prepare, prepared.page.position, until)
                yield prepared
                prepared = coming.result()
            yield prepared

    def _prepare(self, after: int, until: int) -> Prepared:
        page = self._pages.read(after, until)
        parked = self.generation.parked
        return Prepared(page, self._folding.fold(page.events, parked), parked)

    def _take(self, prepared: Prepared) -> None:
        """Write a page; one that was folded before the present dead letters is folded anew."""
        if prepared.parked != self.generation.parked:
            self.deliver(prepared.page)
            return
        page, folded = prepared.page, prepared.folded
        if self._policy == "stop" and folded.parked:
            self._stop_before(folded.parked[0], page.events)
        try:
            self._write(folded, page.position)
        except Exception as error:
            if not is_poison(error):
                raise
            self._narrow(page, error)

    def _write(self, folded: Folded, position: int) -> None:
        state = self.generation
        with self.connection.transaction():
            schema = self._move(state, position)
            for table, changes in folded.changes.items():
                self._writer.write(schema, table, changes)
            self._park(folded.parked)
            facts = {"generation": state.generation, "position": position}
            self.connection.execute(query("projections/notify"), facts)
        parked = dict(state.parked)
        for letter in folded.parked:
            parked.setdefault(letter.originator_id, letter.position)
        self.generation = evolve(
            state,
            position=position,
            parked_streams=tuple(parked),
            parked_positions=tuple(parked.values()),
        )

    def _move(self, state: Generation, position: int) -> str:
        facts = {
            "generation": state.generation,
            "position": position,
            "expected": state.position,
            "replays": state.replays,
        }
        moved = self.connection.execute(query("projections/advance"), facts).fetchone()
        if moved is None:
            raise FencedError(f"generation {state.generation} is no longer at {state.position}")
        return str(moved[0])

    def _park(self, letters: Sequence[DeadLetter]) -> None:
        if letters:
            own = {"generation": self.generation.generation}
            with self.connection.cursor() as cursor:
                cursor.executemany(
                    query("projections/park"), [own | asdict(letter) for letter in letters]
                )

    def _narrow(self, page: Page, error: Exception) -> None:
        """Halve a page that the database refused, until the event is found; that is parked."""
        if not page.events:
            raise error  # no event caused it
        if len(page.events) > 1:
            middle = len(page.events) // 2
            self.deliver(Page(page.events[:middle], page.events[middle - 1].position))
            self.deliver(Page(page.events[middle:], page.position))
        else:
            self._try_alone(page, error)

    def _try_alone(self, page: Page, error: Exception) -> None:
        [recorded] = page.events
        for _ in range(ATTEMPTS - 1):
            folded = self._folding.fold(page.events, self.generation.parked)
            try:
                self._write(folded, page.position)
            except Exception as again:
                if not is_poison(again):
                    raise
                error = again
            else:
                return
        letter = DeadLetter.of(recorded, describe(error), ATTEMPTS, None)
        if self._policy == "stop":
            raise ProjectionError(letter.position, letter.topic, letter.error) from error
        nothing = self._folding.fold((), {})
        nothing.parked.append(letter)
        self._write(nothing, page.position)

    def _stop_before(self, letter: DeadLetter, events: Sequence[RecordedEvent]) -> None:
        """Take in what comes before an event that cannot be, then raise; the database may too."""
        before = [recorded for recorded in events if recorded.position < letter.position]
        if before:
            self.deliver(Page(before, before[-1].position))
        raise ProjectionError(letter.position, letter.topic, letter.error)


def is_poison(error: Exception) -> bool:
    """Tell whether an error comes from what an event says, not from the database's state."""
    match error:
        case psycopg.Error(sqlstate=None):
            return isinstance(error, psycopg.DataError | psycopg.ProgrammingError)
        case psycopg.Error(sqlstate=str() as state):
            return state[:2] in _POISON_CLASSES
        case _:
            return isinstance(error, _POISON)
