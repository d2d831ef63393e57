"""The projector: moves one generation along the log, all its tables at once."""

from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from typing import Any, Literal, Self

import psycopg
from attrs import asdict, evolve

from featuretrail.domain.errors import ProjectionError
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.log.application import head_of_log
from featuretrail.infrastructure.log.records import RecordedEvent
from featuretrail.infrastructure.queries import query
from featuretrail.projections import generations
from featuretrail.projections.ahead import Ahead
from featuretrail.projections.folding import ATTEMPTS, DeadLetter, describe
from featuretrail.projections.generations import Generation
from featuretrail.projections.pages import Page
from featuretrail.projections.poison import is_poison
from featuretrail.projections.preparing import Prepared, Preparer
from featuretrail.projections.read_model import ReadModel
from featuretrail.projections.read_models import READ_MODELS
from featuretrail.projections.writing import TableWriter

AnyConnection = psycopg.Connection[Any]
Policy = Literal["park", "stop"]
Progress = Callable[[int, int], object]
"""Called with the position reached and the position aimed at."""


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
        self._preparer = Preparer(database, connection, own)
        self._ahead = Ahead(database, self._preparer, own, lambda: self.generation.parked)
        self._writer = TableWriter.of(connection, self._preparer.packer)

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
            with closing(self._ahead.pages(self.generation.position, until)) as pages:
                for prepared in pages:
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
        self._take(self._preparer.fold(page, self.generation.parked))

    def read_ahead(self) -> Page:
        """Return the page after the generation's position, up to the head of the log at most."""
        return self._preparer.read(self.generation.position, head_of_log(self.connection).position)

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

    def _take(self, prepared: Prepared) -> None:
        """Write a page; one that was folded before the present dead letters is folded anew."""
        position = self.generation.position
        if prepared.after is not None and prepared.after != position:
            raise RuntimeError(f"a page after {prepared.after} cannot follow position {position}")
        if prepared.parked != self.generation.parked:
            self.deliver(self._page(prepared))
            return
        if self._policy == "stop" and prepared.letters:
            self._stop_before(prepared.letters[0], self._page(prepared).events)
        try:
            self._write(prepared)
        except Exception as error:
            if not is_poison(error):
                raise
            self._narrow(self._page(prepared), error)

    def _page(self, prepared: Prepared) -> Page:
        """Return the events of a page that comes next, read anew where it came without."""
        if prepared.page is not None:
            return prepared.page
        return self._preparer.read(self.generation.position, prepared.position)

    def _write(self, prepared: Prepared) -> None:
        if prepared.refused is not None:
            raise prepared.refused
        state = self.generation
        with self.connection.transaction():
            schema = self._move(state, prepared.position)
            for table, changes in prepared.changes.items():
                self._writer.write(schema, table, changes)
            self._park(prepared.letters)
            facts = {"generation": state.generation, "position": prepared.position}
            self.connection.execute(query("projections/notify"), facts)
        parked = dict(state.parked)
        for letter in prepared.letters:
            parked.setdefault(letter.originator_id, letter.position)
        self.generation = evolve(
            state,
            position=prepared.position,
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
            try:
                self._write(self._preparer.fold(page, self.generation.parked))
            except Exception as again:
                if not is_poison(again):
                    raise
                error = again
            else:
                return
        letter = DeadLetter.of(recorded, describe(error), ATTEMPTS, None)
        if self._policy == "stop":
            raise ProjectionError(letter.position, letter.topic, letter.error) from error
        self._write(Prepared(page.position, self.generation.parked, {}, [letter]))

    def _stop_before(self, letter: DeadLetter, events: Sequence[RecordedEvent]) -> None:
        """Take in what comes before an event that cannot be, then raise; the database may too."""
        before = [recorded for recorded in events if recorded.position < letter.position]
        if before:
            self.deliver(Page(before, before[-1].position))
        raise ProjectionError(letter.position, letter.topic, letter.error)
