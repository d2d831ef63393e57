"""The history of one stream: what each event changed, who decided it, when and why."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from uuid import UUID

from featuretrail.commands.output import write_json, write_table
from featuretrail.domain.aggregates.versioning import differences
from featuretrail.domain.errors import ChainBrokenError

if TYPE_CHECKING:
    from featuretrail.store import TimescaleDBFeatureStore


def stream_history(store: "TimescaleDBFeatureStore", stream: UUID) -> list[dict[str, Any]]:
    """Return one entry for each definition event of ``stream``, oldest first."""
    entries: list[dict[str, Any]] = []
    before: Mapping[str, Any] = {}
    for entry in store.audit.history(stream):
        if entry.fault is not None:
            raise ChainBrokenError(entry.position, entry.fault)
        definition = entry.event["definition"]
        entries.append(
            {
                "version": definition["version"],
                "position": entry.position,
                "recorded_at": entry.recorded_at,
                "actor": entry.actor,
                "reason": entry.reason,
                "changes": differences(before, definition) if before else ["created"],
            }
        )
        before = definition
    return entries


def write_history(entries: list[dict[str, Any]], *, as_json: bool) -> None:
    """Write the entries as JSON or as a table."""
    if as_json:
        write_json({"history": entries})
    else:
        write_table(entries, "no history")
