"""Past rows go by an event, and every build of the tables agrees on which."""

from datetime import UTC, datetime, timedelta
from threading import Thread
from uuid import UUID, uuid4

import pytest

from featuretrail.domain.aggregates.retention import DEFAULTS, KEPT, Retention
from featuretrail.domain.events import DriftResolved, Metadata, RetentionApplied
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.log.application import EventLog
from featuretrail.infrastructure.log.decoding import encode
from featuretrail.projections.maintenance import Maintenance, MaintenanceReport
from featuretrail.projections.projections import Projections
from featuretrail.projections.retention import RetentionSettings
from tests.engines.database import Database as GivenDatabase
from tests.projections.live.events import detected, incident, recorded, sampled
from tests.projections.live.refusals import KEY, refusing
from tests.projections.rebuilding.conftest import digests, rows
from tests.projections.rebuilding.histories import fill
from tests.projections.retention.conftest import Days
from tests.projections.streams import removal

pytestmark = pytest.mark.tiers("embedded", "apache", "community")

BY_ANNA = Metadata(actor="anna", reason="retention is due")
MEASURED = [table for table, keep in DEFAULTS.items() if keep is not None]


def count(pool: Database, schema: str = "featuretrail") -> dict[str, int]:
    """How many rows the tables with a retention have."""
    return {table: rows(pool, f"SELECT count(*) FROM {schema}.{table}")[0][0] for table in DEFAULTS}


def incidents(pool: Database) -> set[UUID]:
    """The drift incidents that the live table has."""
    return {
        own_id for (own_id,) in rows(pool, "SELECT id FROM featuretrail.feature_drift_detection")
    }


def removed(report: MaintenanceReport) -> dict[str, int]:
    """How many rows were removed from each table."""
    return {each.name: each.rows for each in report.removed}


def test_past_rows_go_and_rebuild_copies_and_proof_agree(
    pool: Database, log: EventLog, side: Projections, maintenance: Maintenance, days: Days
) -> None:
    fill(log, 2)
    before = log.head().position
    side.catch_up()
    early = count(pool)
    days(100)
    fill(log, 1, first=2)

    report = maintenance.apply(BY_ANNA)

    assert removed(report) == {table: early[table] for table in sorted(MEASURED)}
    assert {table: count(pool)[table] for table in MEASURED} == {
        table: early[table] // 2 for table in MEASURED
    }
    assert count(pool)["feature_metadata"] == early["feature_metadata"] // 2 * 3
    proof = side.verify().verification
    assert proof is not None
    assert proof.ok, proof
    side.rebuild(into="copy_of_now")
    assert digests(pool, "copy_of_now") == digests(pool)
    side.rebuild(until=before, into="copy_of_then")
    assert count(pool, "copy_of_then") == early
    assert side.rebuild().ok
    assert side.dead_letters() == []


def test_an_open_incident_stays_and_a_closed_one_counts_from_its_end(
    pool: Database, log: EventLog, side: Projections, maintenance: Maintenance, days: Days
) -> None:
    still_open, late, ended = uuid4(), uuid4(), uuid4()
    log.append(detected(still_open), detected(late), *incident(ended))
    days(200)
    log.append(DriftResolved.in_stream(late, 2, action_taken="none"))

    assert removed(maintenance.apply(BY_ANNA)) == {"feature_drift_detection": 1}
    assert incidents(pool) == {still_open, late}
    days(100)
    assert removed(maintenance.apply(BY_ANNA)) == {"feature_drift_detection": 1}
    assert incidents(pool) == {still_open}
    log.append(DriftResolved.in_stream(still_open, 2, action_taken="none"))
    side.catch_up()
    assert side.dead_letters() == []
    assert side.verify().ok


def test_a_page_with_rows_resolution_and_removal_leaves_what_single_events_leave(
    pool: Database, log: EventLog, side: Projections, days: Days
) -> None:
    first, second, third = uuid4(), uuid4(), uuid4()
    log.append(detected(first), detected(second), *incident(third), sampled())
    horizon = days(3)
    log.append(
        removal("feature_drift_detection", 1, horizon),
        removal("feature_performance_metrics", 1, horizon),
        DriftResolved.in_stream(first, 2, action_taken="none"),
        sampled(1),
    )

    side.catch_up()  # all of it in one page

    assert incidents(pool) == {first, second}
    assert count(pool)["feature_performance_metrics"] == 1
    assert side.dead_letters() == []
    assert side.verify().ok


def test_a_horizon_after_its_event_removes_nothing_and_is_parked(
    log: EventLog, side: Projections, pool: Database
) -> None:
    log.append(sampled(1))
    ahead = datetime.now(UTC) + timedelta(days=3_650)
    log.append(removal("feature_performance_metrics", 1, ahead))

    side.catch_up()

    [letter] = side.dead_letters()
    assert "is after the event" in letter.error
    assert count(pool)["feature_performance_metrics"] == 1


def test_a_dead_letter_that_is_replayed_too_late_is_removed_as_in_a_rebuild(
    pool: Database, log: EventLog, side: Projections, maintenance: Maintenance, days: Days
) -> None:
    closed, still_open = uuid4(), uuid4()
    kept = recorded(metadata_key=KEY)
    blocked = "ALTER TABLE featuretrail.feature_drift_detection ADD CONSTRAINT no CHECK (false)"
    rows(pool, blocked)
    with refusing(pool):
        log.append(*incident(closed), detected(still_open), kept, sampled())
        side.catch_up()
    rows(pool, "ALTER TABLE featuretrail.feature_drift_detection DROP CONSTRAINT no")
    assert len(side.dead_letters()) == 6
    passed = days(100)
    log.append(sampled(), *incident(uuid4()))
    maintenance.apply(BY_ANNA)
    log.append(removal("feature_drift_detection", 1, passed - timedelta(days=1)))
    side.catch_up()

    replayed = side.replay_dead_letters()

    assert (replayed.replayed, replayed.remaining) == (6, 0)
    assert closed not in incidents(pool)
    assert still_open in incidents(pool)
    assert side.verify().ok


def test_what_is_removed_is_removed_once(
    log: EventLog, maintenance: Maintenance, days: Days
) -> None:
    log.append(sampled())
    days(100)

    assert removed(maintenance.apply(BY_ANNA)) == {"feature_performance_metrics": 2}
    head = log.head().position
    assert removed(maintenance.apply(BY_ANNA)) == {}
    assert log.head().position == head


@pytest.mark.tiers(without="community")
def test_several_at_once_remove_once(
    pool: Database, log: EventLog, maintenance: Maintenance, days: Days
) -> None:
    log.append(*(sampled() for _ in range(20)))
    days(100)
    reports: list[MaintenanceReport] = []
    threads = [Thread(target=lambda: reports.append(maintenance.apply(BY_ANNA))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(removed(report).get("feature_performance_metrics", 0) for report in reports) == [
        0, 0, 0, 40,
    ]  # fmt: skip
    assert len(list(log.read(topics=[RetentionApplied.TOPIC]))) == 1
    assert count(pool)["feature_performance_metrics"] == 0


def test_a_dry_run_tells_and_removes_nothing(
    pool: Database, log: EventLog, side: Projections, maintenance: Maintenance, days: Days
) -> None:
    log.append(sampled())
    side.catch_up()
    days(100)
    head = log.head().position

    report = maintenance.preview()

    assert (report.dry_run, removed(report)) == (True, {"feature_performance_metrics": 2})
    assert report.position is None
    assert log.head().position == head
    assert count(pool)["feature_performance_metrics"] == 2


def test_a_horizon_is_by_the_logs_clock_and_whole_chunks(
    database: GivenDatabase, log: EventLog, maintenance: Maintenance, days: Days
) -> None:
    log.append(sampled())
    now = days(100)

    [found] = maintenance.apply(BY_ANNA).removed

    step = timedelta(days=7 if database.timescale else 1)
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    assert (found.horizon - epoch) % step == timedelta()
    assert now - timedelta(days=90) - step < found.horizon <= now - timedelta(days=90)


def test_the_event_says_who_and_why_and_is_written_as_python_writes_it(
    log: EventLog, maintenance: Maintenance, days: Days
) -> None:
    log.append(sampled())
    days(100)
    maintenance.apply(Metadata(actor='an "Ä" \\ na', reason="it's\n due"))

    [found] = log.read(topics=[RetentionApplied.TOPIC])

    event = found.event
    assert isinstance(event, RetentionApplied)
    assert (event.metadata.actor, event.metadata.reason) == ('an "Ä" \\ na', "it's\n due")
    assert event.table == "feature_performance_metrics"
    assert found.originator_id == Retention.initial(event.table).id
    assert found.state == encode(event)


def test_the_database_knows_the_tables_their_streams_and_their_defaults(pool: Database) -> None:
    known = rows(pool, "SELECT table_name, stream, keep FROM featuretrail.retention_tables")

    assert {(table, stream, keep) for table, stream, keep in known} == {
        (table, Retention.initial(table).id, keep) for table, keep in KEPT.items()
    }


def test_quality_checks_go_when_told_so_and_what_holds_now_stays(
    pool: Database, log: EventLog, settings: RetentionSettings, maintenance: Maintenance,
    side: Projections, days: Days,
) -> None:  # fmt: skip
    fill(log, 1)
    days(100)
    settings.set("feature_metadata", timedelta(days=30))

    assert removed(maintenance.apply(BY_ANNA))["feature_metadata"] == 1
    kinds = rows(pool, "SELECT DISTINCT metadata_key FROM featuretrail.feature_metadata")
    assert ("quality_check",) not in kinds
    assert len(kinds) > 1
    assert side.verify().ok
