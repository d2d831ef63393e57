"""Proving live tables: their bytes are those of tables built anew from the log."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import count
from typing import Any

import psycopg
from attrs import asdict, frozen
from psycopg import sql

from featuretrail.domain.errors import ConflictError
from featuretrail.domain.results import Result
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.queries import query
from featuretrail.projections import generations
from featuretrail.projections.differences import (
    Compared,
    LetterDifference,
    RowDifference,
    letter_counts,
    letter_differences,
    row_differences,
)
from featuretrail.projections.digesting import TableDigest, table_digests
from featuretrail.projections.generations import Generation
from featuretrail.projections.projector import Projector

AnyConnection = psycopg.Connection[Any]
Progress = Callable[[str, int, int], object]

PATIENT_AFTER = 10
"""How often the live projector may slip away before it is held for a moment."""


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
class Verification(Result):
    """The live tables compared with their rebuild at ``position``, table by table.

    ``differences`` are the first rows that differ in each table. ``dead_letters`` and
    ``rebuilt_dead_letters`` count the events that each side lacks; ``letters`` are the first of
    the ``differing_letters`` that only one side lacks.
    """

    position: int
    tables: tuple[TableProof, ...]
    differences: tuple[RowDifference, ...] = ()
    dead_letters: int = 0
    rebuilt_dead_letters: int = 0
    differing_letters: int = 0
    letters: tuple[LetterDifference, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether every table equals its rebuild, and both lack the same events."""
        return not self.differing_letters and all(proof.ok for proof in self.tables)

    def to_dict(self) -> dict[str, Any]:
        """Return the proof as a JSON object."""
        return {
            "ok": self.ok,
            "position": self.position,
            "tables": [asdict(proof) | {"ok": proof.ok} for proof in self.tables],
            "differences": [each.to_dict() for each in self.differences],
            "dead_letters": self.dead_letters,
            "rebuilt_dead_letters": self.rebuilt_dead_letters,
            "differing_letters": self.differing_letters,
            "letters": [asdict(each) | {"reason": each.reason} for each in self.letters],
        }


def verify(
    database: Database, projector: Projector, progress: Progress | None = None
) -> Verification:
    """Compare the tables of ``projector``'s generation with the live ones, stopping nobody.

    That generation is brought to the live position; then one transaction's sight of both, at one
    position, is compared, while readers, writers and the live projector go on.
    """
    tell = _silent if progress is None else progress
    tables = projector.generation.tables
    with _one_sight(database, projector, tell) as (connection, live, rebuilt):
        compared = Compared(connection, live, rebuilt)
        proofs, rows = [], list[RowDifference]()
        for done, table in enumerate(tables):
            tell("comparing", done, len(tables))
            before, after = (
                table_digests(connection, each.schema_name, [table])[table]
                for each in (live, rebuilt)
            )
            differing, first = (0, []) if before == after else row_differences(compared, table)
            proofs.append(_proof(before, after, differing))
            rows += first
        tell("comparing", len(tables), len(tables))
        here, there = letter_counts(compared)
        unlike, letters = letter_differences(compared)
    return Verification(
        position=live.position,
        tables=tuple(proofs),
        differences=tuple(rows),
        dead_letters=here,
        rebuilt_dead_letters=there,
        differing_letters=unlike,
        letters=tuple(letters),
    )


@contextmanager
def _one_sight(
    database: Database, projector: Projector, tell: Progress
) -> Iterator[tuple[AnyConnection, Generation, Generation]]:
    """Give a transaction that sees the live and the projector's generation at one position."""
    with database.dedicated() as connection:
        for attempt in count():
            with ExitStack() as sight:
                with ExitStack() as holding:
                    if attempt >= PATIENT_AFTER:
                        held = holding.enter_context(database.transaction())
                        held.execute(query("projections/hold_live"))
                    _follow(database, projector, tell)
                    sight.enter_context(connection.transaction())
                    live, rebuilt = _look(connection, projector.generation)
                if live.position == rebuilt.position:
                    yield connection, live, rebuilt
                    return


def _follow(database: Database, projector: Projector, tell: Progress) -> None:
    with database.connection() as connection:
        live = generations.live(connection)
    if projector.generation.position > live.position:
        raise ConflictError(
            f"generation {projector.generation.generation} is at position "
            f"{projector.generation.position}, past the live one at {live.position}: bring the "
            "live tables level first, with `featuretrail projections run`"
        )
    projector.advance(live.position, lambda done, aim: tell("following", done, aim))


def _look(connection: AnyConnection, building: Generation) -> tuple[Generation, Generation]:
    """Fix what the transaction sees, with every table locked against a swap before."""
    connection.execute(query("projections/repeatable_read"))
    for schema in ("featuretrail", building.schema_name):
        for table in building.tables:
            lock = query("projections/lock_reading")
            connection.execute(lock.format(table=sql.Identifier(schema, table)))
    connection.execute(query("values/no_statement_timeout"))
    connection.execute(query("projections/utf8"))
    return generations.live(connection), generations.read(connection, building.generation)


def _proof(live: TableDigest, rebuilt: TableDigest, differing: int) -> TableProof:
    return TableProof(live.table, live.rows, rebuilt.rows, live.digest, rebuilt.digest, differing)


def _silent(what: str, done: int, aim: int) -> None:
    """Take a report of progress that nobody asked for."""
