"""The database that settings name: as it is, or migrated as a store needs it."""

from collections.abc import Iterator
from contextlib import contextmanager

from featuretrail.infrastructure import embedded
from featuretrail.infrastructure.access import access
from featuretrail.infrastructure.conninfo import Session
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.migrations import check, migrate
from featuretrail.infrastructure.settings import Settings


@contextmanager
def database_of(settings: Settings) -> Iterator[Database]:
    """Open the database that ``settings`` name as it is: migrated or not, of whatever version.

    The embedded server is started, or joined, and left at the end.
    """
    url = settings.secret_url
    if url is not None:
        with database_at(settings, url) as database:
            yield database
        return
    with embedded.start(settings.embedded) as server, database_at(settings, server.url) as database:
        yield database


@contextmanager
def migrated_database(settings: Settings) -> Iterator[Database]:
    """Open the database that ``settings`` name, migrated as a store needs it.

    The embedded server is started, or joined, then migrated, and left at the end. Raises
    ``DatabaseUnavailableError``, ``SchemaError`` or ``EngineError``.
    """
    url = settings.secret_url
    if url is not None:
        with checked_database(settings, url) as database:
            yield database
        return
    with embedded.start(settings.embedded) as server:
        migrate(server.url)
        with checked_database(settings, server.url) as database:
            yield database


def checked_database(settings: Settings, url: str) -> Database:
    """Open the database at ``url``; raise ``SchemaError`` where it is not at this version."""
    database = database_at(settings, url)
    try:
        with access(database, "reader", "opening the store"), database.connection() as connection:
            check(connection)
    except BaseException:
        database.close()
        raise
    return database


def database_at(settings: Settings, url: str) -> Database:
    """Open the database at ``url`` with the pool and the limits of ``settings``."""
    return Database(
        url,
        pool_size=settings.pool_size,
        pool_overflow=settings.pool_overflow,
        pool_timeout=settings.pool_timeout,
        session=Session(
            statement_timeout=settings.statement_timeout,
            lock_timeout=settings.lock_timeout,
            idle_in_transaction_timeout=settings.idle_in_transaction_timeout,
            connect_timeout=settings.connect_timeout,
        ),
    )
