"""The state of the read side: how far it is, who moves it on, what it lacks."""

from datetime import datetime
from typing import Any

import psycopg
from attrs import asdict, field, frozen
from psycopg.rows import class_row

from featuretrail.domain.results import Result
from featuretrail.infrastructure.log.application import head_missing
from featuretrail.infrastructure.queries import query
from featuretrail.projections.dead_letters import ParkedEvent, dead_letters
from featuretrail.projections.generations import State, none_live
from featuretrail.projections.live import Owner, owner

AnyConnection = psycopg.Connection[Any]


@frozen
class GenerationStatus(Result):
    """One build of the read side: its state, where it is, and how many events it lacks."""

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
    dead_letters: int

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON object."""
        return asdict(self, value_serializer=_json)


@frozen
class ProjectionStatus(Result):
    """The live generation: its tables' schema, its lag behind the log, its owner, what it lacks.

    ``lag_events`` are the events of the log not yet taken in, ``lag_seconds`` is the age of the
    oldest of them: 0 when level. ``generations`` are all builds, oldest first.
    """

    generation: int
    schema_name: str
    position: int
    head: int
    lag_seconds: float
    owner: Owner | None
    first_dead_letter: ParkedEvent | None
    generations: tuple[GenerationStatus, ...]

    @property
    def lag_events(self) -> int:
        """How many events of the log are not yet taken in."""
        return self.head - self.position

    @property
    def dead_letters(self) -> int:
        """How many events are parked."""
        return sum(each.dead_letters for each in self.generations if each.state == "live")

    def summary(self) -> dict[str, Any]:
        """Return the state in short, as a JSON object."""
        return {
            "generation": self.generation,
            "position": self.position,
            "lag_events": self.lag_events,
            "lag_seconds": self.lag_seconds,
            "owner": None if self.owner is None else self.owner.pid,
            "dead_letters": self.dead_letters,
            "head": self.head,
            "generations": [
                {
                    "generation": each.generation,
                    "state": each.state,
                    "schema": each.schema_name,
                    "position": each.position,
                    "dead_letters": each.dead_letters,
                }
                for each in self.generations
            ],
        }

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON object."""
        first = self.first_dead_letter
        return {
            "generation": self.generation,
            "schema": self.schema_name,
            "position": self.position,
            "head": self.head,
            "lag_events": self.lag_events,
            "lag_seconds": self.lag_seconds,
            "owner": None if self.owner is None else asdict(self.owner, value_serializer=_json),
            "dead_letters": self.dead_letters,
            "first_dead_letter": None if first is None else first.to_dict(),
            "generations": [each.to_dict() for each in self.generations],
        }


def projection_status(connection: AnyConnection) -> ProjectionStatus:
    """Return the state of the read side; raise ``SchemaError`` when no generation is live.

    ``connection`` is in no transaction: all is read in one, as of one moment.
    """
    with connection.transaction():
        connection.execute(query("projections/repeatable_read"))
        return _status(connection)


def _status(connection: AnyConnection) -> ProjectionStatus:
    with connection.cursor(row_factory=class_row(GenerationStatus)) as cursor:
        builds = cursor.execute(query("projections/generations")).fetchall()
    row = connection.execute(query("projections/status")).fetchone()
    if row is None:
        raise head_missing()
    if row[0] is None:
        raise none_live()
    generation, schema_name, position, head, lag_seconds = row
    letters = dead_letters(connection, generation, limit=1)
    return ProjectionStatus(
        generation=generation,
        schema_name=schema_name,
        position=position,
        head=head,
        lag_seconds=lag_seconds,
        owner=owner(connection, generation),
        first_dead_letter=letters[0] if letters else None,
        generations=tuple(builds),
    )


def _json(_instance: object, _attribute: object, value: Any) -> Any:  # noqa: ANN401 - attrs' hook
    match value:
        case datetime():
            return value.isoformat()
        case tuple():
            return list(value)
        case _:
            return value
