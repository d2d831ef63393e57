"""Which tables and views of the read side are there, and how one that is gone is made again."""

import re
from collections.abc import Sequence
from typing import Any

import psycopg

from featuretrail.domain.errors import SchemaError
from featuretrail.infrastructure.migrations import migrations
from featuretrail.infrastructure.queries import query

AnyConnection = psycopg.Connection[Any]


def absent(connection: AnyConnection, names: Sequence[str]) -> list[str]:
    """Return which of the live tables and views that are named are gone."""
    rows = connection.execute(query("projections/columns"), {"tables": list(names)}).fetchall()
    present = {name for name, *_ in rows}
    return [name for name in names if name not in present]


def check_present(connection: AnyConnection, names: Sequence[str]) -> None:
    """Raise ``SchemaError`` unless the live tables and views that are named are all there."""
    gone = absent(connection, names)
    if gone:
        raise missing(gone)


def made_by(names: Sequence[str]) -> str:
    """Return the files of the migrations that make or change what is named, in their order."""
    changing = [
        f"{begin} featuretrail.{name}"
        for name in names
        for begin in ("CREATE TABLE", "CREATE VIEW", "CREATE OR REPLACE VIEW", "ALTER TABLE")
    ]
    return " and ".join(
        f"sql/migrations/{each.name}.sql"
        for each in migrations()
        if any(re.search(rf"^{re.escape(begin)}\b", each.text, re.MULTILINE) for begin in changing)
    )


def missing(names: Sequence[str]) -> SchemaError:
    """Return the error that tables or views are missing, which says how they are made again."""
    listed = " and ".join(f"featuretrail.{name}" for name in names)
    return SchemaError(
        f"{listed} of the read side {'is' if len(names) == 1 else 'are'} missing: run the "
        f"statements of {made_by(names)} again, then `featuretrail projections rebuild "
        "--accept-differences`, which fills the tables from the log"
    )
