"""What cannot be a message, or cannot be held: parked or refused, with its reason."""

from datetime import timedelta

import pytest

import featuretrail as ft
from featuretrail.domain.errors import InvalidInputError, NotFoundError
from featuretrail.infrastructure.streaming.buffer import PENDING_BYTES, Buffer
from featuretrail.infrastructure.streaming.message import Message, decode_json
from tests.engines.database import Database
from tests.streaming.sensors import message, reading, stored

pytestmark = pytest.mark.tiers("embedded")


def test_what_a_decoder_makes_that_is_no_row_is_parked(
    store: ft.TimescaleDBFeatureStore, database: Database
) -> None:
    made: dict[bytes, object] = {b"1": None, b"2": [1], b"3": "row", b"4": reading(4)}
    with store.stream("sensors", source="test", decode=made.__getitem__) as writer:  # type: ignore[arg-type]
        writer.put(list(made), offset=[1, 2, 3, 4])

    assert [each.offset for each in store.streams.parked("sensors")] == ["1", "2", "3"]
    assert "not a mapping" in store.streams.parked("sensors")[0].error
    assert stored(database.url) == [4]


def test_a_row_that_no_json_can_say_is_parked_as_python_spells_it(
    store: ft.TimescaleDBFeatureStore, database: Database
) -> None:
    rows = [reading(1, sensor="\ud800"), reading(2, sensor=b"\xff"), reading(3)]
    with store.stream("sensors", source="test") as writer:
        writer.put(rows, offset=[1, 2, 3])

    parked = store.streams.parked("sensors")
    assert [b"ud800" in parked[0].payload, b"xff" in parked[1].payload] == [True, True]
    assert stored(database.url) == [3]


@pytest.mark.parametrize(
    "content",
    [b'{"a": 1, "a": 2}', b'{"a":1,"a" :2}', b'{"a"\n:1,"a"\t:2}', b'{"b": {"a": 1, "a": 2}}'],
)
def test_a_name_that_occurs_twice_is_found_however_it_is_spaced(content: bytes) -> None:
    with pytest.raises(ValueError, match="'a' more than once"):
        decode_json(content)
    assert decode_json(b'{"a": "b\\": 1", "c" : "\\"a\\":"}') == {"a": 'b": 1', "c": '"a":'}


def test_large_messages_fill_the_buffer_by_their_bytes() -> None:
    buffer = Buffer("sensors", max_rows=1_000, max_delay=60.0, max_pending=10_000)
    large = bytes(1 << 23)
    while buffer.offer([Message("0", (buffer.pending + 1,), large)]):
        assert buffer.pending < 100
    taken = buffer.take()

    assert buffer.pending == PENDING_BYTES // len(large)
    assert taken is not None
    assert len(taken) == 2
    assert not buffer.offer([Message("0", (99,), large)])
    buffer.done()
    assert buffer.offer([Message("0", (99,), large)])


def test_what_is_no_message_timeout_or_option_is_refused_with_its_name(
    store: ft.TimescaleDBFeatureStore,
) -> None:
    with store.stream("sensors", source="test") as writer:
        for rows in (5, None, (each for each in [message(1)])):
            with pytest.raises(InvalidInputError, match="a message is"):
                writer.put(rows, offset=[1])  # type: ignore[arg-type]
        for timeout in (float("nan"), -1, 1e12, "soon"):
            with pytest.raises(InvalidInputError, match="timeout is"):
                writer.put(message(1), offset=1, timeout=timeout)  # type: ignore[arg-type]
            with pytest.raises(InvalidInputError, match="timeout is"):
                writer.flush(timeout)  # type: ignore[arg-type]
    assert writer.offsets == {}
    with pytest.raises(InvalidInputError, match="a year"):
        store.stream("sensors", source="s", max_delay=timedelta(days=400))
    with pytest.raises(InvalidInputError, match="decode is 5"):
        store.stream("sensors", source="s", decode=5)  # type: ignore[arg-type]
    with pytest.raises(InvalidInputError, match="compute is 5"):
        store.stream("sensors", source="s", compute=5)  # type: ignore[arg-type]
    with pytest.raises(InvalidInputError, match="groups is empty"):
        store.subscribe([])
    with pytest.raises(NotFoundError, match="sensor"):
        store.streams.parked("sensor")
    for number in ("1; DROP", -1, 2**70):
        with pytest.raises(InvalidInputError, match="number of a parked message"):
            store.streams.discard([number], reason="tests")  # type: ignore[list-item]
