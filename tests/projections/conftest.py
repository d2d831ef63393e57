"""A store with its read side; the log and the read side alone."""

from collections.abc import Iterator

import pytest

import featuretrail as ft
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.log.application import EventLog
from featuretrail.projections.projections import Projections
from tests.engines.database import Database as Clone
from tests.projections.story import Story, tell


@pytest.fixture
def store(database: Clone) -> Iterator[ft.TimescaleDBFeatureStore]:
    """An empty store that keeps its snapshots in the database."""
    with ft.connect(database.url, actor="anna", artifacts="database:") as opened:
        yield opened


@pytest.fixture
def pool(database: Clone) -> Iterator[Database]:
    """Our way to the test's database."""
    with Database(database.url) as opened:
        yield opened


@pytest.fixture
def log(pool: Database) -> EventLog:
    """The empty log of the test's database."""
    return EventLog(pool)


@pytest.fixture
def side(pool: Database, log: EventLog) -> Projections:
    """The read side of the log; what it cannot take in is parked."""
    return Projections(pool, log)


@pytest.fixture
def story(store: ft.TimescaleDBFeatureStore, pool: Database) -> Story:
    """A store in which every kind of event happened; nothing is projected yet."""
    return tell(store, pool)
