"""What the tests of the doctor ask of a server."""

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from featuretrail.infrastructure.settings import Settings
from tests.engines.database import Database

LEFT = "SELECT datname FROM pg_database WHERE datname LIKE 'featuretrail_doctor_%' ORDER BY 1"

_TABLES = """
SELECT format('%I.%I', schemaname, tablename) FROM pg_tables
WHERE schemaname ~ '^featuretrail' ORDER BY 1
"""


def throwaways(database: Database) -> list[str]:
    """The throw-away databases that were made from this one, or any of them if it is gone."""
    with database.connect() as connection:
        [(oid,)] = connection.execute(
            "SELECT oid FROM pg_database WHERE datname = current_database()"
        )
        names = [name for (name,) in connection.execute(LEFT)]
    return [name for name in names if name.split("_")[2] == str(oid)]


def contents(database: Database) -> dict[str, Any]:
    """Every row of every table of ours, digested, and every relation's definition."""
    with database.connect() as connection:
        tables = [name for (name,) in connection.execute(_TABLES)]
        rows = {
            name: connection.execute(
                f"SELECT count(*), md5(string_agg(t::text, ',' ORDER BY t::text)) FROM {name} AS t"
            ).fetchone()
            for name in tables
        }
        made = connection.execute(
            "SELECT nspname, relname, relkind, reltuples > 0 FROM pg_class c"
            " JOIN pg_namespace n ON n.oid = relnamespace WHERE nspname ~ '^featuretrail'"
            " ORDER BY 1, 2"
        ).fetchall()
    return {"rows": rows, "relations": [each[:3] for each in made]}


@pytest.fixture
def login(database: Database) -> Iterator[str]:
    """The URL of a login of the test's own, who has no right but to connect."""
    name = f"doctor_{uuid.uuid4().hex[:10]}"
    role = sql.Identifier(name)
    with database.connect() as connection:
        connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(role))
        yield make_conninfo(database.url, user=name)
        connection.execute("RESET ROLE")
        connection.execute(sql.SQL("DROP OWNED BY {} CASCADE").format(role))
        connection.execute(sql.SQL("DROP ROLE {}").format(role))


def role_of(url: str) -> sql.Identifier:
    """The login that a URL connects as."""
    return sql.Identifier(str(conninfo_to_dict(url)["user"]))


def settings(url: str, **given: Any) -> Settings:
    """Settings that lead to ``url``."""
    return Settings.load(url=url, **given)
