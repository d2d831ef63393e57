"""The leakage report through the face."""

from datetime import timedelta

import pyarrow as pa
import pytest

import featuretrail as ft
from tests.store.weather import NOON

pytestmark = pytest.mark.tiers("embedded", "apache", "community")

GROUP = ft.FeatureGroup(
    "published", {"origin": "text"}, [ft.Feature("temp", "float64")], known_time="published_at"
)


def rows(temp: list[float], minutes: int) -> pa.Table:
    """Return hourly rows, each published ``minutes`` after its hour."""
    times = [NOON + timedelta(hours=hour) for hour in range(len(temp))]
    return pa.table(
        {
            "origin": ["EWR"] * len(temp),
            "event_time": times,
            "published_at": [time + timedelta(minutes=minutes) for time in times],
            "temp": temp,
        }
    )


def asked(minutes: int) -> pa.Table:
    """Return a question an hour, ``minutes`` past it."""
    times = [NOON + timedelta(hours=hour, minutes=minutes) for hour in range(3)]
    return pa.table({"origin": ["EWR"] * 3, "event_time": times})


def test_rows_that_use_what_was_published_later_are_counted_and_shown(
    store: ft.TimescaleDBFeatureStore,
) -> None:
    store.register(GROUP)
    store.ingest("published", rows([60.0, 61.0, 62.0], minutes=10))
    report = store.leakage_report(asked(minutes=5), ["published.temp"])
    assert (report.rows, report.leaking_rows) == (3, 3)
    assert report.columns == {"temp": 3}
    assert report.leaking["temp"].tolist() == [0, 1, 2]
    first, second, _ = report.examples.to_pylist()
    assert (first["value"], first["known_value"]) == ("60", None)
    assert (second["value"], second["known_value"]) == ("61", "60")
    assert first["known_time"] == NOON + timedelta(minutes=10)
    assert report.to_dict()["leaking_rows"] == 3


def test_a_join_that_only_uses_what_was_known_has_no_leak(
    store: ft.TimescaleDBFeatureStore,
) -> None:
    store.register(GROUP)
    store.ingest("published", rows([60.0, 61.0, 62.0], minutes=10))
    report = store.leakage_report(asked(minutes=15), ["published.temp"])
    assert (report.leaking_rows, report.columns, report.examples.num_rows) == (0, {"temp": 0}, 0)


def test_a_correction_published_later_leaks_into_the_rows_before_it(
    store: ft.TimescaleDBFeatureStore,
) -> None:
    store.register(GROUP)
    store.ingest("published", rows([60.0, 61.0, 62.0], minutes=10))
    store.ingest("published", rows([70.0, 61.0, 62.0], minutes=300))
    report = store.leakage_report(asked(minutes=15), ["published.temp"])
    (example,) = report.examples.to_pylist()
    assert (example["row"], example["value"], example["known_value"]) == (0, "70", "60")


def test_an_empty_spine_has_no_leak(store: ft.TimescaleDBFeatureStore) -> None:
    store.register(GROUP)
    report = store.leakage_report(asked(0).slice(0, 0), ["published.temp"])
    assert (report.rows, report.leaking_rows) == (0, 0)
