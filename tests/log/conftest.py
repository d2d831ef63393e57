"""The log of a test's own database."""

from collections.abc import Iterator

import pytest

from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.log.application import EventLog
from tests.engines.database import Database as GivenDatabase


@pytest.fixture
def pool(database: GivenDatabase) -> Iterator[Database]:
    """Our way to the test's database."""
    with Database(database.url) as opened:
        yield opened


@pytest.fixture
def log(pool: Database) -> EventLog:
    """The empty log of the test's database."""
    return EventLog(pool)
