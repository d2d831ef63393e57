"""The stream of a one-event record, such as a batch or a check: what its event says."""

from typing import Self
from uuid import UUID

from attrs import evolve, frozen

from featuretrail.domain.events.base import Event


@frozen
class Record:
    """A record as its stream tells it: what its latest event, mostly its only one, says."""

    id: UUID
    version: int = 0
    event: Event | None = None

    @classmethod
    def initial(cls, stream: UUID) -> Self:
        """Return the record before its first event; its id is its stream's."""
        return cls(stream)

    def evolve(self, event: Event) -> Self:
        """Return the state after ``event``."""
        return evolve(self, version=event.originator_version, event=event)
