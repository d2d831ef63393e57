"""The live generation: how far it is, who owns it, and becoming its owner."""

from contextlib import suppress
from datetime import datetime
from typing import Any

import psycopg
from attrs import frozen
from psycopg.rows import class_row

from featuretrail.domain.errors import NotFoundError
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.log.application import head_missing
from featuretrail.infrastructure.queries import query
from featuretrail.projections.generations import check_reached_by_log, none_live
from featuretrail.projections.projector import Policy, Projector

AnyConnection = psycopg.Connection[Any]


@frozen
class Progress:
    """How far the live generation is, and the log's head, at one moment."""

    generation: int
    position: int
    head: int


@frozen
class Owner:
    """The session that moves a generation on: its server process, its name, its client's address.

    ``since`` is when the session began; what the server does not show to this role is ``None``.
    """

    pid: int
    application_name: str | None
    address: str | None
    since: datetime | None


def progress(connection: AnyConnection) -> Progress:
    """Return how far the live generation is.

    Raises ``SchemaError`` when none is live or the log has no head, ``IntegrityError`` when it
    claims to be past the head.
    """
    row = connection.execute(query("projections/progress"), prepare=True).fetchone()
    if row is None:
        raise head_missing()
    if row[0] is None:
        raise none_live()
    now = Progress(*row)
    check_reached_by_log(now.position, now.head)
    return now


def owner(connection: AnyConnection, generation: int) -> Owner | None:
    """Return who owns a generation, ``None`` when nobody does."""
    with connection.cursor(row_factory=class_row(Owner)) as cursor:
        return cursor.execute(query("projections/owner"), {"generation": generation}).fetchone()


def claim_live(database: Database, policy: Policy) -> Projector | None:
    """Return the projector of the live generation, ``None`` while another one owns it.

    ``None`` too when it ceased to be live and was dropped meanwhile: ask again.
    """
    with database.connection() as connection:
        generation = progress(connection).generation
        if owner(connection, generation) is not None:
            return None
    with suppress(NotFoundError):
        return Projector.claim(database, generation, policy=policy)
    return None
