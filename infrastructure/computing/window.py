"""Which rows of a unit a run computes: those asked for, or those that are due."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
from attrs import frozen

from featuretrail.domain.asof import EARLIEST
from featuretrail.domain.errors import RetentionError
from featuretrail.domain.rule_units import Unit
from featuretrail.infrastructure.computing.marks import due_since
from featuretrail.infrastructure.retrieval.removals import Removals, removals
from featuretrail.infrastructure.values.moments import microseconds

AnyConnection = psycopg.Connection[Any]

FOREVER = 2**62
"""Stands after every time, where none is meant."""


@frozen
class Window:
    """Event times in ``[since, until)`` are computed, from rows at or after ``lead``.

    All three are microseconds. ``due`` is from when on the unit was to be computed, ``left`` what
    is left of that afterwards.
    """

    since: int
    until: int
    lead: int
    due: datetime | None
    left: datetime | None

    @property
    def empty(self) -> bool:
        """Whether there is nothing to do."""
        return self.since >= self.until


def window_of(
    connection: AnyConnection,
    unit: Unit,
    position: int,
    since: datetime | None,
    until: datetime | None,
) -> Window:
    """Return the window of ``unit`` as of ``position``; without ``since``, from what is due on.

    Raises ``RetentionError`` for rows that depend on values which retention removed; what is due
    and can no longer be computed is left out instead.
    """
    reach = unit.reach()
    first = _first_computable(connection, unit, position, reach)
    due = due_since(connection, unit, position)
    if due is not None and first is not None:
        due = max(due, first)
    begin = due if since is None else since
    if since is not None and first is not None and since < first:
        _refuse(connection, unit, first)
    end = FOREVER if until is None else microseconds(until)
    start = end if begin is None else microseconds(begin)
    lead = EARLIEST if reach is None else max(EARLIEST, start - reach)
    return Window(start, end, lead, due, _left(due, since, until))


def _left(due: datetime | None, since: datetime | None, until: datetime | None) -> datetime | None:
    """Return from when on a unit is still to be computed after its window was."""
    if due is None or (since is not None and since > due):
        return due
    if until is None:
        return None
    return max(due, until)


def _first_computable(
    connection: AnyConnection, unit: Unit, position: int, reach: int | None
) -> datetime | None:
    """Return the event time before which retention left too little (``None``: nothing removed)."""
    times = [own.horizon for own in _removals(connection, [unit.group.name])]
    for removed in _removals(connection, sorted({s.group.name for s in unit.sources})):
        if reach is None:
            raise RetentionError(
                removed.group,
                removed.horizon.isoformat(),
                removed.position,
                f"the rules of {unit.name} read all of its history; give them a history that "
                "retention keeps",
            )
        if position < removed.known_position:
            raise RetentionError(
                removed.group,
                removed.horizon.isoformat(),
                removed.position,
                "values were removed while they were read; compute again",
            )
        times.append(removed.horizon + timedelta(microseconds=reach))
    return max((time.astimezone(UTC) for time in times), default=None)


def _removals(connection: AnyConnection, groups: list[str]) -> Iterator[Removals]:
    yield from removals(connection, groups)


def _refuse(connection: AnyConnection, unit: Unit, first: datetime) -> None:
    groups = sorted({unit.group.name, *(source.group.name for source in unit.sources)})
    removed = next(iter(_removals(connection, groups)))
    raise RetentionError(
        removed.group,
        removed.horizon.isoformat(),
        removed.position,
        f"{unit.name} can be computed from {first.isoformat()} on; give that as since",
    )
