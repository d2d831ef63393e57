"""The rows at which a unit is computed, and what the store knows of its sources there."""

from collections.abc import Mapping, Sequence
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from attrs import evolve, field, frozen

from featuretrail.domain.asof import Flags, Ints
from featuretrail.domain.columns import one_array
from featuretrail.domain.definitions import FeatureGroup
from featuretrail.domain.dtypes import UTC_TIME
from featuretrail.domain.registry import ResolvedFeature
from featuretrail.domain.rule_units import Place, Unit, place
from featuretrail.domain.trailing import trailing_max
from featuretrail.infrastructure.computing.known_times import Answering, known_times
from featuretrail.infrastructure.retrieval.answer import judge
from featuretrail.infrastructure.retrieval.cuts import GroupCut, read_cuts
from featuretrail.infrastructure.retrieval.historical import HistoricalReader
from featuretrail.infrastructure.retrieval.naming import by_group
from featuretrail.infrastructure.retrieval.pull_way import pull
from featuretrail.infrastructure.retrieval.replay import Replay
from featuretrail.infrastructure.retrieval.source import ColumnSource, Wanted
from featuretrail.infrastructure.retrieval.task import GroupTask
from featuretrail.infrastructure.values.ordering import canonical_order

EVENT_TIME = "event_time"


@frozen(eq=False, slots=False)
class UnitRows:
    """Rows of entities, ordered by entity and event time, with the values of a unit's sources.

    ``table`` holds the keys and the event time; ``starts`` where each entity begins, and the end;
    ``values`` one array a source. Values are NULL where nothing holds: missing, expired, retracted.
    ``known`` (microseconds) is when all was known that the unit reads for a row, if its group asks.
    """

    table: pa.Table = field(repr=False)
    starts: Ints = field(repr=False)
    values: Mapping[Place, pa.Array] = field(repr=False)
    known: Ints | None = field(repr=False)

    @cached_property
    def times(self) -> Ints:
        """The event times in microseconds."""
        times: Ints = one_array(self.table.column(EVENT_TIME)).view(pa.int64()).to_numpy()
        return times

    def __len__(self) -> int:
        return int(self.table.num_rows)


def read_rows(
    historical: HistoricalReader, unit: Unit, position: int, since: int, until: int
) -> UnitRows:
    """Return the rows of ``unit`` with event times in ``[since, until)``, as of ``position``."""
    grouped = by_group(unit.sources)
    telling = unit.group.known_time is not None
    with historical.database.connection() as connection:
        cuts = read_cuts(connection, list(grouped), position, recorded=telling)
    pulled = {
        name: _pulled(historical.source, features, cuts[name], since, until, telling=telling)
        for name, features in grouped.items()
    }
    keys = list(unit.group.keys)
    table, starts = _distinct([part.clock(keys) for part in pulled.values()], unit.group)
    values: dict[Place, pa.Array] = {}
    known: list[Ints] = []
    for part in pulled.values():
        answering: Answering = historical.answer
        if len(pulled) == 1 and part.alike:
            answering = part.replayed(historical.source)
            values |= _at_their_rows(part, table, answering)
        else:
            values |= _as_of(historical, part.features, table, position)
        if telling:
            known.append(known_times(part.features, part.cut, table, answering))
    rows = UnitRows(table, starts, values, None)
    if not telling:
        return rows
    newest = np.maximum.reduce(known)
    return evolve(rows, known=trailing_max(newest, rows.times, starts, unit.reach()))


@frozen(eq=False)
class _Pulled:
    """What was read of one group, in no order: the rows of all batches, the retractions."""

    features: Sequence[ResolvedFeature]
    cut: GroupCut
    table: pa.Table = field(repr=False)
    retracted: pa.Table | None = field(repr=False)

    @property
    def alike(self) -> bool:
        """Whether each batch wrote all of the features or none of them."""
        return len({self.cut.writers(feature.column) for feature in self.features}) == 1

    def clock(self, keys: Sequence[str]) -> pa.Table:
        """Return entity and event time of what wrote one of the features, or retracted them."""
        written = self._written(keys)
        if self.retracted is None:
            return written
        return pa.concat_tables([written, self.retracted.select([*keys, EVENT_TIME])])

    def replayed(self, source: ColumnSource) -> Answering:
        """Return what answers tasks from the rows that were read, and no others."""
        return lambda task: pull(task, Replay(self.table, source), all_entities=True)

    def _written(self, keys: Sequence[str]) -> pa.Table:
        chosen = self.table.select([*keys, EVENT_TIME])
        writers = [self.cut.writers(feature.column) for feature in self.features]
        layouts = [each for each in writers if each is not None]
        if len(layouts) < len(writers) or self.table.num_rows == 0:
            return chosen
        writing = np.zeros(self.cut.last_batch + 1, np.bool_)
        for first, last in self.cut.ranges(frozenset().union(*layouts)):
            writing[first : last + 1] = True
        batches = one_array(self.table.column("batch")).to_numpy()
        return chosen.filter(pa.array(writing[batches]))


def _pulled(
    source: ColumnSource,
    features: Sequence[ResolvedFeature],
    cut: GroupCut,
    since: int,
    until: int,
    *,
    telling: bool,
) -> _Pulled:
    group = features[0].group
    wanted = Wanted(
        group=group.name,
        keys=group.keys,
        columns={feature.column: feature.dtype for feature in features},
        known_time=group.known_time if telling else None,
        last_batch=cut.last_batch,
        since=max(since, cut.first_event_time),
        until=min(until - 1, cut.last_event_time),
        entities=None,
    )
    blocks = [] if cut.rows == 0 or wanted.since > wanted.until else list(source.blocks(wanted))
    table = pa.concat_tables(blocks) if blocks else _nothing(group, features)
    retracted = _retracted(source, wanted, since, until) if cut.has_retractions else None
    return _Pulled(features, cut, table.combine_chunks(), retracted)


def _retracted(source: ColumnSource, wanted: Wanted, since: int, until: int) -> pa.Table:
    """Return the retractions that begin in ``[since, until)``: each stands there like a row."""
    table = source.retractions(wanted)
    begins = table.column(EVENT_TIME).cast(pa.int64()).to_numpy()
    return table.filter(pa.array((begins >= since) & (begins < until)))


def _nothing(group: FeatureGroup, features: Sequence[ResolvedFeature]) -> pa.Table:
    types = {
        **{
            name: pa.string() if dtype == "text" else pa.int64()
            for name, dtype in group.keys.items()
        },
        EVENT_TIME: UTC_TIME,
        "batch": pa.int64(),
    }
    fields = [*types.items(), *((feature.column, pa.null()) for feature in features)]
    return pa.schema(fields).empty_table()


def _distinct(clocks: Sequence[pa.Table], group: FeatureGroup) -> tuple[pa.Table, Ints]:
    """Return each entity and event time once, in order, and where entities begin (and the end)."""
    table = (clocks[0] if len(clocks) == 1 else pa.concat_tables(clocks)).combine_chunks()
    columns = [one_array(table.column(key)) for key in group.keys]
    order = canonical_order(columns, one_array(table.column(EVENT_TIME)))
    count = len(order.rows)
    kept = np.append(~order.same_row, np.full(min(1, count), fill_value=True))
    if not (order.sorted and kept.all()):
        table = table.take(pa.array(order.rows[kept]))
    begins = np.insert(~order.same_key, 0, np.full(min(1, count), fill_value=True))
    # an entity begins at the first of its rows, of which the last of equal ones is kept
    places = np.cumsum(np.insert(kept, 0, values=False))[:-1] if count else np.empty(0, np.int64)
    return table, np.append(places[begins], int(kept.sum())).astype(np.int64)


def _at_their_rows(part: _Pulled, table: pa.Table, answering: Answering) -> dict[Place, pa.Array]:
    """Return what the features hold at rows that are their own: the last batch of each."""
    times: Ints = one_array(table.column(EVENT_TIME)).view(pa.int64()).to_numpy()
    group = part.features[0].group
    task = GroupTask.of(
        part.features,
        part.cut,
        [one_array(table.column(key)) for key in group.keys],
        times,
        row_cut=False,
        closed="right",
        only_fresh=True,
    )
    answers = answering(task)
    return {
        place(feature): one_chunk(
            judge(answers[feature.column], feature.column, feature.dtype, times, task.ttl).values
        )
        for feature in part.features
    }


def _as_of(
    historical: HistoricalReader,
    features: Sequence[ResolvedFeature],
    table: pa.Table,
    position: int,
) -> dict[Place, pa.Array]:
    """Return what the features are worth at any rows, as training data would have it."""
    found = historical.retrieve(table, features, position=position, only_fresh=True)
    return {
        place(feature): one_chunk(found.columns(name).values)
        for name, feature in found.features.items()
    }


def one_chunk(values: pa.Array | pa.ChunkedArray) -> pa.Array:
    """Return values as one array."""
    return one_array(values) if isinstance(values, pa.ChunkedArray) else values


def unchanged(
    historical: HistoricalReader,
    features: Sequence[ResolvedFeature],
    table: pa.Table,
    values: Mapping[Place, pa.Array],
    position: int,
) -> Flags:
    """Tell for each row of ``table`` whether the store holds all ``values`` of it already."""
    found = historical.retrieve(table, features, position=position)
    times: Ints = one_array(table.column(EVENT_TIME)).view(pa.int64()).to_numpy()
    same = np.ones(table.num_rows, np.bool_)
    for name, feature in found.features.items():
        answer = found.answer(name)
        held = one_chunk(answer.values.column(feature.column))
        same &= answer.found & (answer.event_times == times) & equal(held, values[place(feature)])
    return same


def equal(one: pa.Array, other: pa.Array) -> Flags:
    """Tell where two arrays hold the same: equal values, or NULL in both."""
    null_one, null_other = (each.is_null().to_numpy(zero_copy_only=False) for each in (one, other))
    alike = pc.equal(one, other.cast(one.type)).fill_null(False)  # noqa: FBT003
    same: Flags = alike.to_numpy(zero_copy_only=False) | (null_one & null_other)
    return same
