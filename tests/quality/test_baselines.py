"""Baselines are pinned: found under their name, whole or not at all, whatever becomes of values."""

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

import featuretrail as ft
from tests.engines.database import Database
from tests.quality.weather import JANUARY, hourly, window


@pytest.mark.tiers("embedded", "apache")
def test_a_baseline_is_pinned_and_the_same_again_is_the_first(
    store: ft.TimescaleDBFeatureStore,
) -> None:
    quality = store.quality
    first = quality.create_baseline("weather", thresholds={"weather.temp": {"ks": 0.2}})
    named = quality.create_baseline(["weather.temp"], window=timedelta(days=7), name="warmth")

    assert (first.name, first.target, first.rows) == ("weather-1", "weather", 1_000)
    assert first.features == ("weather.temp@1.0.0", "weather.sky@1.0.0")
    assert (named.rows, named.until) == (168, window(0)[0] - timedelta(hours=1, microseconds=-1))
    again = quality.create_baseline(["weather.temp"], window=timedelta(days=7), name="warmth")
    assert again.digest == named.digest
    assert quality.create_baseline("weather").name == "weather-2"
    assert [each.name for each in quality.baselines()] == ["weather-1", "warmth", "weather-2"]
    assert quality.baseline("weather-1").thresholds == {"weather.temp": {"ks": 0.2}}
    with pytest.raises(ft.AlreadyExistsError):
        quality.create_baseline("weather", name="warmth")


@pytest.mark.parametrize(
    ("how", "error"),
    [
        ({}, ft.InvalidInputError),
        ({"features": "wether"}, ft.NotFoundError),
        ({"features": "weather", "name": "a@b"}, ft.InvalidInputError),
        ({"features": "weather", "season": "decade"}, ft.InvalidDefinitionError),
        ({"features": "weather", "time_zone": "UTC"}, ft.InvalidInputError),
        ({"features": "weather", "season": "hour", "time_zone": "Mars"}, ft.InvalidDefinitionError),
        ({"features": "weather", "window": window(5)}, ft.InvalidInputError),
        ({"snapshot": "delay@1.0.0", "window": window(0)}, ft.InvalidInputError),
        ({"snapshot": "delay@1.0.0"}, ft.NotFoundError),
        ({"features": "weather", "thresholds": {"weather.x": {}}}, ft.NotFoundError),
    ],
)
def test_a_baseline_that_cannot_be_is_refused(
    drift: Any, how: dict[str, Any], error: type[Exception]
) -> None:
    quality = drift.__self__
    with pytest.raises(error):
        quality.create_baseline(**how)
    assert [each.name for each in quality.baselines()] == ["weather"]


def test_altered_profiles_are_noticed(
    store: ft.TimescaleDBFeatureStore, database: Database
) -> None:
    store.quality.create_baseline("weather", name="weather")
    with database.connect() as connection:
        connection.execute(
            "UPDATE featuretrail.blobs SET content = set_byte(content, length(content) / 2, 0)"
        )

    with pytest.raises(ft.ContentAlteredError):
        store.quality.check_drift("weather", window=timedelta(days=7))
    assert len(store.quality.baselines()) == 1


def test_a_baseline_outlives_the_values_it_was_made_of(database: Database) -> None:
    now = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    group = ft.FeatureGroup(
        "load",
        keys={"origin": "text"},
        retention=timedelta(days=10),
        features=[ft.Feature("temp", "float64")],
    )
    past, recent = (now - timedelta(days=40), now - timedelta(days=5))
    with ft.connect(database.url, artifacts="database:") as store:
        store.register(group)
        for start in (past, recent):
            store.ingest("load", hourly(100, start).drop_columns(["sky"]))
        span = (past, past + timedelta(hours=100))
        store.quality.create_baseline("load", window=span, name="load")
        store.quality.check_drift("load", window=span)
        store.maintain()

        assert store.quality.check_drift("load", window=timedelta(days=5)).ok
        with pytest.raises(ft.RetentionError):
            store.quality.check_drift("load", window=span)
        with pytest.raises(ft.RetentionError):
            store.check_feature_quality("load.temp", window=span)
        assert store.check_feature_quality("load.temp").rows == 100
        [then, _] = store.quality.recheck(0, store.position)
        assert then.now is None
        assert "retention removed values" in str(then.reason)


def test_a_season_is_compared_with_the_same_season(store: ft.TimescaleDBFeatureStore) -> None:
    hours = np.arange(120 * 24)
    start = JANUARY + timedelta(days=60)
    daily = np.random.default_rng(7).normal(60 + 15 * np.sin(hours * np.pi / 12), 3)
    store.ingest("weather", hourly(len(hours), start, temp=daily))
    month = (start, start + timedelta(days=120))
    for name, season in (("plain", None), ("by hour", "hour")):
        store.quality.create_baseline("weather.temp", window=month, name=name, season=season)
    mornings = hourly(len(hours), start, temp=daily).filter(hours % 24 < 8)

    plain = store.quality.check_drift("plain", data=mornings, record=False)
    matched = store.quality.check_drift("by hour", data=mornings, record=False)

    assert not plain.ok
    assert matched.verdicts["weather.temp"].status == "stable"
    assert store.quality.baseline("by hour").season == "hour"
    with pytest.raises(ft.InvalidInputError, match="event_time"):
        store.quality.check_drift("by hour", data=[60.0] * 100)


def test_a_baseline_of_a_snapshot_is_of_its_rows(store: ft.TimescaleDBFeatureStore) -> None:
    store.register(ft.FeatureSet("delay", ["weather.temp", "weather.sky"]))
    spine = hourly(400, JANUARY).select(["origin", "event_time"])
    store.create_feature_snapshot("delay", spine)

    made = store.quality.create_baseline(snapshot="delay@1.0.0")
    part = store.quality.create_baseline("weather.temp", snapshot="delay@1.0.0")

    assert (made.name, made.rows, made.snapshot_id) == ("delay-1", 400, "delay@1.0.0")
    assert part.features == ("weather.temp@1.0.0",)
    assert store.quality.check_drift(made, snapshot="delay@1.0.0").ok
