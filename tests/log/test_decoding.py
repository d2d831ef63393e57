"""Between events and bytes: what was written is read for ever, what is altered is named."""

from uuid import UUID, uuid4

import pytest
from eventsourcing.persistence import Notification, StoredEvent
from hypothesis import given
from hypothesis import strategies as st

from featuretrail.domain.errors import ChainBrokenError, NotFoundError, SchemaError
from featuretrail.domain.events.base import Metadata
from featuretrail.infrastructure.log.decoding import decode, encode
from featuretrail.infrastructure.log.mapper import EventMapper
from tests.log.events import Counted, Measured

STREAM = UUID("6f9619ff-8b86-4d01-b42d-00cf4fc964ff")


def stored(state: bytes, topic: str = "tests.measured", version: int = 4) -> StoredEvent:
    return StoredEvent(STREAM, version, topic, state)


def test_a_state_is_json_with_the_class_version_first() -> None:
    event = Measured.in_stream(STREAM, 1, celsius=20.5, place="here")

    assert encode(event) == (
        b'{"class_version":3,"metadata":{"actor":null,"reason":null,"correlation_id":null,'
        b'"causation_id":null},"celsius":20.5,"place":"here"}'
    )


@given(
    number=st.integers(-(2**63), 2**63 - 1),
    label=st.text(),
    actor=st.none() | st.text(),
    correlation=st.none() | st.uuids(),
    version=st.integers(1, 2**31 - 1),
)
def test_every_event_comes_back_equal(
    number: int, label: str, actor: str | None, correlation: UUID | None, version: int
) -> None:
    metadata = Metadata(actor=actor, correlation_id=correlation)
    event = Counted.in_stream(STREAM, version, number=number, label=label, metadata=metadata)
    mapper = EventMapper()

    assert mapper.to_domain_event(mapper.to_stored_event(event)) == event


def test_an_older_class_version_is_upcast_step_by_step() -> None:
    first = decode(stored(b'{"class_version":1,"fahrenheit":68}'), 9)
    second = decode(stored(b'{"class_version":2,"celsius":-3.5}'), 9)

    assert first == Measured.in_stream(STREAM, 4, celsius=20.0, place="unknown")
    assert second == Measured.in_stream(STREAM, 4, celsius=-3.5, place="unknown")


def test_the_order_of_keys_and_white_space_do_not_matter() -> None:
    state = b'{ "place": "here", "celsius": 1, "class_version": 3 }'

    assert decode(stored(state), 9) == Measured.in_stream(STREAM, 4, celsius=1, place="here")


def test_a_newer_class_version_asks_for_a_newer_library() -> None:
    with pytest.raises(SchemaError, match=r"class version 4, this library knows 3: upgrade"):
        decode(stored(b'{"class_version":4,"kelvin":1}'), 9)


def test_an_unknown_topic_lists_the_near_ones() -> None:
    with pytest.raises(NotFoundError, match=r"'tests.mesured'; did you mean 'tests.measured'"):
        decode(stored(b"{}", topic="tests.mesured"), 9)


@pytest.mark.parametrize(
    "state",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b"\xff\xfe",
        b'{"class_version":3,"celsius":1,"place":"\xff"}',
        b'{"class_version":3,"celsius":1}',
        b'{"class_version":3,"celsius":"warm","place":"here"}',
        b'{"class_version":3,"celsius":1,"place":"here","other":1}',
        b'{"class_version":3,"originator_version":5,"celsius":1,"place":"here"} ',
        b'{"class_version":3}',
        b'{"class_version":0,"celsius":1,"place":"here"}',
        b'{"class_version":"3","celsius":1,"place":"here"}',
        b'{"class_version":true,"celsius":1,"place":"here"}',
        b'{"celsius":1,"place":"here"}',
        b'{"class_version":1,"celsius":1}',
        b'{"class_version":3,"celsius":1,"place":"here"}}',
    ],
)
def test_a_state_that_cannot_be_read_names_its_position_stream_and_version(state: bytes) -> None:
    with pytest.raises(ChainBrokenError) as caught:
        decode(stored(state), 9)

    assert caught.value.position == 9
    assert f"version 4 of stream {STREAM} ('tests.measured') cannot be read" in str(caught.value)


def test_the_mapper_names_the_position_of_a_notification() -> None:
    broken = Notification(uuid4(), 1, "tests.counted", b"{", 77)

    with pytest.raises(ChainBrokenError, match="broken at position 77"):
        EventMapper().to_domain_event(broken)
