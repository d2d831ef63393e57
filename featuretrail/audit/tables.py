"""Tables as of a position: their rows, folded from the log in memory by the projections' rules."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pyarrow as pa
from attrs import define, field, frozen

from featuretrail.domain.errors import InvalidInputError, NotFoundError
from featuretrail.domain.inputs import check_text, optional, shown
from featuretrail.domain.results import Result
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.log.application import EventLog
from featuretrail.infrastructure.log.records import RecordedEvent
from featuretrail.infrastructure.queries import query
from featuretrail.projections.folding import DeadLetter, Folding
from featuretrail.projections.presence import missing
from featuretrail.projections.read_model import ReadModel, Removal, Row
from featuretrail.projections.read_models import READ_MODELS

if TYPE_CHECKING:
    import pandas as pd

_ARROW: Mapping[str, pa.DataType] = {
    "uuid": pa.string(),
    "text": pa.string(),
    "jsonb": pa.string(),
    "text[]": pa.list_(pa.string()),
    "bigint": pa.int64(),
    "integer": pa.int32(),
    "double precision": pa.float64(),
    "boolean": pa.bool_(),
    "timestamp with time zone": pa.timestamp("us", tz="UTC"),
}

_SNAPSHOT_COLUMNS = ("snapshot_id", "baseline_snapshot_id", "current_snapshot_id")


@frozen
class TableAt(Result):
    """Rows of a table of the read side as of position ``at``, in the order they were made.

    ``columns`` maps each column to its type in the database. ``dead_letters`` are the positions of
    the events that could not be taken in, whose rows are therefore not among ``rows``.
    """

    table: str
    at: int
    columns: Mapping[str, str] = field(repr=False)
    rows: tuple[Row, ...]
    dead_letters: tuple[int, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the table as a JSON object; ids are texts, times ISO 8601."""
        return {
            "table": self.table,
            "at": self.at,
            "rows": [{name: as_json(value) for name, value in row.items()} for row in self.rows],
            "dead_letters": list(self.dead_letters),
        }

    def to_arrow(self) -> pa.Table:
        """Return the rows as an Arrow table; ids and JSON are text."""
        schema = pa.schema([(name, _ARROW[kind]) for name, kind in self.columns.items()])
        arrays = [
            pa.array([_cell(row[name], kind) for row in self.rows], schema.field(name).type)
            for name, kind in self.columns.items()
        ]
        return pa.Table.from_arrays(arrays, schema=schema)

    def to_pandas(self) -> "pd.DataFrame":
        """Return the rows as a pandas frame (pandas must be installed)."""
        frame: pd.DataFrame = self.to_arrow().to_pandas()
        return frame


@define
class TableFold:
    """A table while the log is folded into it, event by event, as a projector does."""

    model: ReadModel
    keeps: Callable[[Row], bool]
    rows: dict[UUID, Row | None]
    parked: dict[UUID, int]
    letters: list[DeadLetter]
    _folding: Folding

    @classmethod
    def of(cls, model: ReadModel, keeps: Callable[[Row], bool] = lambda _: True) -> "TableFold":
        """Return the empty table of ``model``; only rows that ``keeps`` wants are remembered."""
        return cls(model, keeps, {}, {}, [], Folding(READ_MODELS))

    def take(self, recorded: RecordedEvent) -> Mapping[UUID, Row]:
        """Take in one event; return the values that it gave to rows, by their ids.

        An event whose row exists already, or that revises a row that does not, is a dead letter.
        """
        folded = self._folding.fold([recorded], self.parked)
        changes = folded.changes[self.model.table]
        letters = list(folded.parked)
        doubled = [row for row in changes.inserted if row in self.rows]
        missing = [row for row in changes.revised if row not in self.rows]
        if doubled or missing:
            what = "made by an earlier event" if doubled else "made by no event"
            error = f"row {(doubled or missing)[0]} of {self.model.table} was {what}"
            letters.append(DeadLetter.of(recorded, error, 1, None))
        if letters:
            self.letters += letters
            self.parked.setdefault(recorded.originator_id, recorded.position)
            return {}
        for own_id, row in changes.inserted.items():
            self.rows[own_id] = row if self.keeps(row) else None
        for own_id, values in changes.revised.items():
            known = self.rows[own_id]
            if known is not None:
                known.update(values)
        if changes.removal is not None:
            self._remove(changes.removal)
        return {**changes.inserted, **changes.revised}

    def _remove(self, removal: Removal) -> None:
        """Take out the rows that are past since before the horizon."""
        for own_id, row in list(self.rows.items()):
            since = None if row is None else row[removal.past_since]
            if since is not None and since < removal.horizon:
                del self.rows[own_id]


class TableReader:
    """Folds tables of the read side from the log."""

    def __init__(self, database: Database, log: EventLog) -> None:
        self._database = database
        self._log = log

    def table(
        self,
        name: str,
        at: int,
        *,
        feature: str | None,
        snapshot: str | None,
        own_id: UUID | str | None,
    ) -> TableAt:
        """Return a table as of position ``at``; only events of its topics are read."""
        model = model_of(name)
        columns = self._columns(name)
        wanted = Wanted.of(columns, name, feature, snapshot, own_id)
        fold = TableFold.of(model, wanted.can_become)
        for recorded in self._log.read(until=at, topics=sorted(model.topics)):
            fold.take(recorded)
        kept = (row for row in fold.rows.values() if row is not None and wanted.holds(row))
        return TableAt(
            table=name,
            at=at,
            columns=columns,
            rows=tuple({column: row[column] for column in columns} for row in kept),
            dead_letters=tuple(letter.position for letter in fold.letters),
        )

    def _columns(self, table: str) -> dict[str, str]:
        with self._database.connection() as connection:
            facts = {"tables": [table]}
            found = connection.execute(query("projections/columns"), facts).fetchall()
        if not found:
            raise missing([table])
        return {name: kind for _, name, _, kind in found}


@frozen
class Wanted:
    """Which rows are asked for: of a feature, of a snapshot, of an id; ``None`` is any."""

    feature: str | None
    snapshot: str | None
    own_id: UUID | None

    @classmethod
    def of(
        cls,
        columns: Mapping[str, str],
        table: str,
        feature: object,
        snapshot: object,
        own_id: object,
    ) -> "Wanted":
        """Return what is asked for, checked against the table's columns."""
        named = optional(check_text, "feature", feature)
        if named is not None and not {"feature_name", "features"} & {*columns}:
            raise InvalidInputError(f"{table} has no features to choose by; leave feature out")
        of_snapshot = optional(check_text, "snapshot", snapshot)
        if of_snapshot is not None and not {*_SNAPSHOT_COLUMNS} & {*columns}:
            raise InvalidInputError(f"{table} has no snapshots to choose by; leave snapshot out")
        return cls(named, of_snapshot, None if own_id is None else row_id(own_id))

    def can_become(self, row: Row) -> bool:
        """Tell by what never changes of a row whether it may be wanted later."""
        return (self.own_id is None or row["id"] == self.own_id) and (
            self.feature is None or self.feature in _features(row)
        )

    def holds(self, row: Row) -> bool:
        """Tell whether a row is wanted as it is now."""
        of_snapshot = self.snapshot is None or self.snapshot in (
            row.get(column) for column in _SNAPSHOT_COLUMNS
        )
        return of_snapshot and self.can_become(row)


def model_of(table: object) -> ReadModel:
    """Return the read model of a table; raise ``NotFoundError`` with near names."""
    models = {model.table: model for model in READ_MODELS}
    if not isinstance(table, str) or table not in models:
        raise NotFoundError("table of the read side", table, list(models))
    return models[table]


def row_id(given: object) -> UUID:
    """Return the id of a row; raise ``InvalidInputError`` for what is none."""
    if isinstance(given, UUID):
        return given
    try:
        return UUID(given if isinstance(given, str) else "")
    except ValueError:
        raise InvalidInputError(
            f"the id is {shown(given)}; give a UUID, as in the column id"
        ) from None


def _features(row: Row) -> list[str]:
    name = row.get("feature_name")
    return row["features"] if name is None else [name]


def as_json(value: object) -> object:
    """Return a cell as JSON holds it."""
    match value:
        case UUID():
            return str(value)
        case datetime():
            return value.isoformat()
        case _:
            return value


def _cell(value: object, kind: str) -> object:
    if value is None:
        return None
    if kind == "uuid":
        return str(value)
    return json.dumps(value) if kind == "jsonb" else value
