"""Stores with weather and a snapshot of it: one a test, or one for tests that only read."""

from collections.abc import Iterator

import pyarrow as pa
import pytest

import featuretrail as ft
from tests.consistency.weather import SNAPSHOT, fill
from tests.engines.community import CommunityEngine
from tests.engines.database import Database, Tier
from tests.engines.native import NativeEngine


@pytest.fixture
def store(database: Database) -> Iterator[ft.TimescaleDBFeatureStore]:
    """A store of the test's own."""
    with ft.connect(database.url, actor="anna", artifacts="database:", serve_log=1.0) as opened:
        fill(opened)
        yield opened


@pytest.fixture(scope="module")
def shared(
    engines: dict[Tier, NativeEngine | CommunityEngine],
) -> Iterator[ft.TimescaleDBFeatureStore]:
    """A store for the tests of a module that leave its values as they are."""
    with (
        engines["embedded"].database(migrated=True) as made,
        ft.connect(made.url, artifacts="database:") as opened,
    ):
        fill(opened)
        yield opened


@pytest.fixture
def matrix(shared: ft.TimescaleDBFeatureStore) -> pa.Table:
    """The matrix of the shared store's snapshot."""
    return shared.get_feature_snapshot(SNAPSHOT).to_arrow()
