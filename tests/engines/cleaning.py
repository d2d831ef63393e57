"""Emptying a migrated database instead of migrating it anew, which is most of a test's time."""

from collections.abc import Sequence

import psycopg
from attrs import frozen
from psycopg import sql

AnyConnection = psycopg.Connection[tuple[object, ...]]

# Where tests make tables of their own; and schemas that did not come with the migrations.
_MADE = """
SELECT format('DROP TABLE %%I.%%I CASCADE', n.nspname, c.relname)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p')
AND n.nspname IN ('featuretrail_values', 'featuretrail_online', 'featuretrail_retracted')
UNION ALL
SELECT format('DROP SCHEMA %%I CASCADE', nspname) FROM pg_namespace
WHERE nspname !~ '^(pg_|_?timescaledb_)' AND NOT oid = ANY (%(schemas)s)
"""

# What a migration makes and a test could have changed; data and jobs' statistics apart.
_SCHEMA = """
WITH own AS (
  SELECT oid FROM pg_namespace WHERE nspname ~ '^featuretrail' OR nspname = 'public'
), fact(said) AS (
  SELECT concat_ws(' ', 'schema', oid, nspname, nspowner, nspacl) FROM pg_namespace
  WHERE nspname !~ '^(pg_|_?timescaledb_)'
  UNION ALL
  SELECT concat_ws(' ', 'relation', oid, relname, relkind, relowner, relacl, reloptions)
  FROM pg_class WHERE relnamespace IN (SELECT oid FROM own)
  UNION ALL
  SELECT concat_ws(' ', 'column', a.attrelid, a.attname, a.atttypid, a.attnotnull, a.attacl)
  FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
  WHERE c.relnamespace IN (SELECT oid FROM own)
  UNION ALL
  SELECT concat_ws(' ', 'routine', oid, proowner, proacl, md5(pg_get_functiondef(oid)))
  FROM pg_proc
  WHERE pronamespace IN (SELECT oid FROM own) AND prokind IN ('f', 'p')
  UNION ALL
  SELECT concat_ws(' ', 'default', adrelid, adnum, pg_get_expr(adbin, adrelid)) FROM pg_attrdef
  WHERE adrelid IN (SELECT oid FROM pg_class WHERE relnamespace IN (SELECT oid FROM own))
  UNION ALL
  SELECT concat_ws(' ', 'index', indexrelid, indisvalid, pg_get_indexdef(indexrelid))
  FROM pg_index
  WHERE indrelid IN (SELECT oid FROM pg_class WHERE relnamespace IN (SELECT oid FROM own))
  UNION ALL
  SELECT concat_ws(' ', 'view', oid, ev_class, md5(ev_action::text)) FROM pg_rewrite
  WHERE ev_class IN (SELECT oid FROM pg_class WHERE relnamespace IN (SELECT oid FROM own))
  UNION ALL
  SELECT concat_ws(' ', 'trigger', t.oid, t.tgenabled, pg_get_triggerdef(t.oid))
  FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
  WHERE c.relnamespace IN (SELECT oid FROM own)
  UNION ALL
  SELECT concat_ws(' ', 'constraint', oid, conname, convalidated, pg_get_constraintdef(oid))
  FROM pg_constraint
  WHERE connamespace IN (SELECT oid FROM own)
  UNION ALL
  SELECT concat_ws(' ', 'comment', objoid, objsubid, description) FROM pg_description
  WHERE objoid IN (SELECT oid FROM pg_class WHERE relnamespace IN (SELECT oid FROM own))
  UNION ALL
  SELECT concat_ws(' ', 'type', oid, typname) FROM pg_type
  WHERE typnamespace IN (SELECT oid FROM own)
  UNION ALL
  SELECT concat_ws(' ', 'setting', setdatabase, setrole, setconfig) FROM pg_db_role_setting
  UNION ALL
  SELECT concat_ws(' ', 'role', oid, rolname, rolcanlogin, rolsuper) FROM pg_roles
  UNION ALL
  SELECT concat_ws(' ', 'member', roleid, member) FROM pg_auth_members
  {timescale}
)
SELECT md5(string_agg(said, E'\\n' ORDER BY said COLLATE "C")) FROM fact
"""

# What TimescaleDB knows of its tables, where it is.
_TIMESCALE = """UNION ALL
  SELECT concat_ws(' ', 'hypertable', h.id, h.table_name, h.compression_state, d.interval_length)
  FROM _timescaledb_catalog.hypertable h
  LEFT JOIN _timescaledb_catalog.dimension d ON d.hypertable_id = h.id
  UNION ALL
  SELECT concat_ws(' ', 'compression', relid, segmentby, orderby)
  FROM _timescaledb_catalog.compression_settings
  UNION ALL
  SELECT concat_ws(' ', 'job', id, proc_name, schedule_interval, scheduled, hypertable_id, config)
  FROM _timescaledb_config.bgw_job
"""

_TABLES = """
SELECT c.relname FROM pg_class c
WHERE c.relnamespace = 'featuretrail'::regnamespace AND c.relkind IN ('r', 'p')
"""

# Tables that were never written are left alone: what a truncation costs is its new files.
_WRITTEN = f"""{_TABLES}
AND (pg_relation_size(c.oid) > 0 OR EXISTS (SELECT FROM pg_inherits WHERE inhparent = c.oid))
"""


@frozen
class Fresh:
    """What a freshly migrated database holds: its schema, told in short, and its few rows."""

    schema: str
    schemas: Sequence[int]
    rows: dict[str, bytes]

    @classmethod
    def of(cls, connection: AnyConnection) -> "Fresh":
        """Remember the database as it is now."""
        rows = {
            str(table): _rows(connection, table)
            for (table,) in connection.execute(_TABLES).fetchall()
        }
        schemas = connection.execute("SELECT array_agg(oid::int8) FROM pg_namespace").fetchall()
        return cls(_schema(connection), schemas[0][0], rows)  # type: ignore[arg-type]

    def restore(self, connection: AnyConnection) -> bool:
        """Empty the database to what it was; tell whether its schema is what it was too."""
        for (dropping,) in connection.execute(_MADE, {"schemas": self.schemas}).fetchall():
            connection.execute(str(dropping).encode())
        if _schema(connection) != self.schema:
            return False
        changed = [
            str(table)
            for (table,) in connection.execute(_WRITTEN).fetchall()
            if _rows(connection, table) != self.rows[str(table)]
        ]
        if not changed:
            return True
        with connection.transaction():
            # what the log refuses to everybody
            connection.execute("SET LOCAL session_replication_role = replica")
            connection.execute(
                sql.SQL("TRUNCATE {} CASCADE").format(sql.SQL(", ").join(map(_own, changed)))
            )
            for table, held in self.rows.items():
                if _rows(connection, table) != held:
                    copying = sql.SQL("COPY {} FROM STDIN (FORMAT binary)").format(_own(table))
                    with connection.cursor().copy(copying) as copy:
                        copy.write(held)
        return True


def _rows(connection: AnyConnection, table: object) -> bytes:
    copying = sql.SQL("COPY (SELECT * FROM {}) TO STDOUT (FORMAT binary)").format(_own(table))
    with connection.cursor().copy(copying) as copy:
        return b"".join(bytes(piece) for piece in copy)


def _own(table: object) -> sql.Identifier:
    return sql.Identifier("featuretrail", str(table))


def _schema(connection: AnyConnection) -> str:
    catalogue = "SELECT to_regclass('_timescaledb_catalog.hypertable') IS NOT NULL"
    [(timescale,)] = connection.execute(catalogue).fetchall()
    asking = sql.SQL(_SCHEMA).format(timescale=sql.SQL(_TIMESCALE if timescale else ""))
    [(told,)] = connection.execute(asking).fetchall()
    return str(told)
