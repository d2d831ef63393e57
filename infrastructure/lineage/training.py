"""Recording training runs: which model was made from which snapshot."""

from collections.abc import Mapping
from typing import Any, Self, Unpack

from attrs import asdict, frozen

from featuretrail.domain.events import Metadata, TrainingRunRecorded
from featuretrail.domain.results import Result
from featuretrail.domain.training import TrainingFacts, check_model, decide_record
from featuretrail.infrastructure.access import needs
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.lineage.reading import LineageReader
from featuretrail.infrastructure.log.application import EventLog
from featuretrail.infrastructure.queries import query
from featuretrail.infrastructure.snapshots.catalogue import SnapshotCatalogue


@frozen
class TrainingRun(Result):
    """A model, the snapshot it was trained on, and how well it did; ``version`` is the model's."""

    run_id: str
    model: str
    version: str
    snapshot_id: str
    metrics: Mapping[str, float]
    parameters: Mapping[str, Any]
    code_version: str | None
    actor: str | None
    reason: str | None

    @classmethod
    def of(cls, event: TrainingRunRecorded) -> Self:
        """Return the run of an event."""
        return cls(
            run_id=event.run_id,
            model=event.model,
            version=event.version,
            snapshot_id=event.snapshot_id,
            metrics=event.metrics,
            parameters=event.parameters,
            code_version=event.code_version,
            actor=event.metadata.actor,
            reason=event.metadata.reason,
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the run as a JSON object."""
        return asdict(self)


class TrainingRuns:
    """Records training runs and lists them; ``store.training_runs``."""

    def __init__(self, database: Database, log: EventLog, lineage: LineageReader) -> None:
        self._database = database
        self._log = log
        self._lineage = lineage
        self._catalogue = SnapshotCatalogue(database)

    @needs("writer")
    def record(
        self,
        model: str,
        snapshot_id: str,
        metadata: Metadata,
        **facts: Unpack[TrainingFacts],
    ) -> TrainingRun:
        """Record a run; see the facade's method."""
        found = self._catalogue.find(snapshot_id).info.snapshot_id
        with self._database.transaction() as connection:
            connection.execute(query("lineage/lock"))
            event, new = decide_record(
                self._lineage.current(connection).runs.values(), model, found, metadata, **facts
            )
            if new:
                self._log.append(event, connection=connection)
        return TrainingRun.of(event)

    @needs("auditor")
    def list(self, model: str | None = None) -> list[TrainingRun]:
        """Return the runs (of ``model``), oldest first."""
        name = None if model is None else check_model(model)
        runs = self._lineage.current().runs.values()
        return [TrainingRun.of(run) for run in runs if name in (None, run.model)]
