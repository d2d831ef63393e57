"""From decisions to rows: every kind of event fills exactly the cells it should."""

from decimal import Decimal
from typing import Any

import pytest
from psycopg.rows import dict_row

from featuretrail.domain.events import (
    ALERT_EVENTS,
    ALERT_RULE_EVENTS,
    ERASING_EVENTS,
    MONITOR_EVENTS,
    AlertsEvaluated,
    BaselineCreated,
    ComputeFailed,
    DriftChecked,
    MessagesDiscarded,
    OnlineRefreshed,
    OutcomesRecorded,
    ServedLogged,
    ValuesRemoved,
)
from featuretrail.domain.events.registry import topics
from tests.engines.database import Database
from tests.projections import expected
from tests.projections.expected import Row, at
from tests.projections.story import Story

pytestmark = pytest.mark.tiers("embedded", "apache", "community")


def test_the_story_touches_every_kind_of_event(story: Story) -> None:
    happened = {recorded.topic for recorded in story.log.read()}
    known = {topic for topic in topics() if topic.startswith("featuretrail.")}
    # these have stories of their own: tests/store, computing, quality, alerts,
    # monitoring, consistency, outcomes, serving, streaming and erasing
    elsewhere = {
        *(kind.TOPIC for kind in (*ALERT_EVENTS, *ALERT_RULE_EVENTS, *MONITOR_EVENTS)),
        *(kind.TOPIC for kind in ERASING_EVENTS),
        *(kind.TOPIC for kind in (AlertsEvaluated, BaselineCreated, ComputeFailed, DriftChecked)),
        *(kind.TOPIC for kind in (MessagesDiscarded, OnlineRefreshed, OutcomesRecorded)),
        *(kind.TOPIC for kind in (ServedLogged, ValuesRemoved)),
    }
    assert happened == known - elsewhere


def test_every_event_fills_exactly_its_cells(database: Database, story: Story) -> None:
    assert story.store.projections.catch_up() == story.log.head().position
    assert story.store.projections.dead_letters() == []

    assert rows(database, "feature_snapshot_versions") == expected.snapshots(story)
    assert rows(database, "feature_lineage") == expected.lineage(story)
    assert rows(database, "feature_consistency_checks") == expected.checks(story)
    assert rows(database, "feature_performance_metrics") == expected.measurements(story)
    assert rows(database, "feature_documentation") == expected.documents(story)
    assert rows(database, "feature_metadata") == expected.metadata(story)
    assert rows(database, "feature_drift_detection") == expected.incidents(story)


def test_the_views_sum_up_what_the_tables_hold(database: Database, story: Story) -> None:
    story.store.projections.catch_up()

    assert view(database, "feature_snapshot_summary", "version") == [
        {
            "snapshot_id": "delay@1.0.0",
            "feature_set_name": "delay",
            "version": "1.0.0",
            "created_at": at(story, "snapshot"),
            "feature_count": 2,
            "data_points_count": 4,
            "validation_status": "failed",
            "quality_score": 82.5,
            "drift_detected": True,
            "total_checks": 7,
            "passed_checks": 3,
            "failed_checks": 1,
            "warning_checks": 2,
            "last_check": at(story, "nothing compared"),
        },
        {
            "snapshot_id": "delay@1.1.0",
            "feature_set_name": "delay",
            "version": "1.1.0",
            "created_at": at(story, "second snapshot"),
            "feature_count": 2,
            "data_points_count": 2,
            "validation_status": "pending",
            "quality_score": None,
            "drift_detected": None,
            "total_checks": 0,
            "passed_checks": 0,
            "failed_checks": 0,
            "warning_checks": 0,
            "last_check": None,
        },
    ]
    assert view(database, "feature_performance_summary", "feature_name") == [
        {
            "feature_name": "weather.sky",
            "measurement_count": 1,
            "avg_computation_time_ms": 0.0,
            "p50_computation_time_ms": 0.0,
            "p95_computation_time_ms": 0.0,
            "p99_computation_time_ms": 0.0,
            "max_computation_time_ms": 0.0,
            "avg_memory_usage_mb": None,
            "max_memory_usage_mb": None,
            "total_usage": Decimal(1),
            "avg_performance_score": None,
            "last_used": at(story, "second sample"),
        },
        {  # nearly all uses took 10 ms and 1 MiB and have the score 100
            "feature_name": "weather.temp",
            "measurement_count": 4,
            "avg_computation_time_ms": pytest.approx(10.0),
            "p50_computation_time_ms": 10.0,
            "p95_computation_time_ms": 10.0,
            "p99_computation_time_ms": 10.0,
            "max_computation_time_ms": 40.0,
            "avg_memory_usage_mb": pytest.approx(1.0),
            "max_memory_usage_mb": 4.0,
            "total_usage": Decimal(2**63 + 1),  # more than a bigint holds
            "avg_performance_score": pytest.approx(100.0),
            "last_used": at(story, "second sample"),
        },
    ]
    of_its_features = {
        "open_incidents": 1,
        "total_incidents": 2,
        "max_drift_score": 0.375,
        "last_drift": at(story, "open drift"),
    }
    assert view(database, "feature_quality_dashboard", "version") == [
        {"feature_set_name": "delay", "version": "1.0.0", "quality_score": 82.5,
         "drift_detected": True, **of_its_features},
        {"feature_set_name": "delay", "version": "1.1.0", "quality_score": None,
         "drift_detected": None, **of_its_features},
    ]  # fmt: skip


def test_a_set_whose_features_never_drifted_has_no_largest_score(
    database: Database, story: Story
) -> None:
    with database.connect() as connection:
        story.store.projections.catch_up()
        connection.execute("DELETE FROM featuretrail.feature_drift_detection")
    [first, _] = view(database, "feature_quality_dashboard", "version")
    assert (first["open_incidents"], first["total_incidents"]) == (0, 0)
    assert (first["max_drift_score"], first["last_drift"]) == (None, None)


def rows(database: Database, table: str) -> list[Row]:
    return view(database, table, "position, id")


def view(database: Database, name: str, order: str) -> list[Row]:
    with database.connect() as connection, connection.cursor(row_factory=dict_row) as cursor:
        connection.execute("SET TIME ZONE 'UTC'")
        statement: Any = f"SELECT * FROM featuretrail.{name} ORDER BY {order}"
        return cursor.execute(statement).fetchall()
