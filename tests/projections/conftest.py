"""A store with its read side."""

from collections.abc import Iterator

import pytest

import featuretrail as ft
from featuretrail.infrastructure.database import Database
from tests.engines.database import Database as Clone
from tests.projections.story import Story, tell


@pytest.fixture
def store(database: Clone) -> Iterator[ft.TimescaleDBFeatureStore]:
    """An empty store that keeps its snapshots in the database."""
    with ft.connect(database.url, actor="anna", artifacts="database:") as opened:
        yield opened


@pytest.fixture
def story(database: Clone, store: ft.TimescaleDBFeatureStore) -> Iterator[Story]:
    """A store in which every kind of event happened; nothing is projected yet."""
    with Database(database.url) as pool:
        yield tell(store, pool)
