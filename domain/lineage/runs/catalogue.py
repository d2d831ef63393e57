"""What is defined while a log is told: keys, columns, rules, parents, digests of snapshots."""

from collections.abc import Iterable

from featuretrail.domain.events import (
    Event,
    FeatureDefined,
    GroupDefined,
    LineageDeclared,
    LineageRetired,
    SnapshotCreated,
)
from featuretrail.domain.lineage.lineage import Lineage, Placed
from featuretrail.domain.lineage.node import Node
from featuretrail.domain.lineage.rules import RuleFacts, rule_facts
from featuretrail.domain.lineage.runs.run import Column, Data, Origin, Place

EVENT_TIME = Column("event_time", "timestamptz")


class Catalogue:
    """All that runs refer to, as of the events taken so far."""

    def __init__(self) -> None:
        self._keys: dict[str, tuple[Column, ...]] = {}
        self._features: dict[Node, FeatureDefined] = {}
        self._written: dict[tuple[str, str, str], Node] = {}
        self._digests: dict[Place, str] = {}
        self._lineage = Lineage()
        self._waiting: list[Placed] = []

    def take(self, position: int, event: Event) -> None:
        """Take in an event; what defines nothing changes nothing."""
        match event:
            case GroupDefined():
                keys = event.definition["keys"]
                self._keys[event.name] = tuple(Column(*each) for each in keys.items())
            case FeatureDefined():
                node = Node("feature", f"{event.group}.{event.name}", event.version)
                self._features[node] = event
                self._written[event.group, event.column, event.version] = node
                self._waiting.append((position, event))
            case LineageDeclared() | LineageRetired():
                self._waiting.append((position, event))
            case SnapshotCreated():
                place = Place("snapshot", event.feature_set, event.version)
                self._digests[place] = event.digest

    def written(self, group: str, column: str, version: str) -> Node | None:
        """Return the version of a feature that a column of a group was written for."""
        return self._written.get((group, column, version))

    def rule(self, node: Node) -> RuleFacts | None:
        """Return the rule in the definition of a feature."""
        event = self._features.get(node)
        return None if event is None else rule_facts(event.definition)

    def column(self, node: Node) -> Column | None:
        """Return the column of its group that holds the values of a feature."""
        event = self._features.get(node)
        return None if event is None else Column(event.column, event.definition.get("dtype"))

    def parents(self, node: Node) -> tuple[Node, ...]:
        """Return what a feature comes from, as declared by now."""
        if self._waiting:
            last, _ = self._waiting[-1]
            self._lineage = self._lineage.evolve(self._waiting, last)
            self._waiting = []
        graph = self._lineage.graph
        return graph.parents(node) if node in graph else ()

    def keys(self, group: str) -> tuple[Column, ...]:
        """Return the columns by which rows of a group are found: its keys and the event time."""
        return (*self._keys.get(group, ()), EVENT_TIME)

    def tables(self, nodes: Iterable[Node]) -> tuple[Data, ...]:
        """Return the data that features, sources and streams are, each table of a group once."""
        held: dict[Place, list[Node]] = {}
        for node in dict.fromkeys(nodes):
            held.setdefault(place_of(node), []).append(node)
        return tuple(self._data(place, of) for place, of in held.items())

    def snapshot(self, name: str, version: str) -> Data:
        """Return the data that a snapshot is."""
        place = Place("snapshot", name, version)
        return Data(place, digest=self._digests.get(place))

    def _data(self, place: Place, nodes: Iterable[Node]) -> Data:
        if place.kind != "group":
            return Data(place)
        nodes = list(nodes)
        columns = [column for node in nodes if (column := self.column(node)) is not None]
        return Data(
            place,
            tuple(dict.fromkeys((*self.keys(place.name), *columns))),
            {feature_of(node): str(node.version) for node in nodes},
        )

    def origin(self, node: Node, *, copied: bool) -> Origin | None:
        """Return the column that a feature's values are read from; ``None`` of other things."""
        column = self.column(node)
        if column is None:
            return None
        return Origin(place_of(node), column.name, "identity" if copied else "transformation")

    def joined(self, inputs: Iterable[Data]) -> tuple[Origin, ...]:
        """Return the columns of the tables among ``inputs`` by which their rows are found."""
        return tuple(
            Origin(data.place, column.name, "join")
            for data in inputs
            if data.place.kind == "group"
            for column in self.keys(data.place.name)
        )


def place_of(node: Node) -> Place:
    """Return where the values of a feature, a source or a stream lie."""
    if node.kind == "feature":
        return Place("group", node.name.partition(".")[0])
    return Place("stream" if node.kind == "stream" else "source", node.name, node.version)


def feature_of(node: Node) -> str:
    """Return a feature's name within its group."""
    return node.name.partition(".")[2]
