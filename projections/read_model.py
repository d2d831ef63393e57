"""What a read model is: a table, and for each kind of event the rows it makes or changes."""

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

from attrs import define, field, frozen

from featuretrail.domain.events import Event, stream_id

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


Change = Row | Revision
Handler = Callable[[Any, Place], Iterable[Change]]


@frozen
class ReadModel:
    """A table of the read side, and how each kind of event changes it.

    A handler is pure and returns new rows (dicts with every column) and revisions. Every row
    belongs to one stream: only events of the stream that made it revise it, so only the order
    within a stream matters. Its time column never changes.
    """

    table: str
    time: str
    handlers: dict[type[Event], Handler] = field(factory=dict, init=False, repr=False)

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


def row_id(stream: UUID, part: str) -> UUID:
    """Return the id of one of several rows of a stream: a fixed pattern of bits turned over.

    As distinct as version 5 UUIDs of stream and part, at a fraction of their cost.
    """
    return UUID(int=stream.int ^ _pattern(part))


@lru_cache(maxsize=4096)
def _pattern(part: str) -> int:
    return stream_id("row", part).int
