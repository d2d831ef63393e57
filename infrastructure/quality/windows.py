"""Reading the values of a window of event time: one pull a group, each row's latest value."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import numpy as np
import pyarrow as pa
from attrs import field, frozen

from featuretrail.domain.asof import Ints
from featuretrail.domain.columns import one_array
from featuretrail.domain.dtypes import ARROW_TYPES, UTC_TIME
from featuretrail.domain.quality.values import FeatureValues
from featuretrail.domain.quality.window import Span, Window, moment
from featuretrail.domain.registry import ResolvedFeature
from featuretrail.infrastructure.queries import query
from featuretrail.infrastructure.retrieval.cuts import GroupCut, read_cuts
from featuretrail.infrastructure.retrieval.historical import HistoricalReader
from featuretrail.infrastructure.retrieval.naming import by_group
from featuretrail.infrastructure.retrieval.pull_way import pull
from featuretrail.infrastructure.retrieval.removals import removals
from featuretrail.infrastructure.retrieval.replay import Replay
from featuretrail.infrastructure.retrieval.source import ColumnSource, Wanted
from featuretrail.infrastructure.retrieval.task import GroupTask
from featuretrail.infrastructure.values.moments import microseconds
from featuretrail.infrastructure.values.ordering import Ordering, canonical_order

EVENT_TIME = "event_time"
NOTHING_REMOVED = int(np.iinfo(np.int64).min)
"""From when on values are whole that retention removed nothing of, in microseconds."""


@frozen(eq=False)
class GroupWindow:
    """The values that features of one group have in ``span``.

    ``rows`` is how many were written, whatever became of them; ``newest`` the newest event time of
    the whole group; ``ttl`` microseconds; ``last_batch`` the last that was seen.
    """

    group: str
    span: Span
    rows: int
    newest: datetime | None
    ttl: int | None
    last_batch: int
    values: Sequence[FeatureValues] = field(repr=False)


def read_windows(
    historical: HistoricalReader,
    features: Sequence[ResolvedFeature],
    window: Window | None,
    position: int | None,
) -> list[GroupWindow]:
    """Return the values of ``features`` in ``window``, as known at ``position``, group by group.

    A window of a duration ends at the newest value of all the groups. Without one all values are
    read that retention left whole; a window that reaches back further raises ``RetentionError``.
    """
    grouped = by_group(features)
    with historical.database.connection() as connection:
        cuts = read_cuts(connection, list(grouped), position, recorded=False)
    newest = [_newest(cut) for cut in cuts.values()]
    span = Span.of(window, max((each for each in newest if each is not None), default=None))
    return [
        _read_group(historical, of_group, cuts[name], span, position)
        for name, of_group in grouped.items()
    ]


def read_newest(
    historical: HistoricalReader, features: Sequence[ResolvedFeature], rows: int, position: int
) -> list[tuple[FeatureValues, bool]]:
    """Return the newest values of features of one group, and whether these are all, as known then.

    They are of the last ``rows`` rows, in event time, of the batches that wrote a feature; of equal
    times those of the first entities. Raises ``RetentionError``.
    """
    group = features[0].group.name
    with historical.database.connection() as connection:
        cut = read_cuts(connection, [group], position, recorded=False)[group]
    found = {
        each.path: (each, whole)
        for together in _written_alike(features, cut)
        for values, whole in [_newest_of(historical, together, cut, rows, position)]
        for each in values
    }
    return [found[feature.reference.path] for feature in features]


def _newest_of(
    historical: HistoricalReader,
    features: Sequence[ResolvedFeature],
    cut: GroupCut,
    rows: int,
    position: int,
) -> tuple[list[FeatureValues], bool]:
    """Return the newest values of features that the same batches wrote, and whether that is all."""
    group = features[0].group
    kept = _kept(historical, group.name, Span(), position)
    writers = cut.writers(features[0].column)
    layouts = None if writers is None else sorted(writers)
    asked = {"group": group.name, "position": position, "newest": rows, "layouts": layouts}
    with historical.database.connection() as connection:
        [(written, since)] = connection.execute(query("retrieval/newest_floor"), asked).fetchall()
    if since is None:
        return _values(features, cut, [], historical.source), True
    wanted = Wanted(
        group=group.name,
        keys=group.keys,
        columns={feature.column: feature.dtype for feature in features},
        known_time=None,
        last_batch=cut.last_batch,
        since=max(microseconds(since), kept),
        until=cut.last_event_time,
        entities=None,
        batches=None if writers is None else cut.ranges(writers),
        newest=rows,
    )
    blocks = list(historical.source.blocks(wanted)) if wanted.since <= wanted.until else []
    values = _values(features, cut, blocks, historical.source)
    _kept(historical, group.name, Span(), position)  # nothing was removed while it was read
    return values, written <= rows and kept == NOTHING_REMOVED


def _newest(cut: GroupCut) -> datetime | None:
    return moment(cut.last_event_time) if cut.rows else None


def _read_group(
    historical: HistoricalReader,
    features: Sequence[ResolvedFeature],
    cut: GroupCut,
    span: Span,
    position: int | None,
) -> GroupWindow:
    group = features[0].group
    kept = _kept(historical, group.name, span, position)
    wanted = Wanted(
        group=group.name,
        keys=group.keys,
        columns={feature.column: feature.dtype for feature in features},
        known_time=None,
        last_batch=cut.last_batch,
        since=max(cut.first_event_time, kept if span.first is None else span.first),
        until=cut.last_event_time if span.end is None else min(cut.last_event_time, span.end - 1),
        entities=None,
    )
    empty = cut.rows == 0 or wanted.since > wanted.until
    blocks = [] if empty else list(historical.source.blocks(wanted))
    found = {
        each.path: each
        for together in _written_alike(features, cut)
        for each in _values(together, cut, blocks, historical.source)
    }
    _kept(historical, group.name, span, position)  # nothing was removed while it was read
    return GroupWindow(
        group=group.name,
        span=span,
        rows=sum(block.num_rows for block in blocks),
        newest=_newest(cut),
        ttl=None if group.ttl is None else group.ttl // timedelta(microseconds=1),
        last_batch=cut.last_batch,
        values=[found[feature.reference.path] for feature in features],
    )


def _kept(historical: HistoricalReader, group: str, span: Span, position: int | None) -> int:
    """Return from when on retention left the values whole; raise ``RetentionError`` before that."""
    with historical.database.connection() as connection:
        removed = next(iter(removals(connection, [group])), None)
    if removed is None:
        return NOTHING_REMOVED
    times = [] if span.first is None else [span.first]
    removed.check(np.array(times or [microseconds(removed.horizon)]), position, row_cut=False)
    return microseconds(removed.horizon)


def _written_alike(
    features: Sequence[ResolvedFeature], cut: GroupCut
) -> Iterator[list[ResolvedFeature]]:
    """Yield the features in parts that exactly the same batches wrote."""
    parts: dict[frozenset[int] | None, list[ResolvedFeature]] = {}
    for feature in features:
        parts.setdefault(cut.writers(feature.column), []).append(feature)
    yield from parts.values()


def _values(
    features: Sequence[ResolvedFeature],
    cut: GroupCut,
    blocks: Sequence[pa.Table],
    source: ColumnSource,
) -> list[FeatureValues]:
    """Return the values of features that the same batches wrote, in order of event time."""
    table = _rows(features, cut, blocks)
    written = table.num_rows
    table = _latest(table, list(features[0].group.keys))
    if cut.has_retractions and table.num_rows:
        table = _holding(features, cut, table, source)
    times = _times(table)
    if np.any(times[1:] < times[:-1]):
        order = np.argsort(times, kind="stable")
        table, times = table.take(pa.array(order)), times[order]
    return [
        FeatureValues(
            path=feature.reference.path,
            version=str(feature.version.version),
            dtype=feature.dtype,
            values=one_array(table.column(feature.column)),
            times=times,
            written=written,
            entities={key: one_array(table.column(key)) for key in feature.group.keys},
        )
        for feature in features
    ]


def _rows(
    features: Sequence[ResolvedFeature], cut: GroupCut, blocks: Sequence[pa.Table]
) -> pa.Table:
    columns = [feature.column for feature in features]
    chosen = [*features[0].group.keys, EVENT_TIME, "batch", *columns]
    if not blocks:
        return _nothing(features).select(chosen)
    table = pa.concat_tables(block.select(chosen) for block in blocks).combine_chunks()
    writers = cut.writers(columns[0])
    if writers is None or table.num_rows == 0:
        return table
    writing = np.zeros(cut.last_batch + 1, np.bool_)
    for first, last in cut.ranges(writers):
        writing[first : last + 1] = True
    return table.filter(pa.array(writing[_integers(table, "batch")])).combine_chunks()


def _nothing(features: Sequence[ResolvedFeature]) -> pa.Table:
    group = features[0].group
    fields = {
        **{name: ARROW_TYPES[dtype] for name, dtype in group.keys.items()},
        EVENT_TIME: UTC_TIME,
        "batch": pa.int64(),
        **{feature.column: ARROW_TYPES[feature.dtype] for feature in features},
    }
    return pa.schema(list(fields.items())).empty_table()


def _latest(table: pa.Table, keys: Sequence[str]) -> pa.Table:
    """Return of each entity and event time the row of its last batch."""
    batches = _integers(table, "batch")
    if table.num_rows == 0 or int(batches.min()) == int(batches.max()):
        return table  # a batch holds each entity and event time once
    order = _canonical(table, keys)
    if not order.same_row.any():
        return table
    if np.any(batches[1:] < batches[:-1]):
        table = table.take(pa.array(np.argsort(batches, kind="stable")))
        order = _canonical(table, keys)
    last = np.append(~order.same_row, [True])
    return table.take(pa.array(order.rows[last]))


def _canonical(table: pa.Table, keys: Sequence[str]) -> Ordering:
    columns = [one_array(table.column(key)) for key in keys]
    return canonical_order(columns, one_array(table.column(EVENT_TIME)))


def _holding(
    features: Sequence[ResolvedFeature], cut: GroupCut, table: pa.Table, source: ColumnSource
) -> pa.Table:
    """Return the rows that no retraction hides."""
    group = features[0].group
    times = _times(table)
    task = GroupTask.of(
        features,
        cut,
        [one_array(table.column(key)) for key in group.keys],
        times,
        row_cut=False,
        closed="right",
        only_fresh=True,
    )
    answers = pull(task, Replay(table, source), all_entities=True)
    answer = answers[features[0].column]
    return table.filter(pa.array(answer.found & (answer.event_times == times))).combine_chunks()


def _times(table: pa.Table) -> Ints:
    times: Ints = one_array(table.column(EVENT_TIME)).view(pa.int64()).to_numpy()
    return times


def _integers(table: pa.Table, name: str) -> Ints:
    integers: Ints = one_array(table.column(name)).cast(pa.int64()).to_numpy()
    return integers
