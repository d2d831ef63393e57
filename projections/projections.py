"""The read side as users meet it: ``store.projections``."""

from collections.abc import Sequence
from datetime import timedelta

from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.log.application import EventLog
from featuretrail.projections.generations import Generation
from featuretrail.projections.projector import Policy
from featuretrail.projections.rebuilding import SOAK, Progress, Rebuilder, RebuildReport


class Projections:
    """The seven tables and three views derived from the log; ``store.projections``."""

    def __init__(self, database: Database, log: EventLog, *, policy: Policy = "park") -> None:
        self._database = database
        self._log = log
        self._policy = policy
        self._rebuilder = Rebuilder(database, policy)

    def rebuild(
        self,
        *,
        tables: Sequence[str] | None = None,
        until: int | None = None,
        into: str | None = None,
        soak: timedelta = SOAK,
        accept_differences: bool = False,
        progress: Progress | None = None,
    ) -> RebuildReport:
        """Build the read side (or ``tables`` of it) from position 0 and put it in the live place.

        The new tables are built beside the live ones, follow the log until level with them, and
        are compared byte for byte at one position. Only if all are equal, or with
        ``accept_differences``, they are swapped in; readers and writers go on meanwhile. The old
        ones are kept for ``soak``. A rebuild that was interrupted goes on where it was.

        With ``until`` (a position) or ``into`` (a new schema) a copy as of that position (by
        default the head) is built instead and kept, with its views, beside the live tables.
        Raises ``ConflictError`` while another process works on the same.
        """
        report = _silent if progress is None else progress
        if until is not None or into is not None:
            return self._rebuilder.copy(tables, until, into, report)
        self.prune(soak)
        return self._rebuilder.rebuild(tables, report, accept_differences=accept_differences)

    def verify(
        self, *, tables: Sequence[str] | None = None, progress: Progress | None = None
    ) -> RebuildReport:
        """Prove that the live tables are those the log makes; nothing is swapped."""
        return self._rebuilder.verify(tables, _silent if progress is None else progress)

    def swap_back(self) -> Generation:
        """Make the generation that was live before live again, once it has caught up."""
        return self._rebuilder.swap_back()

    def prune(self, soak: timedelta = SOAK) -> list[Generation]:
        """Drop generations that ceased to be live longer than ``soak`` ago; return them."""
        return self._rebuilder.prune(soak)

    def drop_copy(self, schema: str) -> Generation:
        """Drop the copy of the read side in ``schema``."""
        return self._rebuilder.drop_copy(schema)


def _silent(what: str, done: int, total: int) -> None:
    """Take a report of progress that nobody asked for."""
