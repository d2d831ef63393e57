"""Checks of quality over a store: of a feature, data, a set and a snapshot."""

from datetime import timedelta
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import featuretrail as ft
from tests.engines.database import Database
from tests.quality.weather import JANUARY, fill, hourly, window

SIX = ("completeness", "validity", "uniqueness", "timeliness", "consistency", "stability")


@pytest.mark.tiers("embedded", "apache", "community")
def test_a_feature_of_a_window_is_judged_and_that_is_recorded(
    store: ft.TimescaleDBFeatureStore, database: Database
) -> None:
    bounds = fill(store, 0, temp=[None, 999.0, *[60.0] * 298])
    store.ingest("weather", hourly(3, bounds[0]))  # again, as a correction

    found = store.check_feature_quality("weather.temp", window=bounds, reason="nightly")

    assert tuple(found.dimensions) == SIX
    scores = {name: each.score for name, each in found.dimensions.items()}
    assert scores["completeness"] == 100.0  # the corrections took the place of NULL and 999
    assert scores["validity"] == 100.0
    assert scores["uniqueness"] == pytest.approx(100 * 300 / 303, abs=1e-4)
    assert scores["timeliness"] == 100.0  # as of the window's end
    assert (scores["consistency"], scores["stability"]) == (None, None)
    assert found.coverage == pytest.approx(100 * 4 / 6, abs=1e-4)
    assert found.score == pytest.approx((300 + 100 * 300 / 303) / 4, abs=1e-3)
    assert found.reasons[0].startswith("uniqueness 99.0099: 3 of 303 rows")
    store.projections.catch_up()
    with database.connect() as connection:
        [(value, confidence)] = connection.execute(
            "SELECT metadata_value, confidence_score FROM featuretrail.feature_metadata "
            "WHERE metadata_type = 'quality' AND feature_name = 'weather.temp'"
        ).fetchall()
    assert value["score"] == found.score
    assert confidence == found.coverage


def test_retracted_values_and_a_stale_feed_are_seen(store: ft.TimescaleDBFeatureStore) -> None:
    store.retract("weather", {"origin": "EWR"}, JANUARY + timedelta(hours=900), "sensor broken")

    found = store.check_feature_quality("weather.temp")

    assert found.rows == 900
    timeliness = found.dimensions["timeliness"]
    assert timeliness.score is not None
    assert timeliness.score < 1  # of early 2025, while it is later now
    assert "its TTL of 6 hours" in timeliness.reason
    assert store.quality.check_feature_quality("weather.temp", record=False).position is None


def test_a_window_with_half_the_usual_rows_lacks_volume(
    store: ft.TimescaleDBFeatureStore,
) -> None:
    fill(store, 0)
    fill(store, 1)
    start, end = window(2)
    store.ingest("weather", hourly(150, start + timedelta(hours=150)))

    found = store.check_feature_quality("weather.temp", window=(start, end))

    assert found.dimensions["timeliness"].score == 50.0
    assert "150 rows where 300 are usual" in found.dimensions["timeliness"].reason


@pytest.mark.parametrize(
    ("data", "complete", "valid"),
    [
        (np.array([1.0, np.nan, np.inf, 500.0]), 75.0, 33.3333),
        (pa.chunked_array([[1.0], [None, 2.0]]), 66.6667, 100.0),
        (pl.Series([1.0, None]), 50.0, 100.0),
        (pd.Series([1.0, np.nan]), 50.0, 100.0),
        ([1, None], 50.0, 100.0),
        (pl.DataFrame({"temp": [1.0, 999.0]}), 100.0, 50.0),
        (pa.table({"weather.temp": [1.0, 2.0]}), 100.0, 100.0),
        (np.array([]), None, None),
        ([None, None], 0.0, None),
        (pa.table({"temp": pa.array([], pa.float64())}), None, None),
    ],
)
def test_data_of_any_kind_can_be_judged(
    judge: Any, data: Any, complete: float | None, valid: float | None
) -> None:
    found = judge(data)

    assert found.dimensions["completeness"].score == complete
    assert found.dimensions["validity"].score == valid
    assert found.dimensions["timeliness"].score is None


def test_data_with_keys_and_times_tells_rows_that_repeat(
    store: ft.TimescaleDBFeatureStore,
) -> None:
    table = pa.concat_tables([hourly(10, JANUARY), hourly(5, JANUARY)])

    found = store.check_feature_quality("weather.temp", table)

    assert found.dimensions["uniqueness"].score == pytest.approx(66.6667)
    assert found.rows == 10
    assert found.since == JANUARY


def test_bad_requests_are_refused(store: ft.TimescaleDBFeatureStore) -> None:
    with pytest.raises(ft.NotFoundError, match=r"weather\.temp"):
        store.check_feature_quality("weather.tmp")
    with pytest.raises(ft.NotFoundError):
        store.check_feature_quality("weather.temp", pa.table({"tmp": [1.0]}))
    with pytest.raises(ft.InvalidInputError):
        store.check_feature_quality("weather.temp", ["warm"])
    with pytest.raises(ft.InvalidInputError):
        store.check_feature_quality("weather.temp", object())
    with pytest.raises(ft.InvalidInputError):
        store.check_feature_quality("weather.temp", window=timedelta(0))
    with pytest.raises(ft.NotFoundError):
        store.quality.check_set_quality("nothing")
    with pytest.raises(ft.NotFoundError):
        store.quality.check_snapshot_quality("delay@1.0.0")


def test_a_group_without_values_has_no_score(store: ft.TimescaleDBFeatureStore) -> None:
    store.register(
        ft.FeatureGroup("empty", keys={"k": "int64"}, features=[ft.Feature("x", "bool")])
    )

    found = store.quality.check_set_quality("empty", timedelta(days=1))

    assert found.score is None
    assert found.features["empty.x"].coverage == 0.0
    assert found.position is not None


def test_a_set_is_the_mean_of_its_features_and_a_snapshot_takes_the_score(
    store: ft.TimescaleDBFeatureStore, database: Database
) -> None:
    store.register(ft.FeatureSet("delay", ["weather.temp", "weather.sky"]))
    spine = hourly(50, JANUARY).select(["origin", "event_time"])
    store.create_feature_snapshot("delay", spine)

    of_set = store.quality.check_set_quality("delay", (None, JANUARY + timedelta(hours=100)))
    of_snapshot = store.quality.check_snapshot_quality("delay@1.0.0")

    scores = [each.score for each in of_set.features.values()]
    assert of_set.score == pytest.approx(sum(each or 0.0 for each in scores) / 2)
    assert of_snapshot.features["weather.temp"].rows == 50
    assert of_snapshot.features["weather.temp"].dimensions["timeliness"].score is None
    store.projections.catch_up()
    with database.connect() as connection:
        [(score,)] = connection.execute(
            "SELECT quality_score FROM featuretrail.feature_snapshot_versions"
        ).fetchall()
    assert score == of_snapshot.score == 100.0
    assert of_snapshot.position is not None
