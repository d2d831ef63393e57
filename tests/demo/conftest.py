"""A thin year of flights, and folders that the embedded server can use."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest

from featuretrail.infrastructure import embedded
from flights import source


@pytest.fixture(scope="session")
def some_flights() -> pa.Table:
    """9,000 flights spread over the year."""
    return source.thinned(source.flights(), 9_000)


@pytest.fixture
def workplace(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty working folder without settings, whose embedded servers are removed at the end."""
    folder = Path(tempfile.mkdtemp(prefix="featuretrail-demo-"))
    folder.chmod(0o755)  # the server's unprivileged account must pass
    monkeypatch.chdir(folder)
    for name in ("FEATURETRAIL_URL", "FEATURETRAIL_EMBEDDED", "FEATURETRAIL_ARTIFACTS"):
        monkeypatch.delenv(name, raising=False)
    yield folder
    for server in folder.rglob(".featuretrail/server"):
        embedded.remove(server.parent)
    shutil.rmtree(folder)
