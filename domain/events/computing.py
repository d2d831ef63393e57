"""Events of computing: runs that came to nothing (what rules do store is a batch of values)."""

from typing import Annotated, ClassVar

from pydantic import AwareDatetime, Field

from featuretrail.domain.events.base import Event
from featuretrail.domain.events.registry import register_events


class ComputeFailed(Event):
    """Features of one group were to be computed together, which failed: nothing was stored.

    ``features`` are pinned references; ``failed`` is the one whose rule was at fault, if one was.
    ``since`` and ``until`` are what was asked for. ``error`` is the kind of what went wrong,
    ``message`` what it said. ``started_at`` is by the clock of who computed.
    """

    TOPIC: ClassVar[str] = "featuretrail.compute.failed"

    group: str
    features: Annotated[list[str], Field(min_length=1)]
    failed: str | None
    since: AwareDatetime | None
    until: AwareDatetime | None
    error: str
    message: str
    started_at: AwareDatetime


COMPUTING_EVENTS = (ComputeFailed,)

register_events(*COMPUTING_EVENTS)
