"""The contract of the log on every engine: what it appends, it gives back, in one order."""

import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from eventsourcing.persistence import StoredEvent

from featuretrail.domain.errors import ConcurrencyError, InvalidInputError, NaiveTimeError
from featuretrail.domain.events.base import Event
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.log.application import EventLog
from featuretrail.infrastructure.log.verification import verify_chain
from tests.log.events import Counted, Measured, counted

pytestmark = pytest.mark.tiers("embedded", "apache", "community")


def positions(
    log: EventLog, after: int = 0, limit: int | None = None, until: int | None = None
) -> list[int]:
    return [recorded.position for recorded in log.read(after, limit, until)]


def test_an_empty_log_has_a_head_at_zero_and_no_events(log: EventLog) -> None:
    head = log.head()

    assert (head.position, head.digest, head.recorded_at) == (0, bytes(32), None)
    assert log.recorder.max_notification_id() is None
    assert positions(log) == []
    assert log.recorder.insert_events([]) == []


def test_appending_nothing_is_refused(log: EventLog) -> None:
    with pytest.raises(InvalidInputError, match="no events"):
        log.append()


def test_positions_are_gapless_over_single_and_joint_appends(log: EventLog) -> None:
    first = log.append(*counted(1))
    rest = log.append(*counted(2, 3, 4))
    last = log.append(*counted(5))

    assert [*first.positions, *rest.positions, *last.positions] == [1, 2, 3, 4, 5]
    assert positions(log) == [1, 2, 3, 4, 5]
    assert log.head().position == log.recorder.max_notification_id() == 5


def test_save_returns_recordings_whose_notification_ids_are_positions(log: EventLog) -> None:
    events = counted(1, 2)

    recordings = log.save(*events)

    assert [recording.domain_event for recording in recordings] == events
    assert [recording.notification.id for recording in recordings] == [1, 2]


def test_events_come_back_equal_with_unicode_and_extreme_numbers(log: EventLog) -> None:
    stream = uuid4()
    events: list[Event] = [
        Counted.in_stream(stream, 1, number=2**63 - 1, label="naïve \U0001f9ea \u0000 \u202e"),
        Counted.in_stream(stream, 2**31 - 1, number=-(2**63), label="'; DROP TABLE events; --"),
        Measured.in_stream(uuid4(), 1, celsius=-0.1, place=""),
    ]

    log.append(*events)

    assert [recorded.event for recorded in log.read()] == events
    assert list(log.events.get(stream)) == events[:2]


def test_a_stream_is_selected_by_version_order_and_limit(log: EventLog) -> None:
    stream = uuid4()
    log.append(*counted(1, 2, 3, 4, stream=stream))
    log.append(*counted(9))

    def versions(**arguments: int | bool) -> list[int]:
        found = log.recorder.select_events(stream, **arguments)  # type: ignore[arg-type]
        return [event.originator_version for event in found]

    assert versions() == [1, 2, 3, 4]
    assert versions(gt=1, lte=3) == [2, 3]
    assert versions(desc=True, limit=2) == [4, 3]
    assert versions(limit=1) == [1]
    assert log.recorder.select_events(uuid4()) == []


def test_notifications_are_selected_by_range_topic_and_any_limit(log: EventLog) -> None:
    log.append(*counted(*range(25)), Measured.in_stream(uuid4(), 1, celsius=1, place="here"))
    select = log.recorder.select_notifications

    assert [each.id for each in select(None, 100)] == list(range(1, 27))
    assert [each.id for each in select(3, 2)] == [3, 4]
    assert [each.id for each in select(3, 2, inclusive_of_start=False)] == [4, 5]
    assert [each.id for each in select(20, 100, stop=22)] == [20, 21, 22]
    assert [each.id for each in select(1, 100, topics=[Measured.TOPIC])] == [26]


def test_the_log_is_read_across_pages_with_a_limit_an_end_and_topics(log: EventLog) -> None:
    log.append(*counted(*range(4_500)))
    log.append(Measured.in_stream(uuid4(), 1, celsius=1, place="here"))

    assert positions(log) == list(range(1, 4_502))
    assert positions(log, after=4_499) == [4_500, 4_501]
    assert positions(log, after=10, limit=2) == [11, 12]
    assert positions(log, until=3) == [1, 2, 3]
    assert [each.topic for each in log.read(topics=[Measured.TOPIC])] == [Measured.TOPIC]


def test_a_history_is_one_streams_events_up_to_a_position(log: EventLog) -> None:
    stream = uuid4()
    log.append(*counted(1, 2, stream=stream))
    log.append(*counted(7))
    log.append(*counted(3, stream=stream, after=2))

    assert [each.position for each in log.history(stream)] == [1, 2, 4]
    assert [each.position for each in log.history(stream, until=3)] == [1, 2]
    assert log.history(uuid4()) == []


@pytest.mark.parametrize("versions", [(2,), (4, 2), (2, 3)])
def test_a_conflict_names_the_stream_the_expected_and_the_actual_version(
    log: EventLog, versions: tuple[int, ...]
) -> None:
    stream = uuid4()
    log.append(*counted(1, 2, 3, stream=stream))

    with pytest.raises(ConcurrencyError) as caught:
        log.append(*[Counted.in_stream(stream, version, number=0) for version in versions])

    assert (caught.value.stream, caught.value.expected, caught.value.actual) == (stream, 1, 3)
    assert log.head().position == 3
    assert verify_chain(log.database).ok


def test_one_version_twice_in_one_append_is_a_conflict(log: EventLog) -> None:
    event = Counted.in_stream(uuid4(), 1, number=1)

    with pytest.raises(ConcurrencyError) as caught:
        log.append(event, event)

    assert (caught.value.stream, caught.value.expected) == (event.originator_id, 0)
    assert log.head().position == 0


def test_an_append_joins_the_callers_transaction(pool: Database, log: EventLog) -> None:
    with pool.connection() as connection:
        connection.execute("CREATE TABLE featuretrail.written (number int)")
    with pytest.raises(ZeroDivisionError), pool.transaction() as connection:  # noqa: PT012 (one transaction)
        connection.execute("INSERT INTO featuretrail.written VALUES (1)")
        log.save(*counted(1, 2), connection=connection)
        raise ZeroDivisionError
    with pool.transaction() as connection:
        connection.execute("INSERT INTO featuretrail.written VALUES (2)")
        receipt = log.append(*counted(3), connection=connection)
        assert log.head(connection).position == receipt.last_position

    with pool.connection() as connection:
        rows = connection.execute("SELECT number FROM featuretrail.written").fetchall()
    assert rows == [(2,)]
    assert positions(log) == [1]


def test_a_conflict_undoes_the_callers_transaction(pool: Database, log: EventLog) -> None:
    stream = uuid4()
    log.append(*counted(1, stream=stream))

    with pytest.raises(ConcurrencyError), pool.transaction() as connection:  # noqa: PT012 (one transaction)
        log.append(*counted(2), connection=connection)
        log.append(*counted(1, stream=stream), connection=connection)

    assert positions(log) == [1]


def test_an_unknown_keyword_is_refused_since_a_misspelt_connection_would_split_a_transaction(
    log: EventLog,
) -> None:
    with pytest.raises(TypeError, match="conection"):
        log.save(*counted(1), conection=None)

    assert log.head().position == 0


def test_a_version_below_one_is_refused(log: EventLog) -> None:
    with pytest.raises(psycopg.errors.CheckViolation):
        log.append(Counted.in_stream(uuid4(), 0, number=1))

    assert log.head().position == 0


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE featuretrail.events SET topic = 'other'",
        "DELETE FROM featuretrail.events",
        "TRUNCATE featuretrail.events",
        "DELETE FROM featuretrail.log_head",
        "TRUNCATE featuretrail.log_head",
    ],
)
def test_the_log_refuses_change(pool: Database, log: EventLog, change: str) -> None:
    log.append(*counted(1))

    with pool.connection() as connection, pytest.raises(psycopg.errors.RestrictViolation):
        connection.execute(change)

    assert verify_chain(pool).events == 1


def test_people_read_the_log_as_json(pool: Database, log: EventLog) -> None:
    log.append(*counted(7, label="seven"))

    with pool.connection() as connection:
        row = connection.execute(
            "SELECT state ->> 'label', state -> 'class_version', digest "
            "FROM featuretrail.events_readable"
        ).fetchone()

    assert row == ("seven", 1, log.head().digest.hex())


def test_people_read_the_log_although_json_of_the_database_knows_no_nul(
    pool: Database, log: EventLog
) -> None:
    log.append(*counted(7, label="a\0b\\u0000c"))

    with pool.connection() as connection:
        row = connection.execute(
            "SELECT state ->> 'label' FROM featuretrail.events_readable"
        ).fetchone()

    assert row == ("a\ufffdb\\ufffdc",)


def test_the_digest_is_the_documented_one(log: EventLog) -> None:
    log.append(*counted(1))
    log.append(*counted(2, 3))
    epoch = datetime(2000, 1, 1, tzinfo=UTC)

    digest = bytes(32)
    for each in log.read():
        microseconds = (each.recorded_at - epoch) // timedelta(microseconds=1)
        topic = each.topic.encode()
        canonical = (
            each.position.to_bytes(8, "big")
            + microseconds.to_bytes(8, "big", signed=True)
            + each.originator_id.bytes
            + each.originator_version.to_bytes(4, "big")
            + len(topic).to_bytes(4, "big")
            + topic
            + len(each.state).to_bytes(4, "big")
            + each.state
        )
        digest = hashlib.sha256(digest + canonical).digest()
        assert each.digest == digest

    assert log.head().digest == digest


def test_the_documented_example_has_the_documented_digest(pool: Database) -> None:
    page = (Path(__file__).parents[2] / "docs/explanation/log.md").read_text()
    with pool.connection() as connection:
        row = connection.execute(
            "SELECT encode(sha256(decode(repeat('00', 32), 'hex') || featuretrail.event_bytes("
            "1, '2026-01-02 03:04:05.678901+00', 'c0ffee00-0000-4000-8000-000000000001', 1, "
            "'featuretrail.group.defined', convert_to(%s, 'UTF8'))), 'hex')",
            ['{"class_version":1,"name":"weather"}'],
        ).fetchone()

    assert row is not None
    assert f"```text\n{row[0]}\n```" in page


def test_a_moment_maps_to_the_last_position_recorded_by_then(log: EventLog) -> None:
    receipts = [log.append(*counted(number)) for number in range(7)]
    one = timedelta(microseconds=1)
    first, last = receipts[0].recorded_at, receipts[-1].recorded_at

    assert log.position_at(first - one) == 0
    assert log.position_at(last) == log.position_at(datetime.max.replace(tzinfo=UTC)) == 7
    for receipt in receipts:
        expected = max(
            each.last_position for each in receipts if each.recorded_at <= receipt.recorded_at
        )
        assert log.position_at(receipt.recorded_at) == expected


def test_a_moment_without_a_time_zone_is_refused(log: EventLog) -> None:
    with pytest.raises(NaiveTimeError, match="no time zone"):
        log.position_at(datetime(2026, 1, 1))  # noqa: DTZ001


def test_recorded_at_never_goes_back_even_when_the_servers_clock_does(
    pool: Database, log: EventLog
) -> None:
    with pool.connection() as connection:  # as after a correction of the clock by an hour
        connection.execute(
            "UPDATE featuretrail.log_head SET recorded_at = clock_timestamp() + interval '1 hour'"
        )
    ahead = log.head().recorded_at

    times = [log.append(*counted(1)).recorded_at, log.append(*counted(1, 2)).recorded_at]

    assert times == [ahead, ahead]


def test_waiting_ends_at_the_position_or_in_time(log: EventLog) -> None:
    log.append(*counted(1, 2))

    assert log.wait_for(2, timeout=0).position == 2
    with pytest.raises(TimeoutError, match=r"at position 2 after 0\.05 s, not at 3"):
        log.wait_for(3, timeout=0.05)


def test_the_processs_environment_does_not_move_the_log(
    pool: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PERSISTENCE_MODULE", "eventsourcing.sqlite")
    monkeypatch.setenv("COMPRESSOR_TOPIC", "zlib")
    monkeypatch.setenv("IS_SNAPSHOTTING_ENABLED", "y")
    monkeypatch.setenv("AGGREGATE_CACHE_MAXSIZE", "10")

    log = EventLog(pool)
    log.append(*counted(1))

    assert positions(log) == [1]
    assert log.snapshots is None
    assert log.repository.cache is None


def test_an_event_that_is_not_ours_is_refused(log: EventLog) -> None:
    with pytest.raises(InvalidInputError, match="not object"):
        log.mapper.to_stored_event(object())  # type: ignore[arg-type]


def test_a_large_event_is_kept_whole(log: EventLog) -> None:
    stored = StoredEvent(uuid4(), 1, "tests.counted", b"\xff" * 3_000_000)

    log.recorder.append([stored])

    assert next(log.read()).state == stored.state
    assert verify_chain(log.database).ok
