"""The group roles of a database: made once, given their rights anew by every migration.

The rights are the files ``sql/roles``: all of them are taken away and given again in one
transaction, so that they are what the files say.
"""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, LiteralString

import psycopg
from attrs import frozen
from psycopg import errors, sql

from featuretrail.domain.errors import AccessDeniedError, InvalidInputError, SchemaError
from featuretrail.domain.names import check_name
from featuretrail.domain.roles import ROLES, Role
from featuretrail.infrastructure.database import capabilities, connect

AnyConnection = psycopg.Connection[Any]

PREFIX = "featuretrail"
LONGEST_PREFIX = 63 - len("_projector")

_RIGHTS = ("owner", "revoke", "reader", "auditor", "writer", "projector")
"""The files that give rights, in their order."""


@frozen
class GroupRole:
    """A group role: what it is for, its name in the server, whether this call made it."""

    role: Role
    name: str
    created: bool


def make_roles(url: str, prefix: str = PREFIX) -> list[GroupRole]:
    """Make the five group roles ``<prefix>_owner`` and so on where they are absent.

    Whatever featuretrail has in the migrated database at ``url`` becomes the owner's, and each
    role gets its rights. Needs the rights to make roles and to hand over the database's schemas.
    Raises ``AccessDeniedError`` without them, ``InvalidInputError`` for a prefix that is no name,
    or another one than the database's roles have.
    """
    names = _names(prefix)
    with connect(url, application_name="featuretrail roles") as connection:
        try:
            with connection.transaction():
                connection.execute(_text("lock"))
                _refuse_others(recorded(connection), names)
                made = [_make(connection, role, name) for role, name in names.items()]
                if capabilities(connection).license == "timescale":
                    connection.execute(_rights("let_in", names, connection))
                _join(connection, names["owner"])
                connection.execute(_rights("members", names, connection))
                for role, name in names.items():
                    connection.execute(_text("record"), {"role": role, "name": name})
                _give(connection, names)
        except errors.InsufficientPrivilege as error:
            raise AccessDeniedError(
                error.diag.message_primary or str(error),
                "making roles",
                "who owns the database and may make roles (CREATEROLE), or is a superuser",
            ) from error
        except (errors.UndefinedTable, errors.InvalidSchemaName) as error:
            raise SchemaError(
                "the database's schema is missing or older: run `featuretrail db migrate` first"
            ) from error
    return made


def renew_rights(connection: AnyConnection) -> None:
    """Give the roles of the database, if it has any, the rights they should have."""
    names = recorded(connection)
    if names:
        with connection.transaction():
            connection.execute(_text("lock"))
            _give(connection, names)


def recorded(connection: AnyConnection) -> dict[Role, str]:
    """Return the names of the group roles of this database; none where none were made."""
    return {role: name for role, name in connection.execute(_text("recorded"))}  # noqa: C416


def _names(prefix: str) -> dict[Role, str]:
    check_name("prefix of roles", prefix)
    if len(prefix.encode()) > LONGEST_PREFIX:
        raise InvalidInputError(f"the prefix of roles has more than {LONGEST_PREFIX} bytes")
    return {role: f"{prefix}_{role}" for role in ROLES}


def _refuse_others(known: Mapping[Role, str], names: Mapping[Role, str]) -> None:
    others = sorted(set(known.values()) - set(names.values()))
    if others:
        raise InvalidInputError(
            f"this database has roles already: {', '.join(others)}; give their prefix"
        )


def _make(connection: AnyConnection, role: Role, name: str) -> GroupRole:
    [(exists,)] = connection.execute(_text("exists"), {"name": name})
    if not exists:
        connection.execute(sql.SQL(_text("create")).format(role=sql.Identifier(name)))
    return GroupRole(role, name, created=not exists)


def _join(connection: AnyConnection, owner: str) -> None:
    [(member,)] = connection.execute(_text("may_own"), {"name": owner})
    if not member:
        connection.execute(sql.SQL(_text("join_owner")).format(owner=sql.Identifier(owner)))


def _give(connection: AnyConnection, names: Mapping[Role, str]) -> None:
    for file in _RIGHTS:
        connection.execute(_rights(file, names, connection))


def _rights(file: str, names: Mapping[Role, str], connection: AnyConnection) -> sql.Composed:
    missing = [role for role in ROLES if role not in names]
    if missing:
        raise SchemaError(
            f"featuretrail.roles lacks {', '.join(missing)}: run `featuretrail db roles`"
        )
    identifiers = {role: sql.Identifier(name) for role, name in names.items()}
    return sql.SQL(_text(file)).format(
        **identifiers,
        owner_name=sql.Literal(names["owner"]),
        database=sql.Identifier(connection.info.dbname),
    )


@cache
def _text(file: str) -> LiteralString:
    path = files("featuretrail.sql").joinpath("roles", f"{file}.sql")
    return path.read_text(encoding="utf-8").strip()
