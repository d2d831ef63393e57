"""From a graph to a picture: which nodes share a box, so that it stays readable."""

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Literal, get_args

from featuretrail.domain.inputs import check_choice
from featuretrail.domain.lineage.graph import Edge, LineageGraph
from featuretrail.domain.lineage.node import Node
from featuretrail.domain.lineage.pictures.picture import Arrow, Box, Picture, Port, Row, State
from featuretrail.domain.lineage.pictures.ranks import Link, components, ranks

Detail = Literal["auto", "features", "groups"]

MANY = 40
"""Things above which each group is told by the number of its features, unless asked otherwise."""

Key = tuple[Hashable, ...]
Keys = Sequence[Key]


def picture_of(graph: LineageGraph, detail: str = "auto") -> Picture:
    """Return the picture of ``graph``.

    With the detail ``features`` each group is a box that lists its features, and each other thing
    has its own. With ``groups`` a group's features, and the versions of a set, of its snapshots, of
    a model, a source or an outcome, are one box with their number; where more than 40 boxes are
    left, those of one kind that come from the same and lead to the same are one too. ``auto`` is
    ``groups`` above 40 things. A group whose features come from one another is drawn in several
    boxes, so that all arrows lead to the right. What a snapshot takes from the features of its set
    is drawn through the set alone.
    """
    check_choice("detail", detail, get_args(Detail))
    nodes = sorted(graph.nodes, key=lambda node: node.rank)
    edges = [edge for edge in graph.edges if not _told_by_set(graph, edge)]
    whole = detail == "features" or (detail == "auto" and len(nodes) <= MANY)
    numbers = {node: number for number, node in enumerate(nodes)}
    links = [(numbers[above], numbers[below]) for above, below in edges]
    keys: Keys = [_key(node, whole=whole) for node in nodes]
    keys = _acyclic(keys, nodes, links, whole=whole)
    if not whole and len(set(keys)) > MANY:
        keys = _without_twins(keys, nodes, links)
    return _drawn(graph, nodes, links, keys, whole=whole)


def _told_by_set(graph: LineageGraph, edge: Edge) -> bool:
    """Tell whether an edge from a feature to a snapshot says what its set says already."""
    above, below = edge
    return (
        above.kind == "feature"
        and below.kind == "snapshot"
        and any(
            each.kind == "set" and above in graph.parents(each) for each in graph.parents(below)
        )
    )


def _key(node: Node, *, whole: bool) -> Key:
    if node.kind == "feature":
        return (node.kind, node.name.partition(".")[0])
    return (node.kind, node.name, node.version) if whole else (node.kind, node.name)


def _acyclic(keys: Keys, nodes: Sequence[Node], links: Sequence[Link], *, whole: bool) -> Keys:
    """Divide the boxes that come from themselves, directly (if ``whole``) or by way of others."""
    place = {key: number for number, key in enumerate(dict.fromkeys(keys))}
    boxes = [place[key] for key in keys]
    between = [(boxes[above], boxes[below]) for above, below in links]
    component = components(len(place), between)
    in_cycle = {component[above] for above, below in between
                if above != below and component[above] == component[below]}  # fmt: skip
    depth = ranks(len(nodes), links)
    within = ranks(len(nodes), [link for link in links if boxes[link[0]] == boxes[link[1]]])

    def divided(number: int) -> Key:
        if component[boxes[number]] in in_cycle:
            return (*keys[number], depth[number])
        return (*keys[number], within[number]) if whole else keys[number]

    return [divided(number) for number in range(len(keys))]


def _without_twins(keys: Keys, nodes: Sequence[Node], links: Sequence[Link]) -> Keys:
    """Put boxes of one kind with the same parents and the same children together."""
    above: dict[Key, set[Key]] = {key: set() for key in keys}
    below: dict[Key, set[Key]] = {key: set() for key in keys}
    for parent, child in links:
        if keys[parent] != keys[child]:
            above[keys[child]].add(keys[parent])
            below[keys[parent]].add(keys[child])
    kinds = dict(zip(keys, (node.kind for node in nodes), strict=True))
    return [(kinds[key], frozenset(above[key]), frozenset(below[key])) for key in keys]


def _drawn(
    graph: LineageGraph, nodes: Sequence[Node], links: Sequence[Link], keys: Keys, *, whole: bool
) -> Picture:
    shared: dict[Key, list[Node]] = {}
    for key, node in zip(keys, nodes, strict=True):
        shared.setdefault(key, []).append(node)
    state = _states(graph)
    boxes = [_box(held, state, whole=whole) for held in shared.values()]
    ports: dict[Node, Port] = {}
    for number, held in enumerate(shared.values()):
        rows = boxes[number].rows
        ports |= {node: (number, place if rows else None) for place, node in enumerate(held)}
    counts: dict[tuple[Port, Port], int] = {}
    for above, below in links:
        ends = ports[nodes[above]], ports[nodes[below]]
        if ends[0][0] != ends[1][0]:
            counts[ends] = counts.get(ends, 0) + 1
    arrows = sorted(
        (Arrow(parent, child, count) for (parent, child), count in counts.items()),
        key=lambda arrow: [(box, -1 if row is None else row)
                           for box, row in (arrow.parent, arrow.child)],
    )  # fmt: skip
    return Picture(graph.position, tuple(boxes), tuple(arrows))


StateOf = Callable[[Node], State]


def _states(graph: LineageGraph) -> StateOf:
    retired, unknown = graph.retired, graph.unknown

    def state(node: Node) -> State:
        if node in retired:
            return "retired"
        return "not defined here" if node in unknown else ""

    return state


def _box(held: Sequence[Node], state: StateOf, *, whole: bool) -> Box:
    kind = held[0].kind
    states = {state(node) for node in held}
    common = states.pop() if len(states) == 1 else ""
    if kind == "feature" and whole:
        rows = tuple(Row(node, _feature(node), state(node)) for node in held)
        return Box(kind, _group(held[0]), tuple(held), rows=rows)
    told = _note(held)
    if not common:
        told += _marked([state(node) for node in held])
    title = held[0].label if len(held) == 1 and kind != "feature" else _names(held)
    return Box(kind, title, tuple(held), note=told, state=common)


def _marked(states: Sequence[State]) -> str:
    retired, unknown = states.count("retired"), states.count("not defined here")
    return (f", {retired} retired" if retired else "") + (
        f", {unknown} not defined" if unknown else ""
    )


def _note(held: Sequence[Node]) -> str:
    """Say how many things, and of how many versions, a box stands for."""
    names = len({node.name for node in held})
    if held[0].kind == "feature":
        more = f", {len(held)} versions" if len(held) > names else ""
        return f"{names} feature{'s' * (names > 1)}{more}"
    if len(held) == 1:
        return ""
    if names == 1:
        return f"{len(held)} versions, newest {held[-1].version}"
    return f"{len(held)} versions of {names}" if len(held) > names else f"{names} of them"


def _names(held: Iterable[Node]) -> str:
    names = list(dict.fromkeys(_group(node) if node.kind == "feature" else node.name
                               for node in held))  # fmt: skip
    return names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more"


def _group(node: Node) -> str:
    return node.name.partition(".")[0]


def _feature(node: Node) -> str:
    return f"{node.name.partition('.')[2]} {node.version}"
