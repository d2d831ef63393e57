"""Databases that earlier releases made, put back into an empty one of today's engines."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.engines.database import Database
from tests.upgrades.dump import names, statements


@pytest.fixture(params=names())
def release(request: pytest.FixtureRequest) -> str:
    """Each release whose dump is kept."""
    name: str = request.param
    return name


@pytest.fixture
def restored(empty_database: Database, release: str) -> Database:
    """The database as the release left it: plain tables, whatever the engine."""
    return restore(empty_database, release)


def restore(database: Database, release: str) -> Database:
    """Run the dump of a release in an empty database."""
    with database.connect() as connection:
        connection.execute(statements(release))
        connection.execute("RESET ALL")
    return database


def migrating(url: str) -> subprocess.Popen[str]:
    """Start ``featuretrail db migrate --json`` as a process of its own."""
    kept = {name: value for name, value in os.environ.items() if "FEATURETRAIL" not in name}
    return subprocess.Popen(
        [sys.executable, "-c", "from featuretrail.cli import main; main()",
         "db", "migrate", "--json", "--url", url],
        env=kept, cwd=Path(__file__).parents[2] / "tests", text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
