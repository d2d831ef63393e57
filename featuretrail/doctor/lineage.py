"""``lineage``: can the graph be read, a declaration be made, and a cycle be refused?"""

from itertools import count

from attrs import frozen

from featuretrail.doctor.examined import Patient, Trial
from featuretrail.doctor.notes import Notes
from featuretrail.domain.errors import LineageCycleError
from featuretrail.infrastructure.lineage.reading import LineageReader

LIMIT_MS = 50.0
SOURCE = "doctor_gauges"


@frozen
class LineageCheck:
    """Reads the graph from the log; declares parents and follows them in the trial."""

    name: str = "lineage"

    def look(self, patient: Patient, notes: Notes) -> None:
        """Fold the lineage from the log: an event that says what cannot be stops that."""
        with notes.part("the lineage of the store"):
            graph = LineageReader(patient.database).current().graph
            notes.facts |= {"things": len(graph.nodes), "links": len(graph.edges)}

    def try_out(self, trial: Trial, patient: Patient, notes: Notes) -> None:  # noqa: ARG002
        """Declare where a feature is from, find that upstream, and try to close a circle."""
        with notes.part("a declaration of the trial"):
            lineage = trial.store.lineage
            flow, level = trial.feature("flow"), trial.feature("level")
            numbers = count(1)
            notes.time(
                "track_feature_lineage",
                lambda: lineage.track(
                    flow,
                    [level, f"source {SOURCE}"],
                    computation_rule=f"level * {next(numbers)}",
                ),
                limit_ms=LIMIT_MS,
            )
            above = [str(each) for each in lineage.upstream(flow)]
            notes.expect(
                any(SOURCE in each for each in above), f"{flow} does not come from its source"
            )
            try:
                lineage.track(level, [flow])
            except LineageCycleError:
                return
            notes.find("error", f"{level} could be made its own parent")
