"""A database of any earlier release becomes today's, and answers as that release did."""

import json
import time
from collections.abc import Callable

import psycopg
import pytest

import featuretrail as ft
from featuretrail.domain.errors import SchemaError
from featuretrail.infrastructure import migrations as subject
from featuretrail.infrastructure.migrations import check, migrate, migrations, pending
from featuretrail.projections.plans import TABLES
from featuretrail.upgrading import upgrade
from tests.engines.database import Database
from tests.projections.schema import PAGE, described
from tests.upgrades.conftest import migrating, restore
from tests.upgrades.dump import answered, names
from tests.upgrades.questions import answers

pytestmark = pytest.mark.tiers("embedded", "apache", "community")

NATIVE = pytest.mark.tiers("embedded", "apache")
FIRST = names()[0]


def test_an_upgraded_database_answers_as_the_release_that_made_it(
    restored: Database, release: str
) -> None:
    upgrade(restored.url, quiet)

    with ft.connect(restored.url, artifacts="database:", record_performance=False) as store:
        said = json.loads(json.dumps(answers(store)))
    expected = answered(release)
    assert {name: said[name] == expected[name] for name in expected} == dict.fromkeys(
        expected, True
    )


def test_the_read_side_of_an_upgraded_database_is_level_and_true(restored: Database) -> None:
    done = upgrade(restored.url, quiet)

    with ft.connect(restored.url, artifacts="database:") as store:
        store.projections.catch_up()
        proof = store.projections.verify()
        written = store.ingest("weather", last_rows(store), partial=True)
        assert store.wait_until(written.position) >= written.position
    assert proof.ok
    assert done.ok


def test_an_upgraded_database_has_the_schema_of_the_page(restored: Database) -> None:
    upgrade(restored.url, quiet)

    with restored.connect() as connection:
        assert pending(connection) == []
        check(connection)
        made = described(connection, "^featuretrail$")
    page = PAGE.read_text("utf-8").partition("\n## featuretrail_")[0]
    assert made.rstrip().splitlines() == page.rstrip().splitlines()


def test_tables_of_an_earlier_release_become_hypertables_where_timescaledb_is(
    restored: Database,
) -> None:
    with restored.connect() as connection:
        has_read_side = connection.execute(
            "SELECT to_regclass('featuretrail.feature_lineage') IS NOT NULL"
        ).fetchone()
        has_outcomes = connection.execute(
            "SELECT to_regclass('featuretrail.outcomes') IS NOT NULL"
        ).fetchone()

    done = upgrade(restored.url, quiet)
    again = upgrade(restored.url, quiet)

    values = ["featuretrail_values.flights", "featuretrail_values.weather"]
    judged = ["featuretrail.outcomes", "featuretrail.served"] if has_outcomes == (True,) else []
    expected = [*values, *judged] if restored.timescale else []
    assert [each.table for each in done.moved] == expected
    moved = done.read_side is not None and done.read_side.swapped
    assert moved == (restored.timescale and has_read_side == (True,))
    assert (again.applied, again.moved, again.read_side) == ((), (), None)
    if restored.timescale:
        with restored.connect() as connection:
            found = connection.execute(
                "SELECT hypertable_schema || '.' || hypertable_name "
                "FROM timescaledb_information.hypertables "
                "WHERE hypertable_schema IN ('featuretrail', 'featuretrail_values')"
            ).fetchall()
        ours = {f"featuretrail.{table}" for table in (*TABLES, "outcomes", "served")}
        assert {name for (name,) in found} == {*values, *ours}


@NATIVE
def test_an_upgrade_killed_within_a_migration_goes_on_from_there(empty_database: Database) -> None:
    database = restore(empty_database, FIRST)
    with database.connect() as blocker, database.connect() as observer:
        with blocker.transaction(force_rollback=True):
            # of that name there can be one; who makes the second waits how this transaction ends
            blocker.execute("CREATE TABLE featuretrail.feature_metadata (x integer)")
            process = migrating(database.url)
            wait_for(lambda: waits(observer))
            process.kill()
            process.communicate()
            assert "0065_feature_metadata" in pending(observer)
            assert "0064_feature_documentation" not in pending(observer)
        wait_for(lambda: not at_work(observer))
        left = pending(observer)
        assert left[0] == "0065_feature_metadata"

        done = upgrade(database.url, quiet)

        assert list(done.applied) == left
        check(observer)


@NATIVE
def test_two_upgrades_at_once_share_the_work(empty_database: Database) -> None:
    database = restore(empty_database, FIRST)
    with database.connect() as connection:
        lacking = pending(connection)

    processes = [migrating(database.url) for _ in range(2)]
    outputs = [process.communicate() for process in processes]

    assert [process.returncode for process in processes] == [0, 0], outputs
    told = [json.loads(out) for out, _ in outputs]
    assert sorted(name for each in told for name in each["applied"]) == lacking
    moved = sorted(each["table"] for one in told for each in one["moved"])
    assert moved == (
        ["featuretrail_values.flights", "featuretrail_values.weather"] if database.timescale else []
    )


def test_an_earlier_library_refuses_a_later_database(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    released = tuple(each for each in migrations() if each.name < "0043")
    monkeypatch.setattr(subject, "migrations", lambda: released)

    with database.connect() as connection, pytest.raises(SchemaError, match="newer library"):
        check(connection)
    with pytest.raises(SchemaError, match="upgrade featuretrail"):
        migrate(database.url)


def quiet(what: str, done: int, total: int) -> None:
    assert 0 <= done <= total, what


def last_rows(store: ft.TimescaleDBFeatureStore) -> dict[str, list[object]]:
    newest = store.get_online_features(["weather.temp"], {"origin": ["LGA"]}, event_time=True)
    moment = newest["temp__event_time"][0].as_py()
    return {"origin": ["NEW"], "event_time": [moment], "temp": [1.0], "sky": ["clear"]}


def waits(connection: psycopg.Connection[tuple[object, ...]]) -> bool:
    return at_work(connection, "AND wait_event_type = 'Lock'")


def at_work(connection: psycopg.Connection[tuple[object, ...]], how: str = "") -> bool:
    found = connection.execute(
        f"SELECT FROM pg_stat_activity WHERE application_name = 'featuretrail migrate' "
        f"AND datname = current_database() {how}".encode()
    )
    return found.fetchone() is not None


def wait_for(holds: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(0.02)
