"""The schema as a page for people, which is also what a test compares migrations with.

``python -m tests.projections.schema`` writes it from a database of its own, and the statements that
``audit verify`` compares the live tables and views with.
"""

from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import namedtuple_row

from featuretrail.projections.likeness import TABLES
from featuretrail.projections.read_models import VIEWS
from tests.engines.native import NativeEngine
from tests.engines.session_folder import SessionFolder

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "reference" / "schema.md"
STATEMENTS = ROOT / "sql" / "queries" / "projections" / "read_side.sql"
RENEW = ".venv/bin/python -m tests.projections.schema"

INTRODUCTION = f"""\
# The schema

What the migrations in `sql/migrations/` make, on every engine. A test compares this page with a
database that they made; `{RENEW}` writes it anew.

Where TimescaleDB is present, the seven tables of the read side (`feature_...`) are hypertables on
the time in their primary key. Each feature group that is registered adds a table to
`featuretrail_values`, `featuretrail_online` and `featuretrail_retracted`.
"""

SCHEMAS = """
SELECT n.nspname, obj_description(n.oid, 'pg_namespace') AS comment
FROM pg_namespace AS n
WHERE n.nspname ~ %(pattern)s
ORDER BY n.nspname COLLATE "C"
"""

RELATIONS = """
SELECT
  c.oid,
  c.relname,
  c.relkind,
  c.reloptions,
  obj_description(c.oid, 'pg_class') AS comment,
  CASE WHEN c.relkind = 'v' THEN pg_get_viewdef(c.oid) END AS query
FROM pg_class AS c
WHERE c.relnamespace = %(schema)s::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f')
ORDER BY c.relkind = 'v', c.relname COLLATE "C"
"""

COLUMNS = """
SELECT
  a.attname,
  format_type(a.atttypid, a.atttypmod) AS type,
  a.attnotnull,
  pg_get_expr(d.adbin, d.adrelid) AS initial,
  CASE WHEN a.attcollation <> t.typcollation THEN l.collname END AS collation,
  CASE WHEN a.attstorage <> t.typstorage THEN a.attstorage::text END AS storage,
  col_description(a.attrelid, a.attnum) AS comment
FROM pg_attribute AS a
JOIN pg_type AS t ON t.oid = a.atttypid
LEFT JOIN pg_collation AS l ON l.oid = a.attcollation
LEFT JOIN pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE a.attrelid = %(oid)s AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY a.attnum
"""

# NOT NULL is a constraint of its own from PostgreSQL 18 on; the columns tell it
RULES = """
SELECT definition FROM (
  SELECT contype::text AS kind, pg_get_constraintdef(oid) AS definition
  FROM pg_constraint
  WHERE conrelid = %(oid)s AND contype NOT IN ('n', 't')
  UNION ALL
  SELECT 'x', pg_get_indexdef(i.indexrelid)
  FROM pg_index AS i
  WHERE i.indrelid = %(oid)s
    AND NOT EXISTS (SELECT FROM pg_constraint AS c WHERE c.conindid = i.indexrelid)
  UNION ALL
  SELECT 'z', pg_get_triggerdef(oid)
  FROM pg_trigger
  WHERE tgrelid = %(oid)s AND NOT tgisinternal AND tgname <> 'ts_insert_blocker'
) AS rules
ORDER BY strpos('pufcxz', kind), definition COLLATE "C"
"""

FUNCTIONS = """
SELECT
  p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ')' AS signature,
  pg_get_function_result(p.oid) AS result,
  left(md5(p.prosrc), 8) AS body,
  obj_description(p.oid, 'pg_proc') AS comment
FROM pg_proc AS p
WHERE p.pronamespace = %(schema)s::regnamespace
ORDER BY 1
"""

STORAGE = {"e": "external", "p": "plain", "m": "main", "x": "extended"}


def described(connection: psycopg.Connection[Any], pattern: str = "^featuretrail(_|$)") -> str:
    """Return the page for the schemas of the database whose names match ``pattern``."""
    sections = [INTRODUCTION]
    for schema in _rows(connection, SCHEMAS, pattern=pattern):
        sections.append(f"## {schema.nspname}\n\n{(schema.comment or '').rstrip('.')}.\n")
        sections += [
            _relation(connection, schema.nspname, relation)
            for relation in _rows(connection, RELATIONS, schema=schema.nspname)
        ]
        functions = _rows(connection, FUNCTIONS, schema=schema.nspname)
        if functions:
            sections.append(_functions(schema.nspname, functions))
    return "\n".join(sections)


def statements(connection: psycopg.Connection[Any]) -> str:
    """Return the statements that make the columns of the read side's tables, and its views."""
    lines = [
        "-- Makes the tables and views of the read side as the migrations do, without keys.",
        "-- Its names are bare: they are made where the search path says.",
        f"-- Written by {RENEW}.",
    ]
    with connection.transaction():
        connection.execute("SET LOCAL search_path = featuretrail")
        for relation in _rows(connection, RELATIONS, schema="featuretrail"):
            if relation.relname in TABLES:
                columns = _rows(connection, COLUMNS, oid=relation.oid)
                listed = ",\n".join(f"  {_defined(column)}" for column in columns)
                lines.append(f"CREATE TABLE {relation.relname} (\n{listed}\n);\n")
            elif relation.relname in VIEWS:
                options = f" WITH ({', '.join(relation.reloptions)})" if relation.reloptions else ""
                lines.append(f"CREATE VIEW {relation.relname}{options} AS\n{relation.query}\n")
    return "\n".join(lines)


def _defined(column: Any) -> str:
    collation = "" if column.collation is None else f' COLLATE "{column.collation}"'
    return f"{column.attname} {column.type}{collation}{' NOT NULL' if column.attnotnull else ''}"


def _relation(connection: psycopg.Connection[Any], schema: str, relation: Any) -> str:
    kind = {"v": "view", "r": "table"}[relation.relkind]
    options = f" `{', '.join(relation.reloptions)}`" if relation.reloptions else ""
    lines = [
        f"### {kind} {schema}.{relation.relname}",
        "",
        f"{relation.comment.rstrip('.')}.{options}",
        "",
        "| column | type | meaning |",
        "| --- | --- | --- |",
        *map(_column, _rows(connection, COLUMNS, oid=relation.oid)),
    ]
    if relation.query is not None:
        lines += ["", "```sql", relation.query.strip(), "```"]
    rules = [f"* `{row.definition}`" for row in _rows(connection, RULES, oid=relation.oid)]
    return "\n".join([*lines, *([""] if rules else []), *rules, ""])


def _column(column: Any) -> str:
    parts = [
        column.type,
        "not null" if column.attnotnull else None,
        None if column.initial is None else f"default {column.initial}",
        None if column.collation is None else f'collate "{column.collation}"',
        None if column.storage is None else f"storage {STORAGE[column.storage]}",
    ]
    told = ", ".join(part for part in parts if part is not None)
    return f"| `{column.attname}` | {told} | {column.comment} |"


def _functions(schema: str, functions: list[Any]) -> str:
    lines = [
        f"### functions of {schema}",
        "",
        "| function | returns | what it does | body |",
        "| --- | --- | --- | --- |",
        *(f"| `{f.signature}` | {f.result} | {f.comment} | {f.body} |" for f in functions),
        "",
        "The last column is the beginning of the MD5 of the function's source.",
        "",
    ]
    return "\n".join(lines)


def _rows(connection: psycopg.Connection[Any], statement: str, **facts: Any) -> list[Any]:
    with connection.cursor(row_factory=namedtuple_row) as cursor:
        return cursor.execute(statement, facts or None).fetchall()


def main() -> None:
    """Write the page and the statements."""
    folder = SessionFolder.create()
    engine = NativeEngine("embedded", folder.path)
    try:
        with engine.database(migrated=True) as database, database.connect() as connection:
            PAGE.write_text(described(connection), encoding="utf-8")
            STATEMENTS.write_text(statements(connection), encoding="utf-8")
    finally:
        engine.close()
        folder.remove()


if __name__ == "__main__":
    main()
