"""Who may read the live tables and who owns them follows the names through a swap."""

import uuid
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg import sql

from tests.engines.database import Database
from tests.projections.contract import TABLES

pytestmark = pytest.mark.tiers("embedded", "apache")

TABLES_OF_IT = list(TABLES)


@pytest.fixture
def connection(database: Database) -> Iterator[psycopg.Connection[Any]]:
    """A connection to a database with a second, empty build of the read side."""
    with database.connect() as opened:
        opened.execute("CREATE SCHEMA twin")
        opened.execute("SELECT featuretrail.create_read_side('twin', %s, '{}')", [TABLES_OF_IT])
        yield opened


@pytest.fixture
def role(connection: psycopg.Connection[Any]) -> Iterator[str]:
    """A role of the test's own that owns nothing."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    own = sql.Identifier(name)
    connection.execute(sql.SQL("CREATE ROLE {}").format(own))
    connection.execute(
        sql.SQL("GRANT USAGE, CREATE ON SCHEMA featuretrail, twin TO {}").format(own)
    )
    yield name
    connection.execute(sql.SQL("DROP OWNED BY {} CASCADE").format(own))
    connection.execute(sql.SQL("DROP ROLE {}").format(own))


def swap(connection: psycopg.Connection[Any]) -> None:
    connection.execute("SELECT featuretrail.swap_tables('twin', %s, '10 s')", [TABLES_OF_IT])


def may(connection: psycopg.Connection[Any], role: str, table: str, privilege: str) -> bool:
    [(answer,)] = connection.execute(
        "SELECT has_table_privilege(%s, %s, %s)", [role, table, privilege]
    )
    return bool(answer)


def test_grants_on_tables_and_columns_stay_with_the_names(
    connection: psycopg.Connection[Any], role: str
) -> None:
    reader = sql.Identifier(role)
    for grant in (
        "GRANT SELECT ON featuretrail.feature_lineage TO {} WITH GRANT OPTION",
        "GRANT SELECT (feature_name) ON featuretrail.feature_drift_detection TO {}",
    ):
        connection.execute(sql.SQL(grant).format(reader))
    connection.execute("GRANT SELECT ON featuretrail.feature_documentation TO PUBLIC")
    swap(connection)
    assert may(connection, role, "featuretrail.feature_lineage", "SELECT WITH GRANT OPTION")
    assert may(connection, role, "featuretrail.feature_documentation", "SELECT")
    assert not may(connection, role, "featuretrail.feature_drift_detection", "SELECT")
    columns = connection.execute(
        "SELECT has_column_privilege(%(role)s, %(table)s, 'feature_name', 'SELECT'), "
        "has_column_privilege(%(role)s, %(table)s, 'drift_score', 'SELECT')",
        {"role": role, "table": "featuretrail.feature_drift_detection"},
    ).fetchall()
    assert columns == [(True, False)]


def test_what_was_revoked_does_not_come_back_with_an_old_generation(
    connection: psycopg.Connection[Any], role: str
) -> None:
    reader = sql.Identifier(role)
    connection.execute(
        sql.SQL("GRANT SELECT ON featuretrail.feature_metadata TO {}").format(reader)
    )
    swap(connection)
    connection.execute(
        sql.SQL("REVOKE SELECT ON featuretrail.feature_metadata FROM {}").format(reader)
    )
    swap(connection)
    assert not may(connection, role, "featuretrail.feature_metadata", "SELECT")


def test_the_owner_of_the_live_tables_stays_their_owner(
    connection: psycopg.Connection[Any], role: str
) -> None:
    connection.execute(
        sql.SQL("ALTER TABLE featuretrail.feature_lineage OWNER TO {}").format(sql.Identifier(role))
    )
    swap(connection)
    owners = connection.execute(
        "SELECT tablename, tableowner = %s FROM pg_tables "
        "WHERE schemaname = 'featuretrail' AND tablename = ANY (%s)",
        [role, TABLES_OF_IT],
    ).fetchall()
    assert dict(owners) == {table: table == "feature_lineage" for table in TABLES_OF_IT}


def test_a_swap_leaves_the_search_path_as_it_was(connection: psycopg.Connection[Any]) -> None:
    with connection.transaction():
        connection.execute("SET LOCAL search_path TO twin, public")
        swap(connection)
        assert connection.execute("SHOW search_path").fetchone() == ("twin, public",)
