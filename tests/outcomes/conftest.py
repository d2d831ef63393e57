"""A store of landings with two versions of a label, weather to predict them, and a snapshot."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pyarrow as pa
import pytest

import featuretrail as ft
from tests.engines.database import Database
from tests.store.weather import NOON, filled

LANDINGS = ft.FeatureGroup(
    "flights",
    keys={"origin": "text"},
    features=[ft.Feature("arr_delay", "float64", "Minutes late", version="1.0.0")],
)
SET = ft.FeatureSet("delays", ["weather.temp"], label="flights.arr_delay")


@pytest.fixture
def store(database: Database) -> Iterator[ft.TimescaleDBFeatureStore]:
    """A store that logs what it serves, with a snapshot of four rows that have no label yet."""
    with ft.connect(
        database.url, actor="anna", artifacts="database:", serve_log=1.0, record_performance=False
    ) as opened:
        filled(opened)
        opened.register(LANDINGS, SET)
        opened.create_feature_snapshot("delays", flights())
        yield opened


def flights() -> pa.Table:
    """Return the spine: both airports, at noon and an hour later."""
    return pa.table(
        {"origin": ["EWR", "JFK"] * 2, "event_time": [departed(n // 2) for n in range(4)]}
    )


def departed(hours: int) -> datetime:
    return NOON + timedelta(hours=hours)


def landed(*delays: float | None, hours: float = 0.5) -> pa.Table:
    """Return outcomes of the snapshot's rows, in order, as many as delays are given."""
    rows = range(len(delays))
    return pa.table(
        {
            "origin": [["EWR", "JFK"][n % 2] for n in rows],
            "event_time": [departed(n // 2) + timedelta(hours=hours) for n in rows],
            "arr_delay": pa.array(delays, pa.float64()),
            "judged_time": [departed(n // 2) for n in rows],
        }
    )
