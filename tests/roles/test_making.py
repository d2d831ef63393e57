"""Roles are made once, by whom the server allows it, and migrations renew what they may do."""

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

import featuretrail as ft
from featuretrail.domain.errors import AccessDeniedError, InvalidInputError, SchemaError
from featuretrail.domain.roles import ROLES
from featuretrail.infrastructure import migrations as migrating
from featuretrail.infrastructure.migrations import Migration, migrate, migrations
from featuretrail.infrastructure.roles import make_roles
from tests.engines.database import Database
from tests.roles.conftest import Roled, give_back

NATIVE = pytest.mark.tiers("embedded", "apache")


@NATIVE
def test_making_roles_again_makes_none(roled: Roled) -> None:
    made = make_roles(roled.database.url, roled.prefix)

    assert [each.role for each in made] == list(ROLES)
    assert not any(each.created for each in made)


@NATIVE
def test_group_roles_are_roles_that_nobody_logs_in_as(roled: Roled) -> None:
    with pytest.raises(psycopg.OperationalError, match="not permitted to log in"):
        psycopg.connect(make_conninfo(roled.database.url, user=roled.name("writer")))


@NATIVE
def test_a_database_has_one_set_of_roles(roled: Roled) -> None:
    with pytest.raises(InvalidInputError, match=f"has roles already: {roled.prefix}_auditor"):
        make_roles(roled.database.url, f"{roled.prefix}b")


@pytest.mark.tiers("embedded")
def test_a_database_without_the_schema_asks_to_be_migrated(empty_database: Database) -> None:
    with pytest.raises(SchemaError, match="run `featuretrail db migrate` first"):
        make_roles(empty_database.url)


@pytest.mark.tiers("embedded")
@pytest.mark.parametrize("prefix", ["", "a-b", 'x"; DROP ROLE y', "p" * 54])
def test_a_prefix_that_is_no_name_is_refused(database: Database, prefix: str) -> None:
    with pytest.raises(InvalidInputError, match="prefix of roles"):
        make_roles(database.url, prefix)


@NATIVE
def test_who_may_not_make_roles_is_told_who_may(roled: Roled) -> None:
    with pytest.raises(AccessDeniedError, match=r"making roles is refused .*CREATEROLE"):
        make_roles(roled.url("writer"), roled.prefix)


@NATIVE
def test_a_migration_gives_its_new_tables_to_the_owner_and_to_those_who_read_everything(
    roled: Roled, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = Migration("9998_later", "CREATE TABLE featuretrail.later (x int)")
    monkeypatch.setattr(migrating, "migrations", lambda: (*migrations(), later))

    assert migrate(roled.url("owner")) == ["9998_later"]

    with roled.database.connect() as connection:
        rights = connection.execute(
            "SELECT tableowner, has_table_privilege(%s, 'featuretrail.later', 'SELECT'), "
            "has_table_privilege(%s, 'featuretrail.later', 'SELECT') "
            "FROM pg_tables WHERE tablename = 'later'",
            [roled.name("auditor"), roled.name("reader")],
        ).fetchall()
    assert rights == [(roled.name("owner"), True, False)]


@NATIVE
def test_migrating_takes_away_what_a_role_should_not_have(roled: Roled) -> None:
    with roled.database.connect() as connection:
        auditor = sql.Identifier(roled.name("auditor"))
        connection.execute(sql.SQL("GRANT DELETE ON featuretrail.blobs TO {}").format(auditor))

        migrate(roled.database.url)

        [(may,)] = connection.execute(
            "SELECT has_table_privilege(%s, 'featuretrail.blobs', 'DELETE')",
            [roled.name("auditor")],
        )
    assert not may


@pytest.mark.tiers("embedded")
def test_an_administrator_who_is_no_superuser_makes_the_roles(
    empty_database: Database, prefix: str
) -> None:
    admin = f"{prefix}_admin"
    with empty_database.connect() as connection:
        connection.execute(f"CREATE ROLE {admin} LOGIN CREATEROLE")
        connection.execute(f"ALTER DATABASE {connection.info.dbname} OWNER TO {admin}")
    url = make_conninfo(empty_database.url, user=admin)
    try:
        migrate(url)

        assert all(each.created for each in make_roles(url, prefix))

        assert migrate(url) == []
        with ft.connect(url, actor="admin", artifacts="database:") as store:
            assert store.projections.rebuild().ok
    finally:
        with empty_database.connect() as connection:
            connection.execute(f"ALTER DATABASE {connection.info.dbname} OWNER TO CURRENT_USER")
            give_back(connection, prefix)


@pytest.mark.tiers("community")
def test_policies_go_on_under_the_owner(roled: Roled) -> None:
    group = ft.FeatureGroup("later", keys={"k": "int64"}, features=[ft.Feature("x", "float64")])
    with roled.database.connect() as connection:
        connection.execute(f"SET ROLE {roled.name('writer')}")  # the one session of all
        with ft.connect(roled.database.url, actor="w", artifacts="database:") as store:
            store.register(group)
        connection.execute("RESET ROLE")
        connection.execute(f"SET ROLE {roled.name('owner')}")
        connection.execute("ALTER TABLE featuretrail_values.later SET (timescaledb.compress)")
        connection.execute(
            "SELECT add_compression_policy('featuretrail_values.later', INTERVAL '14 days')"
        )
        connection.execute("RESET ROLE")

        owners = connection.execute(
            "SELECT owner::text FROM timescaledb_information.jobs WHERE hypertable_name = 'later'"
        ).fetchall()
    assert owners == [(roled.name("owner"),)]
