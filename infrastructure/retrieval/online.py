"""Online reads: the newest values of some entities, all groups in one round trip."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from threading import Lock
from typing import Any

import numpy as np
import pyarrow as pa
from attrs import field, frozen

from featuretrail.domain.asof import Ints
from featuretrail.domain.dtypes import ARROW_TYPES
from featuretrail.domain.errors import InvalidInputError, NotFoundError
from featuretrail.domain.names import FeatureReference
from featuretrail.domain.registry import Registry, ResolvedFeature
from featuretrail.infrastructure.database import AnyConnection, Database
from featuretrail.infrastructure.queries import query
from featuretrail.infrastructure.registry import RegistryReader
from featuretrail.infrastructure.retrieval.answer import Answer, FeatureColumns, judge
from featuretrail.infrastructure.retrieval.naming import output_names, refuse_taken
from featuretrail.infrastructure.retrieval.online_plan import OnlinePlan, OnlineRows, microseconds
from featuretrail.infrastructure.retrieval.spine import read_keys
from featuretrail.infrastructure.values.frames import to_table

Resolve = Callable[[Registry], Sequence[ResolvedFeature]]
"""Finds the asked-for features among the definitions known at some position."""

_TOMBSTONES = 0
_PLANS = 256


@frozen(eq=False)
class _Reply:
    now: int
    defined_at: int
    rows: Mapping[str, OnlineRows] = field(repr=False)


class OnlineReader:
    """Answers what features are worth now. Safe to share between threads."""

    def __init__(self, database: Database, registry: RegistryReader) -> None:
        self._database = database
        self._registry = registry
        self._plans: dict[tuple[FeatureReference, ...], tuple[OnlinePlan, ...]] = {}
        self._layouts: dict[str, dict[int, frozenset[str]]] = {}
        self._lock = Lock()

    def get(
        self,
        resolve: Resolve,
        entity_rows: Any,  # noqa: ANN401 - whatever frames.to_table reads
        *,
        status: bool = False,
        event_time: bool = False,
    ) -> pa.Table:
        """Return the entity rows, in order, each with the features' newest values.

        The definitions are those this process knows; the same round trip tells whether there are
        newer ones, and then the question is asked again with them. Raises ``NotFoundError``,
        ``InvalidSpineError`` or ``InvalidInputError``.
        """
        entities = to_table(entity_rows, "the entity rows")
        try:
            features = tuple(resolve(self._registry.cached))
        except NotFoundError:
            features = tuple(resolve(self._registry.current()))
        reply = self._ask(features, entities)
        if reply.defined_at > self._registry.cached.position:
            current = tuple(resolve(self._registry.current()))
            if current != features:
                features, reply = current, self._ask(current, entities)
        return self._table(features, entities, reply, status=status, event_time=event_time)

    def _ask(self, features: tuple[ResolvedFeature, ...], entities: pa.Table) -> _Reply:
        plans = self._plans_of(features)
        keys = read_keys(entities, [plan.group for plan in plans], "the entity rows")
        with self._database.connection() as connection:
            with connection.pipeline():
                asked = connection.execute(query("retrieval/online_now"), prepare=True, binary=True)
                cursors = [
                    plan.execute(connection, [keys[key] for key in plan.group.keys.items()])
                    for plan in plans
                ]
            [(now, defined_at)] = asked.fetchall()
            rows = {
                plan.group.name: OnlineRows.of(cursor.fetchall(), plan.columns)
                for plan, cursor in zip(plans, cursors, strict=True)
            }
            for name, found in rows.items():
                self._learn_layouts(connection, name, found.layouts)
        return _Reply(int(microseconds(now)[0]), defined_at, rows)

    def _plans_of(self, features: tuple[ResolvedFeature, ...]) -> tuple[OnlinePlan, ...]:
        if not features:
            raise InvalidInputError("no feature is asked for; name at least one")
        pinned = tuple(feature.reference for feature in features)
        with self._lock:
            if pinned not in self._plans:
                if len(self._plans) >= _PLANS:
                    self._plans.clear()
                self._plans[pinned] = _plans(features)
            return self._plans[pinned]

    def _learn_layouts(self, connection: AnyConnection, group: str, layouts: Ints) -> None:
        known = self._layouts.setdefault(group, {_TOMBSTONES: frozenset()})
        if any(layout not in known for layout in np.unique(layouts).tolist()):
            found = connection.execute(query("retrieval/layouts"), {"group": group})
            known.update((layout, frozenset(columns)) for layout, columns in found)

    def _table(
        self,
        features: Sequence[ResolvedFeature],
        entities: pa.Table,
        reply: _Reply,
        *,
        status: bool,
        event_time: bool,
    ) -> pa.Table:
        names = output_names(features, entities.column_names)
        moments = np.full(entities.num_rows, reply.now)
        layouts = {name: dict(known) for name, known in self._layouts.items()}
        added: dict[str, pa.Array] = {}
        for feature, name in zip(features, names, strict=True):
            rows = reply.rows[feature.group.name]
            columns = _columns(feature, rows, layouts[feature.group.name], moments)
            added[name] = columns.values
            if status:
                added[f"{name}__status"] = columns.statuses
            if event_time:
                added[f"{name}__event_time"] = columns.event_times
        refuse_taken(list(added), entities.column_names)
        carried = zip(entities.column_names, entities.columns, strict=True)
        return pa.table({**dict(carried), **added})


def _plans(features: Sequence[ResolvedFeature]) -> tuple[OnlinePlan, ...]:
    by_group: dict[str, list[ResolvedFeature]] = {}
    for feature in features:
        by_group.setdefault(feature.group.name, []).append(feature)
    return tuple(OnlinePlan.of(of_group) for of_group in by_group.values())


def _columns(
    feature: ResolvedFeature,
    rows: OnlineRows,
    layouts: Mapping[int, frozenset[str]],
    moments: Ints,
) -> FeatureColumns:
    """Return the output of ``feature``: of each entity the newest row that speaks of its column."""
    speaking = [
        n for n, columns in layouts.items() if n == _TOMBSTONES or feature.column in columns
    ]
    newest = _newest(rows, np.array(speaking, np.int64), moments.size)
    known = newest >= 0
    place = np.where(known, newest, 0)
    answered = known.any()
    buried = known & (rows.layouts[place] == _TOMBSTONES) if answered else known
    values = pa.array(rows.columns[feature.column], ARROW_TYPES[feature.dtype])
    answer = Answer(
        found=known & ~buried,
        retracted=buried,
        event_times=rows.event_times[place] if answered else np.zeros(moments.size, np.int64),
        batches=rows.batches[place] if answered else np.zeros(moments.size, np.int64),
        values=pa.table({feature.column: values.take(pa.array(newest, mask=~known))}),
    )
    ttl = None if feature.group.ttl is None else feature.group.ttl // timedelta(microseconds=1)
    return judge(answer, feature.column, feature.dtype, moments, ttl)


def _newest(rows: OnlineRows, speaking: Ints, count: int) -> Ints:
    """Return for each of ``count`` entities its newest row in one of the layouts, or -1."""
    newest = np.full(count, -1, np.int64)
    order = np.flatnonzero(np.isin(rows.layouts, speaking))
    ordinals = rows.ordinals[order]
    if (np.diff(ordinals) <= 0).any():
        order = order[np.lexsort((rows.batches[order], rows.event_times[order], ordinals))]
        ordinals = rows.ordinals[order]
    newest[ordinals] = order  # of several rows the last assignment, the newest, stays
    return newest
