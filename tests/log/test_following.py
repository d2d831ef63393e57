"""Whoever follows the log sees every event once, in order, whatever the writers do."""

from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from threading import Thread, Timer
from time import monotonic

import pytest

from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.log.application import EventLog
from featuretrail.infrastructure.log.subscription import LogSubscription
from tests.log.events import Counted, Measured, counted

pytestmark = pytest.mark.tiers("embedded", "apache", "community")


def taken(following: LogSubscription, count: int) -> list[int]:
    return [notification.id for notification in islice(following, count)]


def test_past_and_coming_events_are_seen_once_in_order(log: EventLog) -> None:
    log.append(*counted(1, 2, 3))
    with log.recorder.subscribe(gt=1) as following:
        assert taken(following, 2) == [2, 3]
        Timer(0.1, lambda: log.append(*counted(4, 5))).start()

        assert taken(following, 2) == [4, 5]


def test_a_follower_of_some_topics_passes_the_others_by(log: EventLog) -> None:
    log.append(*counted(*range(1_500)))
    with log.recorder.subscribe(topics=[Measured.TOPIC]) as following:
        measured = Measured.in_stream(counted(1)[0].originator_id, 1, celsius=1, place="here")
        Timer(0.1, lambda: log.append(measured, *counted(1))).start()

        assert taken(following, 1) == [1_501]


@pytest.mark.tiers(without="community")
def test_a_follower_hears_of_every_event_of_concurrent_writers(log: EventLog) -> None:
    writers, rounds = 6, 40

    def write(writer: int) -> None:
        for turn in range(rounds):
            log.append(*counted(*range(1 + turn % 3), label=str(writer)))

    total = writers * sum(1 + turn % 3 for turn in range(rounds))
    with (
        log.recorder.subscribe() as following,
        ThreadPoolExecutor(writers) as threads,
    ):
        done = [threads.submit(write, writer) for writer in range(writers)]
        seen = taken(following, total)
        for future in done:
            future.result()

    assert seen == list(range(1, total + 1))


@pytest.mark.tiers(without="community")
def test_a_follower_never_sees_an_event_before_its_commit(pool: Database, log: EventLog) -> None:
    with log.recorder.subscribe() as following:
        with pool.transaction() as connection:
            log.append(*counted(1), connection=connection)
            late = Thread(target=log.append, args=counted(2))
            late.start()
            assert log.head().position == 0
        late.join()

        assert taken(following, 2) == [1, 2]


def test_stopping_ends_a_follower_that_waits_in_another_thread(log: EventLog) -> None:
    with log.recorder.subscribe() as following:
        Timer(0.1, following.stop).start()
        begun = monotonic()

        assert list(following) == []
        assert monotonic() - begun < 4  # far from the timed poll

    assert list(following) == []


@pytest.mark.tiers(without="community")
def test_waiting_for_a_position_hears_of_it(log: EventLog) -> None:
    Timer(0.1, lambda: log.append(*counted(1, 2))).start()

    assert log.wait_for(2, timeout=10).position == 2


def test_what_is_followed_can_be_mapped_to_events(log: EventLog) -> None:
    log.append(*counted(41, 42))
    with log.recorder.subscribe() as following:
        events = [log.mapper.to_domain_event(each) for each in islice(following, 2)]

    assert [event.number for event in events if isinstance(event, Counted)] == [41, 42]
