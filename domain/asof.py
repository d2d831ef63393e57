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

    ``known`` is ``None`` when every row counts as known. All arrays have one length; the rows lie
    in any order.
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


@frozen(eq=False)
class _Line:
    """Entities and times on one line of integers, so that one binary search finds both.

    Entity ``c`` owns the places from ``c * span``, which stands before all its times. Times are
    counted from ``low`` or, where that would exceed 64 bits, by their ranks.
    """

    low: int
    span: int
    ranks: Ints | None = field(repr=False)

    @classmethod
    def through(cls, rows: Rows) -> Self:
        if rows.codes.size == 0:
            return cls(0, 1, None)
        low = int(rows.event_times.min())
        span = int(rows.event_times.max()) - low + 2
        if (int(rows.codes.max()) + 1) * span < 2**63:
            return cls(low, span, None)
        ranks = np.unique(rows.event_times)
        return cls(low, ranks.size + 1, ranks)

    def places(self, codes: Ints, times: Ints) -> Ints:
        """Return where each (entity, time) lies; ``times`` are those of the rows."""
        if self.ranks is None:
            return codes * self.span + (times - (self.low - 1))
        return codes * self.span + np.searchsorted(self.ranks, times, side="right")

    def places_asked(self, codes: Ints, times: Ints) -> Ints:
        """Return where any (entity, time) lies; a time that no row has counts as the one before."""
        if self.ranks is None:
            times = np.clip(times, self.low - 1, self.low + self.span - 2)
        return self.places(codes, times)


@frozen(eq=False)
class Timelines:
    """Rows in order: ``order`` sorts them by entity, event time and batch; ``places`` is sorted."""

    rows: Rows
    order: Ints = field(repr=False)
    places: Ints = field(repr=False)
    line: _Line = field(repr=False)

    @classmethod
    def of(cls, rows: Rows) -> Self:
        """Put ``rows`` in order; quick where they are a few ordered stretches, as batches are."""
        line = _Line.through(rows)
        places = line.places(rows.codes, rows.event_times)
        order = np.argsort(places, kind="stable")
        places = places[order]
        tied = places[1:] == places[:-1]
        if tied.any():
            members = np.flatnonzero(np.append(tied, False) | np.insert(tied, 0, False))
            among = order[members]
            order[members] = among[np.lexsort((rows.batches[among], places[members]))]
        return cls(rows, order, places, line)

    def only(self, chosen: Flags) -> Self:
        """Return the timelines of the rows that are ``chosen`` (one flag a row)."""
        kept = chosen[self.order]
        return type(self)(self.rows, self.order[kept], self.places[kept], self.line)

    def last_rows(self, questions: Questions) -> Ints:
        """Return the index in ``rows`` that answers each question, or -1."""
        if self.order.size == 0:
            return np.full(questions.codes.size, -1, np.int64)
        asked = self.line.places_asked(questions.codes, questions.until)
        found = _search(self.places, asked)
        found = self._within_entity(found, questions)
        found = _passing(found, self._conditions(questions))
        found = self._within_entity(found, questions)
        found = np.where(found >= 0, self.order[found], -1)
        if questions.since is not None:
            found[self.rows.event_times[found] < questions.since] = -1
        return found

    def _within_entity(self, found: Ints, questions: Questions) -> Ints:
        begin = questions.codes * self.line.span
        return np.where((found >= 0) & (self.places[found] > begin), found, -1)

    def _conditions(self, questions: Questions) -> list[tuple[LastMatch, Ints]]:
        """Return what else an answer must pass, each as values that may not exceed bounds."""
        conditions = []
        if self.rows.known is not None and questions.known_by is not None:
            conditions.append((LastMatch(self.rows.known[self.order]), questions.known_by))
        if questions.hidden_until is not None:
            batches = self.rows.batches[self.order]
            conditions.append((LastMatch(-batches), -questions.hidden_until - 1))
        return conditions


def _search(places: Ints, asked: Ints) -> Ints:
    """Return the last place at or before each one asked; in order, which spares the caches."""
    order = np.argsort(asked)
    found = np.empty(asked.size, np.int64)
    found[order] = np.searchsorted(places, asked[order], side="right") - 1
    return found


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
