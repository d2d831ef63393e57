"""Brings a database's schema to this library's version, and tells whether it is there.

Migrations are the files ``sql/migrations/NNNN_name.sql``. Each is applied once, in the order of
their names, in a transaction of its own that first takes an advisory lock, so any number of
processes may migrate at once. The digest of each file is recorded; a file that changed after it
was applied is refused.
"""

from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any, LiteralString

import attrs
import psycopg

from featuretrail.domain.errors import AccessDeniedError, SchemaError
from featuretrail.infrastructure.database import connect
from featuretrail.infrastructure.queries import query, query_text
from featuretrail.infrastructure.roles import renew_rights

AnyConnection = psycopg.Connection[Any]


@attrs.frozen
class Migration:
    """One file of ``sql/migrations``: its name without ``.sql``, its text, its digest."""

    name: str
    text: LiteralString = attrs.field(repr=False)

    @property
    def sha256(self) -> str:
        """The digest that is recorded beside the name."""
        return sha256(self.text.encode()).hexdigest()


@cache
def migrations() -> tuple[Migration, ...]:
    """Return every migration this library knows, in the order they are applied."""
    folder = files("featuretrail.sql").joinpath("migrations")
    found = (
        Migration(
            file.name.removesuffix(".sql"),
            file.read_text(encoding="utf-8"),
        )
        for file in folder.iterdir()
        if file.name.endswith(".sql")
    )
    return tuple(sorted(found, key=lambda migration: migration.name))


def migrate(url: str) -> list[str]:
    """Apply what is missing to the database at ``url``; return the names applied by this call.

    The group roles of the database get the rights they should have, to what is new too. Raises
    ``SchemaError`` when the database was migrated by a newer library, or by a file that was
    changed since, ``AccessDeniedError`` without the owner's rights, and
    ``DatabaseUnavailableError`` when it cannot be reached.
    """
    with connect(url, application_name="featuretrail migrate") as connection:
        try:
            return _migrate(connection)
        except psycopg.errors.InsufficientPrivilege as error:
            refusal = error.diag.message_primary or str(error)
            raise AccessDeniedError(refusal, "`migrate`", "the role owner") from error


def _migrate(connection: AnyConnection) -> list[str]:
    applied = []
    while (name := _apply_next(connection)) is not None:
        applied.append(name)
    renew_rights(connection)
    return applied


def pending(connection: AnyConnection) -> list[str]:
    """Return the names of the migrations this database lacks, in order."""
    applied = _applied(connection)
    return [migration.name for migration in migrations() if migration.name not in applied]


def state(connection: AnyConnection) -> tuple[list[str], str | None]:
    """Return what ``pending`` returns, and why this library may not use the database, if so."""
    try:
        check(connection)
    except SchemaError as error:
        return pending(connection), str(error)
    return [], None


def check(connection: AnyConnection) -> None:
    """Raise ``SchemaError`` unless the database's schema is exactly this library's."""
    applied = _applied(connection)
    if not applied:
        raise SchemaError("the database has no featuretrail schema: run `featuretrail db migrate`")
    _refuse_foreign(applied)
    lacking = [migration.name for migration in migrations() if migration.name not in applied]
    if lacking:
        raise SchemaError(
            f"the database's schema is older than this library (it lacks {', '.join(lacking)}): "
            "run `featuretrail db migrate`"
        )


def _apply_next(connection: AnyConnection) -> str | None:
    with connection.transaction():
        connection.execute(query("migrations/lock"))
        connection.execute(query("migrations/bootstrap"))
        applied = _applied(connection)
        _refuse_foreign(applied)
        migration = next((each for each in migrations() if each.name not in applied), None)
        if migration is None:
            return None
        _execute(connection, migration)
        facts = {"name": migration.name, "sha256": migration.sha256}
        connection.execute(query("migrations/record"), facts)
        return migration.name


def _execute(connection: AnyConnection, migration: Migration) -> None:
    try:
        connection.execute(migration.text)
    except psycopg.errors.InsufficientPrivilege:
        raise
    except psycopg.DatabaseError as error:
        if connection.broken:
            raise
        raise SchemaError(
            f"migration {migration.name} failed and changed nothing: {error}"
        ) from error


def _applied(connection: AnyConnection) -> dict[str, str]:
    row = connection.execute(query("migrations/exists")).fetchone()
    if row is None or not row[0]:
        return {}
    rows = connection.execute(query_text("migrations/applied")).fetchall()
    return {name: digest for name, digest in rows}  # noqa: C416 (dict() loses the types)


def _refuse_foreign(applied: Mapping[str, str]) -> None:
    known = {migration.name: migration.sha256 for migration in migrations()}
    foreign = [name for name in applied if name not in known]
    if foreign:
        raise SchemaError(
            f"the database was migrated by a newer library (it has {', '.join(foreign)}): "
            "upgrade featuretrail"
        )
    altered = [name for name, digest in applied.items() if known[name] != digest]
    if altered:
        raise SchemaError(
            f"the migration files {', '.join(altered)} changed after they were applied to this "
            "database: restore the released files and put the change into a new migration"
        )
