"""Generations: the complete builds of the read side, one of them live."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import cache
from importlib.metadata import version as installed_version
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, Literal
from uuid import UUID

import psycopg
from attrs import field, frozen
from blake3 import blake3
from psycopg import sql
from psycopg.rows import class_row

from featuretrail.domain.errors import IntegrityError, NotFoundError, SchemaError
from featuretrail.infrastructure.queries import query
from featuretrail.projections.presence import check_present
from featuretrail.projections.read_models import READ_MODELS, VIEWS

AnyConnection = psycopg.Connection[Any]

CODE = ("featuretrail.domain", "featuretrail.projections", "featuretrail.infrastructure.log")
"""The packages whose code decides what the tables hold."""

State = Literal["live", "building", "verifying", "soaking", "copy"]


@frozen
class Generation:
    """One build of the read side: where its tables are and which events they hold.

    It holds every event up to ``position`` but the dead letters; ``parked`` maps the streams of
    these to the position of the first of each.
    """

    generation: int
    schema_name: str
    state: State
    tables: tuple[str, ...] = field(converter=tuple)
    until: int | None
    position: int
    replays: int
    library_version: str
    created_at: datetime
    advanced_at: datetime | None
    swapped_at: datetime | None
    parked_streams: tuple[UUID, ...]
    parked_positions: tuple[int, ...]

    @property
    def parked(self) -> dict[UUID, int]:
        """The position of the first dead letter of each stream that has one."""
        return dict(zip(self.parked_streams, self.parked_positions, strict=True))


def live(connection: AnyConnection) -> Generation:
    """Return the live generation; raise ``SchemaError`` when there is none."""
    row = connection.execute(query("projections/live")).fetchone()
    if row is None:
        raise none_live()
    return read(connection, row[0])


def none_live() -> SchemaError:
    """Return the error that no generation is live."""
    return SchemaError("no generation of the read side is live: restore featuretrail.generations")


def check_reached_by_log(position: int, head: int) -> None:
    """Raise ``IntegrityError`` when the live generation claims events that the log lacks.

    It would pass over the next events as if it held them.
    """
    if position > head:
        raise IntegrityError(
            f"the live tables claim to hold the events up to {position}, but the log ends at "
            f"{head}: see `featuretrail audit verify`; if the log is whole, "
            f"featuretrail.generations was altered: set the position of the live generation to "
            f"{head} there, then `featuretrail projections rebuild --accept-differences`"
        )


def read(connection: AnyConnection, generation: int) -> Generation:
    """Return the generation of that number; raise ``NotFoundError`` when it is gone."""
    with connection.cursor(row_factory=class_row(Generation)) as cursor:
        found = cursor.execute(
            query("projections/generation"), {"generation": generation}
        ).fetchone()
    if found is None:
        known = connection.execute("SELECT generation FROM featuretrail.generations").fetchall()
        raise NotFoundError("generation", generation, sorted(str(number) for (number,) in known))
    return found


def every(connection: AnyConnection) -> list[Generation]:
    """Return all generations, oldest first."""
    numbers = connection.execute(query("projections/numbers")).fetchall()
    return [read(connection, number) for (number,) in numbers]


def create(
    connection: AnyConnection,
    state: State,
    tables: Sequence[str],
    *,
    until: int | None = None,
    schema_name: str | None = None,
) -> Generation:
    """Make an empty generation in a schema of its own, in the transaction of ``connection``.

    A copy of all tables has the views too.
    """
    facts = {
        "state": state,
        "tables": list(tables),
        "until": until,
        "schema_name": schema_name,
        "library_version": library_version(),
    }
    whole = state == "copy" and len(tables) == len(READ_MODELS)
    check_present(connection, [*tables, *VIEWS] if whole else tables)
    [(number, schema)] = connection.execute(query("projections/create_generation"), facts)
    connection.execute(query("projections/create_schema").format(schema=sql.Identifier(schema)))
    connection.execute(
        query("projections/create_read_side"),
        {"schema": schema, "tables": list(tables), "views": list(VIEWS) if whole else []},
    )
    return read(connection, number)


def drop(connection: AnyConnection, generation: Generation) -> None:
    """Drop a generation that is not live, with its schema, in the transaction of ``connection``."""
    if generation.state == "live":
        raise SchemaError("the live generation is never dropped")
    facts = {"generation": generation.generation}
    connection.execute(query("projections/forget_generation"), facts)
    schema = sql.Identifier(generation.schema_name)
    connection.execute(query("projections/drop_schema").format(schema=schema))


def lock(connection: AnyConnection) -> None:
    """Make whoever makes, swaps or drops generations wait for the transaction of ``connection``."""
    connection.execute(query("projections/lock_generations"))


@cache
def library_version() -> str:
    """Return the version of featuretrail with a digest of the code that makes rows of events.

    A half-built generation goes on only under the code that began it: a mended handler without a
    new version would leave the rows that it was mended for.
    """
    hasher = blake3()
    for package in CODE:
        for name, text in sorted(_sources(files(package))):
            hasher.update(name.encode() + b"\0" + text + b"\0")
    return f"{installed_version('featuretrail')}+{hasher.hexdigest(length=6)}"


def _sources(folder: Traversable) -> Iterator[tuple[str, bytes]]:
    for each in folder.iterdir():
        if each.is_dir():
            yield from _sources(each)
        elif each.name.endswith(".py"):
            yield f"{folder.name}/{each.name}", each.read_bytes()
