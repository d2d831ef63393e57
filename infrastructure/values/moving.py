"""Tables of values that were made before TimescaleDB came, moved to hypertables.

A table is copied beside itself block by block while readers read and writers write; each step is a
transaction, so an interrupted move goes on where it was. At the end writers of the group wait for
the last batches to be copied and counted, and readers for the exchange of the two tables.
"""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import psycopg
from attrs import asdict, evolve, frozen
from psycopg import errors, sql

from featuretrail.domain.errors import DatabaseError, SchemaError
from featuretrail.infrastructure.database import capabilities
from featuretrail.infrastructure.queries import query
from featuretrail.infrastructure.values.tables import CHUNK, moving_table, values_table

AnyConnection = psycopg.Connection[Any]
Progress = Callable[[str, int, int], object]
"""Called with what is being done, how far it is and how far it goes."""

BLOCKS = 8_192
"""How many blocks (of 8 KiB) one transaction copies."""
WRITERS_PATIENCE = "30s"
READERS_PATIENCE_SECONDS = 5.0
ONE_TRY = timedelta(milliseconds=500)
"""How long one try waits for readers, while others wait behind it: shorter than the second after
which the server would look for a deadlock and end one of them."""
_PAUSE_SECONDS = 0.2
_SCHEMA = "featuretrail_values"


@frozen
class Moved:
    """A table of values that is a hypertable now.

    ``writers_held`` and ``readers_held`` are the longest that a writer of the group and a reader
    could have waited, in seconds.
    """

    table: str
    rows: int
    seconds: float
    writers_held: float
    readers_held: float

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON object."""
        return {
            "table": self.table,
            "rows": self.rows,
            "seconds": round(self.seconds, 3),
            "writers_held_ms": round(self.writers_held * 1000, 1),
            "readers_held_ms": round(self.readers_held * 1000, 1),
        }


@frozen
class _State:
    """How far a copy is: before ``block`` it holds the rows of the batches up to ``through``.

    ``file`` is where the rows of the original were, in ``blocks`` blocks: written anew, they are
    elsewhere.
    """

    file: int
    blocks: int
    through: int
    block: int = 0


class _ChangedError(Exception):
    """The table has other columns or another order now: the copy has to begin anew."""


def waiting(connection: AnyConnection, schema: str) -> list[str]:
    """Return the tables of values, or of the read side, in ``schema`` that are to be hypertables.

    None without TimescaleDB.
    """
    if capabilities(connection).timescaledb is None:
        return []
    rows = connection.execute(query("moving/waiting"), {"schema": schema}).fetchall()
    return [table for (table,) in rows]


@contextmanager
def turn(connection: AnyConnection) -> Iterator[None]:
    """Wait until no other process moves tables, and keep others waiting in the block."""
    connection.execute(query("moving/take_turns"))
    try:
        yield
    finally:
        if not connection.broken:
            connection.execute(query("moving/end_turn"))


def move_values(connection: AnyConnection, progress: Progress) -> list[Moved]:
    """Make hypertables of the tables of values that are none; ``connection`` has the ``turn``.

    Raises ``SchemaError`` for a table whose owner has put something on it that cannot move, and
    ``DatabaseError`` when others hold a table for too long. What was moved before stays moved, and
    what was copied is kept for the next time.
    """
    moved = [_Move(connection, table, progress).run() for table in waiting(connection, _SCHEMA)]
    connection.execute(query("moving/drop_schema"))
    return moved


class _Move:
    """One table of values on its way."""

    def __init__(self, connection: AnyConnection, group: str, progress: Progress) -> None:
        self._connection = connection
        self._group = group
        self._progress = progress
        self._tables = {
            "source": values_table(group),
            "target": moving_table(group),
        }
        self._names = {name: each.as_string(connection) for name, each in self._tables.items()}

    def run(self) -> Moved:
        """Copy, exchange, tell."""
        began = time.perf_counter()
        try:
            while True:
                try:
                    rows, writers_held, readers_held = self._exchange(self._filled())
                except _ChangedError:
                    self._execute("drop")
                else:
                    break
        except (errors.FeatureNotSupported, errors.DependentObjectsStillExist) as error:
            raise SchemaError(f"{self._names['source']} stays a plain table: {error}") from error
        except errors.LockNotAvailable as error:
            raise DatabaseError(self._held("written to")) from error
        seconds = time.perf_counter() - began
        return Moved(f"{_SCHEMA}.{self._group}", rows, seconds, writers_held, readers_held)

    def _filled(self) -> _State:
        """Copy the rows that are there, in steps, each a transaction that notes how far it is."""
        state = self._begun() or self._begin()
        while state.block < state.blocks:
            self._progress(f"moving {self._group}", state.block, state.blocks)
            past = min(state.block + BLOCKS, state.blocks)
            bounds = {"first": f"({state.block},0)", "past": f"({past},0)"}
            with self._connection.transaction():
                self._execute("copy_blocks", **bounds, through=state.through)
                state = self._noted(evolve(state, block=past))
        self._progress(f"moving {self._group}", state.blocks, state.blocks)
        last = self._extent().through
        if last > state.through:
            with self._connection.transaction():
                self._execute("copy_batches", through=state.through, last=last)
                state = self._noted(evolve(state, through=last))
        self._execute("analyze")
        return state

    def _begun(self) -> _State | None:
        found = self._connection.execute(
            query("moving/begun"), {"target": self._names["target"]}
        ).fetchone()
        if found is None:
            return None
        self._check_unchanged(state := _State(**json.loads(found[0])))
        return state

    def _begin(self) -> _State:
        with self._connection.transaction():
            self._connection.execute(query("moving/create_schema"))
            self._execute("create")
            facts = {"target": self._names["target"], "chunk": CHUNK}
            self._connection.execute(query("moving/make_hypertable"), facts)
            return self._noted(self._extent())

    def _extent(self) -> _State:
        facts = {"source": self._names["source"], "group": self._group}
        [(file, blocks, last_batch)] = self._connection.execute(query("moving/extent"), facts)
        return _State(file, blocks, last_batch)

    def _noted(self, state: _State) -> _State:
        self._connection.execute(
            query("moving/note").format(
                **self._tables, state=sql.Literal(json.dumps(asdict(state)))
            )
        )
        return state

    def _exchange(self, state: _State) -> tuple[int, float, float]:
        """Put the copy in the place of the table; return its rows, and how long others waited."""
        with self._connection.transaction():
            patience = {"patience": WRITERS_PATIENCE}
            self._connection.execute(query("moving/writers_patience"), patience)
            self._connection.execute(query("values/lock_group"), {"group": self._group})
            self._execute("stop_writers")
            stopped = time.perf_counter()
            self._check_unchanged(state)
            last = self._extent().through
            self._execute("copy_batches", through=state.through, last=last)
            rows = self._reconciled()
            asked = self._replaced()
        ended = time.perf_counter()
        return rows, ended - stopped, ended - asked

    def _reconciled(self) -> int:
        """Mend batches whose rows were removed from the table meanwhile; return the rows."""
        [(original, copied)] = self._execute("counts")
        if original != copied:
            batches = [batch for (batch,) in self._execute("unlike_batches")]
            self._execute("delete_batches", batches=batches)
            self._execute("copy_batches_again", batches=batches)
            [(original, copied)] = self._execute("counts")
        if original != copied:
            raise DatabaseError(
                f"{self._names['source']} has {original} rows and its copy {copied}: nothing was "
                "exchanged; please report this"
            )
        return int(original)

    def _replaced(self) -> float:
        """Exchange the tables once no reader is in the way; return when that began."""
        deadline = time.monotonic() + READERS_PATIENCE_SECONDS
        while True:
            asked = time.perf_counter()
            try:
                with self._connection.transaction():
                    facts = {**self._names, "patience": ONE_TRY}
                    self._connection.execute(query("moving/replace"), facts)
            except (errors.LockNotAvailable, errors.DeadlockDetected) as error:
                if time.monotonic() > deadline:
                    raise DatabaseError(self._held("read")) from error
                time.sleep(_PAUSE_SECONDS)
            else:
                return asked

    def _check_unchanged(self, state: _State) -> None:
        columns = [
            self._connection.execute(query("moving/columns"), {"table": name}).fetchall()
            for name in self._names.values()
        ]
        if columns[0] != columns[1] or state.file != self._extent().file:
            raise _ChangedError

    def _execute(self, name: str, **facts: object) -> list[tuple[Any, ...]]:
        cursor = self._connection.execute(
            query(f"moving/{name}").format(**self._tables), facts or None
        )
        return cursor.fetchall() if cursor.description else []

    def _held(self, how: str) -> str:
        return (
            f"{self._names['source']} is {how} in transactions that last too long, so it stays a "
            "plain table for now: end them and repeat the command, which goes on from here"
        )
