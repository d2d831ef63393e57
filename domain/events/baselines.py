"""Events of baselines: what features are compared with, and what comparing them found."""

from typing import ClassVar, Literal

from pydantic import AwareDatetime, NonNegativeFloat

from featuretrail.domain.events.base import Event, JsonObject
from featuretrail.domain.events.registry import register_events

CheckedWhat = Literal["window", "snapshot", "data"]


class BaselineCreated(Event):
    """Features were profiled, so that later values can be compared with theirs.

    ``target`` is what the baseline was asked of: a set, a group or features. ``features`` lists
    each feature's pinned reference, dtype and number of rows. The rows are those of
    ``snapshot_id``, or had event times in ``[since, until)`` (null: without bound) at ``position``.
    The profiles are the blob of ``digest``. ``thresholds`` maps a feature, or ``*`` for all others,
    to what counts as drift. ``season`` names the parts of the calendar that are told apart, in
    ``time_zone``.
    """

    TOPIC: ClassVar[str] = "featuretrail.baseline.created"

    name: str
    target: str
    features: list[JsonObject]
    snapshot_id: str | None
    since: AwareDatetime | None
    until: AwareDatetime | None
    position: int
    season: str | None
    time_zone: str | None
    thresholds: dict[str, JsonObject]
    digest: str
    storage: str
    stored_bytes: int
    computation_time_ms: NonNegativeFloat


class DriftChecked(Event):
    """Values were compared with a baseline, or their relation to an outcome with a snapshot's.

    A stream holds the checks of windows against ``baseline``, another those of snapshots: the name
    of one, or of the snapshot whose relation to ``outcome`` is the reference. ``verdicts`` has a
    JSON object a feature, in order. ``incidents`` maps each feature with an open incident of this
    baseline to its id, as this check left them; ``moved_until`` is the end of the newest window
    that moved them so far, so that a check of an older one does not.
    """

    TOPIC: ClassVar[str] = "featuretrail.drift.checked"

    baseline: str
    outcome: str | None
    checked: CheckedWhat
    since: AwareDatetime | None
    until: AwareDatetime | None
    snapshot_id: str | None
    content_digest: str | None
    position: int
    alpha: float
    thresholds: dict[str, JsonObject]
    verdicts: list[JsonObject]
    incidents: dict[str, str]
    moved_until: AwareDatetime | None
    duration_ms: NonNegativeFloat


def checks_name(baseline: str, checked: CheckedWhat) -> str:
    """Return the name of the stream of checks against ``baseline`` that look at one kind of thing.

    Each kind has incidents of its own: what a snapshot holds says nothing of today's values.
    """
    return baseline if checked == "window" else f"{baseline} of {_PLURAL[checked]}"


_PLURAL = {"snapshot": "snapshots", "data": "data"}

BASELINE_EVENTS = (BaselineCreated, DriftChecked)

register_events(*BASELINE_EVENTS)
