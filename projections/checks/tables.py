"""Tables in memory: what a database would hold after some pages."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from attrs import Factory, define

from featuretrail.infrastructure.log.records import RecordedEvent
from featuretrail.projections.checks.failure import CheckFailedError
from featuretrail.projections.checks.orders import Log, Pages
from featuretrail.projections.folding import Folding, TableChanges
from featuretrail.projections.read_model import ReadModel, Removal, Row

Cells = dict[str, str]
"""A row as text, by column."""


@define
class Tables:
    """The rows of each table by id; ``digests`` are of the real tables' bytes, if they are real."""

    rows: dict[str, dict[UUID, Cells]]
    digests: dict[str, str] = Factory(dict)
    touched: dict[tuple[str, UUID], set[int]] = Factory(dict)
    """The positions of events known to have made or changed a row."""


class MemoryTables:
    """Folds pages into tables in memory, and refuses what no table could hold."""

    def __init__(self, models: Sequence[ReadModel], law: str) -> None:
        self._times = {model.table: model.time for model in models}
        self._folding = Folding(models)
        self._ignored = frozenset(self._folding.ignored)
        self._law = law

    def built(self, pages: Pages) -> Tables:
        """Return the tables after ``pages``."""
        tables = self._empty()
        for page in pages:
            self._deliver(tables, page)
        return tables

    def built_with_redeliveries(self, pages: Pages) -> Tables:
        """Return the tables after ``pages`` when each is lost once, between folding and writing."""
        tables = self._empty()
        for page in pages:
            self._fold(page)
            self._deliver(tables, page)
        return tables

    def _empty(self) -> Tables:
        return Tables({table: {} for table in self._times})

    def _fold(self, page: Log) -> Mapping[str, TableChanges]:
        """Fold a page; raise for an event that cannot be taken in."""
        telling = [event for event in page if event.topic not in self._ignored]
        folded = self._folding.fold(telling, {})
        for letter in folded.parked:
            raise CheckFailedError(
                self._law,
                f"event {letter.position} cannot be taken in: {letter.error}",
                events=[event for event in page if event.position == letter.position],
            )
        return folded.changes

    def _deliver(self, tables: Tables, page: Log) -> None:
        for table, changes in self._fold(page).items():
            for own_id, row in changes.inserted.items():
                self._insert(tables, table, own_id, row, page)
            for own_id, row in changes.revised.items():
                self._revise(tables, table, own_id, row, page)
            if changes.removal is not None:
                _remove(tables.rows[table], changes.removal)

    def _insert(self, tables: Tables, table: str, own_id: UUID, row: Row, page: Log) -> None:
        rows = tables.rows[table]
        if own_id in rows:
            raise self._refused("is made again", table, own_id, row, page)
        if row.get(self._times[table]) is None:
            finding = f"has no {self._times[table]}, the table's time"
            raise self._refused(finding, table, own_id, row, page)
        rows[own_id] = cells(row)
        tables.touched[table, own_id] = {row["position"], row["last_position"]}

    def _revise(self, tables: Tables, table: str, own_id: UUID, row: Row, page: Log) -> None:
        known = tables.rows[table].get(own_id)
        if known is None:
            finding = "is revised, but no earlier event made it"
            raise self._refused(finding, table, own_id, row, page)
        foreign = sorted({*row} - {*known})
        if foreign:
            finding = f"has no {', '.join(foreign)} to revise"
            raise self._refused(finding, table, own_id, row, page)
        time = self._times[table]
        if time in row and cell(row[time]) != known[time]:
            finding = f"gets another {time}, but the time of a row never changes"
            raise self._refused(finding, table, own_id, row, page)
        known.update(cells(row))
        tables.touched[table, own_id].add(row["last_position"])

    def _refused(
        self, finding: str, table: str, own_id: UUID, row: Row, page: Log
    ) -> CheckFailedError:
        last = row["last_position"]
        return CheckFailedError(
            self._law,
            f"row {own_id} of {table} {finding} (event {last})",
            table=table,
            row=str(own_id),
            events=[event for event in page if event.position == last],
        )


def _remove(rows: dict[UUID, Cells], removal: Removal) -> None:
    for own_id, row in list(rows.items()):
        since = row[removal.past_since]
        if since != cell(None) and datetime.fromisoformat(since) < removal.horizon:
            del rows[own_id]


def compare(law: str, log: Log, expected: Tables, seen: Tables, how: str) -> None:
    """Raise for the first row, by the events that made it, that is not the same in both."""
    keys = [(table, own_id) for table, rows in expected.rows.items() for own_id in rows]
    keys += [
        (table, own_id)
        for table, rows in seen.rows.items()
        for own_id in rows
        if own_id not in expected.rows[table]
    ]
    differing = [
        key for key in keys if expected.rows[key[0]].get(key[1]) != seen.rows[key[0]].get(key[1])
    ]
    if differing:
        first = min(differing, key=lambda key: min(_touched(key, expected, seen)))
        raise _difference(law, log, first, expected, seen, how)
    for table, digest in expected.digests.items():
        if seen.digests[table] != digest:
            raise CheckFailedError(law, f"the bytes of {table} are not the same {how}", table=table)


def cells(row: Mapping[str, Any]) -> Cells:
    """Return a row as text, by column."""
    return {name: cell(value) for name, value in row.items()}


def cell(value: object) -> str:
    """Return a value as text that differs whenever a table's bytes would.

    Objects are sorted by key, as ``jsonb`` keeps them; a set stays in the order it gives.

    >>> cell({"b": [1, 1.0], "a": None})
    "{'a': None, 'b': [1, 1.0]}"
    """
    match value:
        case datetime() if value.tzinfo is not None:
            return value.astimezone(UTC).isoformat()
        case UUID():
            return str(value)
        case dict():
            pairs = sorted((cell(name), cell(each)) for name, each in value.items())
            return "{" + ", ".join(f"{name}: {each}" for name, each in pairs) + "}"
        case list() | tuple() | set() | frozenset():
            return f"[{', '.join(map(cell, value))}]"
        case _:
            return repr(value)


def events_at(log: Log, positions: Iterable[int]) -> list[RecordedEvent]:
    """Return the events of ``log`` at ``positions``, in the order of these."""
    wanted = set(positions)
    return sorted(
        (event for event in log if event.position in wanted), key=lambda event: event.position
    )


def _touched(key: tuple[str, UUID], *tables: Tables) -> set[int]:
    return set[int]().union(*(each.touched.get(key, set()) for each in tables))


def _difference(
    law: str, log: Log, key: tuple[str, UUID], expected: Tables, seen: Tables, how: str
) -> CheckFailedError:
    table, own_id = key
    before, after = expected.rows[table].get(own_id), seen.rows[table].get(own_id)
    if before is None:
        finding = f"is there only {how}"
    elif after is None:
        finding = f"is missing {how}"
    else:
        finding = f"is not the same {how}"
    columns = {
        name: (before.get(name, "nothing"), after.get(name, "nothing"))
        for name in before or {}
        if before is not None and after is not None and before.get(name) != after.get(name)
    }
    return CheckFailedError(
        law,
        f"row {own_id} of {table} {finding}",
        table=table,
        row=str(own_id),
        columns=columns,
        events=events_at(log, _touched(key, expected, seen)),
    )
