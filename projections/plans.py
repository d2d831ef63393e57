"""A plan: what is to be built beside the live tables, and getting to work on it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Self

from attrs import frozen

from featuretrail.domain.errors import ConflictError, InvalidInputError, NotFoundError
from featuretrail.domain.names import check_name
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.queries import query
from featuretrail.infrastructure.values.moving import waiting
from featuretrail.projections import generations
from featuretrail.projections.generations import Generation, State
from featuretrail.projections.projector import FencedError, Policy, Projector
from featuretrail.projections.read_models import READ_MODELS

TABLES = tuple(model.table for model in READ_MODELS)

_RESERVED_PREFIXES = ("featuretrail", "pg_", "_timescaledb", "timescaledb")
_RESERVED = ("public", "information_schema")


@frozen
class Plan:
    """A generation that is to be built: its kind, its tables, for a copy its end and its schema."""

    state: State
    tables: tuple[str, ...]
    until: int | None = None
    schema: str | None = None

    @classmethod
    def of(
        cls,
        state: State,
        tables: Sequence[str] | None,
        until: int | None = None,
        schema: str | None = None,
    ) -> Self:
        """Return the plan for ``tables``, all without a choice; raise for what cannot be built."""
        return cls(
            state,
            known_tables(tables),
            until,
            None if schema is None else check_schema(schema),
        )

    def begun(self, known: Sequence[Generation]) -> Generation | None:
        """Return the generation that an interrupted run of this plan left, if any.

        Raises ``ConflictError`` when the schema of a copy holds another copy.
        """
        for each in known:
            if each.state == self.state and self._fits(each):
                return each
        return None

    def _fits(self, begun: Generation) -> bool:
        if self.state != "copy":
            return begun.tables == self.tables
        same = begun.tables == self.tables and begun.until == self.until
        unfinished = begun.until is not None and begun.position < begun.until
        if self.schema is None:
            return same and unfinished
        if begun.schema_name == self.schema and not (same and unfinished):
            raise ConflictError(
                f"the schema {self.schema!r} holds a copy of {', '.join(begun.tables)} as of "
                f"position {begun.until}, so far up to {begun.position}: name another schema, or "
                f"`featuretrail projections prune --copy {self.schema}`"
            )
        return begun.schema_name == self.schema


@contextmanager
def undertaken(database: Database, plan: Plan, policy: Policy) -> Iterator[Projector]:
    """Give the projector of what ``plan`` builds: where an interrupted run of it left off, or new.

    What other code than this began, or what was begun as plain tables before TimescaleDB came, is
    dropped and begun anew. Raises ``ConflictError`` when another process works on the same.
    """
    builder = generations.library_version()
    while True:
        generation = _begun_or_new(database, plan)
        with claimed(database, generation, policy) as projector:
            plain = waiting(projector.connection, generation.schema_name)
            if generation.library_version == builder and not plain:
                yield projector
                return
            drop(projector)


@contextmanager
def claimed(database: Database, generation: Generation, policy: Policy) -> Iterator[Projector]:
    """Give the projector of ``generation``; raise ``ConflictError`` while another has it."""
    projector = Projector.claim(database, generation.generation, policy=policy)
    if projector is None:
        raise ConflictError(_worked_on(generation))
    with projector:
        try:
            yield projector
        except FencedError as error:
            raise ConflictError(_worked_on(generation)) from error


def drop(projector: Projector) -> None:
    """Drop the projector's generation with its tables."""
    with projector.connection.transaction():
        generations.lock(projector.connection)
        generations.drop(projector.connection, projector.refresh())


def known_tables(tables: Sequence[str] | None) -> tuple[str, ...]:
    """Return the tables that are named, all without a choice; raise ``NotFoundError``."""
    if tables is None:
        return TABLES
    if isinstance(tables, str) or not isinstance(tables, Sequence) or not tables:
        raise InvalidInputError(f"tables is {tables!r}; give a list of names, or none for all")
    for table in tables:
        if table not in TABLES:
            raise NotFoundError("table of the read side", table, TABLES)
    return tuple(table for table in TABLES if table in tables)


def check_schema(name: object) -> str:
    """Return ``name`` if a copy may have it; raise ``InvalidInputError``."""
    schema = check_name("schema", name)
    if schema.startswith(_RESERVED_PREFIXES) or schema in _RESERVED:
        raise InvalidInputError(f"the schema {schema!r} is not for copies; choose another name")
    return schema


def _begun_or_new(database: Database, plan: Plan) -> Generation:
    with database.transaction() as connection:
        generations.lock(connection)
        begun = plan.begun(generations.every(connection))
        if begun is not None:
            return begun
        exists = query("projections/schema_exists")
        if connection.execute(exists, {"schema": plan.schema}).fetchall() != [(False,)]:
            raise ConflictError(f"the schema {plan.schema!r} exists already; name a new one")
        return generations.create(
            connection, plan.state, plan.tables, until=plan.until, schema_name=plan.schema
        )


def _worked_on(generation: Generation) -> str:
    return (
        f"generation {generation.generation} ({generation.state}, schema "
        f"{generation.schema_name}) is being worked on by another process; wait for it, "
        "or see `featuretrail projections status`"
    )
