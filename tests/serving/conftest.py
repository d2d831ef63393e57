"""A store that logs what it serves."""

from collections.abc import Iterator

import pytest

import featuretrail as ft
from tests.engines.database import Database
from tests.store.weather import filled


@pytest.fixture
def store(database: Database) -> Iterator[ft.TimescaleDBFeatureStore]:
    """A filled store that logs the answers about all entities."""
    with ft.connect(
        database.url, actor="anna", artifacts="database:", serve_log=1.0, record_performance=False
    ) as opened:
        filled(opened)
        yield opened
