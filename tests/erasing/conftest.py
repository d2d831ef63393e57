"""A store of people: what is known of three of them, in every place that holds rows."""

from collections.abc import Iterator
from pathlib import Path

import pytest

import featuretrail as ft
from tests.engines.database import Database


@pytest.fixture(params=["database", "folder"])
def artifacts(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where the store keeps snapshots: in the database, or in a folder."""
    return "database:" if request.param == "database" else str(tmp_path / "artifacts")


@pytest.fixture
def store(database: Database, artifacts: str) -> Iterator[ft.TimescaleDBFeatureStore]:
    """An empty store for each place where snapshots can be kept."""
    with ft.connect(database.url, actor="anna", artifacts=artifacts, serve_log=1.0) as opened:
        yield opened
