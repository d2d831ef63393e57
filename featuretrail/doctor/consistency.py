"""``consistency``: is what trained the same as what is served, and is a difference found?"""

import pyarrow as pa
from attrs import frozen

from featuretrail.doctor.examined import Patient, Trial
from featuretrail.doctor.notes import Notes
from featuretrail.infrastructure.consistency.frames import FrameSource

LIMIT_MS = 500.0
TYPES = ("streaming", "cross_system")


@frozen
class ConsistencyCheck:
    """Names the other systems that are configured; compares a snapshot with its equal."""

    name: str = "consistency"

    def look(self, patient: Patient, notes: Notes) -> None:
        """Name the configured sources; `featuretrail consistency check` reads them, not this."""
        with notes.part("the configured sources"):
            notes.facts["sources"] = sorted(patient.settings.consistency.made())

    def try_out(self, trial: Trial, patient: Patient, notes: Notes) -> None:  # noqa: ARG002
        """Compare with what is online, with an equal frame, and with one whose values differ."""
        with notes.part("consistency of the trial"):
            name = trial.snapshot.snapshot_id
            matrix = trial.store.get_feature_snapshot(name).to_arrow()
            check = trial.store.consistency.check
            found = notes.time(
                f"validate_feature_consistency, {trial.rows:,} rows",
                lambda: check(name, TYPES, sources=FrameSource(matrix)),
                limit_ms=trial.limit(LIMIT_MS),
            )
            notes.expect(found.ok, f"equal values are said to be {found.status}")
            wrong = check(name, "cross_system", sources=FrameSource(_altered(matrix)))
            notes.expect(not wrong.ok, "a value that differs was not found")


def _altered(matrix: pa.Table) -> pa.Table:
    """Return the matrix with other flows in a tenth of its rows."""
    flows = matrix.column("flow").to_numpy().copy()
    flows[: max(1, len(flows) // 10)] += 1.0
    return matrix.set_column(matrix.column_names.index("flow"), "flow", pa.array(flows))
