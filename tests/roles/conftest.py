"""A database with the five roles, and a login that has one of them."""

import uuid
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from attrs import frozen
from psycopg import sql
from psycopg.conninfo import make_conninfo

import featuretrail as ft
from featuretrail.domain.roles import ROLES, Role
from featuretrail.infrastructure.roles import make_roles
from tests.engines.database import Database
from tests.store.weather import filled


@frozen
class Roled:
    """A database with values, a snapshot, projected tables, and roles of its own prefix."""

    database: Database
    prefix: str

    def name(self, role: Role) -> str:
        """The group role's name."""
        return f"{self.prefix}_{role}"

    def url(self, role: Role) -> str:
        """The way in as a login whose only right is its membership in the group role."""
        return make_conninfo(self.database.url, user=f"{self.prefix}_login_{role}")

    def store(self, role: Role) -> ft.TimescaleDBFeatureStore:
        """A store opened as the role; the test closes it."""
        return ft.connect(self.url(role), actor=role, artifacts="database:")


@pytest.fixture
def prefix(database: Database) -> Iterator[str]:
    """A prefix of the test's own: roles are the whole server's. They are dropped afterwards."""
    made = f"t{uuid.uuid4().hex[:10]}"
    yield made
    with database.connect() as connection:
        connection.execute("RESET ROLE")
        for role in give_back(connection, made):
            connection.execute(sql.SQL("DROP ROLE {}").format(role))


def give_back(connection: psycopg.Connection[Any], prefix: str) -> list[sql.Identifier]:
    """Take all that roles of a prefix own and may in this database from them; return them."""
    names = connection.execute(
        "SELECT rolname FROM pg_roles WHERE starts_with(rolname, %s)", [prefix]
    ).fetchall()
    roles = [sql.Identifier(name) for (name,) in names]
    for role in roles:
        connection.execute(sql.SQL("REASSIGN OWNED BY {} TO CURRENT_USER").format(role))
        connection.execute(sql.SQL("DROP OWNED BY {} CASCADE").format(role))
    return roles


@pytest.fixture
def roled(database: Database, prefix: str) -> Roled:
    """A filled database with its roles and a login for each."""
    with ft.connect(database.url, actor="anna", artifacts="database:") as store:
        filled(store)
        store.projections.catch_up()
    make_roles(database.url, prefix)
    made = Roled(database, prefix)
    with database.connect() as connection:
        for role in ROLES:
            connection.execute(
                sql.SQL("CREATE ROLE {} LOGIN IN ROLE {}").format(
                    sql.Identifier(f"{prefix}_login_{role}"), sql.Identifier(made.name(role))
                )
            )
    return made
