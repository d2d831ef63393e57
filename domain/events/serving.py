"""Events of serving: rows of online answers were logged."""

from typing import ClassVar

from pydantic import AwareDatetime, BaseModel, ConfigDict

from featuretrail.domain.events.base import Event
from featuretrail.domain.events.registry import register_events


class ServedSheet(BaseModel):
    """The rows of a batch that answered the same features for entities of the same keys.

    ``digest`` is the canonical digest of the rows ordered by id, see ``domain.serving.sheet``.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    features: list[str]
    keys: list[str]
    rows: int
    digest: str


class ServedLogged(Event):
    """A batch of online answers was logged; ``dropped`` rows before it found no room.

    ``share`` is that of the entities whose answers are logged, from 0 to 1.
    """

    TOPIC: ClassVar[str] = "featuretrail.served.logged"

    rows: int
    first_served_at: AwareDatetime
    last_served_at: AwareDatetime
    sheets: list[ServedSheet]
    dropped: int
    share: float


SERVING_EVENTS = (ServedLogged,)

register_events(*SERVING_EVENTS)
