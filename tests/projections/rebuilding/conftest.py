"""The read side over a log of the test's own, with SQL at hand to look and to tamper."""

from collections.abc import Iterator
from typing import Any

import pytest

from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.log.application import EventLog
from featuretrail.projections.projections import Projections
from tests.engines.database import Database as GivenDatabase
from tests.projections.rebuilding.histories import fill


@pytest.fixture
def pool(database: GivenDatabase) -> Iterator[Database]:
    """Our way to the test's database."""
    with Database(database.url) as opened:
        yield opened


@pytest.fixture
def log(pool: Database) -> EventLog:
    """The empty log of the test's database."""
    return EventLog(pool)


@pytest.fixture
def side(pool: Database, log: EventLog) -> Projections:
    """The read side of the log."""
    return Projections(pool, log)


@pytest.fixture
def filled(side: Projections, log: EventLog) -> Projections:
    """The read side, level with a log of three rounds."""
    fill(log, 3)
    side.catch_up()
    return side


def rows(pool: Database, statement: str, *values: Any) -> list[tuple[Any, ...]]:
    """Run a statement and return what it gives, an empty list when that is nothing."""
    with pool.connection() as connection:
        cursor = connection.execute(statement, values)  # type: ignore[call-overload]
        return list(cursor.fetchall()) if cursor.description is not None else []


def digests(pool: Database, schema: str = "featuretrail") -> dict[str, str]:
    """Return the digest of each table in ``schema``."""
    from featuretrail.projections.digesting import table_digests
    from featuretrail.projections.plans import TABLES

    with pool.transaction() as connection:
        found = table_digests(connection, schema, TABLES)
    return {table: each.digest for table, each in found.items()}
