"""The status of a whole store: what runs it, what it holds, how far its read side is."""

from datetime import UTC, datetime
from typing import Any

from featuretrail.infrastructure.alerts.reading import AlertReader
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.log.application import EventLog
from featuretrail.infrastructure.monitoring.reading import MonitorReader
from featuretrail.infrastructure.registry import RegistryReader
from featuretrail.infrastructure.status import Sections, store_status
from featuretrail.monitoring.health import alert_health, monitor_health
from featuretrail.projections.retention import TableRetention, table_retentions
from featuretrail.projections.status import projection_status


def read_status(database: Database, registry: RegistryReader) -> dict[str, Any]:
    """Return a JSON object; works on a database of any version, and says what it cannot read.

    What is in ``missing`` (a list of ``section`` and ``reason``) is ``None`` above.
    """
    sections = Sections()
    status = store_status(database, registry, sections)
    with database.connection() as connection:
        found = sections.read("projections", lambda: projection_status(connection))
        kept = sections.read("retention", lambda: table_retentions(connection))
    told = sections.read("alerts", lambda: alert_health(AlertReader(database, EventLog(database))))
    now = datetime.now(UTC)
    watched = sections.read("monitors", lambda: monitor_health(MonitorReader(database), now))
    values = status.pop("value_retention")
    return {
        **status,
        "projections": None if found is None else found.summary(),
        "retention": None if kept is None else [*map(_of_table, kept), *(values or [])],
        "alerts": told,
        "monitors": watched,
        "missing": sections.missing,
    }


def _of_table(kept: TableRetention) -> dict[str, Any]:
    facts = kept.to_dict()
    return {"kind": "table", "name": facts.pop("table"), "version": None, **facts}
