"""Every event class by its topic; filled by importing the families."""

from featuretrail.domain.errors import NotFoundError
from featuretrail.domain.events.base import Event

_BY_TOPIC: dict[str, type[Event]] = {}


def register_events(*classes: type[Event]) -> None:
    """Make ``classes`` readable from the log; a topic taken twice is a programming error."""
    for event_class in classes:
        known = _BY_TOPIC.setdefault(event_class.TOPIC, event_class)
        if known is not event_class:
            raise ValueError(f"topic {event_class.TOPIC!r} is taken by {known.__qualname__}")


def event_class(topic: str) -> type[Event]:
    """Return the class recorded under ``topic``; raise ``NotFoundError`` for a foreign topic."""
    try:
        return _BY_TOPIC[topic]
    except KeyError:
        raise NotFoundError("event topic", topic, sorted(_BY_TOPIC)) from None


def topics() -> tuple[str, ...]:
    """Return every known topic, sorted."""
    return tuple(sorted(_BY_TOPIC))
