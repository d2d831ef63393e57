"""Whatever is altered in the log behind its back is found, at its first position, with a reason."""

import re
import struct
from datetime import UTC, datetime
from hashlib import sha256
from uuid import UUID, uuid4

import pytest
from psycopg import sql

from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.log.application import EventLog
from featuretrail.infrastructure.log.verification import verify_chain
from tests.house.packages import ROOT
from tests.log.events import counted

pytestmark = pytest.mark.tiers("embedded", "apache", "community")

ALTERED = "the event or its digest was altered"


def tamper(pool: Database, *statements: str) -> None:
    """Change the log as its owner can: with the triggers off."""
    with pool.transaction() as connection:
        connection.execute("ALTER TABLE featuretrail.events DISABLE TRIGGER USER")
        connection.execute("ALTER TABLE featuretrail.log_head DISABLE TRIGGER USER")
        for statement in statements:
            assert connection.execute(sql.SQL(statement)).rowcount


def filled(log: EventLog) -> None:
    log.append(*counted(1, 2, 3))
    log.append(*counted(4))
    log.append(*counted(5, 6, 7, 8, 9, 10))


def test_an_untouched_log_holds(pool: Database, log: EventLog) -> None:
    assert verify_chain(pool).ok
    filled(log)

    report = verify_chain(pool)

    assert report.ok
    assert report.first_fault_position is None
    assert (report.events, report.head_digest) == (10, log.head().digest)


def test_a_connection_can_be_verified_in_its_own_transaction(pool: Database, log: EventLog) -> None:
    filled(log)

    with pool.transaction() as connection:
        log.append(*counted(11), connection=connection)
        assert verify_chain(connection).events == 11


def test_progress_ends_at_the_head(pool: Database, log: EventLog) -> None:
    filled(log)
    seen: list[tuple[int, int]] = []

    verify_chain(pool, progress=lambda done, total: seen.append((done, total)))

    assert seen[-1] == (10, 10)
    assert seen == sorted(seen)


@pytest.mark.parametrize(
    ("change", "position", "reason"),
    [
        ("UPDATE featuretrail.events SET state = '{}' WHERE position = 4", 4, ALTERED),
        ("UPDATE featuretrail.events SET topic = 'x' WHERE position = 1", 1, ALTERED),
        (
            """UPDATE featuretrail.events SET topic = topic || 'x', state = substr(state, 2)
            WHERE position = 5""",
            5,
            ALTERED,
        ),
        ("UPDATE featuretrail.events SET originator_version = 9 WHERE position = 4", 4, ALTERED),
        (
            "UPDATE featuretrail.events SET originator_id = gen_random_uuid() WHERE position = 10",
            10,
            ALTERED,
        ),
        (
            """UPDATE featuretrail.events SET recorded_at = recorded_at + interval '1 microsecond'
            WHERE position = 4""",
            4,
            ALTERED,
        ),
        (
            "UPDATE featuretrail.events SET digest = sha256('x') WHERE position = 10",
            10,
            ALTERED,
        ),
        ("DELETE FROM featuretrail.events WHERE position = 1", 1, "missing: the next one is 2"),
        ("DELETE FROM featuretrail.events WHERE position = 6", 6, "missing: the next one is 7"),
        ("DELETE FROM featuretrail.events WHERE position > 6", 7, "missing: the head is at 10"),
        ("DELETE FROM featuretrail.events", 1, "missing: the head is at 10"),
        ("UPDATE featuretrail.log_head SET position = 12", 11, "missing: the head is at 12"),
        ("UPDATE featuretrail.log_head SET position = 8", 9, "beyond the head, which is at 8"),
        ("UPDATE featuretrail.log_head SET digest = sha256('x')", 10, "the head of the log was"),
        (
            "UPDATE featuretrail.log_head SET recorded_at = recorded_at + interval '1 s'",
            10,
            "the head of the log was",
        ),
        (
            """INSERT INTO featuretrail.events SELECT 11, gen_random_uuid(), 1, topic, state,
            recorded_at, digest FROM featuretrail.events WHERE position = 10""",
            11,
            ALTERED,
        ),
    ],
)
def test_tampering_is_found_where_it_begins(
    pool: Database, log: EventLog, change: str, position: int, reason: str
) -> None:
    filled(log)

    tamper(pool, change)
    report = verify_chain(pool)

    assert not report.ok
    assert report.first_fault_position == position
    assert reason in report.reason


def test_swapped_events_are_found(pool: Database, log: EventLog) -> None:
    filled(log)

    tamper(
        pool,
        "UPDATE featuretrail.events SET position = 100 WHERE position = 5",
        "UPDATE featuretrail.events SET position = 5 WHERE position = 8",
        "UPDATE featuretrail.events SET position = 8 WHERE position = 100",
    )

    report = verify_chain(pool)
    assert (report.first_fault_position, report.events) == (5, 4)
    assert ALTERED in report.reason


def test_an_event_forged_with_its_digest_is_found_beyond_the_head(
    pool: Database, log: EventLog
) -> None:
    filled(log)

    tamper(
        pool,
        "INSERT INTO featuretrail.events (position, originator_id, originator_version, topic, "
        "state, recorded_at, digest) SELECT 11, originator_id, 100, topic, state, recorded_at, "
        "sha256(digest || featuretrail.event_bytes(11, recorded_at, originator_id, 100, topic, "
        "state)) FROM featuretrail.events WHERE position = 10",
    )

    report = verify_chain(pool)
    assert report.first_fault_position == 11
    assert "beyond the head" in report.reason


def test_an_event_forged_into_the_past_of_its_neighbours_is_found(
    pool: Database, log: EventLog
) -> None:
    filled(log)
    forged = "recorded_at - interval '1 day'"

    tamper(
        pool,
        "UPDATE featuretrail.events AS e SET recorded_at = e." + forged + ", digest = sha256("
        "before.digest || featuretrail.event_bytes(e.position, e." + forged + ", e.originator_id, "
        "e.originator_version, e.topic, e.state)) FROM featuretrail.events AS before "
        "WHERE e.position = 10 AND before.position = 9",
    )

    report = verify_chain(pool)
    assert report.first_fault_position == 10
    assert report.reason == "the event was recorded before the one it follows"


def test_events_lost_at_the_end_stay_missing_when_the_log_goes_on(
    pool: Database, log: EventLog
) -> None:
    filled(log)
    tamper(pool, "DELETE FROM featuretrail.events WHERE position = 10")

    log.append(*counted(1, stream=uuid4()))

    assert verify_chain(pool).first_fault_position == 10


def test_a_log_longer_than_one_stretch_is_verified(
    pool: Database, log: EventLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("featuretrail.infrastructure.log.verification.STRETCH", 3)
    monkeypatch.setattr("featuretrail.infrastructure.log.verification.CHUNK", 2)
    filled(log)

    assert verify_chain(pool).events == 10
    tamper(pool, "UPDATE featuretrail.events SET topic = 'x' WHERE position = 8")
    assert verify_chain(pool).first_fault_position == 8


def test_the_example_of_the_page_on_the_log_has_the_digest_that_it_shows() -> None:
    """Computed by the page's table of bytes alone."""
    page = (ROOT / "docs" / "explanation" / "log.md").read_text("utf-8")
    [shown] = re.findall(r"has the digest\n\n```text\n(\w+)\n```", page)
    since = datetime(2026, 1, 2, 3, 4, 5, 678901, UTC) - datetime(2000, 1, 1, tzinfo=UTC)
    microseconds = (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
    stream = UUID("c0ffee00-0000-4000-8000-000000000001").bytes
    parts = [struct.pack(">qq", 1, microseconds), stream, struct.pack(">i", 1)]
    for text in (b"featuretrail.group.defined", b'{"class_version":1,"name":"weather"}'):
        parts += [struct.pack(">i", len(text)), text]

    assert sha256(bytes(32) + b"".join(parts)).hexdigest() == shown
