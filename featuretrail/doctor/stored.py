"""Whether the tables of values have what the definitions need."""

from collections.abc import Iterator

from featuretrail.domain.registry import Registry
from featuretrail.infrastructure.database import AnyConnection
from featuretrail.infrastructure.queries import query

Column = tuple[str, str, str]
"""Schema, table and name."""

_FIXED = {
    "featuretrail_values": ("event_time", "batch"),
    "featuretrail_online": ("event_time", "batch", "layout"),
    "featuretrail_retracted": ("from_event_time", "batch"),
}


def unstored(connection: AnyConnection, registry: Registry) -> list[str]:
    """Return in words which tables and columns of the groups in ``registry`` are gone."""
    named = list(wanted(registry))
    facts = {
        "schemas": [schema for schema, _, _ in named],
        "tables": [table for _, table, _ in named],
        "columns": [column for _, _, column in named],
    }
    rows = connection.execute(query("doctor/stored_columns_gone"), facts)
    return [f"{kind} {name} is not there" for kind, name in rows]


def wanted(registry: Registry) -> Iterator[Column]:
    """Yield every column of the tables of values that the definitions lead to."""
    for aggregate in registry.groups.values():
        group = aggregate.definitions[-1]
        for schema, fixed in _FIXED.items():
            for column in (*group.keys, *fixed):
                yield schema, group.name, column
        if group.known_time is not None:
            yield "featuretrail_values", group.name, group.known_time
    for feature in registry.features.values():
        for column in {version.column for version in feature.versions}:
            yield "featuretrail_values", feature.group, column
            yield "featuretrail_online", feature.group, column
