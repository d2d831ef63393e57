"""Sensors, their readings, and rules over them: what the tests of computing work with."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

import featuretrail as ft

START = datetime(2025, 3, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
KEYS = {"sensor": "int64"}

Floats = NDArray[np.float64]
Times = NDArray[np.datetime64]


def hour(number: float) -> datetime:
    return START + number * HOUR


def readings(name: str = "readings", **changes: Any) -> ft.FeatureGroup:
    return ft.FeatureGroup(
        name,
        KEYS,
        [ft.Feature("level", "float64"), ft.Feature("count", "int64"), ft.Feature("note", "text")],
        **changes,
    )


Row = tuple[int, float, float | None]
"""Sensor, hour, level."""


def table(*rows: Row, **more: Sequence[object]) -> pa.Table:
    """Return rows of sensor, hour and level; ``count`` and ``note`` follow from them."""
    levels = [level for _, _, level in rows]
    columns = {
        "sensor": pa.array([sensor for sensor, _, _ in rows], pa.int64()),
        "event_time": pa.array([hour(at) for _, at, _ in rows], pa.timestamp("us", tz="UTC")),
        "level": pa.array(levels, pa.float64()),
        "count": pa.array([None if level is None else int(level) for level in levels], pa.int64()),
        "note": pa.array([None if level is None else f"is {level:g}" for level in levels]),
    }
    return pa.table(columns | more)


def computed(name: str, *features: ft.Feature) -> ft.FeatureGroup:
    return ft.FeatureGroup(name, KEYS, features)


def number(name: str, rule: ft.Rule, version: str = "1.0.0") -> ft.Feature:
    return ft.Feature(name, "float64", rule=rule, version=version)


def double(parent: str = "readings.level") -> ft.Rule:
    return ft.sql_rule(f"2 * {parent.partition('.')[2]}", [parent], history=timedelta(0))


def values(
    store: ft.TimescaleDBFeatureStore, feature: str, *asked: tuple[int, float], **options: Any
) -> list[Any]:
    """Return the values of one feature at sensors and hours."""
    spine = {
        "sensor": np.array([sensor for sensor, _ in asked], np.int64),
        "event_time": pa.array([hour(at) for _, at in asked], pa.timestamp("us", tz="UTC")),
    }
    found = store.get_historical_features(pa.table(spine), [feature], **options)
    return list(found.column(found.num_columns - 1).to_pylist())


@ft.rule(["readings.level"], history=2 * HOUR)
def mean_2h(event_time: Times, level: Floats) -> Floats:
    means = np.full(len(level), np.nan)
    for row, now in enumerate(event_time):
        inside = (event_time >= now - np.timedelta64(2, "h")) & (event_time <= now)
        means[row] = level[inside].mean()
    return means


@ft.rule(["readings.level"])
def total(level: Floats) -> Floats:
    return np.cumsum(np.nan_to_num(level))


def defined(store: ft.TimescaleDBFeatureStore, *features: ft.Feature) -> None:
    store.register(readings(), computed("derived", *features))


def by_name(report: ft.ComputeReport) -> dict[str, ft.ComputedFeature]:
    return {feature.feature: feature for feature in report.features}
