"""The served log: what was answered online, row by row."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

import pyarrow as pa

from featuretrail.domain.errors import NotFoundError
from featuretrail.infrastructure.access import needs
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.registry import RegistryReader
from featuretrail.infrastructure.serving.reading import ServedReader, Wanted
from featuretrail.infrastructure.serving.served_log import Logging, ServedLog


class Served:
    """What was answered online to the sampled entities; ``store.served``.

    Rows are written by a thread of each process that serves, every two seconds and at its end.
    """

    def __init__(self, database: Database, registry: RegistryReader, log: ServedLog) -> None:
        self._database = database
        self._reader = ServedReader(database, registry)
        self._log = log

    @property
    def share(self) -> float:
        """The share of entities whose answers this process logs."""
        return self._log.share

    def rows(
        self,
        features: str | Sequence[Wanted],
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int | None = None,
    ) -> pa.Table:
        """Return the rows that answered one of ``features``, served in ``[since, until)``.

        Columns: ``served_id``, ``served_at``, ``known_position``, the keys, and for each feature
        ``group.feature``, ``group.feature__status``, ``__event_time`` and ``__version``. Raises
        ``NotFoundError`` or ``InvalidInputError``.
        """
        asked = [features] if isinstance(features, str) else features
        return self._reader.rows(asked, since=since, until=until, limit=limit)

    def get(self, served_id: UUID | str | Iterable[UUID | str]) -> pa.Table:
        """Return the rows of one id or several, with all they answered.

        Raises ``NotFoundError`` for an id that is not in the log (yet), ``InvalidInputError`` for
        what is no id.
        """
        one = isinstance(served_id, UUID | str)
        ids = [served_id] if isinstance(served_id, UUID | str) else list(served_id)
        found = self._reader.by_id(ids)
        known = set(found["served_id"].to_pylist())
        for each in ids:
            if str(each).lower() not in known:
                raise NotFoundError("served row", str(each), [] if one else sorted(known))
        return found

    @needs("writer")
    def flush(self) -> int | None:
        """Write what this process served and not yet wrote; return the position of it, if any."""
        return self._log.flush()

    def status(self) -> Logging:
        """Return how this process's served log stands."""
        return self._log.status()

    def close(self) -> None:
        """Write what waits, or give it up after two seconds; then log no more."""
        self._log.close()
