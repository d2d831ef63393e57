"""The story of ``tests.audit.story``, told into the database of a test."""

from collections.abc import Iterator

import pytest

from tests.audit.story import Story, told
from tests.engines.database import Database


@pytest.fixture
def story(database: Database) -> Iterator[Story]:
    """A store with one of everything."""
    made = told(database.url)
    yield made
    made.close()
