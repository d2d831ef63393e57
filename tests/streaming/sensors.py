"""What the tests stream: readings of sensors, one message a reading."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pyarrow as pa

import featuretrail as ft

START = datetime(2013, 1, 1, tzinfo=UTC)

SENSORS = ft.FeatureGroup(
    "sensors",
    keys={"sensor": "text"},
    features=[
        ft.Feature("celsius", "float64", "Temperature, degrees Celsius"),
        ft.Feature("pulses", "int64", "Pulses counted"),
    ],
)


def reading(number: int, **changed: Any) -> dict[str, Any]:
    """The reading that message ``number`` holds; its event time is ``number`` seconds on."""
    return {
        "sensor": f"S{number % 5}",
        "event_time": START + timedelta(seconds=number),
        "celsius": number / 4,
        "pulses": number,
        **changed,
    }


def message(number: int, **changed: Any) -> bytes:
    """The same as JSON."""
    row = reading(number, **changed)
    if isinstance(row["event_time"], datetime):
        row["event_time"] = row["event_time"].isoformat()
    return json.dumps(row).encode()


def stored(url: str) -> list[int]:
    """The ``pulses`` of every stored row, in the order they were stored and then of event time."""
    statement = "SELECT pulses FROM featuretrail_values.sensors ORDER BY batch, event_time"
    with psycopg.connect(url) as connection:
        return [pulses for (pulses,) in connection.execute(statement)]


def online(store: ft.TimescaleDBFeatureStore, *sensors: str) -> pa.Table:
    """The newest values."""
    return store.get_online_features(["sensors.celsius"], {"sensor": list(sensors)})
