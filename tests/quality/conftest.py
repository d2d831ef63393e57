"""A store with weather, on the database of a test."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

import featuretrail as ft
from tests.engines.community import CommunityEngine
from tests.engines.database import Database, Tier
from tests.engines.native import NativeEngine
from tests.quality.weather import JANUARY, WEATHER, hourly


@pytest.fixture
def store(database: Database) -> Iterator[ft.TimescaleDBFeatureStore]:
    """A store that knows 1,000 hours of weather, all of one batch."""
    with ft.connect(database.url, actor="anna", artifacts="database:") as opened:
        opened.register(WEATHER)
        opened.ingest("weather", hourly(1_000, JANUARY))
        yield opened


@pytest.fixture(scope="module")
def judge(engines: dict[Tier, NativeEngine | CommunityEngine]) -> Iterator[Callable[[object], Any]]:
    """A judge of data for ``weather.temp``; the tests that only judge data share a database."""
    with engines["embedded"].database(migrated=True) as made, ft.connect(made.url) as store:
        store.register(WEATHER)
        yield lambda data: store.check_feature_quality("weather.temp", data)


@pytest.fixture(scope="module")
def drift(engines: dict[Tier, NativeEngine | CommunityEngine]) -> Iterator[Callable[..., Any]]:
    """``check_drift`` of a store with the baseline ``weather``, for what is refused anyway."""
    with engines["embedded"].database(migrated=True) as made, ft.connect(made.url) as store:
        store.register(WEATHER)
        store.ingest("weather", hourly(100, JANUARY))
        store.quality.create_baseline("weather", name="weather")
        yield store.quality.check_drift
