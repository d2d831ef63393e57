"""Events of outcomes: what really happened was recorded."""

from typing import ClassVar, Literal

from pydantic import AwareDatetime

from featuretrail.domain.events.base import Event
from featuretrail.domain.events.registry import register_events

OnConflict = Literal["error", "keep", "replace"]


class OutcomesRecorded(Event):
    """Outcomes of a version of a label were stored, ``rows`` of them.

    ``values_batch`` is the batch of the label's group that holds the new values among them.
    ``served`` and ``judged`` rows judge a served row and a snapshot's row; ``snapshots`` and
    ``features`` (pinned) are those judged. ``repeated`` and ``kept`` rows were given and not
    stored: the same again, and others than what was kept. ``digest`` is that of the stored rows in
    order, ``given_digest`` that of all that was given.
    """

    TOPIC: ClassVar[str] = "featuretrail.outcomes.recorded"

    label: str
    version: str
    values_batch: int | None
    rows: int
    first_event_time: AwareDatetime
    last_event_time: AwareDatetime
    digest: str
    given_digest: str
    seen: list[str]
    served: int
    judged: int
    snapshots: list[str]
    features: list[str]
    late: int
    repeated: int
    kept: int
    replaced: int
    on_conflict: OnConflict
    idempotency_key: str | None = None
    source: str | None = None


OUTCOME_EVENTS = (OutcomesRecorded,)

register_events(*OUTCOME_EVENTS)
