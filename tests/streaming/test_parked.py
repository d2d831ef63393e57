"""Parked messages: replayed once when mended, or discarded with a reason."""

import json

import pytest

import featuretrail as ft
from featuretrail.domain.errors import NotFoundError
from featuretrail.domain.events import MessagesDiscarded, ValuesIngested
from tests.engines.database import Database
from tests.streaming.sensors import message, stored

pytestmark = pytest.mark.tiers("embedded", "apache")


def _mended(content: bytes) -> dict[str, object]:
    row = json.loads(content)
    return {**row, "pulses": int(row["pulses"])}


def test_parked_messages_are_replayed_once_and_in_order(
    store: ft.TimescaleDBFeatureStore, database: Database
) -> None:
    with store.stream("sensors", source="test", max_delay=5.0) as writer:
        for offset in range(9, 13):
            writer.put(message(offset, pulses=str(offset)), offset=offset)
        writer.put([message(20), b"rubbish"], offset=[20, 21])

    nothing = store.streams.replay("sensors", "test")
    report = store.streams.replay("sensors", "test", decode=_mended, reason="numbers were text")
    again = store.streams.replay("sensors", "test", decode=_mended)

    assert (nothing.replayed, len(nothing.still_parked)) == (0, 5)
    assert report.replayed == 4
    assert [each.attempts for each in report.still_parked] == [3]
    assert again.replayed == 0
    assert stored(database.url) == [20, 9, 10, 11, 12]
    events = [r.event for r in store._log.read() if isinstance(r.event, ValuesIngested)]
    assert events[-1].stream is not None
    assert [each.offset for each in events[-1].stream.replayed] == ["9", "10", "11", "12"]
    assert events[-1].metadata.reason == "numbers were text"
    assert store.streams.status()[0].offset == "21"
    assert store.audit.verify().ok


def test_discarding_is_recorded_with_its_reason_and_removes_the_payload(
    store: ft.TimescaleDBFeatureStore,
) -> None:
    with store.stream("sensors", source="test") as writer:
        writer.put([b"one", b"two"], offset=[1, 2])
    first, second = store.streams.parked()

    with pytest.raises(NotFoundError, match="999"):
        store.streams.discard([first.number, 999], reason="no use")
    position = store.streams.discard([first.number], reason="no use", actor="bert")

    assert store.streams.parked() == [second]
    [recorded] = store._log.read(after=position - 1, until=position)
    assert isinstance(recorded.event, MessagesDiscarded)
    assert [each.offset for each in recorded.event.messages] == ["1"]
    assert (recorded.event.metadata.actor, recorded.event.metadata.reason) == ("bert", "no use")
    [entry] = store.audit.log(after=position - 1)
    assert entry.subject == "parked messages sensors"
