"""The eventsourcing library's mapper over our pydantic events and stable topics."""

from uuid import UUID

from eventsourcing.domain import DomainEventProtocol
from eventsourcing.persistence import JSONTranscoder, Mapper, Notification, StoredEvent

from featuretrail.domain.errors import InvalidInputError
from featuretrail.domain.events.base import Event
from featuretrail.infrastructure.log.decoding import decode, encode


class EventMapper(Mapper[UUID]):
    """Maps ``Event`` to its ``TOPIC`` and JSON, and back through its upcasters."""

    def __init__(self) -> None:
        super().__init__(JSONTranscoder())

    def to_stored_event(self, domain_event: DomainEventProtocol[UUID]) -> StoredEvent:
        """Return ``domain_event`` as the log keeps it."""
        if not isinstance(domain_event, Event):
            raise InvalidInputError(
                f"the log keeps featuretrail events, not {type(domain_event).__qualname__}"
            )
        return StoredEvent(
            domain_event.originator_id,
            domain_event.originator_version,
            type(domain_event).TOPIC,
            encode(domain_event),
        )

    def to_domain_event(self, stored_event: StoredEvent) -> DomainEventProtocol[UUID]:
        """Return the event that ``stored_event`` holds (see ``decoding.decode``)."""
        position = stored_event.id if isinstance(stored_event, Notification) else 0
        return decode(stored_event, position)
