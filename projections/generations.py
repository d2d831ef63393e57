"""Generations: the complete builds of the read side, one of them live."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import psycopg
from attrs import frozen
from psycopg.rows import class_row

from featuretrail.domain.errors import NotFoundError, SchemaError
from featuretrail.infrastructure.queries import query

AnyConnection = psycopg.Connection[Any]

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
    tables: tuple[str, ...]
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
        raise SchemaError(
            "no generation of the read side is live: restore featuretrail.generations"
        )
    return read(connection, row[0])


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
