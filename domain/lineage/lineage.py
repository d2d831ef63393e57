"""Lineage as the log tells it: folded from definitions, declarations, snapshots and runs."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Self

from attrs import evolve, frozen

from featuretrail.domain.aggregates.lineage import LineageAggregate
from featuretrail.domain.aggregates.snapshot import parse_snapshot_name
from featuretrail.domain.errors import NotFoundError
from featuretrail.domain.events import (
    Event,
    FeatureDefined,
    FeatureSetDefined,
    LineageDeclared,
    LineageRetired,
    OutcomesRecorded,
    SnapshotCreated,
    TrainingRunRecorded,
)
from featuretrail.domain.lineage.draft import Draft
from featuretrail.domain.lineage.graph import EMPTY, LineageGraph
from featuretrail.domain.lineage.node import Node
from featuretrail.domain.lineage.rules import rule_facts
from featuretrail.domain.names import FeatureReference
from featuretrail.domain.parents import Parent, ParentKind
from featuretrail.domain.versions import Version

Placed = tuple[int, Event]
"""An event and its position."""


@frozen
class Lineage:
    """The lineage as of a position: its graph, and the streams that declared it.

    ``newest`` maps the path of each feature to its latest version, ``judged`` what recorded
    outcomes judge to their nodes. An immutable value, made by
    ``evolve``.
    """

    position: int = 0
    graph: LineageGraph = EMPTY
    declared: Mapping[Node, LineageAggregate] = {}
    newest: Mapping[str, Version] = {}
    runs: Mapping[Node, TrainingRunRecorded] = {}
    judged: Mapping[Node, tuple[Node, ...]] = {}

    def aggregate(self, feature: FeatureReference) -> LineageAggregate:
        """Return the stream of the lineage of a pinned feature, before its first event if new."""
        known = self.declared.get(Node.feature(feature))
        return LineageAggregate.initial(feature) if known is None else known

    def evolve(self, events: Iterable[Placed], position: int) -> Self:
        """Return the lineage after ``events`` (in log order), as of ``position``."""
        folding = _Folding(self)
        for at, event in events:
            folding.take(at, event)
        return evolve(
            self,
            position=position,
            graph=folding.draft.graph(position),
            declared=folding.declared,
            newest=folding.newest,
            runs=folding.runs,
            judged=folding.judged,
        )


class _Folding:
    """What the events between two positions change."""

    def __init__(self, lineage: Lineage) -> None:
        self.draft = Draft(lineage.graph)
        self.declared = dict(lineage.declared)
        self.newest = dict(lineage.newest)
        self.runs = dict(lineage.runs)
        self.judged = dict(lineage.judged)

    def take(self, at: int, event: Event) -> None:
        match event:
            case FeatureDefined():
                self._feature(at, event)
            case FeatureSetDefined():
                self._set(at, event)
            case LineageDeclared():
                self._declared(at, event)
            case LineageRetired():
                self._retired(at, event)
            case SnapshotCreated():
                self._snapshot(at, event)
            case TrainingRunRecorded():
                self._run(at, event)
            case OutcomesRecorded():
                self._outcomes(at, event)

    def _feature(self, at: int, event: FeatureDefined) -> None:
        path = f"{event.group}.{event.name}"
        node = Node("feature", path, event.version)
        rule = rule_facts(event.definition)
        self.newest[path] = Version.parse(event.version)
        facts = evolve(self.draft.known(node), position=at, digest=event.definition_digest)
        if rule is not None:
            facts = evolve(facts, source=rule.source, reads=rule.parents)
        self.draft.state(node, facts)

    def _declared(self, at: int, event: LineageDeclared) -> None:
        node = self._evolved(event)
        self.draft.state(
            node,
            evolve(
                self.draft.known(node),
                declared=at,
                declared_rule=event.computation_rule,
                score=event.lineage_quality_score,
                complexity=event.computation_complexity,
                estimated_ms=event.estimated_computation_time_ms,
                retired=False,
            ),
        )
        parents = [_parent(**parent) for parent in event.parents]
        if event.streaming_source is not None:
            parents.append(Node("stream", event.streaming_source))
        self.draft.set_parents(node, parents)
        outcome = event.outcome_tracking_version
        tracked = [] if outcome is None else [_outcome(outcome)]
        self.draft.set_outcomes(node, [*tracked, *self.judged.get(node, ())])

    def _retired(self, at: int, event: LineageRetired) -> None:
        node = self._evolved(event)
        self.draft.state(node, evolve(self.draft.known(node), declared=at, retired=True))

    def _evolved(self, event: LineageDeclared | LineageRetired) -> Node:
        node = Node("feature", event.feature_name, event.version)
        state = self.declared.get(node)
        if state is None:
            state = LineageAggregate.initial(f"{event.feature_name}@{event.version}")
        self.declared[node] = state.evolve(event)
        return node

    def _set(self, at: int, event: FeatureSetDefined) -> None:
        node = Node("set", event.name, event.version)
        self.draft.state(
            node, evolve(self.draft.known(node), position=at, digest=event.definition_digest)
        )
        parents = [Node("feature", path, version) for path, version in event.pinned.items()]
        label = event.definition.get("label")
        if label is not None:
            observed = self._pinned(FeatureReference.parse(label))
            self.draft.set_parents(node, [*parents, observed])
            self.draft.set_outcomes(node, [Node("outcome", observed.name, observed.version)])
        else:
            self.draft.set_parents(node, parents)

    def _snapshot(self, at: int, event: SnapshotCreated) -> None:
        node = Node("snapshot", event.feature_set, event.version)
        self.draft.state(node, evolve(self.draft.known(node), position=at, digest=event.digest))
        references = [item["reference"] for item in event.features]
        label = event.request.get("label_reference")
        if label is not None:
            references.append(label)
        features = [Node.feature(FeatureReference.parse(reference)) for reference in references]
        origin = Node("set", event.feature_set, event.feature_set_version)
        self.draft.set_parents(node, [origin, *features])

    def _run(self, at: int, event: TrainingRunRecorded) -> None:
        node = Node("training_run", event.model, event.version)
        self.draft.state(node, evolve(self.draft.known(node), position=at))
        name, version = parse_snapshot_name(event.snapshot_id)
        self.draft.set_parents(node, [Node("snapshot", name, str(version))])
        self.runs[node] = event

    def _outcomes(self, at: int, event: OutcomesRecorded) -> None:
        """Let what was judged, and the label that holds the values, lead to the outcome."""
        node = Node("outcome", event.label, event.version)
        self.draft.state(node, evolve(self.draft.known(node), position=at))
        snapshots = (parse_snapshot_name(each) for each in event.snapshots)
        judged = [Node("snapshot", name, str(version)) for name, version in snapshots]
        references = [f"{event.label}@{event.version}", *event.features]
        judged += [Node.feature(FeatureReference.parse(each)) for each in references]
        for each in judged:
            self.draft.add(each, node)
            self.judged[each] = tuple(dict.fromkeys([*self.judged.get(each, ()), node]))

    def _pinned(self, reference: FeatureReference) -> Node:
        """Return the node of a reference, of the latest version so far where it names none."""
        version = reference.version or self.newest.get(reference.path)
        if version is None:
            raise NotFoundError("feature", reference.path, sorted(self.newest))
        return Node("feature", reference.path, str(version))


@lru_cache(maxsize=50_000)
def _parent(kind: ParentKind, name: str, version: str | None = None) -> Node:
    """Return the node of a parent as events hold it, checked; most are parents more than once."""
    return Node.of_parent(Parent(kind, name, version))


def _outcome(tracked: str) -> Node:
    """Return the node that an ``outcome_tracking_version`` names: a name, or ``name@version``."""
    name, at, version = tracked.rpartition("@")
    return Node("outcome", name, version) if at and name and version else Node("outcome", tracked)
