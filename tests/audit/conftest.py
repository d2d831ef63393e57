"""The story of ``tests.audit.story``, told once for tests that read, or for each that writes."""

from collections.abc import Iterator

import pytest

from tests.audit.story import Story, told
from tests.engines.community import CommunityEngine
from tests.engines.database import Database, Tier
from tests.engines.native import NativeEngine


@pytest.fixture
def story(database: Database) -> Iterator[Story]:
    """A store with one of everything, of the test's own."""
    made = told(database.url)
    yield made
    made.close()


@pytest.fixture(scope="module")
def past(engines: dict[Tier, NativeEngine | CommunityEngine]) -> Iterator[Story]:
    """A store with one of everything, on the embedded engine, for tests that only read."""
    with engines["embedded"].database(migrated=True) as database:
        made = told(database.url)
        yield made
        made.close()
