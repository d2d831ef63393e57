"""Point-in-time retrieval: a spine in, the same rows with the features that held out."""

from collections.abc import Mapping, Sequence
from time import perf_counter
from typing import Any, Literal

import pyarrow as pa

from featuretrail.domain.errors import InvalidInputError
from featuretrail.domain.registry import ResolvedFeature
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.performance.meter import Meter
from featuretrail.infrastructure.performance.usage import CallCost
from featuretrail.infrastructure.queries import query
from featuretrail.infrastructure.retrieval.adbc_source import AdbcSource
from featuretrail.infrastructure.retrieval.answer import Answer, nothing_found
from featuretrail.infrastructure.retrieval.cost import Method, estimate
from featuretrail.infrastructure.retrieval.cuts import GroupCut, read_cuts
from featuretrail.infrastructure.retrieval.naming import by_group, output_names
from featuretrail.infrastructure.retrieval.pull_way import pull
from featuretrail.infrastructure.retrieval.removals import removals
from featuretrail.infrastructure.retrieval.retrieval import Retrieval
from featuretrail.infrastructure.retrieval.source import ColumnSource
from featuretrail.infrastructure.retrieval.spine import Spine
from featuretrail.infrastructure.retrieval.sql_way import look_up
from featuretrail.infrastructure.retrieval.task import GroupTask

Knowledge = Literal["latest", "row"]
Closed = Literal["right", "left"]

TELLING_ROWS = 1_000
"""The fewest spine rows of a call whose memory is told."""


class HistoricalReader:
    """Answers what features were worth at the times of a spine. Safe to share between threads."""

    def __init__(self, database: Database, source: ColumnSource | None = None) -> None:
        self.database = database
        self.source: ColumnSource = AdbcSource(database) if source is None else source

    def close(self) -> None:
        """Close the connections that pulling opened."""
        self.source.close()

    def get(
        self,
        spine: Any,  # noqa: ANN401 - whatever frames.to_table reads
        features: Sequence[ResolvedFeature],
        *,
        time_column: str = "event_time",
        position: int | None = None,
        knowledge: Knowledge = "latest",
        closed: Closed = "right",
        status: bool = False,
        event_time: bool = False,
        method: Method | str | None = None,
    ) -> pa.Table:
        """Return the spine's rows, in order, each with the features that held at its time.

        Columns: the spine's own (times in UTC), then each feature, followed on request by
        ``<name>__status`` (text) and ``<name>__event_time``. ``position`` cuts the whole query to
        what the store knew then; ``knowledge="row"`` each row to what was known at its own time.
        ``method`` forces a way; both give equal answers. Raises ``InvalidSpineError``,
        ``NaiveTimeError``, ``NotFoundError``, ``InvalidInputError``, or ``RetentionError`` where
        an answer could depend on values that retention removed.
        """
        retrieval = self.retrieve(
            spine,
            features,
            time_column=time_column,
            position=position,
            knowledge=knowledge,
            closed=closed,
            only_fresh=not (status or event_time),
            method=method,
        )
        return retrieval.table(status=status, event_time=event_time)

    def metered(
        self,
        spine: Any,  # noqa: ANN401 - whatever frames.to_table reads
        features: Sequence[ResolvedFeature],
        *,
        status: bool = False,
        event_time: bool = False,
        **how: Any,  # noqa: ANN401 - as get takes it
    ) -> tuple[pa.Table, CallCost]:
        """Return what ``get`` returns, and what it cost each feature.

        Memory is told of 1,000 spine rows and more: of fewer, telling would take its share.
        """
        meter = Meter.start()
        try:
            fresh = not (status or event_time)
            retrieval = self.retrieve(spine, features, only_fresh=fresh, meter=meter, **how)
            table = retrieval.table(status=status, event_time=event_time)
        finally:
            reading = meter.stop()
        return table, retrieval.cost(reading)

    def retrieve(
        self,
        spine: Any,  # noqa: ANN401 - whatever frames.to_table reads
        features: Sequence[ResolvedFeature],
        *,
        time_column: str = "event_time",
        position: int | None = None,
        knowledge: Knowledge = "latest",
        closed: Closed = "right",
        only_fresh: bool = False,
        method: Method | str | None = None,
        meter: Meter | None = None,
    ) -> Retrieval:
        """Answer as ``get`` does, and return all that was found instead of a table.

        ``only_fresh`` spares the search for what is older than a TTL: it reads as missing then.
        ``meter`` watches memory from when the spine is read, if it has 1,000 rows.
        """
        _check("knowledge", knowledge, ("latest", "row"))
        _check("closed", closed, ("right", "left"))
        _check("method", method, (None, "sql", "pull"))
        grouped = by_group(features)
        given = Spine.read(spine, (fs[0].group for fs in grouped.values()), time_column)
        if meter is not None and given.table.num_rows >= TELLING_ROWS:
            meter.watch_memory()
        names = output_names(features, given.table.column_names)
        cuts, entity_counts = self._cuts(list(grouped), position, recorded=knowledge == "row")
        tasks = {
            group: GroupTask.of(
                of_group,
                cuts[group],
                given.keys_of(of_group[0].group),
                given.times,
                row_cut=knowledge == "row",
                closed=closed,
                only_fresh=only_fresh,
            )
            for group, of_group in grouped.items()
        }
        answers, spent = {}, {}
        for group, task in tasks.items():
            begun = perf_counter()
            answers[group] = self._answer(task, entity_counts.get(group), method)
            spent[group] = perf_counter() - begun
        self._check_removals(tasks, position)
        return Retrieval(given, dict(zip(names, features, strict=True)), tasks, answers, spent)

    def answer(self, task: GroupTask) -> dict[str, Answer]:
        """Answer one group's part of a question by the way that costs less; nothing is checked."""
        return self._answer(task, None, None)

    def _cuts(
        self, groups: Sequence[str], position: int | None, *, recorded: bool
    ) -> tuple[Mapping[str, GroupCut], Mapping[str, float]]:
        with self.database.connection() as connection:
            cuts = read_cuts(connection, groups, position, recorded=recorded)
            counts = connection.execute(
                query("retrieval/entity_counts"), {"groups": list(groups)}
            ).fetchall()
        return cuts, {name: count for name, count in counts if count >= 0}

    def _check_removals(self, tasks: Mapping[str, GroupTask], position: int | None) -> None:
        """Raise ``RetentionError`` if what was read may lack values that retention removed."""
        with self.database.connection() as connection:
            for each in removals(connection, list(tasks)):
                task = tasks[each.group]
                each.check(task.times, position, row_cut=task.row_cut)

    def _answer(
        self, task: GroupTask, entity_count: float | None, method: str | None
    ) -> dict[str, Answer]:
        if task.cut.last_batch == 0 or task.times.size == 0:
            nothing = nothing_found(task.times.size, dict(task.dtypes))
            return dict.fromkeys(task.dtypes, nothing)
        costs = estimate(task, entity_count)
        if (method or costs.method) == "pull":
            return pull(task, self.source, all_entities=costs.all_entities)
        with self.database.connection() as connection:
            return look_up(task, connection)


def _check(argument: str, given: object, allowed: Sequence[object]) -> None:
    if given not in allowed:
        raise InvalidInputError(
            f"{argument} is {given!r}; it is one of {', '.join(map(repr, allowed))}"
        )
