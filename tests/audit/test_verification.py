"""Whatever is altered, ``audit verify`` names the first fault, its kind and what it affects."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from psycopg import sql

import featuretrail as ft
from featuretrail.domain.errors import InvalidInputError, NotFoundError
from tests.audit.story import EVENTS, INCIDENT, Story, told
from tests.engines.database import Database
from tests.store.weather import NOON, hourly, spine

TIERS = pytest.mark.tiers("embedded", "apache", "community")
pytestmark = pytest.mark.tiers("embedded")

FLATTERING = """
CREATE OR REPLACE VIEW featuretrail.feature_quality_dashboard WITH (security_invoker = true) AS
SELECT feature_set_name, version, 100::double precision AS quality_score, false AS drift_detected,
  0::bigint AS open_incidents, 0::bigint AS total_incidents,
  0::double precision AS max_drift_score, NULL::timestamptz AS last_drift
FROM featuretrail.feature_snapshot_versions
"""
DIGEST = "digest = sha256('x')"
BEHIND = "events 5 to 22, which the chain no longer certifies"


def tamper(story: Story, *statements: str) -> None:
    """Change what is stored as its owner can: with the triggers off."""
    story.store.projections.catch_up()
    with story.database.transaction() as connection:
        connection.execute("ALTER TABLE featuretrail.events DISABLE TRIGGER USER")
        connection.execute("ALTER TABLE featuretrail.log_head DISABLE TRIGGER USER")
        for statement in statements:
            connection.execute(sql.SQL(statement))


def event(change: str, position: int) -> str:
    return f"UPDATE featuretrail.events SET {change} WHERE position = {position}"


def rewritten(old: str, new: str) -> str:
    return f"state = convert_to(replace(convert_from(state, 'UTF8'), '{old}', '{new}'), 'UTF8')"


def found(report: ft.AuditReport, kind: str, position: int) -> ft.AuditFault:
    """Return the fault of a kind at a position; there must be one."""
    faults = [each for each in report.faults if (each.kind, each.position) == (kind, position)]
    assert faults, report
    return faults[0]


@TIERS
def test_what_is_sound_holds_and_says_how_much_was_checked(story: Story) -> None:
    told_of: list[tuple[str, int, int]] = []

    report = story.store.audit.verify(lambda *told: told_of.append(told))

    assert report.ok, report
    assert report.first_fault is None
    assert (report.events, report.position) == (EVENTS, EVENTS)
    assert (report.batches, report.snapshots, report.tables) == (2, 1, 7)
    assert (report.faults, report.not_evaluated) == ((), ())
    assert report.head_digest == story.store.audit.show(EVENTS).digest
    assert {"chain", "batches", "snapshots"} < {what for what, _, _ in told_of}


@TIERS
@pytest.mark.parametrize(
    ("change", "kind", "position", "affects"),
    [
        (
            event(DIGEST, 5),
            "chain",
            5,
            ["batch weather#1", "group weather", "snapshot delay@1.0.0", BEHIND],
        ),
        (
            "UPDATE featuretrail_values.weather SET temp = temp + 1 WHERE origin = 'EWR'",
            "values",
            5,
            ["batch weather#1", "group weather", "snapshot delay@1.0.0"],
        ),
        (
            "UPDATE featuretrail.feature_drift_detection SET drift_score = 0.01",
            "read side",
            12,
            [f"row {INCIDENT} of feature_drift_detection", "view feature_quality_dashboard"],
        ),
    ],
)
def test_the_first_fault_says_what_it_affects(
    story: Story, change: str, kind: str, position: int, affects: list[str]
) -> None:
    tamper(story, change)

    report = story.store.audit.verify()

    assert not report.ok
    assert report.first_fault is not None
    assert (report.first_fault.kind, report.first_fault.position) == (kind, position)
    assert list(report.first_fault.affects) == affects


@pytest.mark.parametrize(
    ("change", "kind", "position", "affected"),
    [
        (event(rewritten("ann", "eve"), 2), "chain", 2, "feature weather.temp@1.0.0"),
        (event(rewritten("ann", "eve"), 2), "chain", 2, "snapshot delay@1.0.0"),
        (event(rewritten("ann", "eve"), 2), "chain", 2, "table feature_metadata"),
        (event(rewritten("ann", "eve"), 4), "chain", 4, "set delay@1.0.0"),
        (event(rewritten("ann", "eve"), 1), "chain", 1, "group weather@1.0.0"),
        (event("state = ''", 5), "chain", 5, "batch weather#1"),
        (event("state = ''", 5), "values", 5, "snapshot delay@1.0.0"),
        (event("state = 'x'", 6), "snapshot", 6, "snapshot delay@1.0.0"),
        (event("state = 'x'", 13), "chain", 13, f"drift incident {INCIDENT}"),
        (event("topic = 'foreign'", 15), "chain", 15, "events 15 to 22"),
        (event("originator_version = 9", 22), "chain", 22, "lineage weather.dew@2.0.0"),
        (event("state = '\\x00ff'", 2), "values", 2, "feature weather.temp"),
        ("DELETE FROM featuretrail.events WHERE position = 3", "chain", 3, "events 3 to 22"),
        ("DELETE FROM featuretrail.events WHERE position > 20", "chain", 21, "events 21 to 22"),
        ("DELETE FROM featuretrail.log_head", "chain", 22, "the head of the log"),
        ("UPDATE featuretrail.log_head SET digest = sha256('x')", "chain", 22, "the head"),
        ("UPDATE featuretrail.log_head SET position = 25", "chain", 23, "events 23 to 25"),
        ("DELETE FROM featuretrail_values.weather", "values", 5, "group weather"),
        ("DROP TABLE featuretrail_values.weather", "values", 5, "snapshot delay@1.0.0"),
        ("DELETE FROM featuretrail_retracted.weather", "values", 21, "batch weather#2"),
        (
            "UPDATE featuretrail.batches SET rows = 7 WHERE batch = 1",
            "values",
            5,
            "batch weather#1",
        ),
        ("DELETE FROM featuretrail.blobs", "snapshot", 6, "snapshot delay@1.0.0"),
        (
            "UPDATE featuretrail.feature_metadata SET metadata_value = '1' WHERE position = 10",
            "read side",
            10,
            "of feature_metadata",
        ),
        (
            "DELETE FROM featuretrail.feature_snapshot_versions",
            "read side",
            6,
            "view feature_snapshot_summary",
        ),
        (
            "UPDATE featuretrail.feature_performance_metrics SET computation_time_ms = 0",
            "read side",
            17,
            "view feature_performance_summary",
        ),
        (
            "DROP VIEW featuretrail.feature_snapshot_summary",
            "read side",
            0,
            "view feature_snapshot_summary",
        ),
    ],
)
def test_every_kind_of_tampering_is_named_with_what_it_affects(
    story: Story, change: str, kind: str, position: int, affected: str
) -> None:
    tamper(story, change)

    report = story.store.audit.verify()

    assert not report.ok
    fault = found(report, kind, position)
    assert any(affected in each for each in fault.affects), fault
    assert report.to_dict()["faults"][0]["position"] == report.faults[0].position


@pytest.mark.parametrize(
    ("change", "check"),
    [
        ("DROP TABLE featuretrail.feature_lineage CASCADE", "read-side"),
        ("DELETE FROM featuretrail.generations", "read-side"),
        ("UPDATE featuretrail.generations SET position = 99", "read-side"),
        ("DROP TABLE featuretrail.generations CASCADE", "read-side"),
        ("ALTER TABLE featuretrail.feature_lineage DROP COLUMN version", None),
        ("DROP TABLE featuretrail.batches CASCADE", "values"),
        ("DROP TABLE featuretrail.blobs CASCADE", None),
        ("DROP TABLE featuretrail.log_head CASCADE", "chain"),
        ("DROP TABLE featuretrail.events CASCADE", "chain"),
    ],
)
def test_what_is_gone_is_a_fault_and_what_rests_on_it_is_not_evaluated(
    story: Story, change: str, check: str | None
) -> None:
    tamper(story, change)

    report = story.store.audit.verify()

    assert not report.ok
    assert report.faults
    assert check is None or check in {each.check for each in report.not_evaluated}
    assert all(each.reason for each in report.not_evaluated)


@TIERS
@pytest.mark.parametrize(
    ("change", "reason", "affected"),
    [
        (
            FLATTERING,
            "the view feature_quality_dashboard was altered",
            "view feature_quality_dashboard",
        ),
        (
            "ALTER VIEW featuretrail.feature_performance_summary RESET (security_invoker)",
            "has the options none, not security_invoker=true",
            "view feature_performance_summary",
        ),
        (
            "ALTER TABLE featuretrail.feature_drift_detection RENAME COLUMN version TO edition",
            "has no column version",
            "view feature_quality_dashboard",
        ),
        (
            "ALTER TABLE featuretrail.feature_documentation ALTER COLUMN author TYPE varchar(9)",
            "has the column author as character varying(9), not as text",
            "table feature_documentation",
        ),
        (
            "ALTER TABLE featuretrail.feature_documentation ADD COLUMN mine integer",
            "has a column mine (integer), which no migration makes",
            "table feature_documentation",
        ),
    ],
    ids=["a view", "a view's options", "a name", "a type", "a column more"],
)
def test_definitions_that_were_altered_are_faults_though_no_row_shows_it(
    database: Database, change: str, reason: str, affected: str
) -> None:
    with ft.connect(database.url, artifacts="database:") as store, database.connect() as connection:
        assert store.audit.verify().ok
        connection.execute(change.encode())

        report = store.audit.verify()

    faults = [each for each in report.faults if reason in each.reason]
    assert faults, report
    assert not report.ok
    assert affected in faults[0].affects


@TIERS
def test_comparing_definitions_leaves_nothing_behind(database: Database) -> None:
    relations = "SELECT oid FROM pg_class WHERE relname ~ '^feature_' ORDER BY 1"
    with (
        ft.connect(database.url, artifacts="database:") as store,
        database.connect() as connection,
    ):
        before = connection.execute(relations).fetchall()
        assert store.audit.verify().ok
        assert connection.execute(relations).fetchall() == before


def test_a_view_that_became_a_table_is_a_fault(story: Story) -> None:
    view = "featuretrail.feature_performance_summary"
    tamper(
        story,
        f"CREATE TABLE featuretrail.kept AS SELECT * FROM {view}",
        f"DROP VIEW {view}",
        "ALTER TABLE featuretrail.kept RENAME TO feature_performance_summary",
    )

    [fault] = story.store.audit.verify().faults

    assert fault.reason.startswith("feature_performance_summary is no view any more")
    assert "0071_feature_performance_summary.sql" in fault.reason


def test_a_batch_affects_only_snapshots_that_were_derived_from_it(story: Story) -> None:
    store = story.store
    store.register(ft.FeatureSet("skies", ["weather.sky"]))
    colder = hourly(1, NOON + timedelta(hours=9)).select(["origin", "event_time", "temp"])
    partial = store.ingest("weather", colder, partial=True)
    store.create_feature_snapshot("skies", spine())
    later = store.create_feature_snapshot("delay", spine())
    tamper(
        story,
        f"UPDATE featuretrail_values.weather SET temp = 0 WHERE batch = {partial.batch}",
    )

    fault = found(store.audit.verify(skip=["read-side"]), "values", partial.position)

    assert list(fault.affects) == [
        f"batch weather#{partial.batch}",
        "group weather",
        f"snapshot {later.snapshot_id}",
    ]


def test_snapshots_of_one_content_share_its_loss(story: Story) -> None:
    again = story.store.create_feature_snapshot("delay", spine(), known_at=5)
    tamper(story, "DELETE FROM featuretrail.blobs")

    fault = found(story.store.audit.verify(), "snapshot", 6)

    assert list(fault.affects) == ["snapshot delay@1.0.0", f"snapshot {again.snapshot_id}"]


def test_faults_are_in_log_order_and_those_of_no_event_come_last(story: Story) -> None:
    ghost = (
        "INSERT INTO featuretrail.batches SELECT 'ghost', batch, kind, 99, recorded_at, layout, "
        "columns, rows, first_event_time, last_event_time, digest, gen_random_uuid() "
        "FROM featuretrail.batches WHERE batch = 1"
    )
    tamper(story, ghost, event(DIGEST, 9), "DELETE FROM featuretrail_values.weather")

    positions = [fault.position for fault in story.store.audit.verify().faults]

    assert positions == [5, 9, 0]


def test_what_follows_a_broken_event_is_not_evaluated(story: Story) -> None:
    tamper(story, event(DIGEST, 9))

    report = story.store.audit.verify(skip=["values", "snapshots", "read-side"])

    [left] = [each for each in report.not_evaluated if not each.on_request]
    assert (left.check, left.reason) == ("chain", "events 10 to 22, behind the fault")
    assert report.events == 8


@pytest.mark.parametrize("check", ["chain", "values", "snapshots", "read-side"])
def test_a_check_left_out_is_said_to_be_not_evaluated(story: Story, check: str) -> None:
    tamper(
        story,
        event(DIGEST, 9),
        "DELETE FROM featuretrail_values.weather",
        "DELETE FROM featuretrail.blobs",
        "DELETE FROM featuretrail.feature_metadata",
    )
    kind = {"snapshots": "snapshot", "read-side": "read side"}.get(check, check)

    report = story.store.audit.verify(skip=[check])

    assert kind not in {fault.kind for fault in report.faults}
    assert len({fault.kind for fault in report.faults}) == 3
    assert [each.check for each in report.not_evaluated if each.on_request] == [check]
    counts = {"chain": "events", "values": "batches", "read-side": "tables"}
    assert getattr(report, counts.get(check, check)) is None


def test_a_sound_store_is_ok_although_a_check_was_left_out(story: Story) -> None:
    report = story.store.audit.verify(skip=["read-side"])

    assert report.ok
    assert report.tables is None
    assert report.to_dict()["not_evaluated"] == [
        {"check": "read-side", "reason": "it was left out on request", "on_request": True}
    ]


@pytest.mark.parametrize(
    ("skip", "error", "message"),
    [
        (["read side"], NotFoundError, "did you mean 'read-side'"),
        ("chain", InvalidInputError, "skip is 'chain'; give a list"),
        (["chain", "values", "snapshots", "read-side"], InvalidInputError, "leave at least one"),
        ([3], NotFoundError, "no check 3"),
    ],
)
def test_an_unknown_check_is_an_error(
    past: Story, skip: Any, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        past.store.audit.verify(skip=skip)


def test_who_may_not_build_tables_is_told_that_the_read_side_was_not_compared(
    story: Story, database: Database
) -> None:
    story.store.projections.catch_up()
    with story.database.connection() as connection:
        for statement in (
            "DROP ROLE IF EXISTS featuretrail_test_auditor",
            "CREATE ROLE featuretrail_test_auditor LOGIN",
            "GRANT pg_read_all_data TO featuretrail_test_auditor",
        ):
            connection.execute(sql.SQL(statement))
    url = database.url.replace("//postgres", "//featuretrail_test_auditor")
    assert url != database.url

    with ft.connect(url, artifacts="database:") as store:
        report = store.audit.verify()

    assert report.faults == ()
    assert not report.ok
    [left] = report.not_evaluated
    assert left.check == "read-side"
    assert "permission denied" in left.reason


def test_many_differing_rows_are_counted(story: Story) -> None:
    tamper(
        story,
        "INSERT INTO featuretrail.feature_lineage SELECT gen_random_uuid(), created_at, "
        "feature_name, version, parent_features, computation_rule, streaming_source, "
        "outcome_tracking_version, cross_system_consistency, computation_complexity, "
        "estimated_computation_time_ms, lineage_quality_score, dependency_count, retired_at, "
        "position, last_position FROM featuretrail.feature_lineage, generate_series(1, 25)",
    )

    faults = story.store.audit.verify(skip=["values", "snapshots"]).faults

    assert len(faults) == 21
    assert "5 further rows of it differ" in faults[-1].reason
    assert faults[-1].affects == ("table feature_lineage",)


def test_snapshots_in_a_folder_are_read_too(database: Database, tmp_path: Path) -> None:
    story = told(database.url, artifacts=str(tmp_path))
    [blob] = [path for path in tmp_path.rglob("*") if path.is_file()]
    blob.write_bytes(blob.read_bytes()[:-20])

    fault = found(story.store.audit.verify(), "snapshot", 6)

    assert fault.affects == ("snapshot delay@1.0.0",)
    story.close()
