"""Replaying dead letters: each stream in its order, once the cause is mended."""

from threading import Thread
from typing import Any
from uuid import UUID, uuid4

import pytest
from typer.testing import CliRunner

from featuretrail.cli import app
from featuretrail.domain.events import MetadataRecorded, registry
from featuretrail.domain.events.base import JsonObject
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.log.application import EventLog
from featuretrail.infrastructure.log.decoding import encode
from featuretrail.infrastructure.stopping import Stop
from featuretrail.projections.dead_letters import ReplayReport
from featuretrail.projections.folding import ATTEMPTS
from featuretrail.projections.projections import Projections
from featuretrail.projections.projector import FencedError, Projector
from tests.log.events import Counted
from tests.projections.live.conftest import Rows
from tests.projections.live.events import append_raw, incident, recorded
from tests.projections.live.refusals import KEY, refusing

pytestmark = pytest.mark.tiers("embedded", "apache", "community")


def test_without_dead_letters_nothing_is_replayed(log: EventLog, side: Projections) -> None:
    log.append(recorded())
    side.catch_up()

    assert side.replay_dead_letters() == ReplayReport(1, 0, 0)
    assert side.status().generations[0].replays == 0


def test_each_stream_is_taken_in_in_its_order_once_the_cause_is_mended(
    pool: Database, log: EventLog, side: Projections, rows: Rows
) -> None:
    first, second = uuid4(), uuid4()
    with refusing(pool):
        log.append(
            recorded(first, metadata_key=KEY),
            recorded(second, metadata_key=KEY),
            recorded(first, 2),
            *incident(uuid4()),
            recorded(first, 3),
            recorded(second, 2),
        )
        side.catch_up()
        assert [each.position for each in side.dead_letters()] == [1, 2, 3, 8, 9]

    assert side.replay_dead_letters() == ReplayReport(1, 5, 0)

    assert side.dead_letters() == []
    found = rows("feature_metadata", "id", "metadata_value", "version", "position", "last_position")
    assert found == [(first, 3, 3, 1, 8), (second, 2, 2, 2, 9)]
    log.append(recorded(first, 4))
    side.catch_up()
    assert rows("feature_metadata", "version") == [(4,), (2,)]


@pytest.mark.tiers(without="community")
def test_after_a_replay_the_tables_are_those_of_a_rebuild(
    pool: Database, log: EventLog, side: Projections
) -> None:
    streams = [uuid4() for _ in range(20)]
    with refusing(pool):
        for version in (1, 2, 3):
            keys = [KEY if place % 3 == 0 else "purpose" for place in range(20)]
            log.append(
                *(
                    recorded(stream, version, metadata_key=key)
                    for stream, key in zip(streams, keys, strict=True)
                )
            )
            side.catch_up()
    side.replay_dead_letters()

    report = side.verify()

    assert report.ok, report
    assert report.position == 60


def test_what_fails_again_stays_with_its_attempts_and_what_follows_goes_on_waiting(
    pool: Database, log: EventLog, side: Projections, rows: Rows
) -> None:
    mended, broken = uuid4(), uuid4()
    unreadable = append_raw(log, MetadataRecorded.TOPIC, b"{", broken)
    with refusing(pool):
        log.append(recorded(mended, metadata_key=KEY), recorded(broken, 2), recorded(mended, 2))
        side.catch_up()
        assert side.replay_dead_letters() == ReplayReport(1, 0, 4)
        refused_twice = side.dead_letters()
    assert [(each.position, each.attempts, each.waits_for) for each in refused_twice] == [
        (unreadable, 2 * ATTEMPTS, None), (2, ATTEMPTS + 1, None), (3, 0, 1), (4, 0, 2),
    ]  # fmt: skip

    assert side.replay_dead_letters() == ReplayReport(1, 2, 2)

    assert [each.position for each in side.dead_letters()] == [unreadable, 3]
    assert rows("feature_metadata", "id", "version") == [(mended, 2)]


def test_a_library_that_knows_the_topic_takes_the_event_in(
    log: EventLog, side: Projections, monkeypatch: pytest.MonkeyPatch
) -> None:
    stream = uuid4()
    monkeypatch.delitem(registry._BY_TOPIC, Counted.TOPIC)
    log.append(Counted.in_stream(stream, 1, number=1), recorded(stream, 2))
    side.catch_up()
    assert [each.waits_for for each in side.dead_letters()] == [None, 1]

    monkeypatch.undo()

    assert Projections(log.database, log).replay_dead_letters().remaining == 1  # no row to revise
    [letter] = side.dead_letters()
    assert (letter.position, letter.waits_for) == (2, None)
    assert "MissingRowError" in letter.error


def test_a_library_that_knows_the_class_version_takes_the_event_in(
    log: EventLog, side: Projections, monkeypatch: pytest.MonkeyPatch, rows: Rows
) -> None:
    state = encode(recorded(metadata_value="new")).replace(b'version":1', b'version":2', 1)
    append_raw(log, MetadataRecorded.TOPIC, state)
    side.catch_up()
    assert "upgrade featuretrail" in side.dead_letters()[0].error

    monkeypatch.setattr(MetadataRecorded, "class_version", 2)
    monkeypatch.setattr(MetadataRecorded, "upcast_v1_v2", _same, raising=False)

    assert side.replay_dead_letters() == ReplayReport(1, 1, 0)
    assert rows("feature_metadata", "metadata_value") == [("new",)]


@pytest.mark.tiers(without="community")
def test_a_projector_that_still_takes_a_stream_for_parked_is_fenced(
    pool: Database, log: EventLog, projector: Projector, side: Projections, rows: Rows
) -> None:
    stream = uuid4()
    with refusing(pool):
        log.append(recorded(stream, metadata_key=KEY))
        projector.advance(1)
    side.replay_dead_letters()
    log.append(recorded(stream, 2))

    with pytest.raises(FencedError):
        projector.deliver(projector.read_ahead())

    projector.advance(2)
    assert side.dead_letters() == []
    assert rows("feature_metadata", "version") == [(2,)]


@pytest.mark.tiers(without="community")
def test_a_projector_that_runs_meanwhile_goes_on_in_order(
    pool: Database, log: EventLog, side: Projections, rows: Rows
) -> None:
    streams: list[UUID] = [uuid4() for _ in range(10)]
    stop = Stop()
    follower = Thread(target=side.run, args=[stop])
    with refusing(pool):
        log.append(*(recorded(stream, metadata_key=KEY) for stream in streams))
        side.catch_up()
    follower.start()
    try:
        for version in range(2, 12):
            log.append(*(recorded(stream, version) for stream in streams))
            if version in (5, 6):
                side.replay_dead_letters()
        side.wait_until(log.head().position, timeout=30)
    finally:
        stop.set()
        follower.join()

    assert side.dead_letters() == []
    assert rows("feature_metadata", "version") == [(11,)] * 10
    assert side.verify().ok


def test_the_command_tells_what_remains_and_ends_with_1_until_nothing_does(
    pool: Database, log: EventLog, side: Projections
) -> None:
    with refusing(pool):
        log.append(recorded(metadata_key=KEY))
        side.catch_up()
        failing = _command("projections", "replay-dead-letters", "--url", pool.url)
    mended = _command("projections", "replay-dead-letters", "--url", pool.url, "--json")

    assert failing.exit_code == 1
    assert "CheckViolation" in failing.stdout
    assert mended.exit_code == 0
    assert '"replayed": 1' in mended.stdout


def _same(state: JsonObject) -> JsonObject:
    return state


def _command(*arguments: str) -> Any:
    return CliRunner().invoke(app, arguments, catch_exceptions=False)
