"""From what people call a thing, such as ``weather.temp``, to its node in the graph."""

from featuretrail.domain.errors import NotFoundError
from featuretrail.domain.inputs import check_text
from featuretrail.domain.lineage.graph import LineageGraph
from featuretrail.domain.lineage.node import KINDS, Node, NodeKind
from featuretrail.domain.names import FeatureReference

Named = str | Node | FeatureReference
"""A node, or its name: ``weather.temp``, ``weather.temp@1.0.0``, ``set delay``, ``source noaa``."""

_WORDS: dict[str, NodeKind] = {
    **{kind.replace("_", " "): kind for kind in KINDS},
    "training": "training_run",
    "model": "training_run",
}


def find_node(graph: LineageGraph, given: Named) -> Node:
    """Return the node that ``given`` names: of several versions the newest.

    A name without its kind is a feature if it has a dot; else, with a version, a snapshot if there
    is one of that name and a set otherwise; else a set. Raises ``NotFoundError`` with near names.
    """
    return find_versions(graph, given)[-1]


def find_versions(graph: LineageGraph, given: Named) -> tuple[Node, ...]:
    """Return the nodes that ``given`` names, all versions of it if it names none, oldest first."""
    if isinstance(given, Node):
        graph.facts(given)
        return (given,)
    name = str(given) if isinstance(given, FeatureReference) else given
    text = check_text("the name of a node", name).strip()
    kind, name = _kind(graph, text)
    of_kind = [node for node in graph.nodes if node.kind == kind]
    found = [node for node in of_kind if name in (node.label, node.name)]
    exact = [node for node in found if node.label == name]
    if not found:
        alike = dict.fromkeys(node.label if "@" in name else node.name for node in of_kind)
        raise NotFoundError(f"{kind.replace('_', ' ')} in the lineage", name, list(alike))
    return tuple(sorted(exact or found, key=lambda node: node.rank))


def _kind(graph: LineageGraph, text: str) -> tuple[NodeKind, str]:
    for word in sorted(_WORDS, key=len, reverse=True):
        if text.startswith(f"{word} "):
            return _WORDS[word], text.removeprefix(word).strip()
    name, at, version = text.partition("@")
    if "." in name:
        return "feature", text
    if at and name and version and Node("snapshot", name, version) in graph:
        return "snapshot", text
    return "set", text
