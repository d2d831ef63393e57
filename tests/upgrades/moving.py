"""A database that begins without TimescaleDB and gets it later."""

from collections.abc import Iterator
from contextlib import contextmanager

from tests.engines.database import Database


@contextmanager
def without_timescaledb(database: Database) -> Iterator[None]:
    """Take the extension out of an empty database, and put it in again at the end."""
    if not database.timescale:
        yield
        return
    with database.connect() as connection:
        connection.execute("DROP EXTENSION timescaledb")
    try:
        yield
    finally:
        with database.connect() as connection:
            connection.execute("CREATE EXTENSION IF NOT EXISTS timescaledb")
