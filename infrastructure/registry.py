"""The registry read from the log: kept level with its head, or as of any position."""

from threading import Lock

from featuretrail.domain.errors import ChainBrokenError, InvalidInputError
from featuretrail.domain.registry import Registry
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.log.records import RecordedEvent
from featuretrail.infrastructure.queries import query

_ALL = 2**63 - 1


class RegistryReader:
    """Reads definitions from the log; keeps the latest registry and folds in only what is new."""

    def __init__(self, database: Database) -> None:
        self._database = database
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
        recorded = self.definitions(registry.position, until)
        if not recorded:
            return registry
        try:
            return registry.evolve((item.event for item in recorded), recorded[-1].position)
        except InvalidInputError:
            _name_unreadable(registry, recorded)
            raise

    def definitions(self, after: int, until: int) -> list[RecordedEvent]:
        """Return the events of definitions with positions in ``(after, until]``, in order."""
        with self._database.connection() as connection:
            rows = connection.execute(
                query("registry/definitions"), {"after": after, "until": until}, binary=True
            )
            return [RecordedEvent.from_row(row) for row in rows]


def _name_unreadable(registry: Registry, recorded: list[RecordedEvent]) -> None:
    """Raise ``ChainBrokenError`` with the first position whose definition makes no sense."""
    for item in recorded:
        try:
            registry = registry.evolve([item.event], item.position)
        except InvalidInputError as error:
            reason = f"its definition cannot be read: {error}"
            raise ChainBrokenError(item.position, reason) from error
