"""Baselines: what features are compared with, as their event tells it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Self

from attrs import field, frozen

from featuretrail.domain.errors import InvalidInputError
from featuretrail.domain.events import BaselineCreated
from featuretrail.domain.inputs import check_label, shown
from featuretrail.domain.results import Result


@frozen
class Baseline(Result):
    """Profiles of features under a name, pinned: the log has their digest.

    ``features`` are pinned references; ``rows`` how many each was profiled from.
    """

    name: str
    target: str
    features: tuple[str, ...]
    rows: int
    snapshot_id: str | None
    since: datetime | None
    until: datetime | None
    position: int
    season: str | None
    time_zone: str | None
    digest: str
    created_at: datetime
    actor: str | None
    reason: str | None
    event: BaselineCreated = field(repr=False)

    @classmethod
    def of(cls, event: BaselineCreated, created_at: datetime) -> Self:
        """Return the baseline of an event."""
        return cls(
            name=event.name,
            target=event.target,
            features=tuple(each["reference"] for each in event.features),
            rows=max((each["rows"] for each in event.features), default=0),
            snapshot_id=event.snapshot_id,
            since=event.since,
            until=event.until,
            position=event.position,
            season=event.season,
            time_zone=event.time_zone,
            digest=event.digest,
            created_at=created_at,
            actor=event.metadata.actor,
            reason=event.metadata.reason,
            event=event,
        )

    @property
    def thresholds(self) -> Mapping[str, Mapping[str, Any]]:
        """What counts as drift, by feature; ``*`` is for all others."""
        return self.event.thresholds

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON object."""
        return self.event.model_dump(mode="json") | {"created_at": self.created_at.isoformat()}


def check_baseline_name(given: object) -> str:
    """Return the name of a baseline: one line of text without ``@``, as snapshots have."""
    name = check_label("the name of a baseline", given)
    if "@" in name:
        raise InvalidInputError(
            f"the name of a baseline is {shown(given)}; leave out the '@', which names versions"
        )
    return name
