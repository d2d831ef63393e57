"""Writing a stream: every message once, in order, whatever comes and however often."""

import threading
from datetime import timedelta

import pytest

import featuretrail as ft
from featuretrail.domain.errors import (
    FeatureTrailError,
    InvalidInputError,
    InvalidValuesError,
    NotFoundError,
    PoisonMessageError,
    StreamBlockedError,
    StreamFencedError,
)
from featuretrail.domain.events import ValuesIngested
from featuretrail.streaming import StreamKeywords
from tests.engines.database import Database
from tests.streaming.sensors import START, message, online, reading, stored

pytestmark = pytest.mark.tiers("embedded", "apache")


@pytest.mark.tiers("embedded", "apache", "community")
def test_messages_are_stored_once_and_in_order_however_often_they_are_delivered(
    store: ft.TimescaleDBFeatureStore, database: Database
) -> None:
    with store.stream("sensors", source="test", max_rows=4, max_delay=0.01) as writer:
        assert writer.offsets == {}
        for number in range(1, 11):
            writer.put(message(number), offset=number)
        assert writer.put([message(9), message(10), message(11)], offset=[9, 10, 11]) == 1
        writer.flush()
        assert writer.offsets == {"0": 11}
    with store.stream("sensors", source="test") as again:
        assert again.offsets == {"0": 11}
        assert again.put([reading(n) for n in range(5, 14)], offset=list(range(5, 14))) == 2

    assert stored(database.url) == list(range(1, 14))
    assert online(store, "S3").column("celsius").to_pylist() == [13 / 4]
    [status] = store.streams.status()
    assert (status.offset, status.messages, status.redelivered, status.parked) == ("13", 13, 9, 0)
    assert status.latest_event_time == START + timedelta(seconds=13)
    assert store.audit.verify().ok
    assert store.status()["streams"][0]["offset"] == "13"


def test_the_event_of_a_micro_batch_says_what_it_was_made_of(
    store: ft.TimescaleDBFeatureStore,
) -> None:
    lateness = timedelta(seconds=10)
    with store.stream("sensors", source="test", max_delay=5.0, allowed_lateness=lateness) as writer:
        times = {1: 100, 2: 95, 3: 60, 4: 100, 5: 101}
        for offset, second in times.items():
            row = reading(offset, sensor="S", event_time=START + timedelta(seconds=second))
            writer.put(row, offset=offset, partition="a")
        writer.put(b"rubbish", offset="7-1", partition="b")
        writer.put(reading(1), offset=1, partition="a")
        counts_before = writer.counts
    [event] = [r.event for r in store._log.read() if isinstance(r.event, ValuesIngested)]

    assert counts_before.messages == 0
    assert (event.source, event.rows) == ("test", 4)
    assert event.stream is not None
    assert event.stream.superseded == 1
    first, other = event.stream.partitions
    assert (first.partition, first.after, first.first, first.last) == ("a", None, "1", "5")
    assert (first.messages, first.out_of_order, first.late, first.redelivered) == (5, 2, 1, 1)
    assert (other.last, other.parked, other.latest_event_time) == ("7-1", 1, None)
    assert writer.counts.to_dict() == {
        "messages": 6,
        "rows": 4,
        "batches": 1,
        "redelivered": 1,
        "out_of_order": 2,
        "late": 1,
        "superseded": 1,
        "parked": 1,
    }


def test_poison_is_parked_and_the_good_rows_around_it_are_stored(
    store: ft.TimescaleDBFeatureStore, database: Database
) -> None:
    year_9999 = "9999-12-31T23:59:59Z"
    bad: dict[bytes, str] = {
        b"": "cannot be decoded",
        b"\xff\xfe": "utf-8",
        b"[1, 2]": "not an object",
        b"null": "not an object",
        b'{"sensor": "a", "sensor": "b"}': "more than once",
        b"[" * 100_000: "nested too deeply",
        b'{"pulses": ' + b"9" * 5_000 + b"}": "cannot be decoded",
        message(1, sensor=None): "NULL",
        message(2, event_time="2013-01-01T00:00:00"): "zone",
        message(3, event_time="yesterday"): "yesterday",
        message(4, event_time=1357000000): "timestamptz",
        message(5, event_time="0001-01-01T00:00:00Z"): "1678",
        message(6, event_time=year_9999): "after the server's clock",
        message(7, celsius="warm"): "float64",
        message(8, celsius=2**53 + 1): "float64",
        message(9, pulses=2**63): "pulses",
        message(10, pulses=1.5): "int64",
        message(11, pulses=[1]): "int64",
        message(12, sensor="a\0b"): "NUL",
        message(13, sensor="x" * 3_000): "2500",
        message(14, sensor="\ud800"): "surrogate",
        message(15, more=1): "'more'",
        b'{"sensor": "S1"}': "lacks",
        message(16, **{'"; DROP TABLE x; --': 1}): "DROP TABLE",
    }
    with store.stream("sensors", source="test", max_delay=5.0) as writer:
        offset = 0
        for content in bad:
            for each in (content, message(offset + 2, pulses=offset + 2)):
                offset += 1
                writer.put(each, offset=offset)
        writer.put(message(100, celsius=float("nan"), pulses=-(2**63)), offset=100)
        writer.put(message(101, celsius=float("inf"), pulses=2**63 - 1), offset=101)

    parked = store.streams.parked("sensors")
    assert [each.payload for each in parked] == list(bad)
    for found, wanted in zip(parked, bad.values(), strict=True):
        assert wanted.lower() in found.error.lower(), found
    assert stored(database.url) == [*range(2, 2 * len(bad) + 1, 2), -(2**63), 2**63 - 1]
    assert store.streams.status()[0].offset == "101"


def test_offsets_that_were_tampered_with_are_found(
    store: ft.TimescaleDBFeatureStore, database: Database
) -> None:
    with store.stream("sensors", source="test") as writer:
        writer.put([message(1), message(2)], offset=[1, 2])
    assert store.audit.verify().ok
    with database.connect() as connection:
        connection.execute("UPDATE featuretrail.stream_offsets SET last_offset = '1'")

    [fault] = store.audit.verify().faults

    assert "it is 1, where the event at position" in str(fault)
    assert "says 2" in str(fault)


def test_a_stream_that_stops_at_poison_stores_what_came_before_it(
    store: ft.TimescaleDBFeatureStore, database: Database
) -> None:
    writer = store.stream("sensors", source="test", on_poison="stop", max_delay=5.0)
    writer.put([message(1), message(2), b"{", message(4)], offset=[1, 2, 3, 4])
    with pytest.raises(PoisonMessageError) as caught:
        writer.flush()
    with pytest.raises(PoisonMessageError):
        writer.put(message(5), offset=5)
    with pytest.raises(PoisonMessageError):
        writer.close()

    assert (caught.value.offset, caught.value.partition) == ("3", "0")
    assert stored(database.url) == [1, 2]
    assert store.streams.parked() == []
    assert store.stream("sensors", source="test").offsets == {"0": 2}


def test_the_slower_of_two_writers_of_a_source_stops_and_loses_nothing(
    store: ft.TimescaleDBFeatureStore, database: Database
) -> None:
    old = store.stream("sensors", source="test")
    old.put(message(1), offset=1)
    old.flush()
    with store.stream("sensors", source="test") as new:
        new.put([message(2), message(3)], offset=[2, 3])
    old.put([message(2), message(3), message(4)], offset=[2, 3, 4])

    with pytest.raises(StreamFencedError) as caught:
        old.close()

    assert (caught.value.expected, caught.value.actual) == ("1", "3")
    with store.stream("sensors", source="test") as again:
        again.put([message(n) for n in range(1, 5)], offset=[1, 2, 3, 4])
    with store.stream("sensors", source="another") as other:  # sources do not fence each other
        other.put(message(9), offset=1)
    assert stored(database.url) == [1, 2, 3, 4, 9]


def test_a_full_buffer_makes_the_caller_wait_and_then_says_so(
    store: ft.TimescaleDBFeatureStore, database: Database
) -> None:
    options: StreamKeywords = {"max_rows": 2, "max_pending_rows": 4, "max_delay": 60.0}
    with database.connect() as connection, connection.transaction():
        connection.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended('featuretrail.values:sensors', 0))"
        )
        writer = store.stream("sensors", source="test", **options)
        with pytest.raises(StreamBlockedError, match="4 messages wait"):
            writer.put([message(n) for n in range(1, 9)], offset=list(range(1, 9)), timeout=0.2)
        assert not writer.offer(message(9), offset=9)
        with pytest.raises(StreamBlockedError):
            writer.flush(timeout=0.1)
    writer.put([message(n) for n in range(1, 9)], offset=list(range(1, 9)))
    writer.close()

    assert stored(database.url) == list(range(1, 9))
    with pytest.raises(FeatureTrailError, match="was closed"):
        writer.put(message(9), offset=9)


def test_threads_may_share_a_writer_each_with_its_partition(
    store: ft.TimescaleDBFeatureStore, database: Database
) -> None:
    def put(partition: int) -> None:
        for offset in range(50):
            writer.put(message(partition * 50 + offset), partition=str(partition), offset=offset)

    with store.stream("sensors", source="test", max_rows=20) as writer:
        threads = [threading.Thread(target=put, args=(n,)) for n in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert sorted(stored(database.url)) == list(range(200))
    assert writer.offsets == {str(n): 49 for n in range(4)}


def test_a_group_that_gains_a_feature_goes_on_taking_the_messages_it_knows(
    store: ft.TimescaleDBFeatureStore, database: Database
) -> None:
    with store.stream("sensors", source="test") as writer:
        writer.put(message(1), offset=1)
        writer.flush()
        more = ft.Feature("volts", "float64", "Voltage, volts")
        old = [
            ft.Feature("celsius", "float64", "Temperature, degrees Celsius"),
            ft.Feature("pulses", "int64", "Pulses counted"),
        ]
        store.register(
            ft.FeatureGroup(
                "sensors", keys={"sensor": "text"}, features=[*old, more], version="1.1.0"
            )
        )
        writer.put(message(2), offset=2)
    with store.stream("sensors", source="partial", columns=["pulses"]) as some:
        row = reading(3)
        del row["celsius"]
        some.put(row, offset=3)

    assert stored(database.url) == [1, 2, 3]
    assert store.streams.parked() == []


def test_what_cannot_be_a_stream_is_refused_before_anything_is_taken(
    store: ft.TimescaleDBFeatureStore,
) -> None:
    for group, options, error in (
        ("sensor", {"source": "s"}, NotFoundError),
        ("sensors", {"source": ""}, InvalidInputError),
        ("sensors", {"source": "s", "max_rows": 0}, InvalidInputError),
        ("sensors", {"source": "s", "max_delay": -1}, InvalidInputError),
        ("sensors", {"source": "s", "max_rows": 10, "max_pending_rows": 5}, InvalidInputError),
        ("sensors", {"source": "s", "on_poison": "drop"}, InvalidInputError),
        ("sensors", {"source": "s", "allowed_lateness": 3}, InvalidInputError),
        ("sensors", {"source": "s", "columns": ["volts"]}, InvalidValuesError),
        ("sensors", {"source": "s", "compute": ["sensors.celsius"]}, InvalidInputError),
    ):
        with pytest.raises(error):
            store.stream(group, **options)
    with store.stream("sensors", source="s") as writer:
        for given in (
            {"rows": "text", "offset": 1},
            {"rows": [message(1)], "offset": 1},
            {"rows": [message(1)], "offset": [1, 2]},
            {"rows": message(1), "offset": "x"},
            {"rows": message(1), "offset": 1, "partition": ""},
            {"rows": message(1), "offset": 1, "payload": "text"},
        ):
            with pytest.raises(InvalidInputError):
                writer.put(**given)
    assert writer.counts.messages == 0
