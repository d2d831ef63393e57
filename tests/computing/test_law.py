"""Laws: runs step by step give what one run over everything gives, and both what is defined."""

from datetime import timedelta
from itertools import count
from typing import Any

import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

import featuretrail as ft
from tests.computing.readings import (
    HOUR,
    KEYS,
    START,
    Floats,
    Times,
    computed,
    hour,
    number,
    readings,
    table,
)

_NUMBERS = count()
_SENSORS = st.integers(1, 3)
_HOURS = st.integers(0, 12)
_LEVELS = st.none() | st.integers(-8, 8).map(float)

NAMES = ("mean_3h", "change", "smooth", "weighted", "largest")

rows = st.lists(
    st.tuples(_SENSORS, _HOURS, _LEVELS), min_size=1, max_size=8, unique_by=lambda row: row[:2]
)
steps = st.lists(
    st.one_of(
        rows.map(lambda given: ("readings", given)),
        rows.map(lambda given: ("levels only", given)),
        rows.map(lambda given: ("weights", given)),
        st.tuples(st.just("retract"), st.tuples(_SENSORS, _HOURS)),
        st.just(("compute", None)),
        st.tuples(st.just("window"), st.tuples(_HOURS, st.integers(1, 6))),
    ),
    min_size=1,
    max_size=8,
)


def weights(name: str) -> ft.FeatureGroup:
    return ft.FeatureGroup(name, KEYS, [ft.Feature("weight", "float64")], ttl=4 * HOUR)


def rules(name: str, base: str, other: str) -> ft.FeatureGroup:
    """Return a group of each kind of rule: short and long memory, chains, several sources."""

    @ft.rule([f"{base}.level"], history=3 * HOUR)
    def mean_3h(event_time: Times, level: Floats) -> Floats:
        means = np.full(len(level), np.nan)
        for row, now in enumerate(event_time):
            inside = level[: row + 1][event_time[: row + 1] >= now - np.timedelta64(3, "h")]
            known = inside[~np.isnan(inside)]
            if known.size >= 2:
                means[row] = known.sum() / known.size
        return means

    @ft.rule([f"{base}.level"])
    def smooth(level: Floats) -> Floats:
        smoothed = np.full(len(level), np.nan)
        last = np.nan
        for row, value in enumerate(level):
            if not np.isnan(value):
                last = value if np.isnan(last) else last + 0.5 * (value - last)
            smoothed[row] = last
        return smoothed

    @ft.rule([f"{base}.level", f"{other}.weight"], history=timedelta(0))
    def weighted(level: Floats, weight: Floats) -> Floats:
        return level * weight

    largest = "max(level) OVER (entity RANGE BETWEEN '2 hours' PRECEDING AND CURRENT ROW)"
    return computed(
        name,
        number("change", ft.sql_rule("mean_3h - lag(mean_3h) OVER entity", [f"{name}.mean_3h"])),
        number("mean_3h", mean_3h),
        number("smooth", smooth),
        number("weighted", weighted),
        number("largest", ft.sql_rule(largest, [f"{base}.level"], history=2 * HOUR)),
    )


@given(steps)
@settings(max_examples=8)
def _incremental_equals_backfill(store: ft.TimescaleDBFeatureStore, given_steps: Any) -> None:
    run = next(_NUMBERS)
    base, other, stepwise, whole = (f"{name}{run}" for name in ("base", "other", "step", "whole"))
    store.register(readings(base), weights(other))
    store.register(rules(stepwise, base, other), rules(whole, base, other))
    for kind, what in given_steps:
        match kind:
            case "readings":
                store.ingest(base, table(*what))
            case "levels only":
                store.ingest(base, table(*what).drop(["note", "count"]), partial=True)
            case "weights":
                given_rows = table(*what).drop(["note", "count"])
                store.ingest(other, given_rows.rename_columns(["sensor", "event_time", "weight"]))
            case "retract":
                store.retract(base, {"sensor": what[0]}, hour(what[1]), "wrong")
            case "compute":
                store.compute(stepwise)
            case "window":
                store.compute(stepwise, hour(what[0]), hour(what[0] + what[1]))

    store.compute(stepwise)
    at_once = store.compute(whole)

    spine = pa.table(
        {
            "sensor": np.repeat(np.arange(1, 4), 14),
            "event_time": pa.array(
                [START + n * HOUR for n in range(14)] * 3, pa.timestamp("us", tz="UTC")
            ),
        }
    )
    one, other_one = (
        store.get_historical_features(
            spine, [f"{group}.{name}" for name in NAMES], status=True, event_time=True
        )
        for group in (stepwise, whole)
    )
    assert one.equals(other_one)
    again = store.compute(stepwise), store.compute(whole), store.compute(whole, START)
    assert [report.written for report in again] == [0, 0, 0]
    assert at_once.position <= again[0].position == again[2].position


def test_runs_step_by_step_give_what_one_run_gives(store: ft.TimescaleDBFeatureStore) -> None:
    _incremental_equals_backfill(store)
