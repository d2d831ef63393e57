"""The as-of join: for every (entity, time), the last row at or before it; numpy only."""

from collections.abc import Sequence
from typing import Self

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from featuretrail.domain.last_match import LastMatch

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

EARLIEST = np.iinfo(np.int64).min
"""Stands before every time, where none is meant."""


@frozen(eq=False)
class Rows:
    """Rows of values: entity codes, event times (microseconds), batches, and when known.

    ``known`` is ``None`` when every row counts as known. All arrays have one length; rows lie in
    any order until ``in_order`` sorts them by entity, event time and batch.
    """

    codes: Ints = field(repr=False)
    event_times: Ints = field(repr=False)
    batches: Ints = field(repr=False)
    known: Ints | None = field(default=None, repr=False)

    def take(self, chosen: Ints | Flags) -> Self:
        """Return the rows at ``chosen``, in its order."""
        known = None if self.known is None else self.known[chosen]
        return type(self)(self.codes[chosen], self.event_times[chosen], self.batches[chosen], known)


@frozen(eq=False)
class Questions:
    """What is asked of each spine row.

    The answer's event time is at most ``until``; its batch is greater than ``hidden_until`` (0
    unless a retraction hides batches); it is not older than ``since``; and, in the row cut, it was
    known at or before ``known_by``.
    """

    codes: Ints = field(repr=False)
    until: Ints = field(repr=False)
    hidden_until: Ints | None = field(default=None, repr=False)
    since: Ints | None = field(default=None, repr=False)
    known_by: Ints | None = field(default=None, repr=False)


class _Line:
    """Entities and times on one line of integers, so that one binary search finds both."""

    def __init__(self, times: Ints) -> None:
        self._low = int(times.min())
        self._span = int(times.max()) - self._low + 2
        self._ranks: Ints | None = None

    @classmethod
    def through(cls, rows: Rows) -> Self:
        line = cls(rows.event_times)
        if (int(rows.codes.max()) + 1) * line._span >= 2**63:
            line._ranks = np.unique(rows.event_times)
            line._span = line._ranks.size + 1
        return line

    def places(self, codes: Ints, times: Ints) -> Ints:
        """Return where each (entity, time) lies; times between ranks count as the rank before."""
        if self._ranks is not None:
            steps = np.searchsorted(self._ranks, times, side="right")
        else:
            clipped = np.clip(times, self._low - 1, self._low + self._span - 2)
            steps = clipped - (self._low - 1)
        return codes * self._span + steps


def in_order(rows: Rows) -> Ints:
    """Return the order of ``rows`` by entity, event time and batch."""
    if rows.codes.size == 0:
        return np.empty(0, np.int64)
    places = _Line.through(rows).places(rows.codes, rows.event_times)
    order = np.argsort(places)
    places = places[order]
    tied = places[1:] == places[:-1]
    if tied.any():
        members = np.flatnonzero(np.append(tied, False) | np.insert(tied, 0, False))
        among = order[members]
        order[members] = among[np.lexsort((rows.batches[among], places[members]))]
    return order


def last_rows(rows: Rows, questions: Questions) -> Ints:
    """Return the index in ``rows`` (which are in order) that answers each question, or -1."""
    if rows.codes.size == 0:
        return np.full(questions.codes.size, -1, np.int64)
    line = _Line.through(rows)
    places = line.places(rows.codes, rows.event_times)
    asked = line.places(questions.codes, questions.until)
    found = np.searchsorted(places, asked, side="right") - 1
    found = _within_entity(rows, questions, found)
    found = _passing(found, _conditions(rows, questions))
    found = _within_entity(rows, questions, found)
    if questions.since is not None:
        found[rows.event_times[found] < questions.since] = -1
    return found


def _within_entity(rows: Rows, questions: Questions, found: Ints) -> Ints:
    return np.where((found >= 0) & (rows.codes[found] == questions.codes), found, -1)


def _conditions(rows: Rows, questions: Questions) -> list[tuple[LastMatch, Ints]]:
    """Return what else an answer must pass, each as values that may not exceed bounds."""
    conditions = []
    if rows.known is not None and questions.known_by is not None:
        conditions.append((LastMatch(rows.known), questions.known_by))
    if questions.hidden_until is not None:
        conditions.append((LastMatch(-rows.batches), -questions.hidden_until - 1))
    return conditions


def _passing(found: Ints, conditions: Sequence[tuple[LastMatch, Ints]]) -> Ints:
    """Walk back from ``found`` to the last row that passes every condition at once."""
    if not conditions:
        return found
    walking = np.flatnonzero(found >= 0)
    while walking.size:
        before = found[walking]
        after = before
        for values, bounds in conditions:
            after = values.search(after, bounds[walking])
        found[walking] = after
        walking = walking[(after != before) & (after >= 0)] if len(conditions) > 1 else walking[:0]
    return found
