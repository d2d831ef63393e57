"""What a read model is: a table, and for each kind of event the rows it makes or changes."""

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import lru_cache, partial
from typing import Any, NamedTuple, TypeVar
from uuid import UUID, SafeUUID

from attrs import define, field, frozen

from featuretrail.domain.events import Event, RetentionApplied, stream_id

E = TypeVar("E", bound=Event)

Row = dict[str, Any]
"""A row by column, with its ``id``; ``position`` and ``last_position`` are filled in."""


class Place(NamedTuple):
    """Where in the log an event is, and when the log recorded it."""

    position: int
    recorded_at: datetime


@define
class Revision:
    """New values of some columns of the row ``id``, which an earlier event of the stream made."""

    id: UUID
    values: Row


@frozen
class Removal:
    """Rows are removed whose column ``past_since`` is before ``horizon``; NULL is not.

    A horizon is never after the event that states it, and a row becomes past when an event is
    recorded: so what is removed does not depend on where among other streams the event stands, and
    of several removals the greatest horizon says it all. ``time`` is the table's time column, which
    is never after ``past_since``.
    """

    time: str
    past_since: str
    horizon: datetime


Change = Row | Revision | Removal
Handler = Callable[[Any, Place], Iterable[Change]]


@frozen
class ReadModel:
    """A table of the read side, and how each kind of event changes it.

    A handler is pure and returns new rows (dicts with every column) and revisions. Every row
    belongs to one stream: only events of the stream that made it revise it, so only the order
    within a stream matters. Its time column never changes.

    ``past_since`` names the column that says since when a row is past, if rows of the table can be:
    nothing revises such a row any more, and retention removes it in the end.
    """

    table: str
    time: str
    past_since: str | None = field(default=None, kw_only=True)
    handlers: dict[type[Event], Handler] = field(factory=dict, init=False, repr=False)

    def __attrs_post_init__(self) -> None:
        if self.past_since is not None:
            self.handlers[RetentionApplied] = partial(
                _removal, self.table, self.time, self.past_since
            )

    def on(
        self, kind: type[E]
    ) -> Callable[[Callable[[E, Place], Iterable[Change]]], Callable[[E, Place], Iterable[Change]]]:
        """Make the decorated function the handler of events of ``kind``."""

        def register(
            handler: Callable[[E, Place], Iterable[Change]],
        ) -> Callable[[E, Place], Iterable[Change]]:
            if kind in self.handlers:
                raise ValueError(f"{self.table} has a handler of {kind.__qualname__} already")
            self.handlers[kind] = handler
            return handler

        return register

    @property
    def topics(self) -> frozenset[str]:
        """The topics of the events that change the table."""
        return frozenset(kind.TOPIC for kind in self.handlers)


def _removal(
    table: str, time: str, past_since: str, event: RetentionApplied, at: Place
) -> list[Change]:
    if event.table != table:
        return []
    if event.horizon > at.recorded_at:
        raise ValueError(f"the horizon {event.horizon} is after the event, {at.recorded_at}")
    return [Removal(time, past_since, event.horizon)]


def row_id(stream: UUID, part: str) -> UUID:
    """Return the id of one of several rows of a stream: a fixed pattern of bits turned over.

    As distinct as version 5 UUIDs of stream and part, at a fraction of their cost.
    """
    made = object.__new__(UUID)
    object.__setattr__(made, "int", stream.int ^ _pattern(part))  # UUID(int=...) is five times this
    object.__setattr__(made, "is_safe", SafeUUID.unknown)
    return made


@lru_cache(maxsize=4096)
def _pattern(part: str) -> int:
    return stream_id("row", part).int
