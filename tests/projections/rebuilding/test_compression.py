"""What compression a table has stays with its name when a rebuilt one takes its place."""

from datetime import timedelta
from typing import Any

import pytest

from featuretrail.infrastructure.database import Database
from featuretrail.projections.projections import Projections
from tests.projections.rebuilding.conftest import digests, rows

pytestmark = pytest.mark.tiers("community")

COMPRESSED = {
    "feature_consistency_checks": "check_timestamp DESC,id",
    "feature_performance_metrics": "recorded_at DESC,id",
}

POLICIES = """
SELECT hypertable_schema, hypertable_name, (config ->> 'compress_after')::interval
FROM timescaledb_information.jobs WHERE proc_name = 'policy_compression'
"""

SETTINGS = """
SELECT c.relname::text, s.segmentby, s.orderby
FROM timescaledb_information.hypertable_compression_settings AS s
JOIN pg_class AS c ON c.oid = s.hypertable
WHERE c.relnamespace = %s::regnamespace AND s.orderby IS NOT NULL
"""


def test_tables_whose_rows_never_change_are_compressed_and_no_others(pool: Database) -> None:
    assert {table: order for table, _, order in settings(pool)} == COMPRESSED
    assert policies(pool) == {("featuretrail", table): timedelta(days=14) for table in COMPRESSED}


def test_a_rebuilt_table_has_the_settings_and_the_policy_and_the_old_one_has_none(
    filled: Projections, pool: Database
) -> None:
    rows(pool, "SELECT remove_compression_policy('featuretrail.feature_performance_metrics')")
    rows(
        pool,
        "SELECT add_compression_policy('featuretrail.feature_performance_metrics',"
        " interval '30 days', schedule_interval => interval '1 hour')",
    )
    chosen = policies(pool)
    before = settings(pool)

    filled.rebuild()

    assert policies(pool) == chosen
    assert settings(pool) == before
    filled.swap_back()
    assert policies(pool) == chosen
    assert settings(pool) == before


def test_compressed_tables_are_what_the_log_makes(filled: Projections, pool: Database) -> None:
    before = digests(pool)
    for table in COMPRESSED:
        rows(pool, f"SELECT compress_chunk(c) FROM show_chunks('featuretrail.{table}') AS c")
    compressed = rows(
        pool,
        "SELECT DISTINCT hypertable_name FROM timescaledb_information.chunks"
        " WHERE hypertable_schema = 'featuretrail' AND is_compressed ORDER BY 1",
    )
    assert [name for (name,) in compressed] == sorted(COMPRESSED)

    assert digests(pool) == before
    assert filled.verify().ok


def policies(pool: Database) -> dict[tuple[str, str], Any]:
    """How old chunks are when each table's policy compresses them."""
    return {(schema, table): age for schema, table, age in rows(pool, POLICIES)}


def settings(pool: Database) -> list[tuple[Any, ...]]:
    """How chunks of the live tables are compressed."""
    return sorted(rows(pool, SETTINGS, "featuretrail"))
