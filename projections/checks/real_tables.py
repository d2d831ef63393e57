"""Real tables: in a schema of their own, written by the real projector, dropped afterwards."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import accumulate

from psycopg import sql

from featuretrail.domain.errors import ProjectionError, SchemaError
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.queries import query
from featuretrail.projections import generations
from featuretrail.projections.checks.failure import CheckFailedError
from featuretrail.projections.checks.orders import Pages
from featuretrail.projections.checks.tables import MemoryTables, Tables, cells, events_at
from featuretrail.projections.digesting import table_digests
from featuretrail.projections.folding import Folding
from featuretrail.projections.generations import Generation
from featuretrail.projections.pages import Page
from featuretrail.projections.projector import FencedError, Projector
from featuretrail.projections.read_model import ReadModel


class _UndoneError(Exception):
    """A transaction is undone, as by a crash before its commit."""


class RealTables:
    """Builds the tables of read models in ``database``, whose live ones are only looked at.

    Each build is a generation of its own, made like the live tables (columns, keys, hypertables).
    The events need not be in the database's log.
    """

    def __init__(self, models: Sequence[ReadModel], law: str, database: Database) -> None:
        self._models = models
        self._tables = [model.table for model in models]
        self._ignored = frozenset(Folding(models).ignored)
        self._law = law
        self._database = database

    def built(self, pages: Pages) -> Tables:
        """Return the tables after ``pages``."""
        self._check_columns(pages)
        with self._generation() as generation:
            with self._projector(generation) as projector:
                for page in self._numbered(pages):
                    self._deliver(projector, page)
            return self._read(generation)

    def built_with_redeliveries(self, pages: Pages) -> Tables:
        """Return the tables after ``pages``, each undone, delivered, and delivered too late."""
        with self._generation() as generation:
            for page in self._numbered(pages):
                with self._projector(generation) as dying:
                    self._deliver_and_undo(dying, page)
                with self._projector(generation) as owner, self._projector(generation) as late:
                    self._deliver(owner, page)
                    self._refuse(late, page)
            return self._read(generation)

    @contextmanager
    def _generation(self) -> Iterator[Generation]:
        """Give a new generation, owned by nobody else, and drop it."""
        with self._database.dedicated() as guard:
            with guard.transaction():
                generations.lock(guard)
                made = generations.create(guard, "copy", self._tables)
                guard.execute(query("projections/own"), {"generation": made.generation})
            try:
                yield made
            finally:
                with guard.transaction():
                    generations.lock(guard)
                    generations.drop(guard, made)

    @contextmanager
    def _projector(self, generation: Generation) -> Iterator[Projector]:
        """Give a projector that goes on where the generation is."""
        with self._database.dedicated() as connection:
            state = generations.read(connection, generation.generation)
            yield Projector(self._database, connection, state, policy="stop", models=self._models)

    def _deliver(self, projector: Projector, page: Page) -> None:
        try:
            projector.deliver(page)
        except ProjectionError as error:
            raise CheckFailedError(
                self._law,
                f"event {error.position} cannot be taken in: {error.reason}",
                events=events_at(page.events, [error.position]),
            ) from error

    def _deliver_and_undo(self, projector: Projector, page: Page) -> None:
        with suppress(_UndoneError), projector.connection.transaction():
            self._deliver(projector, page)
            raise _UndoneError

    def _refuse(self, late: Projector, page: Page) -> None:
        try:
            late.deliver(page)
        except FencedError:
            return
        except ProjectionError as error:
            how = f"only the tables refused it: {error.reason}"
        else:
            how = "nothing refused it"
        raise CheckFailedError(
            self._law,
            f"a projector that is late delivered a page again, and {how}",
            events=page.events,
        )

    def _check_columns(self, pages: Pages) -> None:
        """Raise for a row that has other columns than its table."""
        with self._database.connection() as connection:
            found = connection.execute(
                query("projections/columns"), {"tables": self._tables}
            ).fetchall()
        for table, rows in MemoryTables(self._models, self._law).built(pages).rows.items():
            columns = {name for of, name, *_ in found if of == table}
            if not columns:
                raise SchemaError(
                    f"the database has no table featuretrail.{table}: create it as its migration "
                    "does, or check the read model without a database"
                )
            for own_id, row in rows.items():
                lacking, foreign = sorted(columns - {*row}), sorted({*row} - columns)
                if lacking or foreign:
                    raise CheckFailedError(
                        self._law,
                        f"row {own_id} of {table} lacks the columns {lacking} of the table and has "
                        f"{foreign}, which the table has not",
                        table=table,
                        row=str(own_id),
                    )

    def _read(self, generation: Generation) -> Tables:
        tables = Tables({table: {} for table in self._tables})
        with self._database.connection() as connection:
            for table in self._tables:
                name = sql.Identifier(generation.schema_name, table)
                reading = query("projections/checked_rows").format(table=name)
                for own_id, row in connection.execute(reading).fetchall():
                    tables.rows[table][own_id] = cells(row)
                    tables.touched[table, own_id] = {row["position"], row["last_position"]}
            digests = table_digests(connection, generation.schema_name, self._tables)
        tables.digests = {table: found.digest for table, found in digests.items()}
        return tables

    def _numbered(self, pages: Pages) -> Iterator[Page]:
        """Yield pages that end at the number of events so far, whatever the events' own places."""
        ends = accumulate(len(page) for page in pages)
        for page, end in zip(pages, ends, strict=True):
            yield Page([event for event in page if event.topic not in self._ignored], end)
