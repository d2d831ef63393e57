"""The pool's promises: sessions with limits, errors in bounded time, no secret in any message."""

import socket
from concurrent.futures import ThreadPoolExecutor
from time import monotonic

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from featuretrail.domain.errors import DatabaseError, DatabaseUnavailableError, InvalidInputError
from featuretrail.infrastructure.conninfo import Session, address
from featuretrail.infrastructure.database import Database, capabilities, connect
from featuretrail.infrastructure.pool_use import PoolUse
from tests.engines.database import Database as GivenDatabase

EVERYWHERE = pytest.mark.tiers("embedded", "apache", "community")


def shown(pool: Database, setting: str) -> str:
    with pool.connection() as connection:
        row = connection.execute("SELECT current_setting(%s)", [setting]).fetchone()
    assert row is not None
    return str(row[0])


@EVERYWHERE
def test_sessions_are_in_utc(pool: Database) -> None:
    assert shown(pool, "TimeZone") == "UTC"


def test_sessions_have_limits_and_a_name(database: GivenDatabase) -> None:
    with Database(database.url) as pool:
        assert shown(pool, "statement_timeout") == "30s"
        assert shown(pool, "lock_timeout") == "10s"
        assert shown(pool, "idle_in_transaction_session_timeout") == "1min"
        assert shown(pool, "application_name") == "featuretrail"


def test_what_the_url_sets_stays(database: GivenDatabase) -> None:
    url = make_conninfo(
        database.url, application_name="mine", options="-c statement_timeout=7000 -c work_mem=9MB"
    )
    with Database(url) as pool:
        assert shown(pool, "statement_timeout") == "7s"
        assert shown(pool, "work_mem") == "9MB"
        assert shown(pool, "application_name") == "mine"
        assert shown(pool, "lock_timeout") == "10s"


@EVERYWHERE
def test_each_statement_outside_a_transaction_is_its_own(pool: Database) -> None:
    with pool.connection() as connection:
        connection.execute("CREATE TABLE featuretrail.written (number int)")
        connection.execute("INSERT INTO featuretrail.written VALUES (1)")
        with pytest.raises(psycopg.errors.DivisionByZero):
            connection.execute("SELECT 1 / 0")
    with pool.connection() as connection:
        assert connection.execute("SELECT number FROM featuretrail.written").fetchall() == [(1,)]


@EVERYWHERE
def test_a_transaction_is_kept_whole_or_not_at_all(pool: Database) -> None:
    with pool.connection() as connection:
        connection.execute("CREATE TABLE featuretrail.written (number int)")
    with pytest.raises(ZeroDivisionError), pool.transaction() as connection:  # noqa: PT012
        connection.execute("INSERT INTO featuretrail.written VALUES (1)")
        raise ZeroDivisionError
    with pool.transaction() as connection:
        connection.execute("INSERT INTO featuretrail.written VALUES (2)")

    with pool.connection() as connection:
        assert connection.execute("SELECT number FROM featuretrail.written").fetchall() == [(2,)]


@EVERYWHERE
def test_a_server_says_what_it_can_do(database: GivenDatabase, pool: Database) -> None:
    with pool.connection() as connection:
        found = capabilities(connection)

    expected = {"embedded": None, "apache": "apache", "community": "timescale"}
    assert found.license == expected[database.tier]
    assert (found.timescaledb is not None) == database.timescale
    assert found.server_version[:2] in ("17", "18")


def test_a_statement_that_takes_too_long_is_undone_and_says_so(database: GivenDatabase) -> None:
    session = Session(statement_timeout=0.1)

    with (
        Database(database.url, session=session) as pool,
        pytest.raises(DatabaseError, match="took too long"),
        pool.connection() as connection,
    ):
        connection.execute("SELECT pg_sleep(10)")


def test_a_lock_that_is_held_too_long_says_so(database: GivenDatabase) -> None:
    session = Session(lock_timeout=0.1)
    lock = "LOCK TABLE featuretrail.log_head IN ACCESS EXCLUSIVE MODE"

    with Database(database.url, session=session) as pool, pool.transaction() as holder:
        holder.execute(lock)
        with (
            pytest.raises(DatabaseError, match="held a lock for too long"),
            pool.transaction() as other,
        ):
            other.execute(lock)


def test_an_exhausted_pool_says_so_in_time(database: GivenDatabase) -> None:
    begun = monotonic()

    with (
        Database(database.url, pool_size=1, pool_overflow=0, pool_timeout=0.2) as pool,
        pool.connection(),
        pytest.raises(DatabaseUnavailableError, match=r"all 1 connections .* are in use"),
        pool.connection(),
    ):
        pass

    assert monotonic() - begun < 5


def test_the_pool_tells_how_much_of_it_is_in_use(database: GivenDatabase) -> None:
    with Database(database.url, pool_size=1, pool_overflow=1, pool_timeout=0.1) as pool:
        assert pool.pool_use() == PoolUse(2, 0, 0, 0, 0, 0, 0, 0)

        with pool.connection(), pool.connection():
            with pytest.raises(DatabaseUnavailableError), pool.connection():
                pass
            busy = pool.pool_use()
        idle = pool.pool_use()

    assert busy == PoolUse(2, 2, 2, 1, 2, 0, 0, 1)
    assert idle == PoolUse(2, 2, 0, 0, 2, 0, 0, 1)
    assert idle.to_dict()["timed_out"] == 1


def test_more_threads_than_connections_take_turns(database: GivenDatabase) -> None:
    def ask(number: int) -> int:
        with pool.connection() as connection:
            row = connection.execute("SELECT %s::int", [number]).fetchone()
        assert row is not None
        return int(row[0])

    with (
        Database(database.url, pool_size=2, pool_overflow=1) as pool,
        ThreadPoolExecutor(12) as threads,
    ):
        assert list(threads.map(ask, range(200))) == list(range(200))


def test_a_closed_database_says_so(database: GivenDatabase) -> None:
    pool = Database(database.url)
    pool.close()

    with pytest.raises(DatabaseError, match="was closed"), pool.connection():
        pass


def test_an_unreachable_server_is_a_clear_error_in_bounded_time() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    begun = monotonic()

    with pytest.raises(DatabaseUnavailableError, match=f"ada@127.0.0.1:{port}/store") as caught:
        Database(f"postgresql://ada:s3cret@127.0.0.1:{port}/store")

    assert monotonic() - begun < 5
    assert "s3cret" not in str(caught.value)


def test_a_server_that_never_answers_is_a_clear_error_in_bounded_time() -> None:
    begun = monotonic()

    with socket.create_server(("127.0.0.1", 0)) as deaf:
        url = f"postgresql://ada@127.0.0.1:{deaf.getsockname()[1]}/store"
        with pytest.raises(DatabaseUnavailableError, match="timeout"):
            connect(url, session=Session(connect_timeout=2))

    assert monotonic() - begun < 10


def test_a_missing_database_is_a_clear_error(database: GivenDatabase) -> None:
    with pytest.raises(DatabaseUnavailableError, match='database "nowhere" does not exist'):
        Database(make_conninfo(database.url, dbname="nowhere"))


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://ada:s3cret%@host/db",
        "postgresql:/ada:s3cret@host/db",
        "password=s3cret unknown_option=1",
        "password='s3cret",
        "s3cret",
    ],
)
def test_a_url_that_cannot_be_read_is_refused_without_showing_it(url: str) -> None:
    with pytest.raises(InvalidInputError, match="expected postgresql://") as caught:
        Database(url)

    assert "s3cret" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_neither_address_nor_repr_show_the_password(database: GivenDatabase) -> None:
    assert address("postgresql://ada:s3cret@host:5433/db") == "ada@host:5433/db"
    with Database(make_conninfo(database.url, password="s3cret")) as pool:  # noqa: S106
        assert "s3cret" not in repr(pool)
        assert "s3cret" not in pool.address
