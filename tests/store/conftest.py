"""A store on the database of a test."""

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
def store(database: Database) -> Iterator[ft.TimescaleDBFeatureStore]:
    """A store that keeps its snapshots in the database."""
    with ft.connect(database.url, actor="anna", artifacts="database:") as opened:
        yield opened


@pytest.fixture
def artifact_store(database: Database, artifacts: str) -> Iterator[ft.TimescaleDBFeatureStore]:
    """A store for each place where snapshots can be kept."""
    with ft.connect(database.url, actor="anna", artifacts=artifacts) as opened:
        yield opened
