"""Events of training: a model was made from a snapshot."""

from typing import ClassVar

from featuretrail.domain.events.base import Event, JsonObject
from featuretrail.domain.events.registry import register_events


class TrainingRunRecorded(Event):
    """A model was trained on a snapshot; ``version`` is the model's.

    ``run_id`` names the run in the caller's own tracking, if it has one there; ``code_version`` is
    a commit or release of the training code.
    """

    TOPIC: ClassVar[str] = "featuretrail.training.recorded"

    run_id: str
    model: str
    version: str
    snapshot_id: str
    metrics: dict[str, float]
    parameters: JsonObject
    code_version: str | None = None


TRAINING_EVENTS = (TrainingRunRecorded,)

register_events(*TRAINING_EVENTS)
