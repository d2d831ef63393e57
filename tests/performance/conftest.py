"""A store that records what its features cost, and a place to see that."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

import featuretrail as ft
from tests.engines.database import Database
from tests.store.weather import filled

Row = dict[str, Any]


@pytest.fixture
def store(database: Database) -> Iterator[ft.TimescaleDBFeatureStore]:
    """A filled store whose read side is level."""
    with ft.connect(database.url, actor="anna", artifacts="database:") as opened:
        filled(opened)
        opened.projections.catch_up()
        yield opened


def recorded(url: str) -> list[Row]:
    """Return what the log says was measured, in order."""
    with psycopg.connect(url, row_factory=dict_row) as connection:
        return connection.execute(
            "SELECT m.* FROM featuretrail.events_readable AS e "
            "CROSS JOIN LATERAL jsonb_to_recordset(e.state -> 'measurements') AS m ("
            "feature_name text, version text, computation_time_ms float, cpu_time_ms float, "
            "memory_usage_mb float, usage_frequency bigint, row_count bigint, "
            "performance_score float, snapshot_id text, computation_context text, "
            "operation text, accuracy_impact float) "
            "WHERE e.topic = 'featuretrail.performance.sampled' ORDER BY e.position"
        ).fetchall()


def uses(url: str) -> int:
    """Return how many uses of features the log tells of."""
    return sum(each["usage_frequency"] for each in recorded(url))
