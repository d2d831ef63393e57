"""When what a rule read was known: the known time of what it computes, where a group has one."""

from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np
import pyarrow as pa
from attrs import evolve

from featuretrail.domain.asof import EARLIEST, Ints
from featuretrail.domain.columns import one_array
from featuretrail.domain.dtypes import UTC_TIME
from featuretrail.domain.registry import ResolvedFeature
from featuretrail.infrastructure.retrieval.answer import Answer
from featuretrail.infrastructure.retrieval.cuts import GroupCut
from featuretrail.infrastructure.retrieval.task import GroupTask

Answering = Callable[[GroupTask], Mapping[str, Answer]]
"""Finds for each row of a task what holds there."""


def known_times(
    features: Sequence[ResolvedFeature], cut: GroupCut, table: pa.Table, answering: Answering
) -> Ints:
    """Return when the newest of what ``features``, of one group, are worth in each row was known.

    In microseconds: what the source said, else when it was recorded; retractions when they were
    recorded; ``EARLIEST`` where nothing holds. ``cut`` knows when its batches were recorded.
    """
    newest = np.full(table.num_rows, EARLIEST, np.int64)
    for task, column in _tasks(features, cut, table):
        newest = np.maximum(newest, _known(task, answering(task)[column]))
    return newest


def _tasks(
    features: Sequence[ResolvedFeature], cut: GroupCut, table: pa.Table
) -> Iterator[tuple[GroupTask, str]]:
    """Yield a task for each set of batches that wrote some of ``features``, and what it asks."""
    group = features[0].group
    times: Ints = one_array(table.column("event_time")).view(pa.int64()).to_numpy()
    keys = [one_array(table.column(key)) for key in group.keys]
    for writers, feature in {cut.writers(each.column): each for each in features}.items():
        task = GroupTask.of(
            [feature], cut, keys, times, row_cut=False, closed="right", only_fresh=True
        )
        if group.known_time is None:
            yield task, feature.column
        else:
            asked = {group.known_time: "timestamptz"}
            yield evolve(task, columns={writers: tuple(asked)}, dtypes=asked), group.known_time


def _known(task: GroupTask, answer: Answer) -> Ints:
    assert task.cut.recorded_at is not None  # noqa: S101 - callers read the cut with it
    recorded = task.cut.recorded_at[answer.batches]
    by_batch = answer.retracted | (answer.found & (task.group.known_time is None))
    known = np.where(by_batch, recorded, EARLIEST)
    if task.group.known_time is None:
        return known
    told = one_array(answer.values.column(task.group.known_time)).cast(UTC_TIME)
    moments = told.cast(pa.int64()).fill_null(0).to_numpy()
    return np.where(answer.found, moments, known)
