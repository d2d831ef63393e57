"""The store of values over the test's database."""

from collections.abc import Iterator

import pytest

from tests.engines.database import Database
from tests.values.store import Values, opened


@pytest.fixture
def values(database: Database) -> Iterator[Values]:
    """A store of values with the group ``weather`` registered."""
    with opened(database.url) as store:
        yield store
