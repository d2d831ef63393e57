"""The plans that matter: what the library, the views and a dashboard ask is found by an index."""

from typing import Any

import psycopg
import pytest
from attrs import frozen

from tests.engines.database import Database
from tests.projections.contract import TABLES

pytestmark = pytest.mark.tiers("embedded", "apache")

ROWS = 20_000
FEW = 200
YEARS, WEEKS = 3, 20
BEGIN = "timestamptz '2020-01-02 00:00+00'"  # where a chunk of seven days begins

# how each column of the rows number n is filled; the others are NULL
COMMON = {
    "id": "md5(n::text)::uuid",
    "position": "n",
    "last_position": "n",
    "feature_name": "'weather.f' || n % 500",
    "version": "'1.0.0'",
    "snapshot_id": "'delay@1.' || n % 2000 || '.0'",
}
FILLED = {
    "feature_snapshot_versions": {
        "snapshot_id": "'delay@1.' || n || '.0'",
        "feature_set_name": "'set' || n % 500",
        "metadata": "'{}'",
        "feature_count": "1",
        "data_points_count": "n",
        "streaming_data_version": "n",
        "consistency_hash": "md5(n::text)",
        "validation_status": "'pending'",
        "computation_time_ms": "1",
        "feature_set_version": "'1.0.0'",
        "features": "ARRAY['weather.f' || n % 500]",
    },
    "feature_lineage": {
        "parent_features": "jsonb_build_array(jsonb_build_object("
        "'kind', 'feature', 'name', 'weather.f' || n % 5000, 'version', '1.0.0'))",
        "dependency_count": "1",
    },
    "feature_consistency_checks": {
        "check_type": "'streaming'",
        "status": "'passed'",
        "details": "'{}'",
        "auto_fixed": "false",
        "check_duration_ms": "1",
    },
    "feature_performance_metrics": {
        "computation_time_ms": "n % 100",
        "usage_frequency": "1",
        "computation_context": "'training'",
        "operation": "CASE WHEN n % 1000 = 7 THEN 'compute' ELSE 'retrieve' END",
        "measured_at": BEGIN,
    },
    "feature_documentation": {
        "documentation_version": "'1.0.' || n / 500",
        "content": "repeat('text ', 20)",
        "examples": "'[]'",
        "change_history": "'[]'",
        "updated_at": BEGIN,
        "tags": "'[]'",
        "revision": "1",
    },
    "feature_metadata": {
        "metadata_type": "(ARRAY['schema', 'quality', 'business'])[1 + n % 3]",
        "metadata_key": "'key' || n % 7",
        "updated_at": BEGIN,
        "version": "1",
    },
    "feature_drift_detection": {
        "drift_type": "'concept'",
        "drift_score": "n % 100",
        "threshold_value": "1",
        "drift_details": "'{}'",
        "severity": "'low'",
        "resolved_at": f"CASE WHEN n % 400 > 0 THEN {BEGIN} END",
    },
}
OFTEN = ("feature_consistency_checks", "feature_performance_metrics", "feature_drift_detection")


@frozen
class Question:
    """What someone asks, and the beginning of the index that answers it.

    ``chunks`` is how many chunks may be looked at where the question has a time.
    """

    sql: str
    table: str
    index: str
    chunks: int | None = None


A_WEEK = "BETWEEN timestamptz '2020-03-05 00:00+00' AND timestamptz '2020-03-10 00:00+00'"
A_MONTH = "BETWEEN timestamptz '2022-03-05 00:00+00' AND timestamptz '2022-04-10 00:00+00'"

REVISION = """
UPDATE {table} AS t
SET last_position = v.last_position
FROM unnest(ARRAY[md5('7')::uuid], ARRAY[9::bigint]) AS v (id, last_position)
WHERE t.id = v.id
"""
QUESTIONS = {
    "a snapshot by its name": Question(
        "SELECT * FROM feature_snapshot_versions WHERE snapshot_id = 'delay@1.7.0'",
        "feature_snapshot_versions", "(snapshot_id)",
    ),
    "the latest snapshots of a set": Question(
        "SELECT * FROM feature_snapshot_versions WHERE feature_set_name = 'set7' "
        "ORDER BY created_at DESC LIMIT 5",
        "feature_snapshot_versions", "(feature_set_name, created_at)",
    ),
    "the snapshots of a set in a time": Question(
        f"SELECT * FROM feature_snapshot_versions WHERE feature_set_name = 'set7' "
        f"AND created_at {A_MONTH}",
        "feature_snapshot_versions", "(feature_set_name, created_at)", chunks=2,
    ),
    "the lineage of a feature": Question(
        "SELECT * FROM feature_lineage WHERE feature_name = 'weather.f7' ORDER BY created_at",
        "feature_lineage", "(feature_name, created_at)",
    ),
    "the children of a parent": Question(
        "SELECT * FROM feature_lineage "
        """WHERE parent_features @> '[{"kind": "feature", "name": "weather.f7"}]'""",
        "feature_lineage", "gin (parent_features jsonb_path_ops)",
    ),
    "the checks of a snapshot": Question(
        "SELECT * FROM feature_consistency_checks WHERE snapshot_id = 'delay@1.7.0' "
        "ORDER BY check_timestamp",
        "feature_consistency_checks", "(snapshot_id, check_timestamp)",
    ),
    "the checks of a week": Question(
        f"SELECT * FROM feature_consistency_checks WHERE check_timestamp {A_WEEK}",
        "feature_consistency_checks", "(check_timestamp)", chunks=2,
    ),
    "the latest checks": Question(
        "SELECT * FROM feature_consistency_checks ORDER BY check_timestamp DESC LIMIT 10",
        "feature_consistency_checks", "(check_timestamp)",
    ),
    "the last measurements of a feature in a time": Question(
        f"SELECT * FROM feature_performance_metrics WHERE feature_name = 'weather.f7' "
        f"AND recorded_at {A_WEEK} ORDER BY recorded_at DESC LIMIT 10",
        "feature_performance_metrics", "(feature_name, recorded_at)", chunks=2,
    ),
    "the last computations of a feature": Question(
        "SELECT * FROM feature_performance_metrics WHERE feature_name = 'weather.f7' "
        "AND operation = 'compute' ORDER BY recorded_at DESC LIMIT 10",
        "feature_performance_metrics",
        "(feature_name, recorded_at) WHERE (operation = 'compute'::text)",
    ),
    "the measurements of a feature": Question(
        "SELECT * FROM feature_performance_summary WHERE feature_name = 'weather.f7'",
        "feature_performance_metrics", "(feature_name, recorded_at)",
    ),
    "the latest documentation of a feature": Question(
        "SELECT * FROM feature_documentation WHERE feature_name = 'weather.f7' "
        "ORDER BY created_at DESC LIMIT 1",
        "feature_documentation", "(feature_name, created_at)",
    ),
    "the metadata of a feature": Question(
        "SELECT * FROM feature_metadata WHERE feature_name = 'weather.f7'",
        "feature_metadata", "(feature_name, metadata_type, metadata_key, created_at)",
    ),
    "the latest quality check of a feature": Question(
        "SELECT * FROM feature_metadata WHERE feature_name = 'weather.f7' "
        "AND metadata_type = 'quality' AND metadata_key = 'key0' ORDER BY created_at DESC LIMIT 1",
        "feature_metadata", "(feature_name, metadata_type, metadata_key, created_at)",
    ),
    "the incidents of a feature": Question(
        "SELECT * FROM feature_drift_detection WHERE feature_name = 'weather.f7' "
        "ORDER BY detected_at DESC LIMIT 5",
        "feature_drift_detection", "(feature_name, detected_at)",
    ),
    "the open incidents by feature": Question(
        "SELECT * FROM feature_drift_detection WHERE resolved_at IS NULL ORDER BY feature_name",
        "feature_drift_detection", "(feature_name) WHERE (resolved_at IS NULL)",
    ),
    "the latest incidents": Question(
        "SELECT * FROM feature_drift_detection ORDER BY detected_at DESC LIMIT 10",
        "feature_drift_detection", "(detected_at)",
    ),
    "the incidents of a week": Question(
        f"SELECT * FROM feature_drift_detection WHERE detected_at {A_WEEK}",
        "feature_drift_detection", "(detected_at)", chunks=2,
    ),
}  # fmt: skip


@pytest.mark.parametrize("table", TABLES)
def test_what_is_asked_of_a_table_is_answered_by_its_indexes(
    database: Database, table: str
) -> None:
    questions = {name: each for name, each in QUESTIONS.items() if each.table == table}
    with database.connect() as connection:
        fill(connection, table)
        plans = {name: explain(connection, each.sql) for name, each in questions.items()}
        revision = explain(connection, REVISION.format(table=table))
    assert uses(revision, f"(id, {TABLES[table][0]})")
    for name, question in questions.items():
        if question.chunks is not None and database.timescale:
            assert 1 <= len(scans(plans[name])) <= question.chunks, name
        else:
            assert uses(plans[name], question.index), name


def test_the_measurements_of_all_features_in_a_time_leave_the_rest_unread(
    database: Database,
) -> None:
    with database.connect() as connection:
        fill(connection, "feature_performance_metrics", rows=100_000)
        plan = explain(
            connection, f"SELECT * FROM feature_performance_metrics WHERE recorded_at {A_WEEK}"
        )
    if database.timescale:
        assert 1 <= len(scans(plan)) <= 2
    else:
        assert uses(plan, "brin (recorded_at)")


def test_the_summary_of_a_snapshot_finds_it_and_its_checks(database: Database) -> None:
    with database.connect() as connection:
        fill(connection, "feature_snapshot_versions")
        fill(connection, "feature_consistency_checks")
        plan = explain(
            connection, "SELECT * FROM feature_snapshot_summary WHERE snapshot_id = 'delay@1.7.0'"
        )
    assert uses(plan, "(snapshot_id)")
    assert uses(plan, "(snapshot_id, check_timestamp)")


def test_the_dashboard_of_a_set_finds_its_snapshots_and_their_incidents(
    database: Database,
) -> None:
    with database.connect() as connection:
        fill(connection, "feature_snapshot_versions")
        fill(connection, "feature_drift_detection")
        plan = explain(
            connection, "SELECT * FROM feature_quality_dashboard WHERE feature_set_name = 'set7'"
        )
    assert uses(plan, "(feature_set_name, created_at)")
    assert uses(plan, "(feature_name, detected_at)")


def test_every_index_answers_a_question(database: Database) -> None:
    asked = {(question.table, question.index) for question in QUESTIONS.values()}
    asked.add(("feature_performance_metrics", "brin (recorded_at)"))
    with database.connect() as connection:
        made = connection.execute(
            "SELECT c.relname, pg_get_indexdef(i.indexrelid) FROM pg_index AS i "
            "JOIN pg_class AS c ON c.oid = i.indrelid "
            "WHERE c.oid = ANY (%s::regclass[]) AND NOT i.indisprimary",
            [[f"featuretrail.{table}" for table in TABLES]],
        ).fetchall()
    unasked = [
        definition
        for table, definition in made
        if not any(table == known and definition.endswith(index) for known, index in asked)
    ]
    assert unasked == []


def fill(connection: psycopg.Connection[Any], table: str, rows: int = ROWS) -> None:
    time = TABLES[table][0]
    span = f"interval '{WEEKS} weeks'" if table in OFTEN else f"interval '{YEARS} years'"
    cells = {**COMMON, **FILLED[table], time: f"{BEGIN} + n * ({span} / {rows})"}
    exist = {
        name
        for (name,) in connection.execute(
            "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0",
            [f"featuretrail.{table}"],
        )
    }
    chosen = {name: cell for name, cell in cells.items() if name in exist}
    cast = {
        name: f"({cell})::jsonb" if cell in ("'{}'", "'[]'") else cell
        for name, cell in chosen.items()
    }
    statement: Any = (
        f"INSERT INTO featuretrail.{table} ({', '.join(cast)}) "
        f"SELECT {', '.join(cast.values())} FROM generate_series(0, {rows - 1}) AS n"
    )
    connection.execute(statement)
    analyze: Any = f"VACUUM ANALYZE featuretrail.{table}"
    connection.execute(analyze)


def explain(connection: psycopg.Connection[Any], question: str) -> list[dict[str, Any]]:
    """Every node of the plan that reads a table or an index, indexes with their definition."""
    connection.execute("SET search_path TO featuretrail, public")
    statement: Any = f"EXPLAIN (FORMAT JSON, VERBOSE) {question}"
    [([top],)] = connection.execute(statement)
    found: list[dict[str, Any]] = []
    todo = [top["Plan"]]
    while todo:
        node = todo.pop()
        todo += node.get("Plans", [])
        if "Index Name" in node:
            node["definition"] = definition(connection, node["Index Name"])
        if node["Node Type"] == "Seq Scan":
            node["rows"] = size(connection, f"{node['Schema']}.{node['Relation Name']}")
        found.append(node)
    return found


def definition(connection: psycopg.Connection[Any], index: str) -> str:
    row = connection.execute(
        "SELECT pg_get_indexdef(oid) FROM pg_class WHERE relname = %s AND relkind = 'i'", [index]
    ).fetchone()
    assert row is not None
    return str(row[0])


def size(connection: psycopg.Connection[Any], table: str) -> int:
    row = connection.execute("SELECT reltuples FROM pg_class WHERE oid = %s::regclass", [table])
    return int(next(row)[0])


def scans(plan: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The nodes that read a table or a chunk, whichever way; an index by itself is none."""
    return [node for node in plan if "Relation Name" in node and node["Node Type"] != "ModifyTable"]


def uses(plan: list[dict[str, Any]], index: str) -> bool:
    """Whether ``index`` is read, and no table from end to end, but near-empty chunks."""
    indexes = [node["definition"] for node in plan if "definition" in node]
    whole = [(node["Relation Name"], node["rows"]) for node in plan if "rows" in node]
    return any(each.endswith(index) for each in indexes) and all(rows < FEW for _, rows in whole)
