"""What every event has: a stream, a version in it, a stable topic, and who decided it and why."""

import json
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Self
from uuid import NAMESPACE_URL, UUID, uuid5

from pydantic import BaseModel, ConfigDict, Field

_NAMESPACE = uuid5(NAMESPACE_URL, "featuretrail")

JsonObject = dict[str, Any]

Score = Annotated[float, Field(ge=0, le=100)]
"""A score, from 0 to 100."""


def stream_id(kind: str, name: str) -> UUID:
    """Return the deterministic id of the stream of ``kind`` named ``name`` (a version 5 UUID)."""
    return uuid5(_NAMESPACE, f"{kind}:{name}")


class Metadata(BaseModel):
    """Who decided, why, and what the decision belongs to."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    actor: str | None = None
    reason: str | None = None
    correlation_id: UUID | None = None
    causation_id: UUID | None = None


class Event(BaseModel):
    """A fact of one stream; satisfies the eventsourcing library's ``DomainEventProtocol``.

    ``TOPIC`` is the event's name in the log for ever and never follows a module's path. A change
    of the fields raises ``class_version`` and adds ``upcast_v1_v2`` (and so on), static methods
    that turn the JSON object of one version into that of the next.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    TOPIC: ClassVar[str]
    class_version: ClassVar[int] = 1

    originator_id: UUID = Field(exclude=True)
    originator_version: int = Field(exclude=True)
    metadata: Metadata = Metadata()

    @classmethod
    def upcast(cls, state: Mapping[str, Any], from_version: int) -> JsonObject:
        """Return ``state`` of class version ``from_version`` as of the present class version."""
        upcasted = dict(state)
        for version in range(from_version, cls.class_version):
            upcasted = getattr(cls, f"upcast_v{version}_v{version + 1}")(upcasted)
        return upcasted

    @classmethod
    def in_stream(cls, stream: UUID, version: int, /, **fields: Any) -> Self:  # noqa: ANN401
        """Return the event as number ``version`` of ``stream``."""
        return cls(originator_id=stream, originator_version=version, **fields)

    def repeats(self, other: "Event | None") -> bool:
        """Tell whether the event says what ``other`` of its stream said, whoever it was and why.

        Compared is what is recorded: in JSON 1, 1.0 and true differ, the order of keys does not.
        """
        return type(self) is type(other) and _statement(self) == _statement(other)


def _statement(event: Event) -> str:
    return json.dumps(event.model_dump(mode="json", exclude={"metadata"}), sort_keys=True)
