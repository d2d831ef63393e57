"""A store with a group that streams go into."""

from collections.abc import Iterator

import pytest

import featuretrail as ft
from tests.engines.database import Database
from tests.streaming.sensors import SENSORS


@pytest.fixture
def store(database: Database) -> Iterator[ft.TimescaleDBFeatureStore]:
    """A store with the group ``sensors``."""
    with ft.connect(database.url, actor="anna", artifacts="database:") as opened:
        opened.register(SENSORS)
        yield opened
