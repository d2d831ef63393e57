"""Events of online rows that were derived from the values anew."""

from typing import ClassVar

from pydantic import NonNegativeInt

from featuretrail.domain.events.base import Event, JsonObject
from featuretrail.domain.events.registry import register_events


class OnlineRefreshed(Event):
    """The newest rows of some entities of a group were derived from its values again.

    Of ``entities`` that disagreed, ``rows_removed`` online rows went and ``rows_written`` came in
    their place. ``keys`` are the first of these entities, ``snapshot_id`` the snapshot whose check
    found them.
    """

    TOPIC: ClassVar[str] = "featuretrail.online.refreshed"

    group: str
    snapshot_id: str | None
    entities: NonNegativeInt
    rows_removed: NonNegativeInt
    rows_written: NonNegativeInt
    keys: list[JsonObject]


REFRESHING_EVENTS = (OnlineRefreshed,)

register_events(*REFRESHING_EVENTS)
