"""The read side over a log of the test's own, with SQL at hand to look and to tamper."""

from typing import Any

import pytest

from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.log.application import EventLog
from featuretrail.projections.digesting import table_digests
from featuretrail.projections.pages import EventPages
from featuretrail.projections.plans import TABLES
from featuretrail.projections.projections import Projections
from tests.projections.rebuilding.histories import fill

SMALL_PAGE = 7


@pytest.fixture
def filled(side: Projections, log: EventLog) -> Projections:
    """The read side, level with a log of three rounds."""
    fill(log, 3)
    side.catch_up()
    return side


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> int:
    """Pages of a few events, so that a short log takes many transactions."""
    monkeypatch.setattr(EventPages.__init__, "__defaults__", (SMALL_PAGE,))
    return SMALL_PAGE


def rows(pool: Database, statement: str, *values: Any) -> list[tuple[Any, ...]]:
    """Run a statement and return what it gives; an empty list when that is nothing."""
    with pool.connection() as connection:
        cursor = connection.execute(statement.encode(), values or None)
        return list(cursor.fetchall()) if cursor.description is not None else []


def digests(pool: Database, schema: str = "featuretrail") -> dict[str, str]:
    """Return the digest of each table in ``schema``."""
    with pool.transaction() as connection:
        found = table_digests(connection, schema, TABLES)
    return {table: each.digest for table, each in found.items()}


def schemas(pool: Database) -> list[str]:
    """Return the schemas that generations made."""
    made = "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'featuretrail_g%' ORDER BY 1"
    return [name for (name,) in rows(pool, made)]
