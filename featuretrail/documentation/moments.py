"""The store at a position: what everything that is documented is read from."""

from collections.abc import Mapping
from datetime import datetime
from threading import Lock

from attrs import field, frozen

from featuretrail.domain.documentation.chronicle import TOPICS, Chronicle
from featuretrail.domain.documentation.privacy import private_features, without_values
from featuretrail.domain.lineage.lineage import Lineage
from featuretrail.domain.registry import Registry
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.lineage.reading import LineageReader
from featuretrail.infrastructure.log.application import EventLog
from featuretrail.infrastructure.queries import query
from featuretrail.infrastructure.registry import RegistryReader


@frozen
class GroupValues:
    """What had been written of a group: its last event, batches, rows, their event times."""

    last_position: int
    batches: int
    retractions: int
    rows: int
    first_event_time: datetime | None
    last_event_time: datetime | None


NOTHING_WRITTEN = GroupValues(0, 0, 0, 0, None, None)


@frozen
class StoreMoment:
    """The store as of ``position``."""

    position: int
    registry: Registry = field(repr=False)
    lineage: Lineage = field(repr=False)
    chronicle: Chronicle = field(repr=False)
    groups: Mapping[str, GroupValues] = field(repr=False)

    def values(self, group: str) -> GroupValues:
        """Return what had been written of a group."""
        return self.groups.get(group, NOTHING_WRITTEN)

    def last_change(self, group: str) -> int:
        """Return the position of the last event that changed values of a group, 0 before any."""
        return max(self.values(group).last_position, self.chronicle.removals.get(group, 0))


class MomentReader:
    """Reads the store at a position; keeps the newest chronicle and folds in only what is new."""

    def __init__(
        self, database: Database, log: EventLog, registry: RegistryReader, lineage: LineageReader
    ) -> None:
        self._database = database
        self._log = log
        self._registry = registry
        self._lineage = lineage
        self._lock = Lock()
        self._latest = Chronicle()

    def at(self, position: int) -> StoreMoment:
        """Return the store as it was at ``position``, without what quotes private values."""
        with self._database.connection() as connection:
            rows = connection.execute(query("documentation/groups"), {"position": position})
            groups = {name: GroupValues(*facts) for name, *facts in rows.fetchall()}
        registry = self._registry.at(position)
        return StoreMoment(
            position=position,
            registry=registry,
            lineage=self._lineage.at(position),
            chronicle=without_values(self._chronicle(position), private_features(registry)),
            groups=groups,
        )

    def _chronicle(self, position: int) -> Chronicle:
        known = self._latest
        start = known if known.position <= position else Chronicle()
        events = self._log.read(start.position, until=position, topics=TOPICS)
        told = start.evolve(
            ((each.position, each.recorded_at, each.event) for each in events), position
        )
        with self._lock:
            if told.position > self._latest.position:
                self._latest = told
        return told
