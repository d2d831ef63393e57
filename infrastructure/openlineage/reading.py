"""The runs that the log tells of, as of a position."""

from collections.abc import Collection, Iterator
from itertools import chain

from featuretrail.domain.lineage.node import Node
from featuretrail.domain.lineage.runs.run import Run
from featuretrail.domain.lineage.runs.telling import DEFINING, RUNNING, Recorded, runs
from featuretrail.infrastructure.log.application import EventLog


def read_runs(
    log: EventLog, until: int, after: int = 0, about: Collection[Node] | None = None
) -> Iterator[Run]:
    """Yield the runs at positions in ``(after, until]``, in order, read from the log in pages.

    With ``about`` only those that made or judged one of these nodes.
    """
    before = min(after, until)
    events = chain(  # of what is past, only what later runs refer to
        log.read(until=before, topics=[each.TOPIC for each in DEFINING]),
        log.read(after=before, until=until, topics=[each.TOPIC for each in (*DEFINING, *RUNNING)]),
    )
    recorded = (
        Recorded(each.position, each.recorded_at, each.digest.hex(), each.event) for each in events
    )
    for run in runs(recorded):
        if run.position > after and (about is None or any(node in about for node in run.about)):
            yield run
