"""Online reads: the newest value of each feature for each entity, in one round trip."""

from collections.abc import Callable, Mapping, Sequence
from threading import Lock
from time import perf_counter
from typing import Any

import numpy as np
import pyarrow as pa
from attrs import field, frozen

from featuretrail.domain.dtypes import UTC_TIME
from featuretrail.domain.errors import DatabaseError, NotFoundError
from featuretrail.domain.registry import Registry, ResolvedFeature
from featuretrail.domain.statuses import PRESENT
from featuretrail.infrastructure.database import AnyConnection, Database
from featuretrail.infrastructure.performance.recorder import Recorder
from featuretrail.infrastructure.queries import query
from featuretrail.infrastructure.registry import RegistryReader
from featuretrail.infrastructure.retrieval.answer import (
    event_time_column,
    status_codes,
    status_column,
)
from featuretrail.infrastructure.retrieval.arrays import (
    decode,
    key_array,
    raw_array_cursor,
    to_arrow,
)
from featuretrail.infrastructure.retrieval.historical import HistoricalReader
from featuretrail.infrastructure.retrieval.naming import output_names
from featuretrail.infrastructure.retrieval.newest import NewestRows, Winners
from featuretrail.infrastructure.retrieval.online_plan import GroupPlan, OnlinePlan
from featuretrail.infrastructure.retrieval.retrieval import with_columns
from featuretrail.infrastructure.retrieval.spine import read_keys
from featuretrail.infrastructure.values.frames import to_table
from featuretrail.infrastructure.values.moments import microseconds

PLANS = 256
"""Lists of features whose statements are kept."""

_CLOCK = "as of"
"""The column that a read from the history gets its times from; no feature can have the name."""

Layouts = Mapping[int, frozenset[str]]


Resolve = Callable[[Registry], Sequence[ResolvedFeature]]
"""Finds the asked-for features among the definitions known at some position."""


@frozen(eq=False)
class _Reply:
    """What the one round trip brought: the server's time (microseconds), the position of the
    newest definition, and the arrays of each group."""

    now: int
    last_definition: int
    arrays: Sequence[bytes | None] = field(repr=False)
    newest: Sequence[NewestRows] = field(repr=False)

    @property
    def is_ahead(self) -> bool:
        """Whether a newest row is not true yet, and hides the one that is."""
        return any(bool((rows.event_times > self.now).any()) for rows in self.newest)


class OnlineReader:
    """Answers what features are worth now. Safe to share between threads."""

    def __init__(
        self,
        database: Database,
        registry: RegistryReader,
        historical: HistoricalReader,
        recorder: Recorder,
    ) -> None:
        self._database = database
        self._registry = registry
        self._historical = historical
        self._recorder = recorder
        self._lock = Lock()
        self._plans: dict[tuple[int, ...], OnlinePlan] = {}
        self._layouts: dict[str, Layouts] = {}

    def get(
        self,
        resolve: Resolve,
        entity_rows: Any,  # noqa: ANN401 - whatever frames.to_table reads
        *,
        status: bool = False,
        event_time: bool = False,
    ) -> pa.Table:
        """Return the entity rows, in order, each with the newest values of features.

        Columns: the rows' own, then each feature, followed on request by ``<name>__status`` (text)
        and ``<name>__event_time``. Values are as of the server's clock, so TTLs hold. The
        definitions are those this process knows; the same round trip tells whether there are newer
        ones, and then the question is asked again with them. Where a newest row lies ahead of the
        clock (a minute is tolerated), the row that holds now comes from the history. Raises
        ``NotFoundError``, ``InvalidSpineError`` or ``InvalidInputError``.
        """
        begun = perf_counter()
        table = to_table(entity_rows, "the entity rows")
        try:
            plan = self._plan(resolve(self._registry.cached))
        except NotFoundError:
            plan = self._plan(resolve(self._registry.current()))
        reply = self._ask(plan, table)
        if reply.last_definition > self._registry.cached.position:
            current = self._plan(resolve(self._registry.current()))
            if current.features != plan.features:
                plan, reply = current, self._ask(current, table)
        if reply.is_ahead:
            answer = self._as_of(plan, table, reply.now, status=status, event_time=event_time)
        else:
            answer = self._table(plan, table, reply, status=status, event_time=event_time)
        each_ms = (perf_counter() - begun) * 1e3 / len(plan.features)
        self._recorder.add(plan.use, each_ms, rows=table.num_rows)
        return answer

    def _ask(self, plan: OnlinePlan, table: pa.Table) -> _Reply:
        keys = read_keys(table, (each.group for each in plan.groups), "the entity rows")
        parameters = [key_array(keys[key]) for key in plan.keys]
        with self._database.connection() as connection:
            cursor = raw_array_cursor(connection)
            cursor.execute(plan.statement, parameters, prepare=True)
            now, last_definition, *arrays = _only(cursor.fetchone())
            newest = [NewestRows.read(each.head(arrays), table.num_rows) for each in plan.groups]
            self._learn_layouts(connection, plan.groups, newest)
        return _Reply(microseconds(now), last_definition or 0, arrays, newest)

    def _table(
        self, plan: OnlinePlan, table: pa.Table, reply: _Reply, *, status: bool, event_time: bool
    ) -> pa.Table:
        names = output_names(plan.features, table.column_names)
        columns: dict[tuple[str, str], dict[str, pa.Array]] = {}
        for group, rows in zip(plan.groups, reply.newest, strict=True):
            output = _Output(reply.now, group.ttl, status=status, event_time=event_time)
            layouts = self._layouts.get(group.group.name, {})
            values = group.values(reply.arrays)
            for column, dtype, content in zip(group.columns, group.dtypes, values, strict=True):
                winners = rows.winners(column, layouts)
                columns[group.group.name, column] = output.columns(winners, content, dtype)
        added = [
            (name + suffix, array)
            for feature, name in zip(plan.features, names, strict=True)
            for suffix, array in columns[feature.group.name, feature.column].items()
        ]
        return with_columns(table, added)

    def _as_of(
        self, plan: OnlinePlan, table: pa.Table, now: int, *, status: bool, event_time: bool
    ) -> pa.Table:
        """Answer from the history, as of ``now``."""
        clock = _CLOCK
        while clock in table.column_names:
            clock += " "
        moments = pa.array(np.full(table.num_rows, now)).cast(UTC_TIME)
        answer = self._historical.get(
            table.append_column(clock, moments),
            plan.features,
            time_column=clock,
            status=status,
            event_time=event_time,
        )
        return answer.drop_columns([clock])

    def _plan(self, features: Sequence[ResolvedFeature]) -> OnlinePlan:
        # a plan keeps its features alive, so their ids stay theirs
        key = tuple(number for f in features for number in (id(f.group), id(f.version)))
        plan = self._plans.get(key)
        if plan is None:
            plan = OnlinePlan.of(features)
            with self._lock:
                if len(self._plans) >= PLANS:
                    self._plans.pop(next(iter(self._plans)))
                self._plans[key] = plan
        return plan

    def _learn_layouts(
        self, connection: AnyConnection, groups: Sequence[GroupPlan], newest: Sequence[NewestRows]
    ) -> None:
        """Read which columns the layouts hold, if a row has one that was not met before."""
        unknown = [
            group.group.name
            for group, rows in zip(groups, newest, strict=True)
            if not self._layouts.get(group.group.name, {}).keys() >= rows.written
        ]
        if not unknown:
            return
        rows = connection.execute(query("retrieval/layouts"), {"groups": unknown}).fetchall()
        for name in unknown:
            layouts = {number: frozenset(columns) for group, number, columns in rows
                       if group == name}  # fmt: skip
            self._layouts[name] = layouts


@frozen
class _Output:
    """The server's time of a read, a group's TTL, and what the output shall tell."""

    now: int
    ttl: int | None
    status: bool
    event_time: bool

    def columns(self, winners: Winners, content: bytes | None, dtype: str) -> dict[str, pa.Array]:
        """Return the output of one feature: columns by what follows the feature's name."""
        values, null = winners.gather(*decode(content, dtype))
        codes = status_codes(
            winners.found, winners.retracted, null, winners.event_times, self.now, self.ttl
        )
        absent = codes != PRESENT
        output = {"": to_arrow(values, absent if absent.any() else None, dtype)}
        if self.status:
            output["__status"] = status_column(codes)
        if self.event_time:
            known = winners.found | winners.retracted
            output["__event_time"] = event_time_column(winners.event_times, known)
        return output


def _only(row: tuple[Any, ...] | None) -> tuple[Any, ...]:
    if row is None:
        raise DatabaseError("the database answered an online read without its one row")
    return row
