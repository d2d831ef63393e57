"""Events of the log's own tests, one of them in its third class version."""

from typing import Any, ClassVar
from uuid import UUID, uuid4

from featuretrail.domain.events.base import Event, JsonObject
from featuretrail.domain.events.registry import register_events


class Counted(Event):
    """A number was counted."""

    TOPIC: ClassVar[str] = "tests.counted"

    number: int
    label: str = ""


class Measured(Event):
    """A temperature was measured: at first in Fahrenheit, then without a place."""

    TOPIC: ClassVar[str] = "tests.measured"
    class_version: ClassVar[int] = 3

    celsius: float
    place: str

    @staticmethod
    def upcast_v1_v2(state: JsonObject) -> JsonObject:
        fahrenheit = state.pop("fahrenheit")
        return {**state, "celsius": round((fahrenheit - 32) / 1.8, 6)}

    @staticmethod
    def upcast_v2_v3(state: JsonObject) -> JsonObject:
        return {**state, "place": "unknown"}


register_events(Counted, Measured)


def counted(
    *numbers: int, stream: UUID | None = None, after: int = 0, **fields: Any
) -> list[Event]:
    """One event a number, in a new stream or in ``stream`` after version ``after``."""
    own = uuid4() if stream is None else stream
    return [
        Counted.in_stream(own, after + place, number=number, **fields)
        for place, number in enumerate(numbers, start=1)
    ]
