"""What is known of one version of a feature, from its definition, its events and its values."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from attrs import asdict, field, frozen

from featuretrail.domain.definitions import Feature, FeatureGroup
from featuretrail.domain.documentation.chronicle import BaselineTold, ConsistencyTold, QualityTold
from featuretrail.domain.documentation.declared import is_private, owner_of, tags_of
from featuretrail.domain.lineage.feature_lineage import FeatureLineage
from featuretrail.domain.names import FeatureReference
from featuretrail.domain.performance.summary import CostSummary
from featuretrail.domain.quality.incident import Incident
from featuretrail.domain.results import Result
from featuretrail.domain.versions import Version


@frozen
class HistoryEntry(Result):
    """One event of the life of a feature: when, who, why and what."""

    position: int
    recorded_at: datetime
    actor: str | None
    reason: str | None
    what: str
    version: str | None = None
    definition: bool = False
    """Whether it defined a version, which somebody decided and gives a reason for."""

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON object."""
        return asdict(self) | {"recorded_at": self.recorded_at.isoformat()}


@frozen
class ValueFacts:
    """The newest values: their statistics, and of which event times they are.

    ``complete`` tells that they are all values that the store holds. ``last_change`` is the
    position of the last event that changed values of the group.
    """

    statistics: Mapping[str, Any]
    first_event_time: datetime | None
    last_event_time: datetime | None
    complete: bool
    last_change: int


@frozen
class Example:
    """Real rows of the store, and a call that was executed with what it returned.

    ``present`` is how many of the rows that the call returned have a value.
    """

    rows: Sequence[Mapping[str, Any]]
    code: str
    output: Sequence[Mapping[str, Any]]
    present: int
    position: int

    def to_list(self) -> list[dict[str, Any]]:
        """Return the rows and the call as JSON objects."""
        return [
            {"kind": "rows", "rows": [dict(row) for row in self.rows]},
            {
                "kind": "call",
                "code": self.code,
                "output": [dict(row) for row in self.output],
                "position": self.position,
            },
        ]


@frozen
class FeatureFacts:
    """Everything that the documentation of one version of a feature is made from.

    ``earlier`` is the definition before it. ``parents`` says of each feature it comes from
    directly whether that is described. Sets, snapshots, baselines, incidents and checks are those
    of versions whose values are the same as this one's. ``absent`` gives the reason for values or
    an example that are not there.
    """

    feature: FeatureReference
    definition: Feature
    group: FeatureGroup
    versions: tuple[str, ...]
    earlier: Feature | None = None
    changes: tuple[HistoryEntry, ...] = ()
    lineage: FeatureLineage | None = field(default=None, repr=False)
    parents: Mapping[str, bool] = {}
    sets: tuple[str, ...] = ()
    snapshots: tuple[str, ...] = ()
    values: ValueFacts | None = None
    example: Example | None = None
    absent: str = ""
    quality: QualityTold | None = None
    baselines: tuple[BaselineTold, ...] = ()
    incidents: tuple[Incident, ...] = ()
    consistency: tuple[ConsistencyTold, ...] = ()
    costs: Mapping[str, CostSummary] = {}

    @property
    def owner(self) -> str | None:
        """Who answers for it: the feature's own owner, or else the group's."""
        return owner_of(self.definition, self.group)

    @property
    def tags(self) -> tuple[str, ...]:
        """The tags of the feature and of its group, sorted."""
        return tags_of(self.definition, self.group)

    @property
    def private(self) -> bool:
        """Whether no row may be shown, see ``PRIVATE_TAGS``."""
        return is_private(self.definition, self.group)

    @property
    def retired(self) -> bool:
        """Whether this version shall not be used any more."""
        return self.lineage is not None and self.lineage.retired

    @property
    def newest(self) -> Version:
        """The newest version of the feature, which alone has a successor to come."""
        return max(map(Version.parse, self.versions))

    @property
    def computed(self) -> bool:
        """Whether a rule makes its values."""
        return self.definition.rule is not None
