"""What the read side promises: tables, columns, types, keys, comments; no clock in it."""

import re
from difflib import unified_diff
from typing import Any

import psycopg
import pytest

import featuretrail as ft
from featuretrail.domain.events import (
    ALERT_EVENTS,
    ALERT_RULE_EVENTS,
    MONITOR_EVENTS,
    AlertsEvaluated,
)
from featuretrail.domain.events.registry import topics
from featuretrail.projections.likeness import unlike
from featuretrail.projections.read_models import READ_MODELS, VIEWS
from tests.engines.database import Database
from tests.projections.contract import EVERY_ROW, SUMMARIES, TABLES, TIME, Columns
from tests.projections.schema import PAGE, RENEW, STATEMENTS, described, statements
from tests.store.weather import filled

pytestmark = pytest.mark.tiers("embedded", "apache", "community")

TOLD = """
SELECT
  n.nspname,
  c.relname,
  a.attname,
  col_description(c.oid, a.attnum) IS NOT NULL
    AND obj_description(c.oid, 'pg_class') IS NOT NULL
    AND obj_description(n.oid, 'pg_namespace') IS NOT NULL
FROM pg_class AS c
JOIN pg_namespace AS n ON n.oid = c.relnamespace
JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE n.nspname = ANY (%s) AND c.relkind IN ('r', 'p', 'v', 'm')
ORDER BY 1, 2, 3
"""


def test_the_page_of_the_schema_is_what_the_migrations_make(database: Database) -> None:
    with database.connect() as connection:
        made = described(connection)

    lines = unified_diff(
        PAGE.read_text("utf-8").splitlines(), made.splitlines(), "the page", "the migrations", n=1
    )
    difference = "\n".join(lines)
    assert not difference, f"if the change is meant, run `{RENEW}` and commit:\n{difference}"


def test_the_statements_that_live_tables_are_compared_with_are_what_the_migrations_make(
    database: Database,
) -> None:
    with database.connect() as connection:
        assert STATEMENTS.read_text("utf-8") == statements(connection), f"run `{RENEW}` and commit"
        assert unlike(connection) == []


def test_the_read_side_is_seven_tables_and_three_views() -> None:
    assert {model.table: model.time for model in READ_MODELS} == {
        table: time for table, (time, _) in TABLES.items()
    }
    assert set(VIEWS) == set(SUMMARIES)


def test_the_tables_have_the_public_columns_in_their_types(database: Database) -> None:
    with database.connect() as connection:
        for table, (time, own) in TABLES.items():
            found = columns(connection, table)
            wanted = {**EVERY_ROW, time: TIME, **own}
            assert {name: found.get(name) for name in wanted} == wanted


def test_the_views_have_the_public_columns_in_their_types(database: Database) -> None:
    with database.connect() as connection:
        for view, wanted in SUMMARIES.items():
            found = columns(connection, view)
            assert {name: found.get(name) for name in wanted} == wanted


def test_every_row_has_a_position_and_an_id_and_primary_keys_hold_the_time(
    database: Database,
) -> None:
    with database.connect() as connection:
        for table, (time, _) in TABLES.items():
            assert {"id", "position", "last_position", time} <= never_null(connection, table)
            keys = connection.execute(
                "SELECT pg_get_constraintdef(oid) FROM pg_constraint "
                "WHERE conrelid = %s::regclass AND contype = 'p'",
                [f"featuretrail.{table}"],
            ).fetchall()
            assert keys == [(f"PRIMARY KEY (id, {time})",)]


def test_the_tables_are_hypertables_on_their_time_where_timescaledb_is(database: Database) -> None:
    with database.connect() as connection:
        found = hypertables(connection) if database.timescale else {}
    wanted = {table: time for table, (time, _) in TABLES.items()} if database.timescale else {}
    assert found == wanted


def test_no_column_of_the_tables_comes_from_a_default_a_sequence_or_a_clock(
    database: Database,
) -> None:
    with database.connect() as connection:
        generated = connection.execute(
            "SELECT attrelid::regclass, attname FROM pg_attribute "
            "WHERE attrelid = ANY (%s::regclass[]) "
            "AND (atthasdef OR attidentity <> '' OR attgenerated <> '')",
            [[f"featuretrail.{table}" for table in TABLES]],
        ).fetchall()
        sequences = connection.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'S' "
            "AND relnamespace = 'featuretrail'::regnamespace"
        ).fetchall()
        clocks = [
            view
            for view in SUMMARIES
            if re.search(r"now\(|current_|clock_|_timestamp\(\)", definition(connection, view))
        ]
    assert (generated, sequences, clocks) == ([], [], [])


def test_scores_are_kept_within_0_and_100(database: Database) -> None:
    with database.connect() as connection:
        for table in TABLES:
            checks = " ".join(
                row[0]
                for row in connection.execute(
                    "SELECT pg_get_constraintdef(oid) FROM pg_constraint "
                    "WHERE conrelid = %s::regclass AND contype = 'c'",
                    [f"featuretrail.{table}"],
                )
            )
            for name in columns(connection, table):
                if name.endswith("_score") and name != "drift_score":  # of any measure
                    assert f"({name} <= (100)::double precision)" in checks
                    assert f"({name} >= (0)::double precision)" in checks


def test_everything_that_is_ours_is_explained_in_the_database(database: Database) -> None:
    with ft.connect(database.url, artifacts="database:") as store:
        filled(store)
        store.projections.rebuild(into="copy")
        schemas = [
            "copy",
            "featuretrail",
            "featuretrail_online",
            "featuretrail_retracted",
            "featuretrail_values",
        ]
    with database.connect() as connection:
        told = connection.execute(TOLD, [schemas]).fetchall()
    assert {schema for schema, *_ in told} == set(schemas)
    assert [names for *names, explained in told if not explained] == []


def test_a_new_generation_has_the_schema_of_the_live_one(database: Database) -> None:
    tables, views = list(TABLES), list(SUMMARIES)
    with database.connect() as connection:
        before = described(connection)
        connection.execute("CREATE SCHEMA twin")
        connection.execute("SELECT featuretrail.create_read_side('twin', %s, %s)", [tables, views])
        for table in tables:
            assert relation(connection, "twin", table) == relation(
                connection, "featuretrail", table
            )
        for view in views:
            assert columns(connection, view, "twin") == columns(connection, view)
            here, there = definition(connection, view), definition(connection, view, "twin")
            assert there == here.replace("featuretrail.", "twin.")
        connection.execute("DROP VIEW " + ", ".join(f"twin.{view}" for view in views))
        connection.execute("SELECT featuretrail.swap_tables('twin', %s, '10 s')", [tables])
        assert described(connection) == before
        if database.timescale:
            assert hypertables(connection) == {table: time for table, (time, _) in TABLES.items()}


def test_every_event_changes_a_table_or_is_known_to_change_none() -> None:
    handled = {topic for model in READ_MODELS for topic in model.topics}
    ours = {topic for topic in topics() if topic.startswith("featuretrail.")}
    # facts of groups, sets, values, runs and baselines: read from the log and the values themselves
    changing_none = {
        # the outbox and the schedules are folded from the log
        *(kind.TOPIC for kind in (*ALERT_EVENTS, *ALERT_RULE_EVENTS, *MONITOR_EVENTS)),
        AlertsEvaluated.TOPIC,
        "featuretrail.baseline.created",
        "featuretrail.compute.failed",
        "featuretrail.drift.checked",
        "featuretrail.group.defined",
        "featuretrail.online.refreshed",
        "featuretrail.outcomes.recorded",
        "featuretrail.retention.set",
        "featuretrail.served.logged",
        "featuretrail.set.defined",
        "featuretrail.stream.discarded",
        "featuretrail.training.recorded",
        "featuretrail.values.erased",
        "featuretrail.values.ingested",
        "featuretrail.values.removed",
        "featuretrail.values.retracted",
    }
    assert handled | changing_none == ours
    assert handled & changing_none == set()


def test_a_second_handler_of_an_event_is_refused() -> None:
    model = READ_MODELS[0]
    [kind, handler] = next(iter(model.handlers.items()))
    with pytest.raises(ValueError, match="feature_snapshot_versions has a handler of"):
        model.on(kind)(handler)


def columns(
    connection: psycopg.Connection[Any], table: str, schema: str = "featuretrail"
) -> Columns:
    return dict(
        connection.execute(
            "SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute "
            "WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum",
            [f"{schema}.{table}"],
        ).fetchall()
    )


def never_null(connection: psycopg.Connection[Any], table: str) -> set[str]:
    rows = connection.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnotnull",
        [f"featuretrail.{table}"],
    )
    return {name for (name,) in rows}


def definition(connection: psycopg.Connection[Any], view: str, schema: str = "featuretrail") -> str:
    row = connection.execute("SELECT pg_get_viewdef(%s::regclass)", [f"{schema}.{view}"]).fetchone()
    assert row is not None
    return str(row[0])


def hypertables(
    connection: psycopg.Connection[Any], schema: str = "featuretrail"
) -> dict[str, str]:
    rows = connection.execute(
        "SELECT hypertable_name, column_name FROM timescaledb_information.dimensions "
        "WHERE hypertable_schema = %s AND hypertable_name LIKE 'feature%%'",
        [schema],
    )
    return dict(rows.fetchall())


def relation(connection: psycopg.Connection[Any], schema: str, table: str) -> list[str]:
    """What the page says of a table, whatever its schema."""
    page = described(connection, f"^{schema}$")
    section = page.partition(f"### table {schema}.{table}\n")[2].partition("\n##")[0]
    assert section
    return section.replace(f"{schema}.", "").splitlines()
