"""How far a feature has been computed: written into the log as the source of each computed batch.

``compute parents@1234`` says: all that the parents held up to position 1234 is taken in;
``compute parents@1234 due@2013-01-01T00:00:00+00:00`` says: all of it before that event time.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Self

import psycopg
from attrs import frozen

from featuretrail.domain.events.values import ValuesIngested
from featuretrail.domain.rule_units import Unit, place
from featuretrail.infrastructure.log.records import RecordedEvent
from featuretrail.infrastructure.queries import query

AnyConnection = psycopg.Connection[Any]

_MARK = re.compile(r"compute parents@(\d{1,19})(?: due@(\S+))?")


@frozen
class Mark:
    """All that the parents held up to ``position`` is computed, up to the event time ``due``.

    ``due`` is ``None`` where nothing is left.
    """

    position: int
    due: datetime | None = None

    @classmethod
    def read(cls, source: str | None) -> Self | None:
        """Return the mark that a batch has as its source, if it has one."""
        match = None if source is None else _MARK.fullmatch(source)
        if match is None:
            return None
        due = None if match[2] is None else datetime.fromisoformat(match[2])
        return cls(int(match[1]), due)

    def __str__(self) -> str:
        due = "" if self.due is None else f" due@{self.due.astimezone(UTC).isoformat()}"
        return f"compute parents@{self.position}{due}"


def due_since(connection: AnyConnection, unit: Unit, position: int) -> datetime | None:
    """Return the event time from which on ``unit`` is to be computed (``None``: nothing is).

    What its sources held up to ``position`` counts: all of it for a version that was not computed
    before, else what its mark leaves and what came since.
    """
    marks = _marks(connection, unit, position)
    times = [mark.due for mark in marks.values() if mark.due is not None]
    sources = unit.sources_by_feature()
    asked: set[tuple[str, frozenset[str], int]] = set()
    for feature in unit.features:
        mark = marks.get(feature.column)
        columns: dict[str, set[str]] = {}
        for group, column in sources[place(feature)]:
            columns.setdefault(group, set()).add(column)
        after = 0 if mark is None else mark.position
        asked |= {(group, frozenset(names), after) for group, names in columns.items()}
    changed = (
        _changed_since(connection, group, sorted(names), after, position)
        for group, names, after in asked
    )
    return min([*times, *(moment for moment in changed if moment is not None)], default=None)


def _changed_since(
    connection: AnyConnection, group: str, columns: Sequence[str], after: int, until: int
) -> datetime | None:
    facts = {"group": group, "columns": list(columns), "after": after, "until": until}
    [(moment,)] = connection.execute(query("computing/changed"), facts, binary=True)
    return None if moment is None else moment.astimezone(UTC)


def _marks(connection: AnyConnection, unit: Unit, position: int) -> Mapping[str, Mark]:
    """Return the mark of each column of ``unit`` whose last batch was computed by this version."""
    columns = {feature.column: str(feature.version.version) for feature in unit.features}
    rows = connection.execute(
        query("computing/last_runs"),
        {"group": unit.group.name, "columns": list(columns), "position": position},
        binary=True,
    )
    marks: dict[str, Mark] = {}
    for column, *row in rows:
        event = RecordedEvent(*row).event
        if isinstance(event, ValuesIngested) and event.columns.get(column) == columns[column]:
            mark = Mark.read(event.source)
            marks |= {} if mark is None else {column: mark}
    return marks
