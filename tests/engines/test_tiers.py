"""What every engine tier must give the rest of the tests and the library."""

import struct

import psycopg
import pytest

from tests.engines.database import Database

pytestmark = pytest.mark.tiers("embedded", "apache", "community")

EDITIONS = {"apache": "apache", "community": "timescale"}


def test_each_tier_tells_a_supported_version(database: Database) -> None:
    with database.connect() as connection:
        row = connection.execute("SHOW server_version_num").fetchone()
    assert row is not None
    assert int(row[0]) >= 170_000


def test_the_license_tells_the_edition(empty_database: Database) -> None:
    with empty_database.connect() as connection:
        row = connection.execute("SELECT current_setting('timescaledb.license', true)").fetchone()
    assert row == (EDITIONS.get(empty_database.tier),)


def test_the_database_is_migrated(database: Database) -> None:
    with database.connect() as connection:
        row = connection.execute("SELECT count(*) FROM featuretrail.schema_migrations").fetchone()
    assert row is not None
    assert row[0] > 0


def test_the_empty_database_has_no_schema_of_ours(empty_database: Database) -> None:
    with empty_database.connect() as connection:
        row = connection.execute("SELECT to_regnamespace('featuretrail')").fetchone()
    assert row == (None,)


@pytest.mark.parametrize("turn", ["first", "second"])
def test_no_test_sees_what_another_left(database: Database, turn: str) -> None:
    with database.connect() as connection:
        found = connection.execute("SELECT to_regclass('left_behind'), to_regclass('mine.table_')")
        assert found.fetchone() == (None, None), turn
        connection.execute("CREATE TABLE left_behind (id int)")
        connection.execute("CREATE SCHEMA mine")
        connection.execute("CREATE TABLE mine.table_ (id int)")
        connection.execute("CREATE FUNCTION one() RETURNS int LANGUAGE sql AS 'SELECT 1'")


def test_binary_copy_goes_in_and_out(database: Database) -> None:
    rows = [(1, 0.1, "å"), (2**62, float("inf"), ""), (-1, None, "end")]
    with database.connect() as connection:
        connection.execute("CREATE TABLE copied (key int8, value float8, note text)")
        with connection.cursor() as cursor:
            with cursor.copy("COPY copied FROM STDIN (FORMAT BINARY)") as copy:
                copy.set_types(["int8", "float8", "text"])
                for row in rows:
                    copy.write_row(row)
            with cursor.copy("COPY copied TO STDOUT (FORMAT BINARY)") as copy:
                copy.set_types(["int8", "float8", "text"])
                assert list(copy.rows()) == rows


def test_a_hand_packed_binary_copy_is_understood(database: Database) -> None:
    packed = b"PGCOPY\n\xff\r\n\0" + struct.pack(">ii", 0, 0)
    for key in range(3):
        packed += struct.pack(">hiqid", 2, 8, key, 8, key / 2)
    with database.connect() as connection:
        connection.execute("CREATE TABLE packed (key int8, value float8)")
        with connection.cursor() as cursor:
            with cursor.copy("COPY packed FROM STDIN (FORMAT BINARY)") as copy:
                copy.write(packed + struct.pack(">h", -1))
            found = cursor.execute("SELECT key, value FROM packed ORDER BY key").fetchall()
    assert found == [(0, 0.0), (1, 0.5), (2, 1.0)]


@pytest.mark.tiers("apache", "community")
def test_a_table_becomes_a_hypertable(database: Database) -> None:
    with database.connect() as connection:
        connection.execute("CREATE TABLE measured (at timestamptz NOT NULL, value float8)")
        connection.execute("SELECT create_hypertable('measured', 'at')")
        connection.execute("INSERT INTO measured VALUES ('2013-01-01', 1), ('2013-06-01', 2)")
        chunks = connection.execute("SELECT count(*) FROM show_chunks('measured')").fetchone()
    assert chunks == (2,)


@pytest.mark.tiers("apache")
def test_the_apache_edition_refuses_a_policy(database: Database) -> None:
    with database.connect() as connection:
        connection.execute("CREATE TABLE measured (at timestamptz NOT NULL, value float8)")
        connection.execute("SELECT create_hypertable('measured', 'at')")
        with pytest.raises(psycopg.errors.FeatureNotSupported):
            connection.execute("SELECT add_retention_policy('measured', INTERVAL '1 day')")


@pytest.mark.tiers("community")
def test_the_community_edition_runs_a_retention_policy(database: Database) -> None:
    with database.connect() as connection:
        connection.execute("CREATE TABLE measured (at timestamptz NOT NULL, value float8)")
        connection.execute("SELECT create_hypertable('measured', 'at')")
        connection.execute("INSERT INTO measured VALUES ('2013-01-01', 1)")
        job = connection.execute(
            "SELECT add_retention_policy('measured', INTERVAL '1 day')"
        ).fetchone()
        connection.execute("CALL run_job(%s)", job)
        chunks = connection.execute("SELECT count(*) FROM show_chunks('measured')").fetchone()
    assert chunks == (0,)


@pytest.mark.tiers(without="community")  # its one session cannot hold two transactions
def test_two_transactions_may_be_open_at_once(database: Database) -> None:
    with database.connect() as one, database.connect() as two:
        one.execute("CREATE TABLE shared (id int)")
        with one.transaction(), two.transaction():
            one.execute("INSERT INTO shared VALUES (1)")
            assert two.execute("SELECT count(*) FROM shared").fetchone() == (0,)
