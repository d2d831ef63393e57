"""Online reads: the newest value of each feature for each entity, in one round trip."""

from collections.abc import Mapping, Sequence
from threading import Lock
from typing import Any

import pyarrow as pa
from attrs import field, frozen

from featuretrail.domain.errors import DatabaseError
from featuretrail.domain.registry import ResolvedFeature
from featuretrail.domain.statuses import PRESENT
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.queries import query
from featuretrail.infrastructure.retrieval.answer import (
    event_time_column,
    status_codes,
    status_column,
)
from featuretrail.infrastructure.retrieval.arrays import (
    AnyConnection,
    decode,
    key_array,
    raw_array_cursor,
    to_arrow,
)
from featuretrail.infrastructure.retrieval.naming import output_names
from featuretrail.infrastructure.retrieval.newest import NewestRows, Winners
from featuretrail.infrastructure.retrieval.online_plan import GroupPlan, OnlinePlan
from featuretrail.infrastructure.retrieval.retrieval import with_columns
from featuretrail.infrastructure.retrieval.spine import read_keys
from featuretrail.infrastructure.values.frames import to_table
from featuretrail.infrastructure.values.moments import microseconds

PLANS = 256
"""Lists of features whose statements are kept."""

Layouts = Mapping[int, frozenset[str]]


@frozen(eq=False)
class OnlineAnswer:
    """A table, and ``last_definition``: the position of the newest definition of the store.

    A caller that resolved its features from a registry older than that reads once more.
    """

    table: pa.Table = field(repr=False)
    last_definition: int


class OnlineReader:
    """Answers what features are worth now. Safe to share between threads."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = Lock()
        self._plans: dict[tuple[int, ...], OnlinePlan] = {}
        self._layouts: dict[str, Layouts] = {}

    def get(
        self,
        features: Sequence[ResolvedFeature],
        entity_rows: Any,  # noqa: ANN401 - whatever frames.to_table reads
        *,
        status: bool = False,
        event_time: bool = False,
    ) -> pa.Table:
        """Return the entity rows, in order, each with the newest values of ``features``.

        Columns: the rows' own, then each feature, followed on request by ``<name>__status`` (text)
        and ``<name>__event_time``. Values are as of the server's clock, so TTLs hold. Raises
        ``InvalidSpineError``, ``NotFoundError`` or ``InvalidInputError``.
        """
        return self.read(features, entity_rows, status=status, event_time=event_time).table

    def read(
        self,
        features: Sequence[ResolvedFeature],
        entity_rows: Any,  # noqa: ANN401 - whatever frames.to_table reads
        *,
        status: bool = False,
        event_time: bool = False,
    ) -> OnlineAnswer:
        """Answer as ``get`` does, and tell whether there are new definitions."""
        plan = self._plan(features)
        table = to_table(entity_rows, "the entity rows")
        names = output_names(features, table.column_names)
        keys = read_keys(table, (group.group for group in plan.groups), "the entity rows")
        arrays = [key_array(keys[key]) for key in plan.keys]
        with self._database.connection() as connection:
            row = raw_array_cursor(connection).execute(plan.statement, arrays, prepare=True)
            now, last_definition, *answers = _only(row.fetchone())
            newest = [NewestRows.read(each.head(answers), table.num_rows) for each in plan.groups]
            self._know_layouts(connection, plan.groups, newest)
        columns: dict[tuple[str, str], dict[str, pa.Array]] = {}
        for group, rows in zip(plan.groups, newest, strict=True):
            moment = _Moment(microseconds(now), group.ttl, status=status, event_time=event_time)
            layouts = self._layouts.get(group.group.name, {})
            values = group.values(answers)
            for column, dtype, content in zip(group.columns, group.dtypes, values, strict=True):
                winners = rows.winners(column, layouts)
                columns[group.group.name, column] = moment.columns(winners, content, dtype)
        added = {
            name + suffix: array
            for feature, name in zip(features, names, strict=True)
            for suffix, array in columns[feature.group.name, feature.column].items()
        }
        return OnlineAnswer(with_columns(table, added), last_definition or 0)

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

    def _know_layouts(
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
class _Moment:
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
