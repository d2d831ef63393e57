"""How two generations differ at one position: in rows, and in the events that they lack."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import psycopg
from attrs import asdict, evolve, frozen
from psycopg import sql

from featuretrail.domain.events.registry import topics
from featuretrail.infrastructure.queries import query
from featuretrail.projections.generations import Generation
from featuretrail.projections.read_models import READ_MODELS

AnyConnection = psycopg.Connection[Any]

SHOWN = 20
"""How many differing rows of a table, and how many differing dead letters, are listed."""

CELL_CHARACTERS = 10_000
"""How much of a cell is compared when it is told which columns of a row differ."""

_WORDS = 60
"""How much of a cell is shown in a reason."""


@frozen
class Compared:
    """The live generation and its rebuild, in the sight of the transaction of ``connection``."""

    connection: AnyConnection
    live: Generation
    rebuilt: Generation

    @property
    def elsewhere(self) -> list[str]:
        """The known topics that change none of the tables compared."""
        models = [model for model in READ_MODELS if model.table in self.rebuilt.tables]
        wanted = frozenset[str]().union(*(model.topics for model in models))
        return [topic for topic in topics() if topic not in wanted]


@frozen
class RowDifference:
    """A row that differs: ``kind`` is missing (in the live table), extra or changed.

    ``columns`` maps each differing column of a changed row to its live and its rebuilt value, as
    PostgreSQL writes them; ``position`` is that of the event that made the row. ``cause`` says so
    when one side lacks the event, a dead letter.
    """

    table: str
    id: str
    position: int
    kind: str
    columns: Mapping[str, tuple[str | None, str | None]]
    cause: str | None = None

    @property
    def reason(self) -> str:
        """The difference in words."""
        return self._what() + ("" if self.cause is None else f" ({self.cause})")

    def to_dict(self) -> dict[str, Any]:
        """Return the difference as a JSON object."""
        return asdict(self) | {"reason": self.reason}

    def _what(self) -> str:
        row = f"row {self.id} of {self.table}"
        match self.kind:
            case "missing":
                return f"{row} is missing, which event {self.position} made"
            case "extra":
                return f"{row} is not what the log makes; it names event {self.position}"
            case _ if not self.columns:
                return f"{row}: differs beyond the first {CELL_CHARACTERS} characters of a column"
            case _:
                changes = (_change(name, *pair) for name, pair in self.columns.items())
                return f"{row}: {'; '.join(changes)}"


@frozen
class LetterDifference:
    """An event that only one side lacks: ``lacked_by`` is live or rebuilt."""

    position: int
    topic: str
    error: str
    lacked_by: str

    @property
    def reason(self) -> str:
        """The difference in words."""
        return (
            f"event {self.position} ({self.topic}) is a dead letter of the {self.lacked_by} tables "
            f"only: {self.error}"
        )


def row_differences(compared: Compared, table: str) -> tuple[int, list[RowDifference]]:
    """Return how many rows of ``table`` differ, and the first of them."""
    known = compared.connection.execute(query("projections/columns"), {"tables": [table]})
    names = [name for _, name, *_ in known]
    statement = query("projections/differences").format(
        live=sql.Identifier(compared.live.schema_name, table),
        rebuilt=sql.Identifier(compared.rebuilt.schema_name, table),
        live_cells=_cells("live", names),
        rebuilt_cells=_cells("rebuilt", names),
    )
    rows = compared.connection.execute(statement, {"limit": SHOWN}).fetchall()
    found = [_difference(compared, table, names, row) for row in rows]
    return (rows[0][-1] if rows else 0), found


def letter_counts(compared: Compared) -> tuple[int, int]:
    """Return how many events that matter to the tables each side lacks: live, rebuilt."""
    [(live, rebuilt)] = compared.connection.execute(
        query("projections/dead_letter_counts"), _letter_facts(compared)
    )
    return live, rebuilt


def letter_differences(compared: Compared) -> tuple[int, list[LetterDifference]]:
    """Return how many events only one side lacks, and the first of them."""
    rows = compared.connection.execute(
        query("projections/dead_letter_differences"), _letter_facts(compared) | {"limit": SHOWN}
    ).fetchall()
    found = [
        LetterDifference(position, topic, error, "live" if lacks_live else "rebuilt")
        for position, topic, error, lacks_live, _ in rows
    ]
    return (rows[0][-1] if rows else 0), found


def _letter_facts(compared: Compared) -> dict[str, Any]:
    return {
        "live": compared.live.generation,
        "rebuilt": compared.rebuilt.generation,
        "position": compared.live.position,
        "elsewhere": compared.elsewhere,
    }


def _difference(
    compared: Compared, table: str, names: Sequence[str], row: Sequence[Any]
) -> RowDifference:
    own_id, position, last_live, last_rebuilt, live, rebuilt, _ = row
    kind = "missing" if live is None else "extra" if rebuilt is None else "changed"
    columns = (
        {}
        if kind != "changed"
        else {
            name: (here, there)
            for name, here, there in zip(names, live, rebuilt, strict=True)
            if here != there
        }
    )
    found = RowDifference(table, own_id, position, kind, columns)
    cause = _cause(compared, [("live", last_rebuilt), ("rebuilt", last_live)])
    return evolve(found, cause=cause)


def _cause(compared: Compared, sides: Iterable[tuple[str, int | None]]) -> str | None:
    """Say so when a side lacks the event that last changed the other's row."""
    for side, position in sides:
        generation = compared.live if side == "live" else compared.rebuilt
        facts = {"generation": generation.generation, "position": position}
        for (error,) in compared.connection.execute(query("projections/dead_letter"), facts):
            return f"event {position} is a dead letter of the {side} tables: {error}"
    return None


def _cells(side: str, names: Sequence[str]) -> sql.Composable:
    return sql.SQL(", ").join(
        sql.SQL("left({}::text, {})").format(sql.Identifier(side, name), CELL_CHARACTERS)
        for name in names
    )


def _change(name: str, here: str | None, there: str | None) -> str:
    """Say how a cell differs; of long ones the part from where they do."""
    begin = 0
    if here is not None and there is not None:
        pairs = enumerate(zip(here, there, strict=False))
        same = next((at for at, (a, b) in pairs if a != b), min(len(here), len(there)))
        begin = max(0, same - _WORDS // 2) if max(len(here), len(there)) > _WORDS else 0
    return f"{name} is {_shown(here, begin)}, not {_shown(there, begin)}"


def _shown(cell: str | None, begin: int) -> str:
    if cell is None:
        return "NULL"
    part = cell[begin : begin + _WORDS]
    before, after = "…" if begin else "", "…" if begin + _WORDS < len(cell) else ""
    return f"{before}{part}{after}"
