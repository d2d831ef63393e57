"""When a computed value was known: when the last of what its rule may read was."""

from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

import featuretrail as ft
from tests.computing.readings import HOUR, KEYS, Floats, Times, double, hour, number, table, values

LOADED = "loaded_at"
TIERS = pytest.mark.tiers("embedded", "apache", "community")


@ft.rule(["readings.level"], history=2 * HOUR)
def largest_2h(event_time: Times, level: Floats) -> Floats:
    first = np.searchsorted(event_time, event_time - np.timedelta64(2, "h"))
    return np.array([level[start : row + 1].max() for row, start in enumerate(first)])


def source(name: str, **changes: Any) -> ft.FeatureGroup:
    return ft.FeatureGroup(name, KEYS, [ft.Feature("level", "float64")], **changes)


def derived(*features: ft.Feature) -> ft.FeatureGroup:
    return ft.FeatureGroup("derived", KEYS, features, known_time=LOADED)


def loaded(*rows: tuple[int, float, float, float]) -> pa.Table:
    """Return rows of sensor, hour, level, and the hour at which the source knew it."""
    times = pa.array([hour(at) for *_, at in rows], pa.timestamp("us", tz="UTC"))
    given = table(*(row[:3] for row in rows)).select(["sensor", "event_time", "level"])
    return given.append_column(LOADED, times)


def asked_in_time(store: ft.TimescaleDBFeatureStore, feature: str, *at: float) -> list[Any]:
    """Return what could be known at these hours themselves."""
    return values(store, feature, *((1, each) for each in at), knowledge="row")


@TIERS
def test_a_value_is_known_once_all_in_reach_of_its_rule_is_and_corrections_later(
    store: ft.TimescaleDBFeatureStore,
) -> None:
    store.register(source("readings", known_time=LOADED), derived(number("largest_2h", largest_2h)))
    store.ingest("readings", loaded((1, 0, 5.0, 6.5), (1, 1, 1.0, 1.5), (1, 4, 2.0, 4.0)))
    store.compute("derived")

    # the first reading came late, and the second is computed from it; the third is not
    assert asked_in_time(store, "derived.largest_2h", 1, 2, 3, 4, 6.5) == [None] * 3 + [2.0, 2.0]
    assert values(store, "derived.largest_2h", (1, 1), (1, 4)) == [5.0, 2.0]

    store.ingest("readings", loaded((1, 4, 7.0, 9.0)))
    again = store.compute("derived")

    assert (again.features[0].rows, again.features[0].written) == (1, 1)
    assert asked_in_time(store, "derived.largest_2h", 4, 8, 9, 10) == [2.0, 2.0, 7.0, 7.0]
    assert values(store, "derived.largest_2h", (1, 4)) == [7.0]
    assert store.audit.verify().ok


@pytest.mark.tiers("embedded", "apache")  # two units at once: Community has one session for both
def test_parents_without_a_known_time_and_retractions_were_known_when_they_were_recorded(
    store: ft.TimescaleDBFeatureStore,
) -> None:
    both = ft.sql_rule(
        "coalesce(readings__level, 0) + others__level",
        ["readings.level", "others.level"],
        history=timedelta(0),
    )
    store.register(
        source("readings", known_time=LOADED),
        source("others"),
        derived(number("both", both), number("twice", double())),
    )
    store.ingest("readings", loaded((1, 0, 1.0, 0), (1, 2, 2.0, 2)))
    store.compute("derived.twice")
    store.ingest("others", table((1, 1, 10.0)).select(["sensor", "event_time", "level"]))
    store.compute("derived")

    assert asked_in_time(store, "derived.twice", 0, 2) == [2.0, 4.0]
    assert asked_in_time(store, "derived.both", 0, 1, 2) == [None] * 3
    assert values(store, "derived.both", (1, 1), (1, 2)) == [11.0, 12.0]

    store.retract("readings", {"sensor": 1}, hour(2), "wrong")
    store.compute("derived")

    assert values(store, "derived.twice", (1, 1), (1, 2)) == [2.0, None]
    assert asked_in_time(store, "derived.twice", 0, 2) == [2.0, 4.0]


def test_a_computed_row_says_when_it_was_known(store: ft.TimescaleDBFeatureStore) -> None:
    store.register(source("readings", known_time=LOADED), derived(number("twice", double())))
    store.ingest("readings", loaded((1, 0, 1.0, 3), (2, 0, 2.0, 1)))
    store.compute("derived")

    spine = table((1, 2, None), (2, 2, None)).select(["sensor", "event_time"])
    report = store.leakage_report(spine, ["derived.twice"])

    told: list[datetime] = report.examples.column("known_time").to_pylist()
    assert told == [hour(3)]
