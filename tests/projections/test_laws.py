"""The seven read models keep the laws of projections, whatever valid log they are given."""

from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from featuretrail.domain.events import Event
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.log.application import EventLog
from featuretrail.infrastructure.log.records import RecordedEvent
from featuretrail.projections.checks import (
    CHECKS,
    Check,
    check_deterministic_bytes,
    check_incremental_equals_rebuild,
    check_order_matters_only_within_a_stream,
    check_redelivery_changes_nothing,
    log_of,
)
from featuretrail.projections.checks.tables import MemoryTables
from featuretrail.projections.projections import Projections
from featuretrail.projections.read_models import READ_MODELS
from tests.engines.database import Database as GivenDatabase
from tests.projections.logs import full_logs, logs
from tests.projections.streams import every_kind

MANY = settings(max_examples=60, deadline=None)
FEW = settings(
    max_examples=2,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # shrinking on servers takes too long
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

ON_TABLES = [check for check in CHECKS if check is not check_deterministic_bytes]


@MANY
@given(logs())
def test_the_rows_do_not_depend_on_the_pages(log: list[RecordedEvent]) -> None:
    check_incremental_equals_rebuild(READ_MODELS, log)


@MANY
@given(logs())
def test_a_page_that_is_lost_and_delivered_again_leaves_the_same_rows(
    log: list[RecordedEvent],
) -> None:
    check_redelivery_changes_nothing(READ_MODELS, log)


@MANY
@given(logs())
def test_the_order_of_streams_says_nothing(log: list[RecordedEvent]) -> None:
    check_order_matters_only_within_a_stream(READ_MODELS, log)


@pytest.mark.tiers("embedded")
def test_other_processes_and_another_build_make_the_same_bytes(database: GivenDatabase) -> None:
    streams: dict[UUID, list[Event]] = {}

    @settings(max_examples=15, deadline=None, phases=[Phase.generate], database=None)
    @given(full_logs())
    def collect(log: list[RecordedEvent]) -> None:
        for first in (event for event in log if event.originator_version == 1):
            own = [each.event for each in log if each.originator_id == first.originator_id]
            streams.setdefault(first.originator_id, own)

    collect()
    log = log_of(event for stream in streams.values() for event in stream)

    with Database(database.url) as opened:
        check_deterministic_bytes(READ_MODELS, log, database=opened)


@pytest.mark.tiers("embedded", "apache", "community")
@pytest.mark.parametrize("check", ON_TABLES, ids=lambda check: check.__name__)
def test_the_laws_hold_on_real_tables(database: GivenDatabase, check: Check) -> None:
    with Database(database.url) as opened:

        @FEW
        @given(full_logs())
        def law(log: list[RecordedEvent]) -> None:
            check(READ_MODELS, log, database=opened, tries=0)

        law()


@pytest.mark.tiers("embedded", "apache", "community")
def test_tables_kept_level_append_by_append_equal_their_rebuild(database: GivenDatabase) -> None:
    with Database(database.url) as opened:
        log = EventLog(opened)
        projections = Projections(opened, log)
        for stream in every_kind():
            for event in stream:
                log.append(event)
                projections.catch_up()

        proof = projections.verify().verification

    assert proof is not None
    assert proof.ok, proof
    assert {table.table for table in proof.tables if table.rows == 0} == set()
    assert proof.dead_letters == 0


def test_the_logs_fill_every_table_and_reach_every_handler() -> None:
    log = log_of(event for stream in every_kind() for event in stream)

    topics = {topic for model in READ_MODELS for topic in model.topics}
    assert topics == {event.topic for event in log}
    assert all(MemoryTables(READ_MODELS, "test").built([log]).rows.values())


@pytest.mark.tiers("embedded")
def test_a_check_leaves_no_table_and_no_generation(database: GivenDatabase) -> None:
    log = log_of(event for stream in every_kind() for event in stream)
    counted = """SELECT (SELECT count(*) FROM pg_class WHERE relkind = 'r'),
        (SELECT count(*) FROM featuretrail.generations),
        (SELECT count(*) FROM featuretrail.feature_metadata)"""

    with database.connect() as connection, Database(database.url) as opened:
        before = connection.execute(counted).fetchall()
        check_incremental_equals_rebuild(READ_MODELS, log, database=opened, tries=1)

        assert connection.execute(counted).fetchall() == before
