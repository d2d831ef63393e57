"""Migrations are applied once, in order, whole, by any number of processes, and never altered."""

import subprocess
import sys

import pytest

from featuretrail.domain.errors import NotFoundError, SchemaError
from featuretrail.infrastructure import migrations as subject
from featuretrail.infrastructure.migrations import Migration, check, migrate, migrations, pending
from featuretrail.infrastructure.queries import query, query_names, query_text
from tests.engines.database import Database as GivenDatabase

EVERYWHERE = pytest.mark.tiers("embedded", "apache", "community")
NAMES = [migration.name for migration in migrations()]


@EVERYWHERE
def test_migrating_applies_everything_in_order_once(empty_database: GivenDatabase) -> None:
    with empty_database.connect() as connection:
        assert pending(connection) == NAMES
        with pytest.raises(SchemaError, match="has no featuretrail schema"):
            check(connection)

    assert migrate(empty_database.url) == NAMES
    assert migrate(empty_database.url) == []

    with empty_database.connect() as connection:
        assert pending(connection) == []
        check(connection)


@pytest.mark.tiers("embedded", "apache")
def test_processes_that_migrate_at_once_share_the_work(empty_database: GivenDatabase) -> None:
    program = (
        "import sys; from featuretrail.infrastructure.migrations import migrate; "
        "print(*migrate(sys.argv[1]))"
    )
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", program, empty_database.url], stdout=subprocess.PIPE, text=True
        )
        for _ in range(3)
    ]
    applied = [process.communicate()[0].split() for process in processes]

    assert [process.returncode for process in processes] == [0, 0, 0]
    assert sorted(name for names in applied for name in names) == NAMES


@EVERYWHERE
def test_an_altered_file_is_refused(database: GivenDatabase) -> None:
    with database.connect() as connection:
        connection.execute(
            "UPDATE featuretrail.schema_migrations SET sha256 = repeat('0', 64) WHERE name = %s",
            [NAMES[2]],
        )
        with pytest.raises(SchemaError, match=f"{NAMES[2]} changed after"):
            check(connection)

    with pytest.raises(SchemaError, match=f"{NAMES[2]} changed after"):
        migrate(database.url)


@EVERYWHERE
def test_a_newer_database_asks_for_a_newer_library(database: GivenDatabase) -> None:
    with database.connect() as connection:
        connection.execute(
            "INSERT INTO featuretrail.schema_migrations VALUES ('9999_future', repeat('0', 64))"
        )
        with pytest.raises(SchemaError, match=r"newer library \(it has 9999_future\)"):
            check(connection)

    with pytest.raises(SchemaError, match="upgrade featuretrail"):
        migrate(database.url)


def test_an_older_database_asks_to_be_migrated(
    database: GivenDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = Migration("9998_later", "CREATE TABLE featuretrail.later (x int)")
    monkeypatch.setattr(subject, "migrations", lambda: (*migrations(), later))

    with database.connect() as connection:
        with pytest.raises(SchemaError, match=r"lacks 9998_later\): run `featuretrail db migrate`"):
            check(connection)
        assert migrate(database.url) == ["9998_later"]
        check(connection)


def test_a_migration_that_fails_changes_nothing_and_can_be_mended(
    database: GivenDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "CREATE TABLE featuretrail.half (x int); SELECT 1 / 0;"
    monkeypatch.setattr(subject, "migrations", lambda: (*migrations(), Migration("9998_bad", text)))

    with pytest.raises(SchemaError, match="9998_bad failed and changed nothing: division by zero"):
        migrate(database.url)

    with database.connect() as connection:
        assert connection.execute("SELECT to_regclass('featuretrail.half')").fetchone() == (None,)
        assert pending(connection) == ["9998_bad"]


def test_file_names_are_numbered_apart() -> None:
    numbers = [name[:4] for name in NAMES]

    assert all(number.isdigit() for number in numbers)
    assert len(set(numbers)) == len(numbers)


@pytest.mark.parametrize("name", query_names())
def test_every_named_query_says_first_what_it_answers(name: str) -> None:
    first, _, rest = query_text(name).partition("\n")

    assert first.startswith("-- ")
    assert first == query(name).as_string().partition("\n")[0]
    assert rest


def test_an_unknown_query_lists_the_near_ones() -> None:
    with pytest.raises(NotFoundError, match="did you mean 'log/head'"):
        query("log/heads")
