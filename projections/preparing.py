"""From the log to what is ready to be written: pages read, folded and packed."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import psycopg
from attrs import evolve, frozen

from featuretrail.infrastructure.database import Database
from featuretrail.projections.folding import DeadLetter, Folding
from featuretrail.projections.packing import PackedChanges, Packer
from featuretrail.projections.pages import EventPages, Page
from featuretrail.projections.poison import is_poison
from featuretrail.projections.read_model import ReadModel

AnyConnection = psycopg.Connection[Any]


@frozen
class Prepared:
    """What the events up to ``position`` do, given the dead letters of when they were folded.

    ``page`` holds these events; it is left out where they were far to carry. ``refused`` is why
    their rows could not be packed. They are the ones after position ``after``, where it is known.
    """

    position: int
    parked: Mapping[UUID, int]
    changes: Mapping[str, PackedChanges]
    letters: Sequence[DeadLetter]
    page: Page | None = None
    refused: Exception | None = None
    after: int | None = None


class Preparer:
    """Prepares pages of the log of ``database`` for the tables of ``models``.

    It runs no statement on ``connection`` once it is made, so another thread may use that.
    """

    def __init__(
        self, database: Database, connection: AnyConnection, models: Sequence[ReadModel]
    ) -> None:
        self.folding = Folding(models)
        self.packer = Packer.over(connection, self.folding.tables)
        self._pages = EventPages(database, self.folding.ignored)

    def read(self, after: int, until: int) -> Page:
        """Return the page after position ``after``, up to and with ``until`` at most."""
        return self._pages.read(after, until)

    def prepare(self, after: int, until: int, parked: Mapping[UUID, int]) -> Prepared:
        """Return the page after ``after``, ready to be written; ``parked`` as for ``fold``."""
        return evolve(self.fold(self.read(after, until), parked), after=after)

    def fold(self, page: Page, parked: Mapping[UUID, int]) -> Prepared:
        """Return ``page`` ready to be written, given the first dead letter of each stream."""
        folded = self.folding.fold(page.events, parked)
        packed: dict[str, PackedChanges] = {}
        refused = None
        try:
            for table, changes in folded.changes.items():
                packed[table] = self.packer.pack(table, changes)
        except Exception as error:
            if not is_poison(error):
                raise
            refused = error
        return Prepared(page.position, parked, packed, folded.parked, page, refused)
