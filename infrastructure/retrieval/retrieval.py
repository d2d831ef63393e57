"""A retrieval that has been answered: everything its output table is made of."""

from collections.abc import Mapping, Sequence

import pyarrow as pa
from attrs import field, frozen

from featuretrail.domain.registry import ResolvedFeature
from featuretrail.infrastructure.performance.meter import Reading
from featuretrail.infrastructure.performance.usage import CallCost
from featuretrail.infrastructure.retrieval.answer import (
    Answer,
    FeatureColumns,
    judge,
    status_column,
)
from featuretrail.infrastructure.retrieval.naming import refuse_repeated, refuse_taken
from featuretrail.infrastructure.retrieval.spine import Spine
from featuretrail.infrastructure.retrieval.task import GroupTask


@frozen(eq=False)
class Retrieval:
    """The spine, what was asked of each group, and what was found."""

    spine: Spine = field(repr=False)
    features: Mapping[str, ResolvedFeature]
    """The features by the names of their output columns, in order."""
    tasks: Mapping[str, GroupTask] = field(repr=False)
    answers: Mapping[str, Mapping[str, Answer]] = field(repr=False)
    spent: Mapping[str, float] = field(repr=False)
    """Seconds that finding the answers of each group took."""

    def task(self, name: str) -> GroupTask:
        """Return what was asked of the group of the output column ``name``."""
        return self.tasks[self.features[name].group.name]

    def answer(self, name: str) -> Answer:
        """Return what was found for the output column ``name``."""
        feature = self.features[name]
        return self.answers[feature.group.name][feature.column]

    def columns(self, name: str) -> FeatureColumns:
        """Return values, statuses and event times of the output column ``name``."""
        feature, task = self.features[name], self.task(name)
        return judge(self.answer(name), feature.column, feature.dtype, task.times, task.ttl)

    def table(self, *, status: bool, event_time: bool) -> pa.Table:
        """Return the spine's columns and, after them, each feature's."""
        added: list[tuple[str, pa.Array]] = []
        for name in self.features:
            columns = self.columns(name)
            added.append((name, columns.values))
            if status:
                added.append((f"{name}__status", status_column(columns.codes)))
            if event_time:
                added.append((f"{name}__event_time", columns.event_times))
        return with_columns(self.spine.table, added)

    def cost(self, whole: Reading) -> CallCost:
        """Return what the ``whole`` call took, to be shared by its features."""
        return CallCost(self.spine.table.num_rows, list(self.features.values()), self.spent, whole)


def with_columns(table: pa.Table, added: Sequence[tuple[str, pa.Array]]) -> pa.Table:
    """Return ``table`` with further named columns; refuse a name that is there already."""
    names = [name for name, _ in added]
    refuse_taken(names, table.column_names)
    refuse_repeated(names)
    columns: Sequence[pa.ChunkedArray] = [*table.columns, *(array for _, array in added)]
    return pa.table(columns, names=[*table.column_names, *names])
