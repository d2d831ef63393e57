"""The doctor finds what is wrong, says what it cannot see, and changes nothing."""

from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from psycopg import sql

import featuretrail as ft
from featuretrail.doctor.examination import examine
from featuretrail.doctor.likeness import altered, definitions
from featuretrail.doctor.report import DoctorReport
from featuretrail.domain.events import Metadata
from featuretrail.domain.records import measurement, performance_sample
from featuretrail.infrastructure.database import Database as Pool
from featuretrail.infrastructure.roles import make_roles
from featuretrail.infrastructure.settings import Settings
from featuretrail.upgrading import upgrade
from tests.doctor.conftest import contents, role_of, settings, throwaways
from tests.engines.community import CommunityEngine
from tests.engines.database import Database, Tier
from tests.engines.native import NativeEngine
from tests.store.weather import DELAY, NOON, filled, hourly, spine
from tests.upgrades.conftest import restore
from tests.upgrades.dump import names

Engines = dict[Tier, NativeEngine | CommunityEngine]
NATIVE = pytest.mark.tiers("embedded", "apache")
ROWS = 1_000
HOUR = timedelta(hours=1)


def words(report: DoctorReport, name: str) -> str:
    """The findings of a check in one text."""
    [check] = [each for each in report.checks if each.name == name]
    return "\n".join(f"{each.level}: {each.words}" for each in check.findings)


def slower(store: ft.TimescaleDBFeatureStore) -> None:
    """Record that a second version of the temperature takes thirty times as long."""
    measured = [
        measurement(
            "weather.temp", NOON, computation_time_ms=(1.0 + n % 7 / 10) * factor,
            computation_context="training", version=version,
        )
        for version, factor in (("1.0.0", 1.0), ("1.1.0", 30.0))
        for n in range(50)
    ]  # fmt: skip
    appended = store._log.append(performance_sample(uuid4(), measured, Metadata()))
    store.projections.wait_until(appended.last_position)


def facts(report: DoctorReport) -> dict[str, Any]:
    return {name: value for check in report.checks for name, value in check.facts.items()}


@NATIVE
def test_a_store_in_order_passes_and_is_as_it_was(database: Database) -> None:
    with ft.connect(database.url, artifacts="database:", record_performance=False) as store:
        filled(store)
        store.create_feature_snapshot(DELAY, spine())
        store.projections.catch_up()
        store.projections.rebuild()
        position = store.position
    before = contents(database)
    seen: list[tuple[str, int, int]] = []

    report = examine(
        settings(database.url, artifacts="database:"),
        rows=ROWS,
        progress=lambda *step: seen.append(step),
    )

    assert contents(database) == before
    assert throwaways(database) == []
    told = [each.words for check in report.checks for each in check.findings]
    assert [each for each in told if "the target" not in each] == []  # this machine is busy
    assert {each.status for each in report.checks} <= {"passed", "warning"}
    assert [each.name for each in report.checks] == [
        *("connection", "tables", "snapshot", "lineage"),
        *("quality", "consistency", "performance", "documentation"),
    ]
    assert report.ok
    assert report.reached
    assert report.namespace.removed
    assert facts(report)["position"] == position
    assert facts(report)["snapshots"] == 1
    assert facts(report)["definitions"] == 2  # a group and a set
    works = {each.work: each.limit_ms for check in report.checks for each in check.timings}
    assert works["track_feature_lineage"] == 50
    assert works["generate_feature_documentation"] == 300
    assert works[f"rule computation, {ROWS:,} rows"] is None  # its limit is for 100,000
    assert (len(seen), seen[-1]) == (16, ("documentation", 16, 16))


@NATIVE
def test_the_schema_of_a_new_a_rebuilt_and_an_upgraded_database_is_the_same(
    database: Database, empty_database: Database
) -> None:
    restore(empty_database, names()[0])
    upgrade(empty_database.url, lambda *_: None)
    with Pool(database.url) as made, Pool(empty_database.url) as found:
        assert altered(definitions(found), definitions(made)) == []
        with found.connection() as connection:
            connection.execute("DROP VIEW featuretrail.feature_snapshot_summary")
            connection.execute("ALTER TABLE featuretrail.events DISABLE TRIGGER USER")
            connection.execute("ALTER TABLE featuretrail.blobs ALTER content DROP NOT NULL")
            connection.execute("DROP INDEX featuretrail.events_of_snapshots")
            connection.execute("CREATE VIEW featuretrail.of_our_own AS SELECT 1 AS one")

        told = "\n".join(altered(definitions(found), definitions(made)))

    assert "view featuretrail.feature_snapshot_summary is not there" in told
    assert "of featuretrail.events is defined otherwise" in told
    assert "column featuretrail.blobs.content is defined otherwise" in told
    assert "of featuretrail.events is not there" in told  # the index
    assert "of_our_own" not in told


@pytest.mark.tiers("embedded")
def test_what_is_wrong_with_a_store_is_found_without_any_right_to_write(
    database: Database, login: str, tmp_path: Path
) -> None:
    with ft.connect(database.url, artifacts=str(tmp_path / "frozen")) as store:
        filled(store)
        made = store.create_feature_snapshot(DELAY, spine())
        store.projections.catch_up()
        other = store.get_feature_snapshot(made.snapshot_id).to_arrow()
        moved = other.set_column(other.schema.get_field_index("temp"), "temp", [[0.5] * len(other)])
        check = store.validate_feature_consistency
        assert not check(made.snapshot_id, "cross_system", sources=ft.FrameSource(moved)).ok
        check(made.snapshot_id, "quality")
        slower(store)
        store.monitor.schedule("late", "group weather", every=HOUR, starts_at=NOON)
    [frozen] = [each for each in (tmp_path / "frozen").rglob("*") if made.digest in each.name]
    frozen.unlink()
    with database.connect() as connection:
        connection.execute("ALTER TABLE featuretrail.log_head DISABLE TRIGGER USER")
        connection.execute("UPDATE featuretrail.log_head SET digest = sha256('x')")
        connection.execute("ALTER TABLE featuretrail.events DISABLE TRIGGER USER")
        connection.execute(
            "UPDATE featuretrail.events SET recorded_at = recorded_at - '1h'::interval"
        )
        connection.execute("DROP VIEW featuretrail.feature_quality_dashboard")
        connection.execute(sql.SQL("GRANT pg_read_all_data TO {}").format(role_of(login)))
        connection.execute(
            sql.SQL("GRANT EXECUTE ON FUNCTION featuretrail.recorded_after TO {}").format(
                role_of(login)
            )
        )
    before = contents(database)

    report = examine(
        settings(
            login,
            artifacts=str(tmp_path / "frozen"),
            pool_size=500,
            documentation={"policy": {"missing_unit": "error", "missing_set_owner": "warning"}},
        )
    )

    assert contents(database) == before
    assert throwaways(database) == []
    assert not report.ok
    assert "may open 550 connections" in words(report, "connection")
    assert "feature_quality_dashboard of the read side is missing" in words(report, "tables")
    assert "disagrees with the last event" in words(report, "tables")
    assert "nobody moves it on" in words(report, "tables")
    assert "warning: monitor late: it has checked nothing" in words(report, "quality")
    assert f"snapshot {made.snapshot_id} are not in" in words(report, "snapshot")
    assert f"error: the cross_system check of {made.snapshot_id}" in words(report, "consistency")
    assert "warning: weather.temp (training): 1.1.0 is 30.0x slower than 1.0.0" in words(
        report, "performance"
    )
    documentation = words(report, "documentation")
    assert "error: feature weather.temp has no unit" in documentation
    assert "warning: set delay has no owner" in documentation
    assert report.namespace.database is None
    assert "CREATEDB" in str(report.namespace.reason)
    gaps = {each.part: each.reason for check in report.checks for each in check.not_evaluated}
    assert "CREATEDB" in gaps["the trial"]
    assert "this role cannot migrate" in gaps["as owner"]
    assert "this role cannot register, ingest" in gaps["as writer"]


@pytest.mark.tiers("embedded")
def test_what_was_altered_or_taken_away_is_an_error_and_nothing_left_out(
    database: Database, login: str
) -> None:
    with ft.connect(database.url, artifacts="database:") as store:
        filled(store)
    with database.connect() as connection:
        connection.execute("ALTER TABLE featuretrail.events DISABLE TRIGGER USER")
        connection.execute(
            "UPDATE featuretrail.events SET recorded_at = recorded_at - interval '1 us'"
            " WHERE position = 2"
        )
        connection.execute("DROP TABLE featuretrail_retracted.weather")
        connection.execute("ALTER TABLE featuretrail_online.weather DROP COLUMN temp")
        connection.execute("DELETE FROM featuretrail.generations")
        connection.execute(sql.SQL("GRANT pg_read_all_data TO {}").format(role_of(login)))
        connection.execute(
            sql.SQL("GRANT EXECUTE ON FUNCTION featuretrail.recorded_after TO {}").format(
                role_of(login)
            )
        )

    report = examine(settings(login, artifacts=__file__), rows=ROWS)
    told = words(report, "tables")

    assert f"written to {__file__}: {__file__} is no folder; remove it" in words(report, "snapshot")
    assert "error: the event at position 2 does not agree with its digest" in told
    assert "table featuretrail_retracted.weather is not there" in told
    assert "column featuretrail_online.weather.temp is not there: restore" in told
    assert "error: the read side: no generation of the read side is live" in told

    with database.connect() as connection:
        connection.execute("ALTER TABLE featuretrail.events RENAME TO happenings")
    report = examine(settings(login), rows=ROWS)

    assert not report.ok
    failed = {each.name for each in report.checks if each.status == "failed"}
    assert failed == {"tables", "snapshot", "lineage", "quality", "documentation"}
    assert 'the schema was altered, relation "featuretrail.events" does not exist: restore' in (
        words(report, "lineage")
    )
    assert {e.part for c in report.checks for e in c.not_evaluated} <= {
        *("the trial", "as owner", "as writer", "as projector", "as auditor")
    }


@NATIVE
def test_a_role_of_the_store_s_that_makes_databases_can_have_all_tried(
    database: Database, login: str
) -> None:
    prefix = str(role_of(login).as_string()).strip('"')
    with ft.connect(database.url, artifacts="database:") as store:
        filled(store)
    roles = make_roles(database.url, prefix)
    try:
        with database.connect() as connection:
            connection.execute(
                sql.SQL("GRANT {} TO {}").format(sql.Identifier(f"{prefix}_reader"), role_of(login))
            )
            connection.execute(sql.SQL("ALTER ROLE {} CREATEDB").format(role_of(login)))

        report = examine(settings(login), rows=ROWS)
    finally:
        with database.connect() as connection:
            for role in (sql.Identifier(each.name) for each in roles):
                connection.execute(sql.SQL("REASSIGN OWNED BY {} TO CURRENT_USER").format(role))
                connection.execute(sql.SQL("DROP OWNED BY {} CASCADE").format(role))
            for role in (sql.Identifier(each.name) for each in roles):
                connection.execute(sql.SQL("DROP ROLE {}").format(role))

    assert report.ok, report.to_dict()
    assert report.namespace.removed
    assert throwaways(database) == []
    gaps = {each.part for check in report.checks for each in check.not_evaluated}
    assert {"as owner", "as writer", "as projector", "as auditor"} <= gaps
    assert "as reader" not in gaps
    assert {"the snapshots of the store", "the lineage of the store"} <= gaps


@pytest.mark.tiers("embedded")
def test_a_database_without_a_schema_fails_and_is_still_tried(empty_database: Database) -> None:
    report = examine(settings(empty_database.url), rows=ROWS)

    assert "run `featuretrail db migrate`" in words(report, "tables")
    assert {each.name for each in report.checks if each.status == "failed"} == {"tables"}
    assert report.namespace.removed
    with empty_database.connect() as connection:
        assert connection.execute("SELECT to_regnamespace('featuretrail')").fetchone() == (None,)


@pytest.mark.tiers("embedded")
def test_a_trial_that_is_lost_on_the_way_is_an_error_and_left_out_of_what_it_did_not_reach(
    database: Database,
) -> None:
    with ft.connect(database.url, artifacts="database:") as store:
        filled(store)

    def cut(_: str, done: int, __: int) -> None:
        if done == 9:  # the first trial ended
            [name] = throwaways(database)
            with database.connect() as connection:
                connection.execute(
                    "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
                    " WHERE datname = %s",
                    [name],
                )
                connection.execute(
                    sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS false").format(
                        sql.Identifier(name)
                    )
                )

    report = examine(settings(database.url, artifacts="database:"), rows=ROWS, progress=cut)

    assert throwaways(database) == []
    assert (report.ok, report.reached, report.namespace.removed) == (False, True, False)
    untried = {c.name for c in report.checks for e in c.not_evaluated if e.part == "the trial"}
    assert untried == {each.name for each in report.checks} - {"connection"}


def test_where_there_is_no_embedded_database_none_is_made(tmp_path: Path) -> None:
    report = examine(Settings.load(embedded=tmp_path / "none"))

    assert not report.reached
    assert not report.ok
    assert [each.status for each in report.checks] == ["failed", *["not evaluated"] * 7]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("rows", [0, 999, -1, 1_000_001, True, "many", None, 1e6])
def test_too_few_or_too_many_rows_or_no_number_is_refused(rows: Any) -> None:
    with pytest.raises(ft.InvalidInputError, match="rows"):
        examine(settings("postgresql://nobody@127.0.0.1:1/x"), rows=rows)


@pytest.mark.tiers("community")
def test_a_server_that_makes_no_databases_is_looked_at(database: Database) -> None:
    with ft.connect(database.url, artifacts="database:") as store:
        filled(store)

    report = examine(settings(database.url, artifacts="database:"), rows=ROWS)

    assert report.ok, report.to_dict()
    assert report.namespace.database is None
    assert "the server makes no database for a while" in str(report.namespace.reason)
    with ft.connect(database.url, artifacts="database:") as store:
        assert store.ingest("weather", hourly(1), idempotency_key="after the doctor").rows == 2
