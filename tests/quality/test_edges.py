"""Checks at the edges: the end of time, other versions, features named twice."""

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

import featuretrail as ft
from featuretrail.domain.quality.window import Window
from tests.quality.weather import JANUARY, fill, hourly, window

LAST = datetime.max.replace(tzinfo=UTC)


def test_a_window_that_ends_in_the_future_does_not_stop_incidents(
    store: ft.TimescaleDBFeatureStore,
) -> None:
    quality = store.quality
    quality.create_baseline("weather", name="weather")
    future = quality.check_drift("weather", window=(JANUARY, LAST))
    nothing = quality.check_drift("weather", window=(LAST - timedelta(days=1), LAST))
    found = quality.check_drift("weather", window=fill(store, 0, shift=8))
    again = quality.check_drift("weather", window=(fill(store, 1, shift=8)[0], LAST))
    older = quality.check_drift("weather", window=(JANUARY, window(0)[0]))

    assert future.ok
    assert {each.status for each in nothing.verdicts.values()} == {"empty"}
    assert len(found.opened) == 1
    assert again.updated == found.opened
    assert (older.ok, older.resolved) == (True, ())


def test_windows_as_long_as_time_are_judged(store: ft.TimescaleDBFeatureStore) -> None:
    check = store.check_feature_quality
    long: list[Window] = [(datetime(2000, 1, 1, tzinfo=UTC), LAST), timedelta(days=366_000)]
    last = hourly(3, JANUARY, event_time=[LAST, LAST - timedelta(days=1), JANUARY])

    assert [check("weather.temp", window=each).rows for each in long] == [1_000, 1_000]
    assert check("weather.temp", last).until == LAST


def _of_version(version: str, dtype: Any) -> ft.FeatureGroup:
    return ft.FeatureGroup(
        "speed",
        keys={"origin": "text"},
        features=[ft.Feature("wind", dtype, version=version)],
        version=version,
    )


def _winds(start: datetime, wind: Any) -> pa.Table:
    return hourly(300, start, wind=wind).select(["origin", "event_time", "wind"])


def test_a_feature_that_moved_on_to_another_version_is_said_to_have(
    store: ft.TimescaleDBFeatureStore,
) -> None:
    quality, later = store.quality, JANUARY + timedelta(hours=300)
    store.register(_of_version("1.0.0", "float64"))
    store.ingest("speed", _winds(JANUARY, np.linspace(0, 9, 300)))
    quality.create_baseline("speed", name="speed")
    quality.create_baseline("weather", name="weather")
    store.register(_of_version("2.0.0", "int64"), ft.FeatureSet("fast", ["speed.wind"]))
    store.ingest("speed", _winds(later, np.arange(300)))
    spine = pa.table({"origin": ["EWR"], "event_time": [later + timedelta(hours=1)]})
    snapshot = store.create_feature_snapshot("fast", spine)

    found = quality.check_drift("speed", window=(later, later + timedelta(hours=300)))
    wind = found.verdicts["speed.wind"]
    assert wind.status == "empty"
    assert wind.words == (
        "speed.wind has no rows in the window: the baseline is of 1.0.0, and its version is 2.0.0 "
        "now, which needs a baseline of its own"
    )
    with pytest.raises(ft.InvalidInputError, match=r"wind@2\.0\.0 is int64, and the baseline has"):
        quality.check_drift("speed", snapshot=snapshot.snapshot_id)

    quality.check_drift("weather", window=fill(store, 0))
    asked = quality.recheck(0, store.position, thresholds={"weather.temp": {"ks": 0.9}})
    assert [each.now is not None and each.changed for each in asked] == [(), ()]
    assert asked[0].now is not None
    assert asked[0].now.verdicts["speed.wind"].words == wind.words
    for twice in (["weather.temp", "weather.temp"], ["speed.wind@1.0.0", "speed.wind@2.0.0"]):
        with pytest.raises(ft.InvalidInputError, match="more than once"):
            quality.create_baseline(twice)
        with pytest.raises(ft.InvalidInputError, match="more than once"):
            quality.check_set_quality(twice)


def test_what_would_be_ignored_or_is_no_name_is_refused(drift: Any) -> None:
    quality, data = drift.__self__, hourly(40, JANUARY)

    with pytest.raises(ft.InvalidInputError, match="known_at is given without a window"):
        drift("weather", data=data, known_at=1)
    with pytest.raises(ft.InvalidInputError, match="data and window are given"):
        quality.check_feature_quality("weather.temp", data, timedelta(days=1))
    with pytest.raises(ft.InvalidInputError, match="feature is 5"):
        quality.incidents(feature=5)
    with pytest.raises(ft.InvalidDefinitionError, match="season is 5"):
        quality.create_baseline("weather", season=5)


def test_a_category_may_have_a_semicolon(drift: Any) -> None:
    found = drift("weather", data=hourly(300, JANUARY, sky=["fog; rain"] * 300), record=False)

    assert found.verdicts["weather.sky"].words.startswith(
        "weather.sky has the new category 'fog; rain' in 100 % of rows; "
    )
