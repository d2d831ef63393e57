"""Throw-away databases: made beside a database for a while, and dropped whatever happens.

Its name says from which database one was made, and whoever made it holds an advisory lock on that
name there. So one without its lock is nobody's any more, and the next caller drops it.
"""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from attrs import frozen
from psycopg import errors, sql

from featuretrail.domain.errors import AccessDeniedError, DatabaseError, DatabaseUnavailableError
from featuretrail.infrastructure.conninfo import for_database
from featuretrail.infrastructure.database import connect
from featuretrail.infrastructure.queries import query

AnyConnection = psycopg.Connection[Any]

NAME = "featuretrail doctor"
"""The application's name of the session that makes, holds and drops one."""

_PREFIX = "featuretrail_doctor_"
_PATIENCE = 3
"""How often dropping is tried: somebody may connect in between, such as a worker of the server."""


@frozen
class Abandoned:
    """A throw-away database that nobody held: dropped, or why that was refused."""

    name: str
    refusal: str | None = None


@frozen
class Throwaway:
    """A database of the caller's own: empty, and gone when the caller is done."""

    name: str
    url: str


@contextmanager
def throwaway(url: str) -> Iterator[Throwaway]:
    """Make an empty database on the server of ``url``; drop it at the end, also after an error.

    Raises ``AccessDeniedError`` for a role that may not make databases, ``DatabaseError`` where the
    server does not make any (a standby, for example) or does not drop this one.
    """
    with connect(url, application_name=NAME) as connection:
        [(oid, encoding, collate, ctype)] = connection.execute(query("doctor/origin"))
        name = f"{_PREFIX}{oid}_{uuid.uuid4().hex[:12]}"
        connection.execute(query("doctor/hold"), {"name": name})
        facts = {
            "name": sql.Identifier(name),
            "encoding": sql.Literal(encoding),
            "collate": sql.Literal(collate),
            "ctype": sql.Literal(ctype),
        }
        refusal: DatabaseError | None = None
        try:
            refusal = _refusal(connection, facts)
            if refusal is not None:
                raise refusal
            connection.execute(query("doctor/describe").format(name=facts["name"]))
            yield Throwaway(name, for_database(url, name))
        finally:
            if refusal is None:
                _drop_surely(connection, url, name)


def drop_abandoned(url: str) -> list[Abandoned]:
    """Drop what callers that were killed left behind; never what somebody holds."""
    with connect(url, application_name=NAME) as connection:
        [(oid, *_)] = connection.execute(query("doctor/origin"))
        rows = connection.execute(query("doctor/left"), {"oid": oid}).fetchall()
        found = [_dropped(connection, name) for (name,) in rows]
    return [each for each in found if each is not None]


def _dropped(connection: AnyConnection, name: str) -> Abandoned | None:
    """Drop one unless its maker lives; ``None`` then."""
    facts = {"name": name}
    [(held, _)] = connection.execute(query("doctor/hold"), facts)
    if not held:
        return None
    try:
        _drop(connection, name)
    except psycopg.DatabaseError as error:
        if connection.closed:
            raise
        return Abandoned(name, _said(error))
    finally:
        if not connection.closed:
            connection.execute(query("doctor/let_go"), facts)
    return Abandoned(name)


def _refusal(connection: AnyConnection, facts: dict[str, sql.Composable]) -> DatabaseError | None:
    """Make the database, or return why the server does not."""
    try:
        connection.execute(query("doctor/create").format(**facts))
    except errors.InsufficientPrivilege as error:
        return AccessDeniedError(
            _said(error),
            "making a database for a while",
            "a role that may make databases",
            f'a superuser can `ALTER ROLE "{connection.info.user}" CREATEDB`',
        )
    except psycopg.DatabaseError as error:
        if connection.closed:
            raise DatabaseUnavailableError(f"the connection was lost: {error}") from error
        return DatabaseError(f"the server makes no database for a while: {_said(error)}")
    return None


def _drop_surely(connection: AnyConnection, url: str, name: str) -> None:
    """Drop it, through another connection if this one was lost."""
    try:
        try:
            _drop(connection, name)
        except psycopg.OperationalError:
            if not connection.closed:
                raise
            with connect(url, application_name=NAME) as another:
                _drop(another, name)
    except (psycopg.Error, DatabaseUnavailableError) as error:
        kind = DatabaseUnavailableError if isinstance(error, DatabaseError) else DatabaseError
        raise kind(
            f"the database {name} could not be dropped: {_said(error)}; the next `featuretrail "
            f'doctor` here tries again, or drop it by hand: DROP DATABASE "{name}" WITH (FORCE)'
        ) from error


def _drop(connection: AnyConnection, name: str) -> None:
    statement = query("doctor/drop").format(name=sql.Identifier(name))
    for attempt in range(_PATIENCE):
        try:
            connection.execute(statement)
        except errors.ObjectInUse:
            if attempt == _PATIENCE - 1:
                raise
        else:
            return


def _said(error: Exception) -> str:
    primary = getattr(getattr(error, "diag", None), "message_primary", None)
    return str(error).strip() if primary is None else str(primary)
