"""Bringing a database to this version: its schema, then the tables that can be hypertables now."""

from typing import Any

from attrs import frozen

from featuretrail.domain.results import Result
from featuretrail.infrastructure.conninfo import Session
from featuretrail.infrastructure.database import Database, connect
from featuretrail.infrastructure.migrations import migrate
from featuretrail.infrastructure.queries import query
from featuretrail.infrastructure.values.converting import convert_facts
from featuretrail.infrastructure.values.moving import Moved, Progress, move_values, turn
from featuretrail.projections.moving import move_read_side
from featuretrail.projections.projector import Policy
from featuretrail.projections.rebuild_report import RebuildReport

NAME = "featuretrail migrate"


@frozen
class Upgrade(Result):
    """What an upgrade did: the migrations it applied, the tables it made hypertables.

    ``read_side`` is the rebuild that moved the read side, ``None`` when that did not wait for it.
    """

    applied: tuple[str, ...]
    moved: tuple[Moved, ...]
    read_side: RebuildReport | None

    @property
    def ok(self) -> bool:
        """Whether all is done: false when the read side differs from what the log makes."""
        return self.read_side is None or self.read_side.ok

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON object."""
        return {
            "ok": self.ok,
            "applied": list(self.applied),
            "moved": [each.to_dict() for each in self.moved],
            "read_side": None if self.read_side is None else self.read_side.to_dict(),
        }


def upgrade(url: str, progress: Progress, policy: Policy = "park") -> Upgrade:
    """Bring the database at ``url`` to this version; any number of processes may do it at once.

    First the migrations, each whole or not at all. Then, where TimescaleDB has come since they
    were made, tables of values, served rows, outcomes and the read side become hypertables, and
    what the edition can do by itself (compression, daily jobs) is set up. Whatever interrupts it,
    the next call goes on from there. Raises ``SchemaError``, ``ConflictError`` or
    ``DatabaseError``.
    """
    applied = migrate(url)
    with connect(url, application_name=NAME) as connection, turn(connection):
        moved = [*move_values(connection, progress), *convert_facts(connection, progress)]
        with Database(url, pool_size=2, session=Session.unlimited().named(NAME)) as database:
            report = move_read_side(database, connection, policy, progress)
        connection.execute(query("migrations/tune"))
        connection.execute(query("migrations/tune_values"))
    return Upgrade(tuple(applied), tuple(moved), report)
