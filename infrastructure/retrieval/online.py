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
from featuretrail.infrastructure.retrieval.naming import output_names, refuse_taken
from featuretrail.infrastructure.retrieval.newest import NewestRows, Winners
from featuretrail.infrastructure.retrieval.online_plan import GroupPlan, OnlinePlan
from featuretrail.infrastructure.retrieval.retrieval import with_columns
from featuretrail.infrastructure.retrieval.spine import read_keys
from featuretrail.infrastructure.serving.answer import (
    Answered,
    Ids,
    ServedColumn,
    served_column,
)
from featuretrail.infrastructure.serving.served_log import ServedLog
from featuretrail.infrastructure.values.frames import to_table
from featuretrail.infrastructure.values.moments import microseconds

PLANS = 256
"""Lists of features whose statements are kept."""

_CLOCK = "as of"
"""The column that a read from the history gets its times from; no feature can have the name."""

SERVED_ID = "served_id"
"""The column of the ids of logged rows."""

Layouts = Mapping[int, frozenset[str]]


Resolve = Callable[[Registry], Sequence[ResolvedFeature]]
"""Finds the asked-for features among the definitions known at some position."""


@frozen(eq=False)
class _Reply:
    """What the one round trip brought: the server's time (microseconds), the position of the
    newest definition, the head of the log (0 where nothing is logged), the entities' keys and the
    arrays of each group."""

    now: int
    last_definition: int
    known_position: int
    keys: Mapping[str, pa.Array] = field(repr=False)
    arrays: Sequence[bytes | None] = field(repr=False)
    newest: Sequence[NewestRows] = field(repr=False)

    @property
    def is_ahead(self) -> bool:
        """Whether a newest row is not true yet, and hides the one that is."""
        return any(bool((rows.event_times > self.now).any()) for rows in self.newest)


@frozen(eq=False)
class PlacedAnswer:
    """An online answer, the server's time (microseconds) that it is of, and the log's position."""

    table: pa.Table = field(repr=False)
    now: int
    position: int


class OnlineReader:
    """Answers what features are worth now. Safe to share between threads."""

    def __init__(
        self,
        database: Database,
        registry: RegistryReader,
        historical: HistoricalReader,
        recorder: Recorder,
        served: ServedLog,
    ) -> None:
        self._database = database
        self._registry = registry
        self._historical = historical
        self._recorder = recorder
        self._served = served
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
        served_id: bool = False,
    ) -> pa.Table:
        """Return the entity rows, in order, each with the newest values of features.

        Columns: the rows' own, then each feature, followed on request by ``<name>__status`` (text)
        and ``<name>__event_time``, last ``served_id`` (text, NULL where the row is not logged).
        Values are as of the server's clock, so TTLs hold. The
        definitions are those this process knows; the same round trip tells whether there are newer
        ones, and then the question is asked again with them. Where a newest row lies ahead of the
        clock (a minute is tolerated), the row that holds now comes from the history. Raises
        ``NotFoundError``, ``InvalidSpineError`` or ``InvalidInputError``.
        """
        begun = perf_counter()
        table = to_table(entity_rows, "the entity rows")
        logged = self._served.on
        plan, reply = self._replied(resolve, table, logged=logged)
        wanted = _Wanted(status=status, event_time=event_time, logged=logged)
        answer, columns = (self._as_of if reply.is_ahead else self._table)(
            plan, table, reply, wanted
        )
        if served_id or wanted.logged:
            answer = self._log(plan, reply, answer, columns, served_id=served_id)
        each_ms = (perf_counter() - begun) * 1e3 / len(plan.features)
        self._recorder.add(plan.use, each_ms, rows=table.num_rows)
        return answer

    def placed(
        self,
        features: Sequence[ResolvedFeature],
        entity_rows: pa.Table,
    ) -> "PlacedAnswer":
        """Return what ``get`` returns with statuses, and of which time and position that is.

        Nothing is logged as served, or measured.
        """
        plan, reply = self._replied(lambda _: features, entity_rows, logged=True)
        way = self._as_of if reply.is_ahead else self._table
        wanted = _Wanted(status=True, event_time=False, logged=True)  # so it is of the position
        answer, _ = way(plan, entity_rows, reply, wanted)
        return PlacedAnswer(answer, reply.now, reply.known_position)

    def _replied(
        self, resolve: Resolve, table: pa.Table, *, logged: bool
    ) -> tuple[OnlinePlan, _Reply]:
        try:
            plan = self._plan(resolve(self._registry.cached), logged=logged)
        except NotFoundError:
            plan = self._plan(resolve(self._registry.current()), logged=logged)
        reply = self._ask(plan, table)
        if reply.last_definition > self._registry.cached.position:
            current = self._plan(resolve(self._registry.current()), logged=logged)
            if current.features != plan.features:
                plan, reply = current, self._ask(current, table)
        return plan, reply

    def _ask(self, plan: OnlinePlan, table: pa.Table) -> _Reply:
        keys = read_keys(table, (each.group for each in plan.groups), "the entity rows")
        parameters = [key_array(keys[key]) for key in plan.keys]
        with self._database.connection() as connection:
            cursor = raw_array_cursor(connection)
            cursor.execute(plan.statement, parameters, prepare=True)
            now, last_definition, known_position, *arrays = _only(cursor.fetchone())
            newest = [NewestRows.read(each.head(arrays), table.num_rows) for each in plan.groups]
            self._learn_layouts(connection, plan.groups, newest)
        by_name = {name: column for (name, _), column in keys.items()}
        moment = microseconds(now)
        return _Reply(moment, last_definition or 0, known_position or 0, by_name, arrays, newest)

    def _table(
        self, plan: OnlinePlan, table: pa.Table, reply: _Reply, wanted: "_Wanted"
    ) -> tuple[pa.Table, Sequence[ServedColumn]]:
        names = output_names(plan.features, table.column_names)
        columns: dict[tuple[str, str], _FeatureOutput] = {}
        for group, rows in zip(plan.groups, reply.newest, strict=True):
            output = _Output(reply.now, group.ttl, wanted)
            layouts = self._layouts.get(group.group.name, {})
            values = group.values(reply.arrays)
            for column, dtype, content in zip(group.columns, group.dtypes, values, strict=True):
                winners = rows.winners(column, layouts)
                columns[group.group.name, column] = output.columns(winners, content, dtype)
        outputs = [columns[feature.group.name, feature.column] for feature in plan.features]
        added = [
            (name + suffix, array)
            for name, output in zip(names, outputs, strict=True)
            for suffix, array in output.shown.items()
        ]
        return with_columns(table, added), [each.served for each in outputs if each.served]

    def _as_of(
        self, plan: OnlinePlan, table: pa.Table, reply: _Reply, wanted: "_Wanted"
    ) -> tuple[pa.Table, Sequence[ServedColumn]]:
        """Answer from the history, as of the reply's time."""
        clock = _CLOCK
        while clock in table.column_names:
            clock += " "
        moments = pa.array(np.full(table.num_rows, reply.now)).cast(UTC_TIME)
        answer = self._historical.get(
            table.append_column(clock, moments),
            plan.features,
            time_column=clock,
            position=reply.known_position if wanted.logged else None,
            status=wanted.status or wanted.logged,
            event_time=wanted.event_time or wanted.logged,
        ).drop_columns([clock])
        if not wanted.logged:
            return answer, ()
        names = output_names(plan.features, table.column_names)
        columns = [served_column(answer, name) for name in names]
        unasked = [
            name + suffix
            for suffix, asked in (("__status", wanted.status), ("__event_time", wanted.event_time))
            if not asked
            for name in names
        ]
        return answer.drop_columns(unasked), columns

    def _log(
        self,
        plan: OnlinePlan,
        reply: _Reply,
        answer: pa.Table,
        columns: Sequence[ServedColumn],
        *,
        served_id: bool,
    ) -> pa.Table:
        """Hand the answer to the served log; return it, with its ids if they are asked for."""
        ids = None
        if served_id:
            refuse_taken([SERVED_ID], answer.column_names)
            share = self._served.share if columns else 0.0
            ids = Ids.of(reply.keys, share, reply.now)
            answer = answer.append_column(SERVED_ID, ids.column())
        if columns and answer.num_rows:
            self._served.offer(
                Answered(plan.features, reply.keys, reply.now, reply.known_position, columns, ids)
            )
        return answer

    def _plan(self, features: Sequence[ResolvedFeature], *, logged: bool) -> OnlinePlan:
        # a plan keeps its features alive, so their ids stay theirs
        key = (logged, *(number for f in features for number in (id(f.group), id(f.version))))
        plan = self._plans.get(key)
        if plan is None:
            plan = OnlinePlan.of(features, logged=logged)
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
class _Wanted:
    """What an answer shall tell besides values, and whether it is logged."""

    status: bool
    event_time: bool
    logged: bool


@frozen(eq=False)
class _FeatureOutput:
    """The output of one feature: columns by what follows its name, and what is logged of it."""

    shown: Mapping[str, pa.Array]
    served: ServedColumn | None


@frozen
class _Output:
    """The server's time of a read, a group's TTL, and what the output shall tell."""

    now: int
    ttl: int | None
    wanted: _Wanted

    def columns(self, winners: Winners, content: bytes | None, dtype: str) -> _FeatureOutput:
        """Return the output of one feature."""
        values, null = winners.gather(*decode(content, dtype))
        codes = status_codes(
            winners.found, winners.retracted, null, winners.event_times, self.now, self.ttl
        )
        absent = codes != PRESENT
        output = {"": to_arrow(values, absent if absent.any() else None, dtype)}
        if self.wanted.status:
            output["__status"] = status_column(codes)
        if not (self.wanted.event_time or self.wanted.logged):
            return _FeatureOutput(output, None)
        known = winners.found | winners.retracted
        if self.wanted.event_time:
            output["__event_time"] = event_time_column(winners.event_times, known)
        if not self.wanted.logged:
            return _FeatureOutput(output, None)
        served = ServedColumn(output[""], codes, winners.event_times, known)
        return _FeatureOutput(output, served)


def _only(row: tuple[Any, ...] | None) -> tuple[Any, ...]:
    if row is None:
        raise DatabaseError("the database answered an online read without its one row")
    return row
