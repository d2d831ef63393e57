"""Features by rules in real time: what a backfill computes, whatever the micro-batches were."""

import random
from datetime import timedelta

import numpy as np
import pytest
from numpy.typing import NDArray

import featuretrail as ft
from featuretrail.domain.events import ComputeFailed
from tests.streaming.sensors import reading

pytestmark = pytest.mark.tiers("embedded")


@ft.rule(parents=["sensors.celsius"], history=timedelta(seconds=20))
def mean_20s(
    event_time: NDArray[np.datetime64], celsius: NDArray[np.float64]
) -> NDArray[np.float64]:
    means = np.full(len(celsius), np.nan)
    for row, now in enumerate(event_time):
        first = np.searchsorted(event_time, now - np.timedelta64(20, "s"))
        means[row] = celsius[first : row + 1].mean()
    return means


@ft.rule(parents=["sensors.pulses"], history=timedelta(0))
def root(pulses: NDArray[np.int64]) -> NDArray[np.float64]:
    if (pulses < 0).any():
        raise ValueError("a negative count")
    return np.sqrt(pulses)


def _derived(name: str, rule: ft.Rule) -> ft.FeatureGroup:
    feature = ft.Feature("value", "float64", "Computed", rule=rule)
    return ft.FeatureGroup(name, keys={"sensor": "text"}, features=[feature])


def test_what_is_computed_as_messages_come_equals_a_backfill(
    store: ft.TimescaleDBFeatureStore,
) -> None:
    store.register(_derived("live", mean_20s), _derived("backfill", mean_20s))
    numbers = list(range(60))
    random.Random(7).shuffle(numbers)  # noqa: S311 - the same order in every run
    with store.stream("sensors", source="test", max_rows=7, compute=["live.value"]) as writer:
        for offset, number in enumerate(numbers):
            writer.put(reading(number), offset=offset)
            if offset % 20 == 19:
                writer.flush()
    store.compute("backfill")

    spine = {
        "sensor": [f"S{n % 5}" for n in range(60)],
        "event_time": [reading(n)["event_time"] for n in range(60)],
    }
    found = store.get_historical_features(spine, ["live.value", "backfill.value"])
    assert writer.computing is not None
    assert writer.computing.runs >= 1
    assert found["live__value"].null_count == 0
    assert found["live__value"].equals(found["backfill__value"])


def test_a_rule_that_fails_is_seen_and_the_stream_goes_on(
    store: ft.TimescaleDBFeatureStore,
) -> None:
    store.register(_derived("roots", root))
    with store.stream("sensors", source="test", compute="roots.value") as writer:
        writer.put(reading(1, pulses=-1), offset=1)
        writer.flush()
        writer.put(reading(2), offset=2)

    assert writer.counts.rows == 2
    assert writer.computing is not None
    assert "a negative count" in str(writer.computing.error)
    assert any(isinstance(r.event, ComputeFailed) for r in store._log.read())
