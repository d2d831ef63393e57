"""The loop behind ``featuretrail projections run``: level with the log, whatever happens."""

from collections.abc import Iterator
from functools import partial
from uuid import uuid4

import pytest

from featuretrail.domain.errors import DatabaseError, IntegrityError, ProjectionError, SchemaError
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.log.application import EventLog
from featuretrail.infrastructure.log.listening import Listener
from featuretrail.infrastructure.stopping import Stop
from featuretrail.projections import following
from featuretrail.projections.projections import Projections
from featuretrail.projections.projector import Projector
from tests.engines.embedded_place import eventually
from tests.log.proxy import Proxy
from tests.projections.live.conftest import Rows
from tests.projections.live.events import append_raw, one_a_table, recorded
from tests.projections.live.running import Running


def at(side: Projections, position: int) -> bool:
    """Whether the live tables are at a position."""
    return side.status().position == position


@pytest.fixture
def running(side: Projections) -> Iterator[Running]:
    with Running(side) as run:
        yield run


@pytest.fixture
def no_poll(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only notifications wake a follower, not its timed poll."""
    monkeypatch.setattr(following, "POLL_SECONDS", 600.0)


@pytest.mark.usefixtures("no_poll")
def test_past_and_coming_events_are_taken_in(log: EventLog, side: Projections, rows: Rows) -> None:
    log.append(*one_a_table())
    with Running(side) as run:
        assert side.wait_until(7) == 7
        assert run.told("owns generation 1, at position 0")
        for expected in range(8, 20):
            position = log.append(recorded()).last_position
            assert side.wait_until(position) == expected

    assert run.lines[-1] == "stopped at position 19"
    assert len(rows("feature_metadata", "id")) == 13
    assert side.status().owner is None


@pytest.mark.usefixtures("no_poll")
def test_an_event_committed_before_it_listens_is_not_missed(
    log: EventLog, side: Projections, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Late(Listener):
        """Begins to listen only after an append that the follower may have read past."""

        def __init__(self, database: Database, stop: Stop | None = None) -> None:
            log.append(recorded())
            super().__init__(database, stop)

    monkeypatch.setattr(following, "Listener", Late)

    with Running(side) as run:
        assert eventually(lambda: log.head().position == 1)
        assert side.wait_until(1) == 1

    assert run.error is None


def test_the_timed_poll_finds_what_no_notification_told(
    pool: Database, log: EventLog, side: Projections, running: Running
) -> None:
    assert eventually(lambda: running.told("owns generation"))
    with pool.connection() as connection:
        connection.execute(
            "CREATE OR REPLACE FUNCTION featuretrail.pg_notify(text, text) RETURNS void "
            "LANGUAGE sql AS 'SELECT'"
        )
        connection.execute(
            "ALTER FUNCTION featuretrail.append_event "
            "SET search_path = featuretrail, pg_catalog, pg_temp"
        )
    log.append(recorded())

    assert side.wait_until(1) == 1


@pytest.mark.usefixtures("no_poll")
def test_to_stop_ends_the_wait_and_gives_the_generation_up(
    side: Projections, running: Running
) -> None:
    assert eventually(lambda: running.told("owns generation"))
    assert side.status().owner is not None

    running.stop.set()

    assert running.ends()
    assert running.error is None
    assert side.status().owner is None


def test_to_stop_in_the_middle_of_a_long_way_ends_between_two_pages(
    log: EventLog, side: Projections, monkeypatch: pytest.MonkeyPatch, rows: Rows
) -> None:
    stop = Stop()
    real = Projector._write

    def write_and_stop(self: Projector, *args: object) -> None:
        real(self, *args)  # type: ignore[arg-type]
        stop.set()

    monkeypatch.setattr(Projector, "_write", write_and_stop)
    log.append(*(recorded() for _ in range(11_000)))
    lines: list[str] = []

    side.run(stop, lines.append)

    assert lines[-1] == "stopped at position 5000"
    assert side.status().position == 5_000
    assert len(rows("feature_metadata", "id")) == 5_000


def test_one_that_never_worked_claims_no_position(side: Projections, projector: Projector) -> None:
    with Running(side) as run:
        own = projector.connection.info.backend_pid
        assert eventually(lambda: run.told(f"stands by: server process {own} owns generation 1"))

    assert run.lines[-1] == "stopped"


def test_who_stands_by_does_not_listen(pool: Database, side: Projections) -> None:
    """A session that listens and never reads fills the server's queue; appends would fail."""
    with Running(side) as first:
        assert eventually(lambda: first.told("owns generation"))
        with Running(side) as second:
            assert eventually(lambda: second.told("stands by"))
            with pool.connection() as connection:
                [(listening,)] = connection.execute(
                    "SELECT count(*) FROM pg_stat_activity "
                    "WHERE pid <> pg_backend_pid() AND datname = current_database() "
                    "AND query LIKE '%LISTEN featuretrail_log%'"
                )
            assert listening == 1


def test_the_one_that_stands_by_takes_over_when_the_owner_ends(
    log: EventLog, side: Projections, projector: Projector
) -> None:
    with Running(side) as run:
        assert eventually(lambda: run.told("stands by"))
        log.append(recorded())
        projector.close()

        assert eventually(lambda: side.status().position == 1)
        assert run.told("owns generation 1, at position 0")
    assert run.lines.count(next(each for each in run.lines if "stands by" in each)) == 1


def test_the_database_goes_away_and_comes_back(pool: Database, log: EventLog, rows: Rows) -> None:
    log.append(recorded())
    with (
        Proxy(pool.url) as proxy,
        Database(proxy.url, pool_timeout=1) as far,
        Running(Projections(far, EventLog(far))) as run,
    ):
        assert Projections(pool, log).wait_until(1) == 1
        proxy.down()
        assert eventually(lambda: run.told("cannot go on, and tries again until it can"))
        log.append(recorded())
        proxy.up()

        # nobody owned the generation for a while, so look, and do not do its work
        assert eventually(lambda: Projections(pool, log).status().position == 2)
        assert eventually(lambda: run.told("goes on again"))

    assert run.error is None
    assert len([line for line in run.lines if "cannot go on" in line]) == 1
    assert len(rows("feature_metadata", "id")) == 2


def test_a_fault_that_stays_is_told_once_and_tried_less_and_less_often(
    pool: Database, log: EventLog, side: Projections, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each time the server answered again the fault was told anew, five times a second."""
    waits: list[float] = []
    real = Stop.wait

    def noted(self: Stop, seconds: float) -> bool:
        waits.append(seconds)
        return real(self, 0.01)

    monkeypatch.setattr(Stop, "wait", noted)
    with pool.connection() as connection:
        connection.execute(
            "CREATE FUNCTION featuretrail.full_disk() RETURNS trigger LANGUAGE plpgsql AS "
            "$$BEGIN RAISE EXCEPTION 'no space left' USING ERRCODE = '53100'; END$$"
        )
        connection.execute(
            "CREATE TRIGGER full_disk BEFORE INSERT ON featuretrail.feature_metadata "
            "FOR EACH ROW EXECUTE FUNCTION featuretrail.full_disk()"
        )
    log.append(recorded())
    with Running(side) as run:
        assert eventually(lambda: len(waits) >= 6)
        assert side.status().position == 0
        with pool.connection() as connection:
            connection.execute("DROP TRIGGER full_disk ON featuretrail.feature_metadata")
        assert eventually(lambda: side.status().position == 1)

    assert waits[:6] == [0.2, 0.4, 0.8, 1.6, 3.2, 5.0]
    assert len([line for line in run.lines if "no space left" in line]) == 1
    assert side.dead_letters() == []


def test_a_session_that_the_server_ends_is_replaced(
    pool: Database, log: EventLog, side: Projections, running: Running
) -> None:
    assert eventually(lambda: side.status().owner is not None)
    for expected in (1, 2, 3):
        owner = side.status().owner
        if owner is not None:
            with pool.connection() as connection:
                connection.execute("SELECT pg_terminate_backend(%s, 5000)", [owner.pid])
        log.append(recorded())
        assert eventually(partial(at, side, expected))

    assert running.error is None


@pytest.mark.tiers("embedded", "apache")
def test_a_swap_by_another_process_is_followed(
    log: EventLog, side: Projections, running: Running, rows: Rows
) -> None:
    stream = uuid4()
    log.append(*one_a_table(), recorded(stream))
    side.wait_until(8)  # may do the work itself: then the daemon stood by
    assert eventually(lambda: running.told("owns generation 1"))

    assert side.rebuild().swapped
    log.append(recorded(stream, 2))

    assert side.wait_until(9, timeout=30) == 9
    assert eventually(lambda: running.told("owns generation 2"))
    assert running.told("generation 2 became live")
    assert side.status().generation == 2
    assert rows("feature_metadata", "version") == [(1,), (2,)]


def test_with_the_policy_to_stop_it_ends_with_the_event(pool: Database, log: EventLog) -> None:
    log.append(recorded())
    append_raw(log, "featuretrail.weather.forecast", b'{"class_version":1}')
    stopping = Projections(pool, log, policy="stop")
    with Running(stopping) as run:
        assert run.ends()

    assert isinstance(run.error, ProjectionError)
    assert run.error.position == 2
    assert stopping.status().position == 1
    assert stopping.status().owner is None


def test_without_a_live_generation_it_ends_with_an_error(pool: Database, side: Projections) -> None:
    with pool.connection() as connection:
        connection.execute("UPDATE featuretrail.generations SET state = 'soaking'")
    with Running(side) as run:
        assert run.ends()

    assert isinstance(run.error, SchemaError)
    assert "no generation" in str(run.error)


def test_tables_that_claim_more_than_the_log_has_end_it_with_an_error(
    pool: Database, log: EventLog, side: Projections
) -> None:
    log.append(recorded())
    with pool.transaction() as connection:
        connection.execute("UPDATE featuretrail.generations SET position = 9")

    with pytest.raises(IntegrityError, match="up to 9, but the log ends at 1"):
        side.run()


def test_it_ends_when_its_store_is_closed(pool: Database, log: EventLog) -> None:
    """It went on trying for ever, since a connection of its own could still be made."""
    with Database(pool.url) as own, Running(Projections(own, EventLog(own))) as run:
        assert eventually(lambda: run.told("owns generation"))
        own.close()
        log.append(recorded())

        assert run.ends()
    assert isinstance(run.error, DatabaseError)
    assert "was closed" in str(run.error)
