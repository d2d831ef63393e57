"""A server that is restarted under a store: the pool and the pulls heal, in bounded time."""

from collections.abc import Iterator
from time import monotonic

import pytest

import featuretrail as ft
from featuretrail.domain.errors import DatabaseUnavailableError
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.retrieval import adbc_source
from featuretrail.infrastructure.retrieval.adbc_source import AdbcSource
from featuretrail.infrastructure.retrieval.source import Wanted
from featuretrail.infrastructure.settings import Settings
from tests.engines.database import Database as Clone
from tests.projections.live.server import MortalServer, mortal_server
from tests.store.weather import filled, spine

WANTED = Wanted("weather", {"origin": "text"}, {"temp": "float64"}, None, 1, 0, 2**51, None)


@pytest.fixture
def server() -> Iterator[MortalServer]:
    with mortal_server("embedded") as running:
        yield running


def test_a_killed_server_that_is_back_is_used_by_pool_and_pulls_as_before(
    server: MortalServer,
) -> None:
    settings = Settings.load(url=server.url, pool_timeout=2, connect_timeout=2)

    with ft.connect(settings=settings) as store:
        filled(store)
        answers = [pulled(store), pulled(store, "sql")]
        server.kill()
        begun = monotonic()
        for method in ("pull", "sql"):
            with pytest.raises(DatabaseUnavailableError):
                pulled(store, method)
        away = monotonic() - begun
        server.start()

        assert [pulled(store), pulled(store, "sql")] == answers
        assert store.audit.verify().ok
        assert away < 15


def pulled(store: ft.TimescaleDBFeatureStore, method: str = "pull") -> list[float | None]:
    table = store.get_historical_features(spine(), ["weather.temp"], method=method)
    values: list[float | None] = table["temp"].to_pylist()
    return values


@pytest.mark.tiers("embedded")
def test_more_pulls_than_allowed_wait_and_then_say_so(
    database: Clone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adbc_source, "PULLS", 1)
    with ft.connect(database.url, artifacts="database:") as store:
        filled(store)
    with Database(database.url, pool_timeout=0.2) as opened:
        source = AdbcSource(opened)
        first = source.blocks(WANTED)
        next(first)

        with pytest.raises(DatabaseUnavailableError, match="all 1 connections for pulls"):
            next(source.blocks(WANTED))

        assert sum(block.num_rows for block in first) == 8
        assert sum(block.num_rows for block in source.blocks(WANTED)) == 8
        source.close()
