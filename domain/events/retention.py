"""Events of retention: how long rows of a table are kept, and up to when they were removed."""

from typing import Annotated, ClassVar

from pydantic import AwareDatetime, Field

from featuretrail.domain.events.base import Event
from featuretrail.domain.events.registry import register_events


class RetentionSet(Event):
    """How long the read side keeps the past rows of ``table``; null keeps them for ever."""

    TOPIC: ClassVar[str] = "featuretrail.retention.set"

    table: str
    keep_microseconds: Annotated[int, Field(gt=0)] | None


class RetentionApplied(Event):
    """Rows of ``table`` that were past before ``horizon`` are removed, wherever it is built."""

    TOPIC: ClassVar[str] = "featuretrail.retention.applied"

    table: str
    horizon: AwareDatetime


RETENTION_EVENTS = (RetentionSet, RetentionApplied)

register_events(*RETENTION_EVENTS)
