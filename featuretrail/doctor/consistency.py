"""``consistency``: is what trained the same as what is served, and is a difference found?"""

import pyarrow as pa
from attrs import frozen

from featuretrail.doctor.examined import Patient, Trial
from featuretrail.doctor.notes import Notes
from featuretrail.doctor.report import Level
from featuretrail.domain.consistency.words import words_of
from featuretrail.infrastructure.consistency.frames import FrameSource
from featuretrail.infrastructure.consistency.reading import RecordedConsistency, read_checks

LIMIT_MS = 500.0
TYPES = ("streaming", "cross_system")
NEWEST = 200
"""Recorded checks that are read."""


@frozen
class ConsistencyCheck:
    """Reads what the newest checks of snapshots found; compares a snapshot with its equal."""

    name: str = "consistency"

    def look(self, patient: Patient, notes: Notes) -> None:
        """Read the newest recorded checks; `featuretrail consistency check` makes new ones."""
        with notes.part("the configured sources"):
            notes.facts["sources"] = sorted(patient.settings.consistency.made())
        with notes.part("recorded checks"):
            newest: dict[tuple[str, str], RecordedConsistency] = {}
            for each in read_checks(patient.database, None, None, NEWEST):
                newest.setdefault((each.snapshot_id, each.check_type), each)
            notes.facts["checked"] = len(newest)
            for each in newest.values():
                _judge(each, notes)

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


def _judge(newest: RecordedConsistency, notes: Notes) -> None:
    """Write down the newest check of a snapshot by a type, unless it found nothing wrong."""
    if newest.status in ("failed", "warning"):
        level: Level = "error" if newest.status == "failed" else "warning"
        told = next(iter(words_of(newest.details)), "see featuretrail consistency list")
        notes.find(
            level,
            f"the {newest.check_type} check of {newest.snapshot_id}, at position "
            f"{newest.position}, found: {told}",
        )


def _altered(matrix: pa.Table) -> pa.Table:
    """Return the matrix with other flows in a tenth of its rows."""
    flows = matrix.column("flow").to_numpy().copy()
    flows[: max(1, len(flows) // 10)] += 1.0
    return matrix.set_column(matrix.column_names.index("flow"), "flow", pa.array(flows))
