"""A store on the database of a test."""

from collections.abc import Iterator

import pytest

import featuretrail as ft
from tests.engines.database import Database


@pytest.fixture
def store(database: Database) -> Iterator[ft.TimescaleDBFeatureStore]:
    """A store that knows no definitions yet."""
    with ft.connect(database.url, actor="anna", artifacts="database:") as opened:
        yield opened
