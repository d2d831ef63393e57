"""Crashes and lost connections: nothing half-written, nothing written twice, and a way back."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from threading import Timer
from time import monotonic
from uuid import UUID, uuid4

import psycopg
import pytest

from featuretrail.domain.errors import ConcurrencyError, DatabaseUnavailableError
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.log.application import EventLog
from featuretrail.infrastructure.log.verification import verify_chain
from tests.engines.database import Database as GivenDatabase
from tests.log.events import counted
from tests.log.proxy import Proxy

pytestmark = pytest.mark.tiers("embedded", "apache")

WRITER = """
import sys, uuid
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.log.application import EventLog
from tests.log.events import counted
database = Database(sys.argv[1])
log = EventLog(database)
with database.transaction() as connection:
    connection.execute("INSERT INTO featuretrail.written VALUES (1)")
    log.append(*counted(1, 2, 3), connection=connection)
    print("between", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def proxy(database: GivenDatabase) -> Iterator[Proxy]:
    with Proxy(database.url) as opened:
        yield opened


@pytest.fixture
def far(proxy: Proxy) -> Iterator[EventLog]:
    """A log reached through the proxy."""
    with Database(proxy.url, pool_timeout=3) as database:
        yield EventLog(database)


def test_a_writer_killed_between_statements_leaves_nothing(
    database: GivenDatabase, pool: Database, log: EventLog
) -> None:
    with pool.connection() as connection:
        connection.execute("CREATE TABLE featuretrail.written (number int)")
    log.append(*counted(1))
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, database.url],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "between\n"

        os.kill(writer.pid, signal.SIGKILL)
        writer.wait()

    receipt = log.append(*counted(2))
    assert receipt.first_position == 2
    assert verify_chain(pool).events == 2
    with pool.connection() as connection:
        assert connection.execute("SELECT FROM featuretrail.written").fetchall() == []


def test_a_backend_ended_between_statements_leaves_nothing(pool: Database, log: EventLog) -> None:
    with (  # noqa: PT012 (one transaction)
        pytest.raises(DatabaseUnavailableError, match="was lost"),
        pool.transaction() as connection,
    ):
        log.append(*counted(1, 2), connection=connection)
        with pool.connection() as other:
            other.execute("SELECT pg_terminate_backend(%s, 5000)", [connection.info.backend_pid])
        log.append(*counted(3), connection=connection)

    assert log.head().position == 0
    assert log.append(*counted(1)).first_position == 1
    assert verify_chain(pool).ok


@pytest.mark.parametrize("size", [1, 3])
def test_an_append_whose_reply_was_lost_is_found_and_not_repeated(
    proxy: Proxy, far: EventLog, size: int
) -> None:
    events = counted(*range(size), label="lose me")
    proxy.lose_reply_to(b"lose me")

    receipt = far.append(*events)

    assert proxy.lost.is_set()
    assert list(receipt.positions) == list(range(1, size + 1))
    assert receipt.digest == far.head().digest
    assert [recorded.event for recorded in far.read()] == events


def test_an_append_lost_on_its_way_is_made(proxy: Proxy, far: EventLog) -> None:
    far.append(*counted(1))
    proxy.down()
    Timer(0.3, proxy.up).start()

    receipt = far.append(*counted(2))

    assert receipt.first_position == 2


def test_a_retry_that_meets_another_writers_event_is_a_conflict(
    log: EventLog, proxy: Proxy, far: EventLog
) -> None:
    stream = uuid4()
    log.append(*counted(1, stream=stream))
    proxy.lose_reply_to(b"lose me")

    with pytest.raises(ConcurrencyError):
        far.append(*counted(99, stream=stream, label="lose me"))

    assert proxy.lost.is_set()
    assert log.head().position == 1


def test_a_lost_reply_inside_a_callers_transaction_is_not_retried(
    proxy: Proxy, far: EventLog
) -> None:
    proxy.lose_reply_to(b"lose me")

    with (
        pytest.raises(DatabaseUnavailableError, match="is unknown"),
        far.database.transaction() as connection,
    ):
        far.append(*counted(1, label="lose me"), connection=connection)

    assert proxy.lost.is_set()
    assert far.head().position == 0


def test_the_pool_heals_after_every_connection_was_lost(proxy: Proxy, far: EventLog) -> None:
    far.append(*counted(1))
    proxy.down()
    proxy.up()

    assert far.head().position == 1
    assert far.append(*counted(2)).first_position == 2


def test_a_server_that_comes_back_within_the_timeout_is_not_noticed(
    proxy: Proxy, far: EventLog
) -> None:
    far.head()
    proxy.down()
    Timer(0.5, proxy.up).start()

    assert far.head().position == 0


def test_a_server_that_stays_away_is_a_clear_error_in_bounded_time(
    proxy: Proxy, far: EventLog
) -> None:
    far.head()
    proxy.down()
    begun = monotonic()

    with pytest.raises(DatabaseUnavailableError, match=r"cannot connect to .*127\.0\.0\.1"):
        far.append(*counted(1))

    assert monotonic() - begun < 10


def test_a_subscription_survives_a_restart_of_the_server(proxy: Proxy, far: EventLog) -> None:
    far.append(*counted(1))
    with far.recorder.subscribe() as following:
        assert next(following).id == 1
        proxy.down()
        Timer(0.3, proxy.up).start()
        Timer(0.6, lambda: far.append(*counted(2))).start()

        assert next(following).id == 2


def test_a_query_ended_by_the_server_can_be_asked_again(pool: Database, log: EventLog) -> None:
    with (
        pytest.raises(psycopg.errors.AdminShutdown),
        psycopg.connect(pool.url, autocommit=True) as connection,
    ):
        connection.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    with pool.connection() as connection, pytest.raises(psycopg.OperationalError):
        connection.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    assert log.head().position == 0
    assert isinstance(log.append(*counted(1)).digest, bytes)
    assert log.history(UUID(int=0)) == []
