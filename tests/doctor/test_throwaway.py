"""Throw-away databases are gone afterwards, and what a killed process left is found."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Timer
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from featuretrail.domain.errors import AccessDeniedError, DatabaseError
from featuretrail.infrastructure.conninfo import read_only
from featuretrail.infrastructure.queries import query
from featuretrail.infrastructure.throwaway import Abandoned, drop_abandoned, throwaway
from tests.cli.test_documentation import blocks
from tests.doctor.conftest import role_of, throwaways
from tests.engines.database import Database

pytestmark = pytest.mark.tiers("embedded", "apache")


@contextmanager
def holding(database: Database) -> Iterator[str]:
    """A throw-away database whose maker is killed at the end: it drops nothing."""
    with database.connect() as connection:
        [(oid,)] = connection.execute(
            "SELECT oid FROM pg_database WHERE datname = current_database()"
        )
        name = f"featuretrail_doctor_{oid}_{uuid4().hex[:12]}"
        assert connection.execute(query("doctor/hold"), {"name": name}).fetchone() == (True, "0")
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        yield name


def test_it_is_there_for_a_while_and_gone_afterwards_also_when_used_or_lost(
    database: Database,
) -> None:
    with throwaway(database.url) as made:
        assert throwaways(database) == [made.name]
        left_open = psycopg.connect(made.url, autocommit=True)
        left_open.execute("CREATE TABLE kept (a int)")
    assert throwaways(database) == []
    left_open.close()

    with pytest.raises(KeyboardInterrupt), throwaway(database.url):
        raise KeyboardInterrupt
    assert throwaways(database) == []

    with throwaway(database.url), database.connect() as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE application_name = 'featuretrail doctor' AND datname = current_database()"
        )
    assert throwaways(database) == []


def test_an_interruption_of_the_dropping_is_heard_when_it_is_dropped(database: Database) -> None:
    with database.connect() as other:

        def interrupt() -> None:
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(1)  # until the first attempt is cancelled, and a second one waits
            other.execute("ROLLBACK")

        timer = Timer(0.5, interrupt)
        with pytest.raises(KeyboardInterrupt):
            _dropped_while(other, timer)
        timer.join()

    assert throwaways(database) == []


def _dropped_while(other: psycopg.Connection[Any], timer: Timer) -> None:
    """Make and drop one whose dropping waits for another session; start the timer before."""
    with throwaway(other.info.dsn) as made:
        other.execute("BEGIN")
        comment = "COMMENT ON DATABASE {} IS 'held, so that dropping it waits'"
        other.execute(sql.SQL(comment).format(sql.Identifier(made.name)))
        timer.start()


def test_what_a_killed_process_left_is_dropped_and_what_a_living_one_holds_is_not(
    database: Database,
) -> None:
    with throwaway(database.url) as held:
        with holding(database) as abandoned:
            assert throwaways(database) == sorted([abandoned, held.name])
            assert drop_abandoned(database.url) == []

        assert drop_abandoned(database.url) == [Abandoned(abandoned)]
        assert throwaways(database) == [held.name]
    assert throwaways(database) == []


def test_those_of_another_database_are_left_alone_until_it_is_gone(
    database: Database, empty_database: Database
) -> None:
    with holding(empty_database) as name:
        pass
    orphan = "featuretrail_doctor_2_0123456789ab"  # no database has the number 2
    with database.connect() as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(orphan)))

    assert drop_abandoned(database.url) == [Abandoned(orphan)]
    assert drop_abandoned(empty_database.url) == [Abandoned(name)]


def test_a_role_that_may_not_make_databases_is_told_who_may(database: Database, login: str) -> None:
    with pytest.raises(AccessDeniedError, match="CREATEDB") as refused, throwaway(login):
        pass

    assert "permission denied to create database" in refused.value.refusal
    with pytest.raises(DatabaseError, match="read-only"), throwaway(read_only(database.url)):
        pass
    [statement] = blocks("how-to/doctor.md", "sql")
    name = role_of(login).as_string()
    with database.connect() as connection:
        connection.execute(statement.replace("doctor", name).encode())
    with throwaway(login) as made, psycopg.connect(made.url) as inside:
        assert inside.info.dbname == made.name


def test_what_another_role_left_is_told_with_the_refusal(database: Database, login: str) -> None:
    with holding(database) as name:
        pass

    [found] = drop_abandoned(login)
    assert found.name == name
    assert found.refusal is not None
    assert "must be owner" in found.refusal
    assert drop_abandoned(make_conninfo(database.url)) == [Abandoned(name)]
