"""Declaring a lineage: what it may say, what it is worth, the event it makes."""

from collections.abc import Iterable, Sequence

from attrs import frozen

from featuretrail.domain.aggregates.lineage import decide_declare
from featuretrail.domain.errors import LineageCycleError
from featuretrail.domain.events import LineageDeclared, Metadata
from featuretrail.domain.inputs import check_label, check_text, optional
from featuretrail.domain.lineage.cost import NOT_MEASURED, CostEstimate
from featuretrail.domain.lineage.lineage import Lineage
from featuretrail.domain.lineage.node import Node
from featuretrail.domain.lineage.quality import lineage_quality
from featuretrail.domain.names import FeatureReference
from featuretrail.domain.parents import Parent


@frozen
class Declaration:
    """What is said of the lineage of a pinned feature; its parents are pinned too."""

    feature: FeatureReference
    parents: tuple[Parent, ...]
    computation_rule: str | None = None
    streaming_source: str | None = None
    outcome_tracking_version: str | None = None
    cross_system_consistency: str | None = None
    cost: CostEstimate = NOT_MEASURED

    def __attrs_post_init__(self) -> None:
        optional(check_text, "computation_rule", self.computation_rule)
        for name in ("streaming_source", "outcome_tracking_version", "cross_system_consistency"):
            optional(check_label, name, getattr(self, name))

    @property
    def node(self) -> Node:
        """The feature's node."""
        return Node.feature(self.feature)

    @property
    def nodes(self) -> tuple[Node, ...]:
        """The nodes it comes from: its parents, and the stream it arrives by."""
        nodes = [Node.of_parent(parent) for parent in self.parents]
        if self.streaming_source is not None:
            nodes.append(Node("stream", self.streaming_source))
        return tuple(dict.fromkeys(nodes))


def declare(
    lineage: Lineage, declaration: Declaration, metadata: Metadata
) -> list[LineageDeclared]:
    """Return the event of ``declaration``, its quality scored; none if the latest says the same.

    Raises ``LineageCycleError`` with the path, and ``InvalidInputError``.
    """
    nodes, child = declaration.nodes, declaration.node
    _refuse_cycle(lineage, nodes, child)
    return decide_declare(
        lineage.aggregate(declaration.feature),
        declaration.parents,
        metadata,
        computation_rule=declaration.computation_rule,
        streaming_source=declaration.streaming_source,
        outcome_tracking_version=declaration.outcome_tracking_version,
        cross_system_consistency=declaration.cross_system_consistency,
        computation_complexity=declaration.cost.complexity,
        estimated_computation_time_ms=declaration.cost.estimated_ms,
        lineage_quality_score=lineage_quality(lineage.graph, child, nodes).score,
    )


def declare_all(
    lineage: Lineage, declarations: Iterable[Declaration], metadata: Metadata
) -> list[LineageDeclared]:
    """Return the events of ``declarations`` made together; a cycle among them is refused too."""
    decided: list[LineageDeclared] = []
    for declaration in declarations:
        events = declare(lineage, declaration, metadata)
        lineage = lineage.evolve(((lineage.position, each) for each in events), lineage.position)
        decided += events
    return decided


def _refuse_cycle(lineage: Lineage, parents: Sequence[Node], child: Node) -> None:
    cycle = lineage.graph.cycle_with((parent, child) for parent in parents)
    if cycle:
        raise LineageCycleError([str(node) for node in cycle])
