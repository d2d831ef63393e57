"""A small store about weather, shared by the tests of the face."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa

import featuretrail as ft

NOON = datetime(2025, 7, 1, 12, tzinfo=UTC)


def weather(**changes: Any) -> ft.FeatureGroup:
    return ft.FeatureGroup(
        "weather",
        keys={"origin": "text"},
        ttl=timedelta(hours=6),
        owner="ops",
        features=[
            ft.Feature("temp", "float64", "Air temperature", constraints=ft.Range(-60, 140)),
            ft.Feature("sky", "text", "Cloud cover"),
        ],
        **changes,
    )


DELAY = ft.FeatureSet("delay", ["weather.temp", "weather.sky"])


def hourly(hours: int = 4, start: datetime = NOON) -> pa.Table:
    """Return ``hours`` rows an airport, an hour apart; one temperature is NULL."""
    origins = ["EWR", "JFK"]
    return pa.table(
        {
            "origin": [origin for _ in range(hours) for origin in origins],
            "event_time": [start + timedelta(hours=h) for h in range(hours) for _ in origins],
            "temp": [None if i == 3 else 60.0 + i for i in range(2 * hours)],
            "sky": [["clear", "cloudy"][i % 2] for i in range(2 * hours)],
        }
    )


def spine(minutes: int = 30, rows: int = 4) -> pa.Table:
    """Return ``rows`` rows of both airports and a carried column."""
    return pa.table(
        {
            "origin": ["EWR", "JFK"] * (rows // 2),
            "event_time": [NOON + timedelta(hours=i // 2, minutes=minutes) for i in range(rows)],
            "flight": list(range(rows)),
        }
    )


def filled(store: ft.TimescaleDBFeatureStore) -> ft.Receipt:
    store.register(weather(), DELAY, reason="first version")
    return store.ingest("weather", hourly(), idempotency_key="hourly")
