"""The pages of features: what each is made from, and what it shows."""

from collections.abc import Mapping, Sequence
from typing import Any

from attrs import field, frozen

from featuretrail.documentation.addresses import node_page
from featuretrail.documentation.costs import Costs, budget_of
from featuretrail.documentation.digesting import digest_of
from featuretrail.documentation.gathering import Gatherer
from featuretrail.documentation.moments import StoreMoment
from featuretrail.documentation.pictures import Pictures, around, versions_of
from featuretrail.documentation.rendering import made_by
from featuretrail.documentation.values import ReadValues
from featuretrail.domain.documentation.facts import FeatureFacts
from featuretrail.domain.documentation.record import FeatureDocumentation
from featuretrail.domain.documentation.trend import trend_svg
from featuretrail.domain.lineage.node import Node
from featuretrail.domain.registry import ResolvedFeature


@frozen(eq=False)
class FeaturePage:
    """A feature with all that is known of it but its values, and the digest of that."""

    feature: ResolvedFeature
    facts: FeatureFacts
    inputs: str


@frozen(eq=False)
class FeaturePages:
    """Makes the pages of features at a moment."""

    _at: StoreMoment
    _costs: Costs
    _pictures: Pictures
    _gatherer: Gatherer = field(init=False)

    @_gatherer.default
    def _of_moment(self) -> Gatherer:
        return Gatherer(self._at)

    def page(self, feature: ResolvedFeature) -> FeaturePage:
        """Return what the page of a feature is made from; its values stand for by a position."""
        at, path = self._at, feature.reference.path
        facts = self._gatherer.facts(feature)
        inputs = digest_of(
            made_by(),
            facts,
            at.last_change(feature.group.name),
            at.values(feature.group.name),
            self._neighbours(feature),
            [
                [name, [check.position for check in checks if path in check.verdicts]]
                for name, checks in at.chronicle.drift.items()
            ],
            self._costs.features.get(path),
            at.chronicle.metadata.get(path, {}),
        )
        return FeaturePage(feature, facts, inputs)

    def context(self, page: FeaturePage, read: ReadValues) -> Mapping[str, Any]:
        """Return what the template of a feature shows, and its documentation as ``written``."""
        at, path = self._at, page.feature.reference.path
        facts = self._gatherer.with_values(page.facts, read)
        baseline = facts.baselines[-1] if facts.baselines else None
        unit = facts.definition.unit
        performance = self._costs.features.get(path)
        return {
            "facts": facts,
            "written": FeatureDocumentation.of(facts),
            "newest": facts.changes[::-1],
            "described": self._described(facts),
            "histogram": (
                None if facts.private else self._pictures.values(read.values, baseline, unit)
            ),
            "drifts": self._drifts(facts),
            "lineage": self._pictures.lineage(path),
            "performance": performance,
            "trend": None if performance is None else self._trend(path),
            "incidents": sorted(facts.incidents, key=lambda each: -each.position),
            "metadata": at.chronicle.metadata.get(path, {}),
            "beside": self._beside(facts),
        }

    def _described(self, facts: FeatureFacts) -> Any:  # noqa: ANN401 - a definition, or None
        """Return the event that first said what the description says now."""
        for each in self._at.chronicle.features.get(facts.feature.path, ()):
            if each.event.definition.get("description") == facts.definition.description:
                return each
        return None

    def _drifts(self, facts: FeatureFacts) -> list[dict[str, Any]]:
        found = []
        for baseline in facts.baselines[::-1]:
            name = baseline.event.name
            picture = self._pictures.drift(facts.feature.path, name)
            if picture is None:
                continue
            checks = self._at.chronicle.drift[name]
            newest = next(each for each in reversed(checks) if facts.feature.path in each.verdicts)
            found.append(
                {
                    "baseline": name,
                    "svg": picture.svg(),
                    "verdict": newest.verdicts[facts.feature.path],
                    "until": newest.until,
                }
            )
        return found[:3]

    def _trend(self, path: str) -> str:
        performance = self._costs.features[path]
        newest = performance.versions[-1]
        return trend_svg(path, newest.trend, budget_of(self._at.chronicle, path))

    def _neighbours(self, feature: ResolvedFeature) -> Sequence[Any]:
        """Return what the picture of the lineage is drawn from."""
        near = around(self._at, feature.reference.path)
        if not near:
            return ()
        drawn = self._at.lineage.graph.subgraph(near)
        return [
            [str(each) for each in drawn.nodes],
            [[str(above), str(below)] for above, below in drawn.edges],
            sorted(str(each) for each in drawn.retired),
            sorted(str(each) for each in drawn.unknown),
        ]

    def _beside(self, facts: FeatureFacts) -> dict[str, list[tuple[Node, str | None]]]:
        """Return what a feature comes from and what comes from it, each with its page."""
        graph = self._at.lineage.graph
        versions, unknown = versions_of(self._at, facts.feature.path), graph.unknown
        parents = [each for node in versions for each in graph.parents(node)]
        children = [each for node in versions for each in graph.children(node)]
        return {
            name: [
                (each, None if each in unknown else node_page(each))
                for each in dict.fromkeys(found)
            ]
            for name, found in (("parents", parents), ("children", children))
        }
