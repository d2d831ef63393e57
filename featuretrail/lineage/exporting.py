"""Lineage as text: pictures, and OpenLineage events, which can also be sent."""

import os
from collections.abc import Callable, Iterator
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from attrs import asdict, field, frozen

from featuretrail.domain.errors import MissingPackageError
from featuretrail.domain.inputs import check_count
from featuretrail.domain.lineage.finding import Named, find_node
from featuretrail.domain.lineage.graph import LineageGraph
from featuretrail.domain.lineage.node import Node
from featuretrail.domain.lineage.pictures.boxing import picture_of
from featuretrail.domain.lineage.pictures.dot import dot
from featuretrail.domain.lineage.pictures.mermaid import mermaid
from featuretrail.domain.lineage.pictures.picture import Picture
from featuretrail.domain.lineage.pictures.svg import svg
from featuretrail.domain.results import Result
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.log.application import EventLog
from featuretrail.infrastructure.openlineage.naming import Naming
from featuretrail.infrastructure.openlineage.reading import read_runs

if TYPE_CHECKING:
    from openlineage.client.event_v2 import RunEvent

Format = Literal["mermaid", "dot", "svg", "openlineage"]

Drawn = Literal["mermaid", "dot", "svg"]

_DRAW: dict[Drawn, Callable[[Picture], str]] = {"mermaid": mermaid, "dot": dot, "svg": svg}


@frozen
class LineageExport(Result):
    """Lineage written down in ``format``, as of ``position``; ``str()`` gives the text.

    ``count`` is the number of boxes in a picture, or of events.
    """

    format: Format
    position: int
    count: int
    text: str = field(repr=False)

    def write(self, path: str | Path) -> None:
        """Write the text to a file, wholly or not at all; raises ``OSError``."""
        target = Path(path)
        written = target.with_name(f".{target.name}.{os.getpid()}")
        try:
            written.write_text(self.text, encoding="utf-8", newline="\n")
            written.replace(target)
        finally:
            written.unlink(missing_ok=True)

    def to_dict(self) -> dict[str, Any]:
        """Return the export as a JSON object."""
        return asdict(self)

    def __str__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        return self.text if self.format == "svg" else f"<pre>{escape(self.text)}</pre>"


def _after(given: int) -> int:
    return check_count("after", given)


@frozen
class RunOrder:
    """What is asked for: the graph, the thing in it (all of it, without one), and whose runs."""

    graph: LineageGraph
    of: Named | None = None
    after: int = field(default=0, converter=_after)
    namespace: str | None = None

    @property
    def about(self) -> frozenset[Node] | None:
        """What the thing comes from, what comes from it, and itself; ``None`` for all there is."""
        if self.of is None:
            return None
        node = find_node(self.graph, self.of)
        return frozenset([node, *self.graph.upstream(node), *self.graph.downstream(node)])

    @property
    def graph_drawn(self) -> LineageGraph:
        """The graph of that alone."""
        about = self.about
        return self.graph if about is None else self.graph.subgraph(about)


def draw(graph: LineageGraph, format: Drawn, detail: str = "auto") -> LineageExport:  # noqa: A002
    """Return a picture of ``graph``: ``mermaid``, ``dot`` or ``svg``."""
    picture = picture_of(graph, detail)
    return LineageExport(format, graph.position, len(picture.boxes), _DRAW[format](picture))


def as_lines(database: Database, log: EventLog, order: RunOrder) -> LineageExport:
    """Return the OpenLineage events of ``order``, each a line of JSON."""
    _need_client()
    from featuretrail.infrastructure.openlineage import events  # noqa: PLC0415 - of an extra

    written = [events.as_json(event) for event in _events(database, log, order)]
    text = "".join(f"{line}\n" for line in written)
    return LineageExport("openlineage", order.graph.position, len(written), text)


def send(database: Database, log: EventLog, order: RunOrder, address: str) -> int:
    """Send the OpenLineage events of ``order`` to ``address``; return how many."""
    _need_client()
    from featuretrail.infrastructure.openlineage import sending  # noqa: PLC0415 - of an extra

    sending.endpoint(address)
    return sending.send(_events(database, log, order), address)


def _events(database: Database, log: EventLog, order: RunOrder) -> Iterator["RunEvent"]:
    _need_client()
    from featuretrail.infrastructure.openlineage import events  # noqa: PLC0415 - of an extra

    about = order.about
    with database.connection() as connection:
        naming = Naming.of(connection, order.namespace)
    for run in read_runs(log, order.graph.position, order.after, about):
        yield from events.events_of(run, naming)


def _need_client() -> None:
    """Raise ``MissingPackageError`` without the client's library."""
    try:
        import openlineage.client  # noqa: PLC0415, F401 - of an extra
    except ModuleNotFoundError as error:
        raise MissingPackageError("the format openlineage", "openlineage") from error
