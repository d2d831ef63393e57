"""Whatever an intruder does to what is stored, the audit says so and where; it never stumbles."""

from datetime import timedelta

import psycopg
import pytest

import featuretrail as ft
from tests.engines.database import Database
from tests.store.weather import NOON, filled, hourly, spine

pytestmark = pytest.mark.tiers("embedded", "apache")

HIDDEN, LATER, FROZEN = 6, 7, 8
GHOST = (
    "INSERT INTO featuretrail.batches SELECT 'ghost', batch, kind, 99, recorded_at, layout, "
    "columns, rows, first_event_time, last_event_time, digest, gen_random_uuid() "
    "FROM featuretrail.batches WHERE batch = 1"
)


def rewritten(old: str, new: str, position: int) -> str:
    """Return a statement that replaces text in the state of the event at ``position``."""
    return (
        "UPDATE featuretrail.events SET state = convert_to(replace(convert_from(state, 'UTF8'), "
        f"'{old}', '{new}'), 'UTF8') WHERE position = {position}"
    )


@pytest.fixture
def frozen(database: Database) -> Database:
    """A database with definitions (1 to 4), values, a retraction, more values and a snapshot."""
    with ft.connect(
        database.url, actor="anna", artifacts="database:", record_performance=False
    ) as store:
        filled(store)
        store.retract("weather", {"origin": "JFK"}, NOON + timedelta(hours=2), "broken")
        later = hourly(2, NOON + timedelta(hours=5)).select(["origin", "event_time", "temp"])
        store.ingest("weather", later, partial=True)
        assert store.create_feature_snapshot("delay", spine()).snapshot_id == "delay@1.0.0"
        assert store.position == FROZEN
    return database


def tamper(database: Database, statement: str) -> None:
    with psycopg.connect(database.url, autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute(statement)


@pytest.mark.parametrize(
    ("statement", "position", "kind"),
    [
        ("UPDATE featuretrail.events SET state = '\\x00ff' WHERE position = 1", 1, "chain"),
        ("UPDATE featuretrail.events SET state = '' WHERE position = 5", 5, "values"),
        ("UPDATE featuretrail.events SET state = 'x' WHERE position = 8", 8, "snapshot"),
        (rewritten('"dtype":"float64"', '"dtype":"complex"', 2), 2, "values"),
        (rewritten('"class_version":2', '"class_version":99', 5), 5, "chain"),
        (rewritten('"digest":"', '"digest":"00', FROZEN), FROZEN, "snapshot"),
        (rewritten('"version":"1.0.0"', '"version":"7.0.0"', FROZEN), FROZEN, "snapshot"),
        (rewritten('"version":"1.0.0"', '"version":"x"', FROZEN), FROZEN, "snapshot"),
        ("DELETE FROM featuretrail.log_head", FROZEN, "chain"),
        ("UPDATE featuretrail.batches SET layout = 1 WHERE batch = 3", LATER, "values"),
        (GHOST, 0, "values"),
        ("DROP TABLE featuretrail_values.weather", 5, "values"),
        ("ALTER TABLE featuretrail_values.weather DROP COLUMN temp", 5, "values"),
        ("DROP TABLE featuretrail_retracted.weather", 5, "values"),
        ("DELETE FROM featuretrail_retracted.weather", HIDDEN, "values"),
    ],
)
def test_the_audit_names_what_was_tampered_with(
    frozen: Database, statement: str, position: int, kind: str
) -> None:
    tamper(frozen, statement)
    with ft.connect(frozen.url, artifacts="database:") as store:
        report = store.audit.verify()
    assert (position, kind) in {(fault.position, fault.kind) for fault in report.faults}


@pytest.mark.parametrize(
    ("statement", "position"),
    [
        (rewritten('"actor":"anna"', '"actor":"eve"', FROZEN), FROZEN),
        (rewritten('"rows":4', '"rows":5', FROZEN), FROZEN),
        (rewritten('"closed":"right"', '"clxsed":"right"', FROZEN), FROZEN),
        (rewritten('"spine_columns":["origin"', '"spine_columns":["orxgin"', FROZEN), FROZEN),
        ("UPDATE featuretrail.events SET state = 'x' WHERE position = 5", 5),
        ("DELETE FROM featuretrail.events WHERE position = 1", 1),
    ],
)
def test_a_snapshot_is_not_proven_by_a_log_that_was_altered_before_it(
    frozen: Database, statement: str, position: int
) -> None:
    tamper(frozen, statement)
    with ft.connect(frozen.url, artifacts="database:") as store:
        proof = store.verify_snapshot("delay@1.0.0")
    assert not proof.ok
    assert not proof.chain_ok
    assert proof.causes[0].position == position


def test_a_dropped_table_of_values_is_a_failed_proof(frozen: Database) -> None:
    tamper(frozen, "DROP TABLE featuretrail_values.weather")
    with ft.connect(frozen.url, artifacts="database:") as store:
        proof = store.verify_snapshot("delay@1.0.0")
    assert (proof.stored_ok, proof.rederived_ok) == (True, False)
    assert [cause.position for cause in proof.causes] == [5]


def test_a_log_altered_after_a_snapshot_leaves_its_proof_alone(frozen: Database) -> None:
    with ft.connect(frozen.url, artifacts="database:") as store:
        store.ingest("weather", hourly(1, NOON + timedelta(hours=9)))
        tamper(frozen, "UPDATE featuretrail.events SET state = 'x' WHERE position = 9")
        assert store.verify_snapshot("delay@1.0.0").chain_ok
        assert not store.audit.verify().ok


def test_the_audit_reports_the_digest_it_computed(frozen: Database) -> None:
    with ft.connect(frozen.url, artifacts="database:") as store:
        holding = store.audit.verify()
        tamper(frozen, "UPDATE featuretrail.log_head SET digest = sha256('x')")
        altered = store.audit.verify()
    assert not altered.ok
    assert (altered.position, altered.head_digest) == (FROZEN, holding.head_digest)
