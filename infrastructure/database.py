"""The way to the database: a pool that heals, sessions with limits, errors that say what to do."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal, Self

import attrs
import psycopg
from psycopg import errors
from psycopg_pool import ConnectionPool, PoolClosed, PoolTimeout

from featuretrail.domain.errors import DatabaseError, DatabaseUnavailableError
from featuretrail.infrastructure.conninfo import Session, address, session_conninfo
from featuretrail.infrastructure.liveness import check_alive
from featuretrail.infrastructure.pool_use import PoolUse
from featuretrail.infrastructure.queries import query
from featuretrail.infrastructure.session import SessionConnection

AnyConnection = psycopg.Connection[Any]

POOL_SIZE = 30
POOL_OVERFLOW = 50
POOL_TIMEOUT = 10.0
IDLE_SECONDS = 300.0


@attrs.frozen
class Capabilities:
    """What a server is: its version, TimescaleDB's version and license where it is installed."""

    server_version: str
    timescaledb: str | None
    license: Literal["apache", "timescale"] | None


def capabilities(connection: AnyConnection) -> Capabilities:
    """Return what the server behind ``connection`` can do, as it says itself."""
    row = connection.execute(query("database/capabilities")).fetchone()
    if row is None:
        raise DatabaseError("the server did not say what it is")
    server_version, timescaledb, license_name = row
    return Capabilities(server_version, timescaledb, license_name if timescaledb else None)


class Database:
    """A PostgreSQL database reached by ``url`` (a libpq URL or conninfo string).

    Connections are in autocommit mode, in UTC and named; statements, lock waits and idle
    transactions are limited by the server. At most ``pool_size + pool_overflow`` connections are
    open; they are opened when first needed, those unused for five minutes are closed, and one
    whose server went away is replaced when it is next wanted. Thread-safe. Times are seconds.
    """

    def __init__(
        self,
        url: str,
        *,
        pool_size: int = POOL_SIZE,
        pool_overflow: int = POOL_OVERFLOW,
        pool_timeout: float = POOL_TIMEOUT,
        session: Session | None = None,
    ) -> None:
        self.url = url
        self.address = address(url)
        self.session = Session() if session is None else session
        self._limit = pool_size + pool_overflow
        self.pool_timeout = pool_timeout
        self._pool: ConnectionPool[SessionConnection] = ConnectionPool(
            session_conninfo(url, self.session),
            connection_class=SessionConnection,
            kwargs={"autocommit": True},
            min_size=0,
            max_size=self._limit,
            timeout=pool_timeout,
            max_idle=IDLE_SECONDS,
            reconnect_timeout=pool_timeout,
            check=check_alive,
            name="featuretrail",
            open=False,
        )
        self.dedicated().close()
        self._pool.open()

    @contextmanager
    def connection(self) -> Iterator[AnyConnection]:
        """Lend a connection in autocommit mode; each statement is its own transaction.

        Raises ``DatabaseUnavailableError`` when no connection can be had in time or when it is
        lost in the block; what the lost statement did is then unknown.
        """
        connection = self._take()
        try:
            yield connection
        except psycopg.OperationalError as error:
            raise _translated(error, connection, self.address) from error
        finally:
            self._pool.putconn(connection)

    @contextmanager
    def transaction(self) -> Iterator[AnyConnection]:
        """Lend a connection inside one transaction: committed at the end, undone by an error."""
        with self.connection() as connection, connection.transaction():
            yield connection

    @contextmanager
    def begun(self) -> Iterator[AnyConnection]:
        """Lend a connection inside one transaction that a COMMIT of the block's own must end.

        For locks that others wait for: what takes them is sent together with the COMMIT, so they
        are held while the server works, and never while this process is waited for. What the block
        did not commit is undone.
        """
        with self.connection() as connection:
            connection.execute("BEGIN")
            try:
                yield connection
            finally:
                if not connection.closed:
                    connection.rollback()

    def dedicated(self) -> AnyConnection:
        """Open a connection outside the pool, for listening; the caller closes it."""
        return connect(self.url, session=self.session)

    @contextmanager
    def apart(self) -> Iterator[AnyConnection]:
        """Lend a connection outside the pool, for locks of a session; raises as ``connection``."""
        connection = self.dedicated()
        try:
            yield connection
        except psycopg.OperationalError as error:
            raise _translated(error, connection, self.address) from error
        finally:
            connection.close()

    def pool_use(self) -> PoolUse:
        """Return how many pooled connections are open, lent and waited for, and what failed."""
        return PoolUse.of(self._pool)

    def close(self) -> None:
        """Close every pooled connection; the database can no longer be used through this."""
        self._pool.close()

    @property
    def closed(self) -> bool:
        """Whether ``close`` was called."""
        return self._pool.closed

    def _take(self) -> SessionConnection:
        try:
            return self._pool.getconn()
        except PoolClosed:
            raise DatabaseError(f"the connection to {self.address} was closed") from None
        except PoolTimeout as timeout:
            self.dedicated().close()  # says why, if the server is away
            raise DatabaseUnavailableError(
                f"all {self._limit} connections to {self.address} are in use and none came free "
                f"in {self.pool_timeout:g} s: close what is open, or allow more"
            ) from timeout

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Database({self.address!r})"


def connect(
    url: str, *, application_name: str | None = None, session: Session | None = None
) -> AnyConnection:
    """Open one autocommit connection to ``url``; without ``session`` statements have no limit.

    Raises ``DatabaseUnavailableError`` within the connect timeout when the server cannot be
    reached or refuses the connection.
    """
    limits = Session.unlimited() if session is None else session
    if application_name is not None:
        limits = limits.named(application_name)
    try:
        return SessionConnection.connect(session_conninfo(url, limits), autocommit=True)
    except psycopg.OperationalError as error:
        raise DatabaseUnavailableError(f"cannot connect to {address(url)}: {error}") from error


def _translated(
    error: psycopg.OperationalError, connection: AnyConnection, where: str
) -> Exception:
    if connection.closed:
        return DatabaseUnavailableError(
            f"the connection to {where} was lost, and what the last statement did is unknown: "
            f"{error}"
        )
    if isinstance(error, errors.QueryCanceled):
        return DatabaseError(f"a statement took too long and was undone: {error}")
    if isinstance(error, errors.LockNotAvailable):
        return DatabaseError(f"another transaction held a lock for too long: {error}")
    return error
