"""``quality``: do the watchers watch, and are quality and drift of made-up values told right?"""

from datetime import UTC, datetime

import pyarrow.compute as pc
from attrs import frozen

from featuretrail.doctor.examined import Patient, Trial
from featuretrail.doctor.notes import Notes
from featuretrail.infrastructure.alerts.reading import AlertReader
from featuretrail.infrastructure.monitoring.reading import MonitorReader
from featuretrail.monitoring.health import alert_health, monitor_health

LIMIT_MS = 200.0
SHIFT = 2.5
"""Half a standard deviation of the levels: what no check may miss."""


@frozen
class QualityCheck:
    """Looks for overdue monitors and alerts that reach nobody; judges readings it knows."""

    name: str = "quality"

    def look(self, patient: Patient, notes: Notes) -> None:
        """Read the schedules, their last runs, and the alerts that wait."""
        with notes.part("monitors"):
            told = monitor_health(MonitorReader(patient.database), datetime.now(UTC))
            notes.facts["monitors"] = told["scheduled"]
            for each in told["stale"]:
                notes.find("warning", f"monitor {each['monitor']}: {each['reason']}")
        with notes.part("alerts"):
            told = alert_health(AlertReader(patient.database, patient.log))
            notes.facts |= {"alert_rules": told["rules"], "alerts_waiting": told["waiting"]}
            for each in told["troubles"]:
                notes.find(
                    "warning",
                    f"an alert for {each['destination']} is {each['status']} after "
                    f"{each['attempts']} attempts: {each['error']}",
                )

    def try_out(self, trial: Trial, patient: Patient, notes: Notes) -> None:  # noqa: ARG002
        """Judge levels that lack one in a hundred; find a shift, and none where there is none."""
        with notes.part("quality of the trial"):
            quality, level, table = trial.store.quality, trial.feature("level"), trial.table
            judged = notes.time(
                f"check_feature_quality, {trial.rows:,} rows",
                lambda: quality.check_feature_quality(level),
                limit_ms=trial.limit(LIMIT_MS),
            )
            whole = judged.dimensions["completeness"].score
            wanted = 100 * (1 - table.column("level").null_count / trial.rows)
            notes.expect(
                whole is not None and abs(whole - wanted) < 0.01,
                f"completeness is {whole}, where {wanted:.2f} of a hundred levels are there",
            )
        with notes.part("drift of the trial"):
            baseline = quality.create_baseline([level], name="doctor")
            same = quality.check_drift(baseline, data=table)
            notes.expect(same.ok, "levels are said to drift from themselves")
            moved = table.set_column(
                table.column_names.index("level"), "level", pc.add(table["level"], SHIFT)
            )
            shifted = notes.time(
                f"check_drift, {trial.rows:,} rows",
                lambda: quality.check_drift(baseline, data=moved),
            )
            notes.expect(not shifted.ok, f"a shift of the levels by {SHIFT} was not found")
