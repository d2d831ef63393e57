"""Which way is quicker: the cost of each in microseconds, from measured prices.

Measured on PostgreSQL 17 and 18 with the workload of ``benchmarks/point_in_time.py``; only their
ratios matter, and near the point where both are equal either will do.
"""

from typing import Literal

import numpy as np
from attrs import frozen

from featuretrail.infrastructure.retrieval.task import GroupTask

Method = Literal["sql", "pull"]

LOOKUP = 7.0
"""One spine row in the database: sent, one probe of the index, its answer fetched."""

PULLED_ROW = 0.5
"""One row of values with one column: read, sent, sorted and searched."""

PULLED_CELL = 0.05
"""Each further column of a pulled row."""

SPINE_ROW = 0.5
"""One spine row in the pull way: numbered and searched."""

PULL_START = 5_000.0
"""A pull's fixed cost above that of a statement."""

FEW_ENTITIES = 1_000
"""So many entities are asked for by name when nothing is known about how many there are."""


@frozen
class Estimate:
    """What both ways would cost, in microseconds."""

    sql: float
    pull: float
    pulled_rows: float
    all_entities: bool

    @property
    def method(self) -> Method:
        """The cheaper way."""
        return "sql" if self.sql <= self.pull else "pull"


def estimate(task: GroupTask, entity_count: float | None) -> Estimate:
    """Return what both ways of answering ``task`` would cost.

    ``entity_count`` is about how many entities the group has, ``None`` if nobody knows. The rows
    in the time range are taken as evenly spread between the group's first and last event time.
    """
    probes = len(task.columns) + task.cut.has_retractions
    share, all_entities = _entity_share(task, entity_count)
    rows = task.cut.rows * _time_share(task) * share
    columns = sum(len(names) for names in task.columns.values())
    pulled = PULLED_ROW + PULLED_CELL * (columns + len(task.group.keys) - 2)
    return Estimate(
        sql=LOOKUP * probes * task.times.size,
        pull=PULL_START + pulled * rows + SPINE_ROW * probes * task.times.size,
        pulled_rows=rows,
        all_entities=all_entities,
    )


def _time_share(task: GroupTask) -> float:
    first, last = task.cut.first_event_time, task.cut.last_event_time
    if task.newest < task.oldest:
        return 0.0
    return 1.0 if last == first else (task.newest - task.oldest) / (last - first)


def _entity_share(task: GroupTask, entity_count: float | None) -> tuple[float, bool]:
    """Return the share of the group's entities that the spine names, and whether to read all."""
    named = 1
    for key in task.keys:
        named *= len(np.unique(key.to_numpy(zero_copy_only=False))) or 1
    if entity_count is None or entity_count < 1:
        return 1.0, named > FEW_ENTITIES
    share = min(1.0, named / entity_count)
    return share, share > 0.5
