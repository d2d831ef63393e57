"""Removing on each engine: whole chunks where there are some, and a job where jobs are."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from featuretrail.domain.events import Metadata, RetentionApplied
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.log.application import EventLog
from featuretrail.projections.maintenance import Maintenance
from featuretrail.projections.projections import Projections
from tests.engines.database import Database as GivenDatabase
from tests.projections.live.events import sampled
from tests.projections.rebuilding.conftest import rows
from tests.projections.retention.conftest import Days

BY_ANNA = Metadata(actor="anna", reason="retention is due")
TABLE = "feature_performance_metrics"
CHUNKS = f"""SELECT chunk_schema || '.' || chunk_name FROM timescaledb_information.chunks
WHERE hypertable_schema = 'featuretrail' AND hypertable_name = '{TABLE}' ORDER BY range_start"""

REMOVING = f"""SELECT featuretrail.remove_past_rows(
    'featuretrail.{TABLE}', 'recorded_at', 'recorded_at', %s)""".encode()


def chunks(pool: Database) -> list[str]:
    return [name for (name,) in rows(pool, CHUNKS)]


def measured(pool: Database) -> int:
    return int(rows(pool, f"SELECT count(*) FROM featuretrail.{TABLE}")[0][0])


@pytest.fixture
def aged(log: EventLog, side: Projections, days: Days) -> None:
    """Two rows in each of three chunks that are past, and two in one that is not."""
    for wait in (30, 30, 100, 0):
        log.append(sampled())
        days(wait)
    side.catch_up()


@pytest.mark.tiers("apache", "community")
@pytest.mark.usefixtures("aged")
def test_chunks_in_which_nothing_stays_are_dropped(
    pool: Database, maintenance: Maintenance, side: Projections
) -> None:
    before = chunks(pool)

    maintenance.apply(BY_ANNA)

    assert len(before) == 4
    assert chunks(pool) == before[3:]
    assert measured(pool) == 2
    assert side.verify().ok


@pytest.mark.tiers("apache")
@pytest.mark.usefixtures("aged")
def test_a_chunk_that_somebody_reads_is_emptied_and_nobody_waits(
    database: GivenDatabase, pool: Database, maintenance: Maintenance
) -> None:
    before = chunks(pool)
    with reading(database, before[1]) as reader:
        maintenance.apply(BY_ANNA)

        assert chunks(pool) == [before[1], before[3]]
        assert measured(pool) == 2
        assert reader.execute(f"SELECT count(*) FROM {before[1]}".encode()).fetchall() == [(2,)]


@pytest.mark.tiers("apache", "community")
@pytest.mark.usefixtures("aged")
def test_chunks_that_cannot_be_past_are_not_looked_at(
    database: GivenDatabase, pool: Database
) -> None:
    *_, present = chunks(pool)
    horizon = f"SELECT max(recorded_at) - interval '90 days' FROM {present}"
    scans = """SELECT coalesce(seq_scan, 0) + coalesce(idx_scan, 0)
        FROM pg_stat_xact_all_tables WHERE relid = %s::regclass"""
    with database.connect() as connection:
        [(moment,)] = connection.execute(horizon.encode())
        with connection.transaction():
            before = connection.execute(scans, [present]).fetchall()
            connection.execute(REMOVING, [moment])
            after = connection.execute(scans, [present]).fetchall()

    assert before == after
    assert chunks(pool) == [present]


@pytest.mark.tiers("community")
@pytest.mark.usefixtures("aged")
def test_a_job_of_the_database_applies_what_is_due(
    pool: Database, log: EventLog, side: Projections, maintenance: Maintenance
) -> None:
    job = maintenance.preview().job
    assert job is not None

    rows(pool, f"CALL run_job({job})")
    side.catch_up()

    [event] = (each.event for each in log.read(topics=[RetentionApplied.TOPIC]))
    assert event.metadata.actor == f"timescaledb job {job}"
    assert measured(pool) == 2
    assert side.verify().ok
    assert maintenance.apply(BY_ANNA).removed == ()


@pytest.mark.tiers("community")
def test_one_job_is_there_from_the_migration_on_and_made_again_when_it_is_gone(
    pool: Database, maintenance: Maintenance
) -> None:
    known = "SELECT job_id FROM timescaledb_information.jobs WHERE proc_name = 'run_maintenance'"
    [(job,)] = rows(pool, known)

    assert maintenance.preview().job == job
    rows(pool, "SELECT delete_job(%s)", job)
    [(made,)] = rows(pool, "SELECT featuretrail.schedule_maintenance()")
    assert maintenance.preview().job == made != job
    assert rows(pool, known) == [(made,)]


@pytest.mark.tiers("embedded", "apache")
def test_without_jobs_only_the_command_removes(maintenance: Maintenance) -> None:
    assert maintenance.preview().job is None


@contextmanager
def reading(database: GivenDatabase, chunk: str) -> Iterator[Any]:
    """Give a connection in the middle of a transaction that has read ``chunk``."""
    with database.connect() as connection, connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        connection.execute(f"SELECT count(*) FROM {chunk}".encode())
        yield connection
