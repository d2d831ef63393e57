"""Weather of one airport, drawn by chance that repeats itself, with shifts where a test wants."""

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa

import featuretrail as ft

JANUARY = datetime(2025, 1, 1, tzinfo=UTC)

WEATHER = ft.FeatureGroup(
    "weather",
    keys={"origin": "text"},
    ttl=timedelta(hours=6),
    features=[
        ft.Feature("temp", "float64", constraints=ft.Range(-60, 140)),
        ft.Feature("sky", "text", constraints=ft.OneOf(["clear", "rain"])),
    ],
)


def hourly(hours: int, start: datetime, *, shift: float = 0.0, **columns: Any) -> pa.Table:
    """Return ``hours`` rows; ``shift`` is in degrees of a spread of 10, ``columns`` replace."""
    chance = np.random.default_rng([2025, int(start.timestamp()) // 3600])
    made = {
        "origin": ["EWR"] * hours,
        "event_time": [start + timedelta(hours=hour) for hour in range(hours)],
        "temp": chance.normal(60 + shift, 10, hours),
        "sky": chance.choice(["clear", "rain"], hours),
    }
    return pa.table(made | columns)


def window(number: int, hours: int = 300) -> tuple[datetime, datetime]:
    """Return the window ``number`` of those that follow the first 1,000 hours."""
    start = JANUARY + timedelta(hours=1_000 + number * hours)
    return start, start + timedelta(hours=hours)


def fill(store: ft.TimescaleDBFeatureStore, number: int, **how: Any) -> tuple[datetime, datetime]:
    """Ingest the rows of a window and return it."""
    bounds = window(number)
    store.ingest("weather", hourly(300, bounds[0], **how))
    return bounds
