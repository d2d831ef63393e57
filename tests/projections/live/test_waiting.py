"""Reading one's own writes: ``wait_until`` and ``catch_up``."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event
from typing import Any

import numpy as np
import pytest

import featuretrail as ft
from featuretrail.domain.errors import InvalidInputError, NotFoundError, ProjectionTimeoutError
from featuretrail.infrastructure.conninfo import Session
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.log.application import EventLog
from featuretrail.projections.projections import Projections
from featuretrail.projections.projector import Projector
from tests.engines.embedded_place import eventually
from tests.projections.live.conftest import Rows
from tests.projections.live.events import recorded
from tests.store.weather import weather


@contextmanager
def waiting(pool: Database, position: int) -> Iterator[Future[int]]:
    """A wait in another thread, over connections of its own; it has begun."""
    with (
        Database(pool.url, session=Session().named("waiting")) as own,
        ThreadPoolExecutor(1) as thread,
    ):
        wait = thread.submit(Projections(own, EventLog(own)).wait_until, position, 30)
        assert eventually(lambda: looked_for_the_owner(pool))
        yield wait


def looked_for_the_owner(pool: Database) -> bool:
    """Whether the waiting one has asked for the owner and now waits."""
    with pool.connection() as connection:
        found = connection.execute(
            "SELECT FROM pg_stat_activity WHERE datname = current_database() "
            "AND application_name = 'waiting' AND state = 'idle' AND query LIKE '%pg_locks%'"
        )
        return found.rowcount == 1


@pytest.mark.tiers("embedded", "apache", "community")
def test_a_writer_reads_what_it_wrote(database: Any) -> None:
    with ft.connect(database.url, artifacts="database:") as store:
        store.register(weather(), reason="first version")

        assert store.wait_until(store.position) == store.position

        status = store.status()["projections"]
        assert (status["lag_events"], status["lag_seconds"], status["owner"]) == (0, 0.0, None)
        assert status["position"] == store.position


@pytest.mark.tiers("embedded", "apache", "community")
def test_nobody_owns_the_generation_so_the_waiting_one_does_the_work_and_gives_it_up(
    log: EventLog, side: Projections, rows: Rows
) -> None:
    log.append(recorded(), recorded(), recorded())

    assert side.wait_until(2) == 2

    assert len(rows("feature_metadata", "id")) == 2
    assert side.status().owner is None
    assert side.status().lag_events == 1
    assert side.status().lag_seconds > 0


def test_a_position_reached_before_is_no_wait(log: EventLog, side: Projections) -> None:
    log.append(recorded())
    side.catch_up()

    assert side.wait_until(0, timeout=0) == 1
    numpys: Any = np.int64(1)
    assert side.wait_until(numpys, timeout=0) == 1


def test_catching_up_reaches_the_head_of_the_call(log: EventLog, side: Projections) -> None:
    assert side.catch_up(timeout=0) == 0
    log.append(recorded(), recorded())
    assert side.catch_up() == 2


def test_the_owner_is_waited_for_and_does_the_work(
    pool: Database, log: EventLog, projector: Projector
) -> None:
    log.append(recorded(), recorded())
    with waiting(pool, 1) as wait:
        assert not wait.done()
        assert projector.refresh().position == 0

        projector.advance(2)

        assert wait.result() == 2


@pytest.mark.usefixtures("projector")
def test_an_owner_that_does_nothing_is_a_timeout_that_says_how_far_it_is(
    log: EventLog, side: Projections
) -> None:
    log.append(recorded())

    for timeout in (0, 0.2):
        with pytest.raises(ProjectionTimeoutError) as raised:
            side.wait_until(1, timeout)
        assert (raised.value.wanted, raised.value.position) == (1, 0)
        assert raised.value.seconds == timeout
    assert isinstance(raised.value, TimeoutError)
    with pytest.raises(ProjectionTimeoutError):
        side.catch_up(timeout=0.1)


def test_the_waiting_one_takes_over_when_the_owner_ends(
    pool: Database, log: EventLog, projector: Projector, rows: Rows
) -> None:
    log.append(recorded())
    with waiting(pool, 1) as wait:
        with pool.connection() as connection:
            own = projector.connection.info.backend_pid
            connection.execute("SELECT pg_terminate_backend(%s)", [own])

        assert wait.result() == 1
    assert len(rows("feature_metadata", "id")) == 1


def test_the_waiting_one_does_the_work_while_another_generation_moves_on(
    pool: Database, log: EventLog, projector: Projector
) -> None:
    """Notifications of a rebuild beside it were taken for signs of life of an owner."""
    log.append(recorded())
    done = Event()

    def move_another() -> None:
        with pool.connection() as connection:
            while not done.wait(0.02):
                connection.execute("SELECT pg_notify('featuretrail_projections', '17:1')")

    with ThreadPoolExecutor(1) as thread:
        moving = thread.submit(move_another)
        try:
            with waiting(pool, 1) as wait:
                projector.close()

                reached = wait.result()
        finally:
            done.set()
        moving.result()

    assert reached == 1


def test_many_wait_at_once_and_each_event_is_taken_in_once(
    log: EventLog, side: Projections, rows: Rows
) -> None:
    log.append(*(recorded() for _ in range(200)))
    with ThreadPoolExecutor(8) as threads:
        reached = list(threads.map(side.wait_until, range(25, 201, 25)))

    assert all(at >= wanted for at, wanted in zip(reached, range(25, 201, 25), strict=True))
    assert [place for (place,) in rows("feature_metadata", "position")] == list(range(1, 201))


@pytest.mark.parametrize("position", [-1, True, "1", 1.0, None])
def test_what_is_no_position_is_refused(side: Projections, position: Any) -> None:
    with pytest.raises(InvalidInputError, match="give a position"):
        side.wait_until(position)


def test_a_position_that_the_log_lacks_is_refused(log: EventLog, side: Projections) -> None:
    log.append(recorded())
    with pytest.raises(NotFoundError, match="0 to 1"):
        side.wait_until(2)


@pytest.mark.parametrize("timeout", [-1, float("nan"), True, "1", None])
def test_what_is_no_time_to_wait_is_refused(side: Projections, timeout: Any) -> None:
    for wait in (side.catch_up, lambda timeout: side.wait_until(0, timeout)):
        with pytest.raises(InvalidInputError, match="give a number of seconds"):
            wait(timeout)


def test_a_wait_may_be_longer_than_any_clock(log: EventLog, side: Projections) -> None:
    log.append(recorded())
    assert side.wait_until(1, timeout=10**400) == 1
    assert side.catch_up(timeout=float("inf")) == 1
