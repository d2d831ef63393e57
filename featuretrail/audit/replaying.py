"""Replaying recorded events: an altered one is named, not stumbled over."""

from collections.abc import Iterable

from featuretrail.domain.errors import ChainBrokenError, FeatureTrailError
from featuretrail.domain.replay import Aggregate, after
from featuretrail.infrastructure.log.records import RecordedEvent


def replayed(events: Iterable[RecordedEvent]) -> Aggregate | None:
    """Return the state after ``events`` of one stream, ``None`` after none.

    Raises ``ChainBrokenError`` with the position of the first event that makes no sense there.
    """
    state: Aggregate | None = None
    for recorded in events:
        state = step(state, recorded)
    return state


def step(state: Aggregate | None, recorded: RecordedEvent) -> Aggregate:
    """Return the state after one more event; raises as ``replayed``."""
    event = recorded.event
    try:
        found = after(state, event)
    except (FeatureTrailError, LookupError, TypeError, AttributeError, ValueError) as error:
        raise ChainBrokenError(
            recorded.position, f"its event ({recorded.topic}) cannot be replayed: {error}"
        ) from error
    if found is None or found.version != recorded.originator_version:
        raise ChainBrokenError(
            recorded.position, f"its event ({recorded.topic}) is none of the stream's kind"
        )
    return found
