"""A proof finds whatever differs from what the log makes, lists it and explains it."""

import pytest

from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.log.application import EventLog
from featuretrail.projections.plans import TABLES
from featuretrail.projections.projections import Projections
from featuretrail.projections.verification import Verification
from tests.projections.rebuilding.conftest import digests, rows
from tests.projections.rebuilding.histories import fill, poison

pytestmark = pytest.mark.tiers("embedded", "apache", "community")

ONE = "id = (SELECT id FROM {table} ORDER BY position, id LIMIT 1)"

# one change a kind of column: uuid is of the key; what differs only in its bytes counts too
TAMPERINGS = [
    ("feature_snapshot_versions", "data_points_count", "8", "data_points_count is 8, not 7"),
    ("feature_snapshot_versions", "feature_count", "2", "feature_count is 2, not 1"),
    ("feature_snapshot_versions", "quality_score", "0.4", "quality_score is 0.4, not 0.5"),
    ("feature_snapshot_versions", "drift_detected", "NULL", "drift_detected is NULL, not true"),
    ("feature_snapshot_versions", "features", "'{}'", "features is {}, not {weather.temp}"),
    ("feature_snapshot_versions", "consistency_hash", "''", "consistency_hash is , not digest – é"),
    (
        "feature_snapshot_versions",
        "metadata",
        "'{}'",
        'metadata is {}, not {"annotations_key": "annotations – é"}',
    ),
    ("feature_consistency_checks", "auto_fixed", "false", "auto_fixed is false, not true"),
    ("feature_consistency_checks", "check_duration_ms", "'NaN'", "check_duration_ms is NaN, not"),
    ("feature_performance_metrics", "usage_frequency", "9", "usage_frequency is 9, not 0"),
    ("feature_performance_metrics", "accuracy_impact", "-0.5", "accuracy_impact is -0.5, not 0.5"),
    ("feature_documentation", "content", "content || ' '", "content is content – é , not"),
    ("feature_metadata", "version", "77", "version is 77, not"),
    ("feature_drift_detection", "resolved_at", "NULL", "resolved_at is NULL, not 2"),
    (
        "feature_drift_detection",
        "acknowledged_at",
        "acknowledged_at + interval '1 microsecond'",
        "acknowledged_at is 2",
    ),
    ("feature_lineage", "last_position", "999", "last_position is 999, not"),
]


def proven(side: Projections) -> Verification:
    report = side.verify()
    assert report.verification is not None
    assert report.ok == report.verification.ok
    return report.verification


def test_changed_cells_of_every_kind_are_found_and_told(
    filled: Projections, pool: Database
) -> None:
    for table, column, value, _ in TAMPERINGS:
        place = f"featuretrail.{table}"
        newest = f"id = (SELECT id FROM {place} ORDER BY last_position DESC, id LIMIT 1)"
        rows(pool, f"UPDATE {place} SET {column} = {value} WHERE {newest}")

    proof = proven(filled)

    found = {each.table: each for each in proof.differences}
    assert {each.table: each.differing_rows for each in proof.tables} == dict.fromkeys(TABLES, 1)
    assert {each.kind for each in proof.differences} == {"changed"}
    for table, column, _, reason in TAMPERINGS:
        assert column in found[table].columns
        assert reason in found[table].reason
    assert sum(len(each.columns) for each in proof.differences) == len(TAMPERINGS)


def test_zero_and_minus_zero_are_told_apart(filled: Projections, pool: Database) -> None:
    table = "featuretrail.feature_drift_detection"
    rows(pool, f"UPDATE {table} SET drift_score = 0")
    [before] = [each for each in proven(filled).tables if not each.ok]
    rows(pool, f"UPDATE {table} SET drift_score = '-0'")
    [after] = [each for each in proven(filled).tables if not each.ok]

    assert before.digest != after.digest


def test_a_deleted_row_is_found_in_every_table(filled: Projections, pool: Database) -> None:
    gone = {}
    for table in TABLES:
        place = f"featuretrail.{table}"
        statement = f"DELETE FROM {place} WHERE {ONE.format(table=place)} RETURNING id"
        [(gone[table],)] = rows(pool, statement)

    differences = proven(filled).differences

    assert {each.table: each.id for each in differences} == {
        table: str(own_id) for table, own_id in gone.items()
    }
    assert {each.kind for each in differences} == {"missing"}
    for each in differences:
        assert f"row {each.id} of {each.table} is missing, which event" in each.reason


def test_an_added_row_is_found_in_every_table(filled: Projections, pool: Database) -> None:
    for table in TABLES:
        place, forged = f"featuretrail.{table}", f"public.forged_{table}"
        one = ONE.format(table=place)
        rows(pool, f"CREATE TABLE {forged} AS SELECT * FROM {place} WHERE {one}")
        rows(pool, f"UPDATE {forged} SET id = gen_random_uuid()")
        rows(pool, f"INSERT INTO {place} SELECT * FROM {forged}")

    differences = proven(filled).differences

    assert [each.table for each in differences] == list(TABLES)
    assert {each.kind for each in differences} == {"extra"}
    assert all("is not what the log makes" in each.reason for each in differences)


def test_a_row_that_stands_twice_is_one_too_many(filled: Projections, pool: Database) -> None:
    table = "featuretrail.feature_lineage"
    rows(pool, f"CREATE TABLE public.forged AS SELECT * FROM {table} ORDER BY position LIMIT 1")
    rows(pool, "UPDATE public.forged SET created_at = created_at - interval '1 second'")
    rows(pool, f"INSERT INTO {table} SELECT * FROM public.forged")

    [difference] = proven(filled).differences

    assert difference.kind == "extra"


def test_a_row_moved_to_another_time_is_changed(filled: Projections, pool: Database) -> None:
    table = "featuretrail.feature_lineage"
    later = "created_at = created_at + interval '1 second'"
    rows(pool, f"UPDATE {table} SET {later} WHERE {ONE.format(table=table)}")

    [difference] = proven(filled).differences

    assert (difference.kind, list(difference.columns)) == ("changed", ["created_at"])


def test_a_row_that_claims_a_later_event_is_found(filled: Projections, pool: Database) -> None:
    rows(pool, "UPDATE featuretrail.feature_lineage SET last_position = 9000000000")

    proof = proven(filled)

    assert [each.differing_rows for each in proof.tables if not each.ok] == [3]


def test_of_many_differences_the_first_are_listed_and_all_counted(
    side: Projections, log: EventLog, pool: Database
) -> None:
    fill(log, 25)
    side.catch_up()
    rows(pool, "DELETE FROM featuretrail.feature_lineage")

    proof = proven(side)

    assert [each.differing_rows for each in proof.tables if not each.ok] == [25]
    assert len(proof.differences) == 20
    positions = [each.position for each in proof.differences]
    assert positions == sorted(positions)


def test_long_cells_are_shown_where_they_differ(filled: Projections, pool: Database) -> None:
    column = "details = jsonb_build_object('text', repeat('x', 500) || 'y')"
    rows(pool, f"UPDATE featuretrail.feature_consistency_checks SET {column}")

    reason = proven(filled).differences[0].reason

    assert len(reason) < 400
    assert 'details is {"text": "xxx' in reason


def test_differing_tables_are_not_swapped_unless_accepted(
    filled: Projections, pool: Database
) -> None:
    before = digests(pool)
    rows(pool, "DELETE FROM featuretrail.feature_lineage")

    refused = filled.rebuild()
    kept = rows(pool, "SELECT count(*) FROM featuretrail.feature_lineage")
    accepted = filled.rebuild(accept_differences=True)

    assert (refused.ok, refused.swapped, refused.schema) == (False, False, "featuretrail_g2")
    assert kept == [(0,)]
    assert (accepted.ok, accepted.swapped) == (False, True)
    assert digests(pool) == before
    assert filled.verify().ok


def test_both_sides_may_lack_the_same_events(side: Projections, log: EventLog) -> None:
    fill(log, 1)
    poison(log, "a")
    side.catch_up()

    report = side.rebuild()

    assert report.verification is not None
    assert (report.ok, report.swapped, report.dead_letters) == (True, True, 2)
    assert (report.verification.dead_letters, report.verification.rebuilt_dead_letters) == (2, 2)
    assert len(side.dead_letters()) == 2


def test_a_rebuild_that_lacks_other_events_is_no_proof(
    side: Projections, log: EventLog, pool: Database
) -> None:
    place = poison(log, "a")
    side.catch_up()
    rows(pool, f"DELETE FROM featuretrail.dead_letters WHERE position > {place}")

    proof = proven(side)

    assert all(each.ok for each in proof.tables)
    assert not proof.ok
    assert (proof.dead_letters, proof.rebuilt_dead_letters, proof.differing_letters) == (1, 2, 1)
    [letter] = proof.letters
    assert (letter.position, letter.lacked_by) == (place + 1, "rebuilt")
    assert "featuretrail.drift.acknowledged" in letter.reason
    assert not side.rebuild().swapped


def test_a_missing_row_whose_event_is_a_dead_letter_says_so(
    side: Projections, log: EventLog, pool: Database
) -> None:
    refuse = "ALTER TABLE featuretrail.feature_consistency_checks ADD CONSTRAINT no CHECK (false)"
    rows(pool, refuse)
    fill(log, 1)
    side.catch_up()
    rows(pool, "ALTER TABLE featuretrail.feature_consistency_checks DROP CONSTRAINT no")

    proof = proven(side)
    [letter] = proof.letters
    [difference] = proof.differences
    side.replay_dead_letters()

    assert (letter.lacked_by, letter.position) == ("live", difference.position)
    assert "is a dead letter of the live tables: CheckViolation" in difference.reason
    assert side.verify().ok


def test_dead_letters_of_other_tables_do_not_matter_to_a_part(
    side: Projections, log: EventLog, pool: Database
) -> None:
    fill(log, 1)
    poison(log, "a")
    side.catch_up()
    rows(pool, "DELETE FROM featuretrail.dead_letters")

    assert side.verify(tables=["feature_lineage"]).ok
    assert not side.verify(tables=["feature_drift_detection"]).ok


@pytest.mark.tiers(without="community")
def test_a_proof_holds_the_live_tables_still_when_they_move_too_fast(
    filled: Projections, log: EventLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("featuretrail.projections.verification.PATIENT_AFTER", 0)
    fill(log, 1, first=3)

    assert filled.verify().ok


def test_the_report_is_json(filled: Projections, pool: Database) -> None:
    rows(pool, "DELETE FROM featuretrail.feature_lineage")

    report = filled.verify().to_dict()

    assert report["ok"] is False
    assert report["verification"]["differences"][0]["kind"] == "missing"
    assert report["verification"]["tables"][1]["ok"] is False
