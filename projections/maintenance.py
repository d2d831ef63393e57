"""Maintenance: removing what retention has due, on every engine."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

import psycopg
from attrs import frozen

from featuretrail.domain.events import Metadata
from featuretrail.domain.results import Result
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.queries import query
from featuretrail.infrastructure.status.engine import jobs_run
from featuretrail.projections.projections import Projections

AnyConnection = psycopg.Connection[Any]

Facts = Mapping[str, str | bool | None]

PATIENCE_SECONDS = 3_600.0
"""How long the tables may take to become level with the log."""


@frozen
class Removed:
    """Rows removed, or due to be: of which table or group, past before when, by which event."""

    kind: Literal["table", "group"]
    name: str
    horizon: datetime
    rows: int
    position: int | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON object."""
        return {
            "kind": self.kind,
            "name": self.name,
            "horizon": self.horizon.isoformat(),
            "rows": self.rows,
            "position": self.position,
        }


@frozen
class MaintenanceReport(Result):
    """What ``maintain`` removed, or with ``dry_run`` would remove.

    ``job`` is the id of the TimescaleDB job that does it every day; ``None`` where there is none.
    ``job_runs`` says whether the server runs jobs; ``None`` when this role cannot see that.
    """

    dry_run: bool
    removed: tuple[Removed, ...]
    job: int | None
    job_runs: bool | None = False

    @property
    def position(self) -> int | None:
        """The position of the last event that removed something, ``None`` if nothing was."""
        return max((each.position for each in self.removed if each.position), default=None)

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON object."""
        return {
            "dry_run": self.dry_run,
            "removed": [each.to_dict() for each in self.removed],
            "job": self.job,
            "job_runs": self.job_runs,
        }


@frozen
class Maintenance:
    """Applies what retention has due: at once, by whoever calls it, as often as they like."""

    database: Database
    projections: Projections

    def preview(self, groups: Sequence[str] = ()) -> MaintenanceReport:
        """Return what would be removed now, of the values of ``groups`` too; nothing is."""
        with self.database.transaction() as connection:
            connection.execute(query("values/no_statement_timeout"))
            due = _removed(connection, "projections/due_retention", {})
            for group in groups:
                facts = {"group": group, "actor": None, "reason": None, "preview": True}
                due += _removed(connection, "values/remove_values", facts)
        return self._report(due, dry_run=True)

    def apply(self, metadata: Metadata, groups: Sequence[str] = ()) -> MaintenanceReport:
        """Remove what is due and return what it was, once the live tables lack it.

        Of ``groups``, values are removed as their definitions say. Each removal is an event. What
        another call removes at the same time is not counted twice.
        """
        self.projections.catch_up(PATIENCE_SECONDS)
        facts = {"actor": metadata.actor, "reason": metadata.reason}
        with self.database.transaction() as connection:
            connection.execute(query("values/no_statement_timeout"))
            removed = _removed(connection, "projections/apply_retention", facts)
        for group in groups:
            removed += self._remove_values(group, facts)
        report = self._report(removed, dry_run=False)
        if report.position is not None:
            self.projections.wait_until(report.position, PATIENCE_SECONDS)
        return report

    def _remove_values(self, group: str, facts: Facts) -> tuple[Removed, ...]:
        with self.database.transaction() as connection:
            connection.execute(query("values/no_statement_timeout"))
            given = {**facts, "group": group, "preview": False}
            return _removed(connection, "values/remove_values", given)

    def _report(self, removed: tuple[Removed, ...], *, dry_run: bool) -> MaintenanceReport:
        with self.database.connection() as connection:
            [(job,)] = connection.execute(query("projections/schedule_maintenance"))
            runs = False if job is None else jobs_run(connection)
        return MaintenanceReport(dry_run=dry_run, removed=removed, job=job, job_runs=runs)


def _removed(connection: AnyConnection, name: str, facts: Facts) -> tuple[Removed, ...]:
    return tuple(Removed(*row) for row in connection.execute(query(name), facts))
