"""The log and the read side of a test's own database."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from psycopg import sql

from featuretrail.infrastructure.database import Database
from featuretrail.projections.live import claim_live
from featuretrail.projections.projector import Projector

Rows = Callable[..., list[tuple[Any, ...]]]


@pytest.fixture
def projector(pool: Database) -> Iterator[Projector]:
    """The owner of the live generation."""
    claimed = claim_live(pool, "park")
    assert claimed is not None
    with claimed:
        yield claimed


@pytest.fixture
def rows(pool: Database) -> Rows:
    """Ask for columns of a table of the read side: ``rows("feature_metadata", "metadata_key")``."""

    def ask(table: str, *columns: str, order: str = "position, id") -> list[tuple[Any, ...]]:
        statement = sql.SQL("SELECT {} FROM {} ORDER BY ").format(
            sql.SQL(", ").join(map(sql.Identifier, columns)),
            sql.Identifier("featuretrail", table),
        ) + sql.SQL(order)
        with pool.connection() as connection:
            return connection.execute(statement).fetchall()

    return ask
