"""The tracker of lineage: ``store.lineage``."""

from collections.abc import Callable, Iterable
from typing import get_args

from attrs import evolve

from featuretrail.audit.moments import Moment, Moments
from featuretrail.domain.errors import InvalidInputError
from featuretrail.domain.events import Metadata
from featuretrail.domain.inputs import check_choice, check_count, check_text, optional
from featuretrail.domain.lineage.cost import CostEstimate
from featuretrail.domain.lineage.declaring import Declaration
from featuretrail.domain.lineage.feature_lineage import FeatureLineage
from featuretrail.domain.lineage.finding import Named, find_node, find_versions
from featuretrail.domain.lineage.graph import LineageGraph
from featuretrail.domain.lineage.impact import Impact, impact_of
from featuretrail.domain.lineage.lineage import Lineage
from featuretrail.domain.lineage.node import Node
from featuretrail.domain.lineage.quality import LineageQuality, lineage_quality
from featuretrail.domain.names import FeatureReference
from featuretrail.domain.versions import Version
from featuretrail.infrastructure.access import needs
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.lineage.declaring import LineageDeclarer
from featuretrail.infrastructure.lineage.evidence import read_cost
from featuretrail.infrastructure.lineage.reading import LineageReader
from featuretrail.infrastructure.log.application import EventLog
from featuretrail.infrastructure.registry import RegistryReader
from featuretrail.lineage.exporting import Format, LineageExport, RunOrder, as_lines, draw, send
from featuretrail.lineage.parents import GivenParent, pinned_parents

Parents = Iterable[GivenParent]
DecidedBy = Callable[[str | None, str | None], Metadata]
"""Makes the metadata of a decision of its actor and its reason."""


class FeatureLineageTracker:
    """Declares where features come from, and answers what comes from what, now or in the past.

    A thing is named as in ``"weather.temp"`` (a feature, its latest version), ``"weather.temp@
    1.0.0"``, ``"set delay"``, ``"snapshot delay@1.0.0"``, ``"training run forest@1.0.0"``,
    ``"source noaa"``, ``"stream live"``, ``"outcome late"``, or is a ``Node``. A *moment* is a
    position of the log or an aware datetime.
    """

    def __init__(
        self,
        database: Database,
        log: EventLog,
        registry: RegistryReader,
        reader: LineageReader,
        declarer: LineageDeclarer,
        decided_by: DecidedBy,
    ) -> None:
        self._database = database
        self._log = log
        self._registry = registry
        self._reader = reader
        self._declarer = declarer
        self._decided_by = decided_by
        self._moments = Moments(log)

    @needs("writer")
    def track(
        self,
        feature_name: str,
        parents: Parents | None = None,
        *,
        version: str | Version | None = None,
        computation_rule: str | None = None,
        streaming_source: str | None = None,
        outcome_tracking_version: str | None = None,
        cross_system_consistency: str | None = None,
        reason: str | None = None,
        actor: str | None = None,
    ) -> FeatureLineage:
        """Declare what a feature is made from; see the facade's ``track_feature_lineage``."""
        registry = self._registry.current()
        resolved = registry.resolve(_reference(feature_name, version))
        feature = resolved.reference
        facts = self._reader.current().graph.facts(Node.feature(feature))
        given = facts.reads or () if parents is None else parents
        declaration = Declaration(
            feature=feature,
            parents=pinned_parents(registry, given),
            computation_rule=facts.source if computation_rule is None else computation_rule,
            streaming_source=streaming_source,
            outcome_tracking_version=outcome_tracking_version,
            cross_system_consistency=cross_system_consistency,
            cost=read_cost(self._database, resolved),
        )
        self._declarer.declare(declaration, self._decided_by(actor, reason))
        return FeatureLineage.of(self._now(), feature)

    @needs("writer")
    def retire(
        self,
        feature_name: str,
        *,
        version: str | Version | None = None,
        reason: str | None = None,
        actor: str | None = None,
    ) -> FeatureLineage:
        """Make a tombstone of a version of a feature (the latest, without one).

        It stays in the graph with all that came from it; declaring its lineage again brings it
        back. Raises ``NotFoundError`` for a feature whose lineage was never declared.
        """
        registry = self._registry.current()
        feature = registry.resolve(_reference(feature_name, version)).reference
        self._declarer.retire(feature, self._decided_by(actor, reason))
        return FeatureLineage.of(self._now(), feature)

    @needs("auditor")
    def graph(self, at: Moment | None = None) -> LineageGraph:
        """Return the whole graph as it was at a moment, by default now."""
        return self._lineage(at).graph

    @needs("auditor")
    def get(self, feature: Named, at: Moment | None = None) -> FeatureLineage:
        """Return what is declared of a feature at a moment, and how good that is."""
        lineage = self._lineage(at)
        return FeatureLineage.of(lineage, _feature(find_node(lineage.graph, feature)))

    @needs("auditor")
    def quality(self, feature: Named, at: Moment | None = None) -> LineageQuality:
        """Evaluate which parents of a feature are known, versioned, alive and consistent."""
        graph = self._lineage(at).graph
        node = find_node(graph, feature)
        _feature(node)
        return lineage_quality(graph, node)

    @needs("auditor")
    def cost(self, feature_name: str, *, version: str | Version | None = None) -> CostEstimate:
        """Estimate what computing a feature costs, from the measurements on the read side."""
        registry = self._registry.current()
        return read_cost(self._database, registry.resolve(_reference(feature_name, version)))

    @needs("auditor")
    def upstream(
        self, of: Named, depth: int | None = None, *, at: Moment | None = None
    ) -> tuple[Node, ...]:
        """Return all that a thing comes from, nearest first, at most ``depth`` steps away."""
        graph = self._lineage(at).graph
        return graph.upstream(find_node(graph, of), optional(check_count, "depth", depth))

    @needs("auditor")
    def downstream(
        self, of: Named, depth: int | None = None, *, at: Moment | None = None
    ) -> tuple[Node, ...]:
        """Return all that comes from a thing, nearest first, at most ``depth`` steps away."""
        graph = self._lineage(at).graph
        return graph.downstream(find_node(graph, of), optional(check_count, "depth", depth))

    @needs("auditor")
    def impact(self, of: Named, *, at: Moment | None = None) -> Impact:
        """Return the features, sets, snapshots, models and outcomes that a change would touch.

        Without a version, of any version of the thing; with one, of that version alone.
        """
        graph = self._lineage(at).graph
        return impact_of(graph, find_versions(graph, of))

    @needs("auditor")
    def export(
        self,
        format: Format = "mermaid",  # noqa: A002 - as every library calls it
        of: Named | None = None,
        *,
        at: Moment | None = None,
        detail: str = "auto",
        after: int = 0,
        namespace: str | None = None,
    ) -> LineageExport:
        """Return the lineage as a picture (``mermaid``, ``dot``, ``svg``) or as ``openlineage``.

        With ``of`` only what that comes from and what comes from it. ``detail`` tells each feature
        (``features``), groups by their number (``groups``), or groups above 40 things (``auto``).
        OpenLineage events are lines of JSON, of the runs recorded after the position ``after``;
        ``namespace`` is what the server is called in them, ``postgres://HOST:PORT``, by default as
        it was connected to. Raises ``InvalidInputError``, and ``MissingPackageError`` without the
        extra ``openlineage``.
        """
        order = RunOrder(self._lineage(at).graph, of, after, namespace)
        check_choice("the format", format, get_args(Format))
        if format == "openlineage":
            return as_lines(self._database, self._log, order)
        return draw(order.graph_drawn, format, detail)

    @needs("auditor")
    def send(
        self,
        address: str,
        of: Named | None = None,
        *,
        at: Moment | None = None,
        after: int = 0,
        namespace: str | None = None,
    ) -> int:
        """Send the OpenLineage events that ``export`` writes to ``address``; return their number.

        ``address`` is an HTTP URL; without a path ``/api/v1/lineage`` is meant. The environment
        variable ``OPENLINEAGE_API_KEY`` holds the endpoint's key, if it has one. Sending again is
        safe. Raises ``EndpointError`` too.
        """
        order = RunOrder(self._lineage(at).graph, of, after, namespace)
        return send(self._database, self._log, order, check_text("address", address))

    def _lineage(self, at: Moment | None) -> Lineage:
        """Return the lineage at a moment, its graph marked with the moment's position."""
        if at is None:
            return self._now()
        position = self._moments.position(at)
        return _placed(self._reader.at(position), position)

    def _now(self) -> Lineage:
        position = self._moments.position(None)
        lineage = self._reader.current()
        return _placed(lineage, max(position, lineage.position))


def _placed(lineage: Lineage, position: int) -> Lineage:
    return evolve(lineage, graph=evolve(lineage.graph, position=position))


def _reference(feature_name: str, version: str | Version | None) -> FeatureReference:
    reference = FeatureReference.parse(feature_name)
    if version is None:
        return reference
    wanted = Version.parse(version)
    if reference.version not in (None, wanted):
        raise InvalidInputError(
            f"feature_name {feature_name!r} names another version than version {str(wanted)!r}; "
            "give one of them"
        )
    return reference.pinned(wanted)


def _feature(node: Node) -> FeatureReference:
    if node.kind != "feature":
        raise InvalidInputError(f"{node} is no feature; only the lineage of features is declared")
    return FeatureReference.parse(node.label)
