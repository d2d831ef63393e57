"""The lineage of one version of a feature, as it is declared."""

from typing import Any, Self

from attrs import asdict, field, frozen

from featuretrail.domain.lineage.lineage import Lineage
from featuretrail.domain.lineage.node import Node
from featuretrail.domain.lineage.quality import LineageQuality, lineage_quality
from featuretrail.domain.names import FeatureReference
from featuretrail.domain.results import Result


@frozen
class FeatureLineage(Result):
    """What is declared of a version of a feature, and how good that is as of ``position``.

    ``declared_at`` is the position of the event that says so, of a retirement if it is ``retired``
    and ``None`` where nothing was declared. Score, complexity and milliseconds are those of the
    declaration (``None``: not evaluated); ``quality`` is evaluated now and has the reasons.
    """

    feature: str
    version: str
    position: int
    declared_at: int | None
    parents: tuple[Node, ...]
    computation_rule: str | None
    streaming_source: str | None
    outcome_tracking_version: str | None
    cross_system_consistency: str | None
    computation_complexity: str | None
    estimated_computation_time_ms: float | None
    lineage_quality_score: float | None
    retired: bool
    quality: LineageQuality = field(repr=False)

    @classmethod
    def of(cls, lineage: Lineage, feature: FeatureReference) -> Self:
        """Return what ``lineage`` says of a pinned feature."""
        node = Node.feature(feature)
        said = lineage.aggregate(feature).declared
        facts = lineage.graph.facts(node)
        return cls(
            feature=feature.path,
            version=str(feature.version),
            position=lineage.graph.position,
            declared_at=facts.declared,
            parents=lineage.graph.parents(node),
            computation_rule=facts.rule,
            streaming_source=None if said is None else said.streaming_source,
            outcome_tracking_version=None if said is None else said.outcome_tracking_version,
            cross_system_consistency=None if said is None else said.cross_system_consistency,
            computation_complexity=facts.complexity,
            estimated_computation_time_ms=facts.estimated_ms,
            lineage_quality_score=facts.score,
            retired=facts.retired,
            quality=lineage_quality(lineage.graph, node),
        )

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why the quality is not 100."""
        return self.quality.reasons

    def to_dict(self) -> dict[str, Any]:
        """Return the lineage as a JSON object."""
        said = asdict(self, recurse=False)
        said["parents"] = [each.to_dict() for each in self.parents]
        said["quality"] = self.quality.to_dict()
        return said
