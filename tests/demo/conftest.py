"""A thin year of flights for tests of the demo's data."""

import pyarrow as pa
import pytest

from flights import source


@pytest.fixture(scope="session")
def some_flights() -> pa.Table:
    """9,000 flights spread over the year."""
    return source.thinned(source.flights(), 9_000)
