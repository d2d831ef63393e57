"""The status of a store, put together from its sections."""

from typing import Any

from featuretrail.domain.registry import Registry
from featuretrail.infrastructure.database import (
    AnyConnection,
    Database,
    capabilities,
)
from featuretrail.infrastructure.migrations import migrations, state
from featuretrail.infrastructure.registry import RegistryReader
from featuretrail.infrastructure.status.engine import capability_list, edition
from featuretrail.infrastructure.status.groups import groups
from featuretrail.infrastructure.status.hypertables import hypertables, waiting_tables
from featuretrail.infrastructure.status.jobs import jobs
from featuretrail.infrastructure.status.log import log_facts, snapshot_count
from featuretrail.infrastructure.status.retention import value_removals, value_retentions
from featuretrail.infrastructure.status.sections import Sections
from featuretrail.infrastructure.status.serving import served_log


def store_status(
    database: Database, registry: RegistryReader, sections: Sections
) -> dict[str, Any]:
    """Return a JSON object of all that this layer knows of a store.

    A section that cannot be read is ``None``, and ``sections`` tells why. Raises
    ``DatabaseUnavailableError`` when there is nothing to ask.
    """
    pool = database.pool_use().to_dict()  # before this very question takes a connection
    defined = sections.read("registry", registry.current)
    with database.connection() as connection:
        found = capabilities(connection)
        known = sections.read("hypertables", lambda: hypertables(connection, found))
        return {
            "server": {"address": database.address, "version": found.server_version},
            "edition": edition(found),
            "timescaledb": None
            if found.timescaledb is None
            else {"version": found.timescaledb, "license": found.license},
            "capabilities": capability_list(connection, found),
            "migrations": sections.read("migrations", lambda: _migrations(connection)),
            "pool": pool,
            "log": sections.read("log", lambda: log_facts(connection)),
            **_contents(connection, sections, defined, known),
            "served_log": sections.read("served log", lambda: served_log(connection)),
            "hypertables": known,
            "waiting": sections.read("waiting", lambda: waiting_tables(connection)),
            "jobs": sections.read("jobs", lambda: jobs(connection, found)),
        }


def _migrations(connection: AnyConnection) -> dict[str, Any]:
    """Return how many of our migrations are applied, which lack, and what is not as we know it."""
    missing, fault = state(connection)
    return {"applied": len(migrations()) - len(missing), "pending": missing, "fault": fault}


def _contents(
    connection: AnyConnection,
    sections: Sections,
    defined: Registry | None,
    known: list[dict[str, Any]] | None,
) -> dict[str, Any]:
    """Return the counts and the groups; nothing when the definitions cannot be read."""
    if defined is None:
        return {"counts": None, "groups": None, "value_retention": None}
    removed = sections.read("value removals", lambda: value_removals(connection))
    found = sections.read(
        "groups", lambda: groups(connection, list(defined.groups), known or [], removed)
    )
    return {
        "counts": {
            "groups": len(defined.groups),
            "features": len(defined.features),
            "sets": len(defined.sets),
            "snapshots": sections.read("snapshots", lambda: snapshot_count(connection)),
            "batches": None if found is None else sum(each["batches"] for each in found),
        },
        "groups": found,
        "value_retention": None if removed is None else value_retentions(defined, removed),
    }
