"""The parts of a store that consistency is checked with."""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial

from attrs import field, frozen

from featuretrail.domain.errors import (
    AccessDeniedError,
    NotFoundError,
    ProjectionTimeoutError,
)
from featuretrail.domain.events import Metadata
from featuretrail.infrastructure.consistency.outcomes import OutcomeColumns
from featuretrail.infrastructure.consistency.source import ValueSource
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.log.application import EventLog
from featuretrail.infrastructure.outcomes.reading import OutcomeReader
from featuretrail.infrastructure.performance.recorder import Recorder
from featuretrail.infrastructure.queries import query
from featuretrail.infrastructure.registry import RegistryReader
from featuretrail.infrastructure.retrieval.historical import HistoricalReader
from featuretrail.infrastructure.retrieval.online import OnlineReader
from featuretrail.infrastructure.serving.reading import ServedReader
from featuretrail.infrastructure.serving.served_log import ServedLog
from featuretrail.infrastructure.snapshots.catalogue import SnapshotCatalogue
from featuretrail.infrastructure.snapshots.manager import FeatureSnapshotManager
from featuretrail.projections.projections import Projections

TAKING_IN_SECONDS = 2.0
"""How long a list of checks waits for the read side to be level with the log."""

DecidedBy = Callable[[str | None, str | None], Metadata]


@frozen(eq=False)
class ConsistencyParts:
    """What checks read and write; ``configured`` are the sources of the settings by name.

    Reading online answers to check them is neither logged as served nor measured.
    """

    database: Database
    log: EventLog
    registry: RegistryReader
    historical: HistoricalReader
    snapshots: FeatureSnapshotManager
    projections: Projections
    decided_by: DecidedBy
    configured: Mapping[str, ValueSource] = field(factory=dict)
    online: OnlineReader = field(init=False)
    served: ServedReader = field(init=False)
    outcomes: OutcomeReader = field(init=False)
    outcome_columns: OutcomeColumns = field(init=False)
    catalogue: SnapshotCatalogue = field(init=False)

    def __attrs_post_init__(self) -> None:
        nobody = partial(self.decided_by, None, None)
        recorder = Recorder(self.database, self.log, nobody, on=False)
        unlogged = ServedLog(self.database, self.log, nobody, 0.0)
        online = OnlineReader(self.database, self.registry, self.historical, recorder, unlogged)
        object.__setattr__(self, "online", online)
        object.__setattr__(self, "served", ServedReader(self.database, self.registry))
        object.__setattr__(self, "catalogue", SnapshotCatalogue(self.database))
        object.__setattr__(self, "outcome_columns", OutcomeColumns(self.database))
        object.__setattr__(self, "outcomes", OutcomeReader(self.database, self.registry))

    def source(self, name: str) -> ValueSource:
        """Return a configured source; raise ``NotFoundError``."""
        if name not in self.configured:
            raise NotFoundError("source of consistency checks", name, sorted(self.configured))
        return self.configured[name]

    def take_in(self) -> None:
        """Let the read side take in what is recorded, if anyone here may."""
        try:
            self.projections.wait_until(self.log.head().position, TAKING_IN_SECONDS)
        except (AccessDeniedError, ProjectionTimeoutError):
            return  # a projector of its own takes it in; the newest checks are not listed yet

    def now(self) -> tuple[datetime, int]:
        """Return the server's time and the position of the log's head."""
        with self.database.connection() as connection:
            [(now, position)] = connection.execute(query("consistency/now"))
        return now, position
