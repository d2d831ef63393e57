"""The registry read from the log: kept level with its head, or as of any position."""

from threading import Lock

from eventsourcing.persistence import StoredEvent

from featuretrail.domain.events import Event
from featuretrail.domain.registry import Registry
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.log.application import EventLog
from featuretrail.infrastructure.queries import query

_ALL = 2**63 - 1


class RegistryReader:
    """Reads definitions from the log; keeps the latest registry and folds in only what is new."""

    def __init__(self, database: Database, log: EventLog) -> None:
        self._database = database
        self._log = log
        self._lock = Lock()
        self._latest = Registry()

    @property
    def cached(self) -> Registry:
        """The registry as last read, without asking the database."""
        return self._latest

    def current(self) -> Registry:
        """Return the registry at the log's head; one round trip when nothing is new."""
        with self._lock:
            self._latest = self._folded(self._latest, _ALL)
            return self._latest

    def at(self, position: int) -> Registry:
        """Return the registry as it was at ``position``."""
        known = self._latest
        if known.position <= position:
            return self._folded(known, position)
        return self._folded(Registry(), position)

    def _folded(self, registry: Registry, until: int) -> Registry:
        rows = self._definitions(registry.position, until)
        if not rows:
            return registry
        return registry.evolve((event for _, event in rows), rows[-1][0])

    def _definitions(self, after: int, until: int) -> list[tuple[int, Event]]:
        with self._database.connection() as connection:
            rows = connection.execute(
                query("registry/definitions"), {"after": after, "until": until}, binary=True
            ).fetchall()
        return [
            (position, self._log.mapper.to_domain_event(StoredEvent(stream, version, topic, state)))
            for position, stream, version, topic, state in rows
        ]
