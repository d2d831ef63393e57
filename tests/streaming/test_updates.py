"""Subscribing: every batch once and in order, also when it comes while we look."""

import threading

import pytest

import featuretrail as ft
from featuretrail.domain.errors import NotFoundError
from featuretrail.domain.streaming.results import Update
from tests.streaming.sensors import message, reading

pytestmark = pytest.mark.tiers("embedded", "apache")


def test_a_subscriber_sees_every_batch_once_and_goes_on_where_it_was(
    store: ft.TimescaleDBFeatureStore,
) -> None:
    seen: list[Update] = []
    updates = store.subscribe("sensors")

    def follow() -> None:
        seen.extend(updates)

    thread = threading.Thread(target=follow)
    thread.start()
    with store.stream("sensors", source="test", max_rows=1) as writer:
        for offset in range(1, 21):
            writer.put(message(offset), offset=offset)
    store.retract("sensors", {"sensor": "S1"}, reading(3)["event_time"], "broken")
    last = store.position
    while updates.position < last:
        threading.Event().wait(0.01)
    updates.stop()
    thread.join(10)

    assert [each.batch for each in seen] == list(range(1, 22))
    assert [each.kind for each in seen] == ["values"] * 20 + ["retraction"]
    assert seen[0].first_event_time == reading(1)["event_time"]
    with store.subscribe(["sensors"], after=seen[9].position) as rest:
        assert [next(rest).batch for _ in range(11)] == list(range(11, 22))
        assert rest.next_within(0.01) is None


def test_a_subscriber_of_other_groups_sees_nothing(store: ft.TimescaleDBFeatureStore) -> None:
    other = ft.FeatureGroup("other", keys={"k": "text"}, features=[ft.Feature("x", "int64", "x")])
    store.register(other)
    with store.stream("sensors", source="test") as writer:
        writer.put(message(1), offset=1)

    with store.subscribe("other", after=0) as updates:
        assert updates.next_within(0.01) is None
    with pytest.raises(NotFoundError, match="sensor"):
        store.subscribe("sensor")
