"""How long groups keep their values, and what retention removed of them."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from psycopg.rows import dict_row

from featuretrail.domain.registry import Registry
from featuretrail.infrastructure.database import AnyConnection
from featuretrail.infrastructure.queries import query

Row = dict[str, Any]


def value_removals(connection: AnyConnection) -> dict[str, Row]:
    """Return what retention removed of the values of each group, by name."""
    with connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(query("status/value_removals")).fetchall()
    return {row["name"]: row for row in rows}


def removed_rows(group: str, removed: Mapping[str, Row] | None) -> int | None:
    """Return how many rows of ``group`` are gone, ``None`` when ``removed`` could not be read."""
    if removed is None:
        return None
    return int(removed[group]["rows"]) if group in removed else 0


def value_retentions(defined: Registry, removed: Mapping[str, Row]) -> list[Row]:
    """Return how long each group keeps its values (``keep_days`` is ``None``: for ever)."""
    return [
        _described(name, known.latest.retention, str(known.latest.version), removed.get(name))
        for name, known in sorted(defined.groups.items())
    ]


def _described(name: str, keep: timedelta | None, version: str, removed: Row | None) -> Row:
    return {
        "kind": "group",
        "name": name,
        "keep_days": None if keep is None else keep / timedelta(days=1),
        "version": version,
        "set_position": None,
        "horizon": None if removed is None else removed["horizon"].isoformat(),
        "applied_position": None if removed is None else removed["applied_position"],
    }
