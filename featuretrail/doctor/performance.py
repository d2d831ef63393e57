"""``performance``: how long rules and reading take here, and are costs recorded?"""

from attrs import frozen

from featuretrail.doctor.examined import Patient, Trial
from featuretrail.doctor.notes import Notes
from featuretrail.doctor.specimen import DERIVED, SENSORS, SET, spine
from featuretrail.domain.performance.regressions import compare_versions
from featuretrail.performance.performance import WEEK
from featuretrail.performance.reading import read_buckets

LIMIT_MS = 100.0
SPINE_ROWS = 10_000


@frozen
class PerformanceCheck:
    """Looks for slower versions; times rules and reading, and reads a measurement back."""

    name: str = "performance"

    def look(self, patient: Patient, notes: Notes) -> None:
        """Tell whether costs are recorded, and which features became slower by a new version."""
        notes.facts["recorded"] = patient.settings.record_performance
        with notes.part("recorded costs"):
            compared = compare_versions(read_buckets(patient.database, WEEK).buckets)
            notes.facts["versions_compared"] = len(compared)
            for each in compared:
                if each.slower:
                    notes.find("warning", str(each))

    def try_out(self, trial: Trial, patient: Patient, notes: Notes) -> None:  # noqa: ARG002
        """Compute a rule over all readings, retrieve, read online, and measure that."""
        store = trial.store
        with notes.part("a rule of the trial"):
            rows = trial.table.num_rows
            report = store.compute(DERIVED)
            notes.took(
                f"rule computation, {rows:,} rows",
                sum(each.milliseconds for each in report.features),
                trial.limit(LIMIT_MS),
            )
            notes.expect(report.written == rows, f"{report.written} of {rows} values were computed")
        with notes.part("reading of the trial"):
            asked = spine(trial.table).slice(0, SPINE_ROWS)
            notes.time(
                f"retrieve {asked.num_rows:,} rows x 2 features",
                lambda: store.get_historical_features(asked, SET),
            )
            sensors = {"sensor": list(range(SENSORS))}
            notes.time(
                f"read {SENSORS} keys x 2 features online",
                lambda: store.get_online_features(SET, sensors),
            )
        with notes.part("a measurement of the trial"):
            level = trial.feature("level")
            with store.performance.measure(level, "validation"):
                store.get_online_features([level], {"sensor": [0]})
            told = store.get_feature_performance_metrics(level)
            notes.expect(told.total is not None, "a measurement was recorded and is not found")
