"""Proving a live table: its bytes are those of a table built anew from the log."""

from collections.abc import Mapping, Sequence
from typing import Any

import psycopg
from attrs import asdict, frozen
from psycopg import sql

from featuretrail.domain.results import Result
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.queries import query
from featuretrail.projections import generations
from featuretrail.projections.digesting import TableDigest, table_digests
from featuretrail.projections.generations import Generation
from featuretrail.projections.projector import Progress, Projector

AnyConnection = psycopg.Connection[Any]

SHOWN = 20
"""How many differing rows of a table are listed."""


@frozen
class TableProof:
    """A table live and rebuilt, at the same position: rows, digests, how many rows differ."""

    table: str
    rows: int
    rebuilt_rows: int
    digest: str
    rebuilt_digest: str
    differing_rows: int = 0

    @property
    def ok(self) -> bool:
        """Whether both are the same, byte for byte."""
        return self.digest == self.rebuilt_digest


@frozen
class RowDifference:
    """A row that differs: ``kind`` is missing (in the live table), extra or changed.

    ``columns`` maps each differing column to its live and its rebuilt value; ``position`` is that
    of the event that made the row.
    """

    table: str
    id: str
    position: int
    kind: str
    columns: Mapping[str, tuple[Any, Any]]

    @property
    def reason(self) -> str:
        """The difference in words."""
        row = f"row {self.id} of {self.table}, made by event {self.position}"
        match self.kind:
            case "missing":
                return f"{row}, is missing"
            case "extra":
                return f"{row} or by nobody, is not in the rebuild"
            case _:
                changes = (f"{name} is {a!r}, not {b!r}" for name, (a, b) in self.columns.items())
                return f"{row}: {'; '.join(changes)}"


@frozen
class Verification(Result):
    """The live tables compared with their rebuild at ``position``, table by table."""

    position: int
    tables: tuple[TableProof, ...]
    differences: tuple[RowDifference, ...] = ()
    dead_letters: int = 0
    rebuilt_dead_letters: int = 0

    @property
    def ok(self) -> bool:
        """Whether every table equals its rebuild."""
        return all(proof.ok for proof in self.tables)

    def to_dict(self) -> dict[str, Any]:
        """Return the proof as a JSON object."""
        return {
            "ok": self.ok,
            "position": self.position,
            "tables": [asdict(proof) | {"ok": proof.ok} for proof in self.tables],
            "differences": [
                asdict(difference) | {"reason": difference.reason}
                for difference in self.differences
            ],
            "dead_letters": self.dead_letters,
            "rebuilt_dead_letters": self.rebuilt_dead_letters,
        }


def verify(
    database: Database, projector: Projector, progress: Progress | None = None
) -> Verification:
    """Compare the tables of ``projector``'s generation with the live ones, stopping nobody.

    The live tables are read in one transaction at the live position; the other generation, which
    must not be past it, is brought to exactly there, then read in its turn.
    """
    tables = projector.generation.tables
    with database.dedicated() as connection, connection.transaction():
        _sight(connection)
        live = generations.live(connection)
        before = table_digests(connection, live.schema_name, tables)
    rebuilt = projector.advance(live.position, progress)
    with database.dedicated() as connection, connection.transaction():
        _sight(connection)
        after = table_digests(connection, rebuilt.schema_name, tables)
    unequal = [table for table in tables if before[table] != after[table]]
    counts, differences = _differences(database, rebuilt, unequal)
    return Verification(
        position=live.position,
        tables=tuple(_proof(before[table], after[table], counts.get(table, 0)) for table in tables),
        differences=tuple(differences),
        dead_letters=len(live.parked),
        rebuilt_dead_letters=len(rebuilt.parked),
    )


def _sight(connection: AnyConnection) -> None:
    connection.execute(query("projections/repeatable_read"))
    connection.execute(query("values/no_statement_timeout"))


def _proof(live: TableDigest, rebuilt: TableDigest, differing: int) -> TableProof:
    return TableProof(live.table, live.rows, rebuilt.rows, live.digest, rebuilt.digest, differing)


def _differences(
    database: Database, rebuilt: Generation, tables: Sequence[str]
) -> tuple[dict[str, int], list[RowDifference]]:
    """List the rows that differ; rows that live events changed meanwhile are left out."""
    counts: dict[str, int] = {}
    found: list[RowDifference] = []
    with database.dedicated() as connection, connection.transaction():
        _sight(connection)
        live = generations.live(connection)
        for table in tables:
            names = {
                "live": sql.Identifier(live.schema_name, table),
                "rebuilt": sql.Identifier(rebuilt.schema_name, table),
            }
            facts = {"until": min(live.position, rebuilt.position), "limit": SHOWN}
            counting = query("projections/count_differences").format(**names)
            [(counts[table],)] = connection.execute(counting, facts)
            listing = query("projections/differences").format(**names)
            found += [_difference(table, *row) for row in connection.execute(listing, facts)]
    return counts, found


def _difference(
    table: str, live: dict[str, Any] | None, rebuilt: dict[str, Any] | None
) -> RowDifference:
    here, there = live or {}, rebuilt or {}
    known = there or here
    columns = {
        name: (here.get(name), there.get(name))
        for name in known
        if live is not None and rebuilt is not None and here.get(name) != there.get(name)
    }
    kind = "missing" if live is None else "extra" if rebuilt is None else "changed"
    return RowDifference(table, str(known["id"]), int(known["position"]), kind, columns)
