"""Columns from PostgreSQL through ADBC: decoded in C, three to six times as fast as in Python.

Its connections are not those of the pool, and at most ``PULLS``. That is safe, because a join asks
for batches up to one that it has seen, and what a batch holds never changes.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from signal import SIGINT, siginterrupt
from threading import BoundedSemaphore, Lock
from typing import TYPE_CHECKING

import pyarrow as pa
from adbc_driver_manager import Error, OperationalError
from psycopg import sql
from psycopg.errors import InsufficientPrivilege

from featuretrail.domain.errors import DatabaseError, DatabaseUnavailableError
from featuretrail.infrastructure.conninfo import Session, session_conninfo
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.queries import query
from featuretrail.infrastructure.retrieval.pull_statements import (
    retractions_as_columns,
    select_retractions,
    select_values,
)
from featuretrail.infrastructure.retrieval.source import Wanted

if TYPE_CHECKING:
    from adbc_driver_postgresql import dbapi


PULLS = 10
"""How many pulls may run at once; each has a connection. More would only share the server's cores
and hold more blocks in memory."""


class AdbcSource:
    """A ``ColumnSource`` that keeps the connections it opened. Safe to share between threads.

    Of more than ``PULLS`` at once the others wait as for a connection of the pool. One that was
    kept is asked first whether it lives, so that a restart of the server is not noticed.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = Lock()
        self._turns = BoundedSemaphore(PULLS)
        self._idle: list[dbapi.Connection] = []

    def blocks(self, wanted: Wanted) -> Iterator[pa.Table]:
        """Yield the wanted rows as they arrive."""
        return self._read(select_values(wanted).as_string())

    def retractions(self, wanted: Wanted) -> pa.Table:
        """Return the group's retractions."""
        parts = self._read(select_retractions(wanted).as_string())
        return retractions_as_columns(wanted, parts)

    def table(self, statement: sql.Composed) -> pa.Table:
        """Return the rows that a statement selects."""
        return pa.concat_tables(self._read(statement.as_string()))

    def close(self) -> None:
        """Close the connections that are not in use."""
        with self._lock:
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    def _read(self, statement: str) -> Iterator[pa.Table]:
        with self._connection() as connection, connection.cursor() as cursor:
            cursor.execute(statement)
            reader = cursor.fetch_record_batch()
            yield reader.schema.empty_table()
            for batch in reader:
                yield pa.Table.from_batches([batch])

    @contextmanager
    def _connection(self) -> Iterator["dbapi.Connection"]:
        """Lend a connection once it is this caller's turn."""
        seconds = self._database.pool_timeout
        if not self._turns.acquire(timeout=seconds):
            raise DatabaseUnavailableError(
                f"all {PULLS} connections for pulls from {self._database.address} are in use and "
                f"none came free in {seconds:g} s: ask less at once, or allow more time"
            )
        try:
            with self._lent() as connection:
                yield connection
        finally:
            self._turns.release()

    @contextmanager
    def _lent(self) -> Iterator["dbapi.Connection"]:
        """Lend a connection; one whose use failed or was broken off is not kept."""
        connection = self._take()
        finished = False
        try:
            yield connection
            finished = True
        except Error as error:
            raise _translated(error, self._database.address) from error
        finally:
            if finished:
                with self._lock:
                    self._idle.append(connection)
            else:
                connection.close()

    def _take(self) -> "dbapi.Connection":
        while (connection := self._kept()) is not None:
            if _alive(connection):
                return connection
            connection.close()
        session = Session.unlimited().named("featuretrail pull")
        try:
            return _connect(session_conninfo(self._database.url, session))
        except Error as error:
            raise DatabaseUnavailableError(
                f"cannot connect to {self._database.address}: {error}"
            ) from error

    def _kept(self) -> "dbapi.Connection | None":
        with self._lock:
            return self._idle.pop() if self._idle else None


def _translated(error: Error, where: str) -> Exception:
    if error.sqlstate == InsufficientPrivilege.sqlstate:
        return InsufficientPrivilege(str(error))  # as elsewhere: one place names the role needed
    if isinstance(error, OperationalError) and error.sqlstate is None:
        return DatabaseUnavailableError(f"the connection to {where} was lost: {error}")
    return DatabaseError(f"reading from {where} failed: {error}")


def _connect(conninfo: str) -> "dbapi.Connection":
    """Open a connection, loading the driver at the first one.

    Loading it imports polars wherever that is installed, which takes a second, and polars
    makes Ctrl-C wait until a blocked read returns; the latter is undone.
    """
    polars_was_loaded = "polars" in sys.modules
    from adbc_driver_postgresql import dbapi  # noqa: PLC0415 - see above

    if "polars" in sys.modules and not polars_was_loaded:
        siginterrupt(SIGINT, True)  # noqa: FBT003 - the standard library's signature
    return dbapi.connect(conninfo, autocommit=True)


def _alive(connection: "dbapi.Connection") -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute(query("retrieval/alive").as_string())
    except Error:
        return False
    return True
