"""Origins: which event made a row of the read side, and which ones revised it."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from attrs import frozen
from psycopg import errors, sql

from featuretrail.audit.entries import Entries, LogEntry
from featuretrail.audit.tables import TableFold, as_json, model_of, row_id
from featuretrail.domain.errors import NotFoundError
from featuretrail.domain.results import Result
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.log.application import EventLog
from featuretrail.infrastructure.log.records import RecordedEvent
from featuretrail.infrastructure.queries import query
from featuretrail.projections.read_model import ReadModel, Row

_PLACES = ("id", "position", "last_position")


@frozen
class RowOrigin(Result):
    """Where a row of the read side comes from: who made it, who revised it, when and why.

    ``row`` is what these events say that it holds, ``columns`` the position of the event that gave
    each column its value.
    """

    table: str
    id: UUID
    made_by: LogEntry
    revised_by: tuple[LogEntry, ...]
    row: Row
    columns: Mapping[str, int]

    def to_dict(self) -> dict[str, Any]:
        """Return the origin as a JSON object."""
        return {
            "table": self.table,
            "id": str(self.id),
            "made_by": self.made_by.brief(),
            "revised_by": [entry.brief() for entry in self.revised_by],
            "row": {name: as_json(value) for name, value in self.row.items()},
            "columns": dict(self.columns),
        }


class OriginReader:
    """Finds the events behind rows."""

    def __init__(self, database: Database, log: EventLog, entries: Entries) -> None:
        self._database = database
        self._log = log
        self._entries = entries

    def origin(self, table: str, row: UUID | str | Mapping[str, Any]) -> RowOrigin:
        """Return the origin of a row; see ``Audit.row``."""
        model = model_of(table)
        own_id = row_id(row.get("id") if isinstance(row, Mapping) else row)
        found = self._by_place(model, own_id) or self._by_search(model, own_id)
        if found is None:
            wanted = f"event that made a row of {table} with the id"
            listed = f"the ids that `featuretrail audit at {table}` lists"
            raise NotFoundError(wanted, str(own_id), [listed])
        return found

    def _by_place(self, model: ReadModel, own_id: UUID) -> RowOrigin | None:
        """Return the origin by the position that the live row names, if that event made it."""
        statement = query("audit/row_place").format(
            table=sql.Identifier("featuretrail", model.table)
        )
        try:
            with self._database.connection() as connection:
                places = connection.execute(statement, {"id": own_id}).fetchall()
        except (errors.UndefinedTable, errors.UndefinedColumn):  # the log does without the table
            return None
        for (position,) in places:
            for recorded in self._log.read(after=position - 1, until=position):
                origin = self._of_stream(model, own_id, recorded.originator_id)
                if origin is not None:
                    return origin
        return None

    def _by_search(self, model: ReadModel, own_id: UUID) -> RowOrigin | None:
        """Return the origin by folding the table until an event makes the row."""
        fold = TableFold.of(model, keeps=lambda _: False)
        for recorded in self._log.read(topics=sorted(model.topics)):
            if own_id in fold.take(recorded):
                return self._of_stream(model, own_id, recorded.originator_id)
        return None

    def _of_stream(self, model: ReadModel, own_id: UUID, stream: UUID) -> RowOrigin | None:
        fold = TableFold.of(model, keeps=lambda row: row["id"] == own_id)
        events: list[RecordedEvent] = []
        columns: dict[str, int] = {}
        for recorded in self._log.history(stream):
            if recorded.topic not in model.topics:
                continue
            given = fold.take(recorded).get(own_id)
            if given is not None:
                events.append(recorded)
                columns |= dict.fromkeys(given, recorded.position)
        row = fold.rows.get(own_id)
        if row is None:
            return None
        made_by, *revised_by = self._entries.of(events)
        own = {name: position for name, position in columns.items() if name not in _PLACES}
        return RowOrigin(model.table, own_id, made_by, tuple(revised_by), row, own)
