"""The way for many spine rows: pull the columns a group's join needs, and join them in memory.

Rows are pulled in no order and in blocks; each block is sorted, searched for every spine row, and
merged into what the blocks before it found, so memory holds one block and the result.
"""

from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa
from attrs import define, field

from featuretrail.domain.asof import EARLIEST, Flags, Ints, Questions, Rows, Timelines
from featuretrail.domain.entities import EntityCodes
from featuretrail.domain.retractions import Retracted, applying
from featuretrail.infrastructure.retrieval.answer import Answer, nothing_found
from featuretrail.infrastructure.retrieval.cuts import NEVER
from featuretrail.infrastructure.retrieval.source import ColumnSource, Wanted
from featuretrail.infrastructure.retrieval.task import GroupTask

BLOCK_ROWS = 1_000_000
"""Rows of values that are sorted and searched at once."""

BLOCK_BYTES = 96 * 2**20
"""Bytes of wide rows that count as a block."""

BLOCK_ROWS_PER_SPINE_ROW = 1
"""A block has so many rows for each spine row, since each block is searched for every one."""


def pull(task: GroupTask, source: ColumnSource, *, all_entities: bool) -> dict[str, Answer]:
    """Answer ``task`` from ``source``; the answer of each column by its name.

    ``all_entities`` says that asking the source for the spine's entities alone would not pay.
    """
    entities = EntityCodes.of(task.keys)
    wanted = _wanted(task, entities, all_entities=all_entities)
    retracted = _retracted(task, source, wanted, entities)
    questions = _questions(task, entities, retracted)
    searches = {
        writers: _Search(names, _batches(task, writers), len(task.times))
        for writers, names in task.columns.items()
        if writers is None or writers
    }
    if searches:
        for block in _sized(source.blocks(wanted), len(task.times)):
            _search(task, entities, questions, block, list(searches.values()))
    return {
        name: searches[writers].answer(task, retracted)
        if writers in searches
        else _only_retracted(task, names, retracted)
        for writers, names in task.columns.items()
        for name in names
    }


@define(eq=False)
class _Search:
    """The best rows found so far for the columns that one set of batches wrote."""

    names: tuple[str, ...]
    writing: Flags | None = field(repr=False)
    count: int
    event_times: Ints = field(init=False, repr=False)
    batches: Ints = field(init=False, repr=False)
    values: pa.Table | None = field(init=False, default=None, repr=False)

    def __attrs_post_init__(self) -> None:
        self.event_times = np.full(self.count, EARLIEST, np.int64)
        self.batches = np.zeros(self.count, np.int64)

    def merge(self, rows: Rows, found: Ints, places: Ints | None, block: pa.Table) -> None:
        """Take over what ``found`` (-1: nothing) has that is later than what is held.

        ``places`` says where in ``block`` each of ``rows`` is; ``None``: at its own place.
        """
        if rows.codes.size == 0:
            return
        times, batches = rows.event_times[found], rows.batches[found]
        later = (times > self.event_times) | (
            (times == self.event_times) & (batches > self.batches)
        )
        better = (found >= 0) & later
        if not better.any():
            return
        self.event_times = np.where(better, times, self.event_times)
        self.batches = np.where(better, batches, self.batches)
        new = block.select(self.names)
        source = found if places is None else places[found]
        if self.values is None:
            self.values = new.take(pa.array(source, mask=~better))
            return
        held = pa.concat_tables([self.values, new])
        self.values = held.take(
            pa.array(np.where(better, self.count + source, np.arange(self.count)))
        )

    def answer(self, task: GroupTask, retracted: Retracted | None) -> Answer:
        """Return what was found in all blocks."""
        if self.values is None:
            return _only_retracted(task, self.names, retracted)
        found = self.batches > 0
        if retracted is None:
            none = np.zeros_like(found)
            return Answer(found, none, self.event_times, self.batches, self.values)
        return Answer(
            found,
            retracted.any & ~found,
            np.where(found, self.event_times, retracted.since),
            np.where(found, self.batches, retracted.winner),
            self.values,
        )


def _search(
    task: GroupTask,
    entities: EntityCodes,
    questions: Questions,
    block: pa.Table,
    searches: Sequence[_Search],
) -> None:
    rows, places = _rows(task, entities, block), None
    known = rows.codes >= 0
    if not known.all():
        places = np.flatnonzero(known)
        rows = rows.take(places)
    timelines = Timelines.of(rows)
    for search in searches:
        lines = (
            timelines if search.writing is None else timelines.only(search.writing[rows.batches])
        )
        search.merge(rows, lines.last_rows(questions), places, block)


def _rows(task: GroupTask, entities: EntityCodes, block: pa.Table) -> Rows:
    batches = _integers(block, "batch")
    known = None
    if task.row_cut and task.group.known_time is not None:
        known = _integers(block, task.group.known_time)
    elif task.row_cut:
        known = _recorded_at(task, batches)
    codes = entities.encode([block.column(key).chunk(0) for key in task.group.keys])
    return Rows(codes, _integers(block, "event_time"), batches, known)


def _integers(block: pa.Table, name: str) -> Ints:
    integers: Ints = block.column(name).chunk(0).cast(pa.int64()).to_numpy()
    return integers


def _recorded_at(task: GroupTask, batches: Ints) -> Ints:
    if task.cut.recorded_at is None:
        return np.full(batches.size, NEVER, np.int64)
    return task.cut.recorded_at[batches]


def _sized(blocks: Iterator[pa.Table], spine_rows: int) -> Iterator[pa.Table]:
    """Join small blocks to ones worth a search of the whole spine; each column is one array."""
    gathered: list[pa.Table] = []
    rows = size = 0
    least = BLOCK_ROWS_PER_SPINE_ROW * spine_rows
    for block in blocks:
        if block.num_rows == 0:
            continue
        gathered.append(block)
        rows, size = rows + block.num_rows, size + block.nbytes
        if rows >= least and (rows >= BLOCK_ROWS or size >= BLOCK_BYTES):
            yield pa.concat_tables(gathered).combine_chunks()
            gathered, rows, size = [], 0, 0
    if gathered:
        yield pa.concat_tables(gathered).combine_chunks()


def _wanted(task: GroupTask, entities: EntityCodes, *, all_entities: bool) -> Wanted:
    stored = {name for writers, names in task.columns.items() if writers != frozenset()
              for name in names}  # fmt: skip
    return Wanted(
        group=task.group.name,
        keys=task.group.keys,
        columns={name: dtype for name, dtype in task.dtypes.items() if name in stored},
        known_time=task.group.known_time if task.row_cut else None,
        last_batch=task.cut.last_batch,
        since=task.oldest,
        until=task.newest,
        entities=None if all_entities else entities.values,
    )


def _retracted(
    task: GroupTask, source: ColumnSource, wanted: Wanted, entities: EntityCodes
) -> Retracted | None:
    if not task.cut.has_retractions:
        return None
    table = source.retractions(wanted).combine_chunks()
    if table.num_rows == 0:
        return None
    batches = _integers(table, "batch")
    known = _recorded_at(task, batches) if task.row_cut else None
    codes = entities.encode([table.column(key).chunk(0) for key in task.group.keys])
    rows = Rows(codes, _integers(table, "event_time"), batches, known)
    rows = rows.take(np.flatnonzero(rows.codes >= 0))
    return applying(rows, entities.codes, task.until, task.times if task.row_cut else None)


def _questions(task: GroupTask, entities: EntityCodes, retracted: Retracted | None) -> Questions:
    hiding = retracted is not None and bool(retracted.any.any())
    return Questions(
        codes=entities.codes,
        until=task.until,
        hidden_until=retracted.batch if retracted is not None and hiding else None,
        since=retracted.since if retracted is not None and hiding else None,
        known_by=task.times if task.row_cut else None,
    )


def _batches(task: GroupTask, writers: frozenset[int] | None) -> Flags | None:
    if writers is None:
        return None
    writing = np.zeros(task.cut.last_batch + 1, np.bool_)
    for first, last in task.cut.ranges(writers):
        writing[first : last + 1] = True
    return writing


def _only_retracted(task: GroupTask, names: tuple[str, ...], retracted: Retracted | None) -> Answer:
    nothing = nothing_found(len(task.times), {name: task.dtypes[name] for name in names})
    if retracted is None:
        return nothing
    return Answer(nothing.found, retracted.any, retracted.since, retracted.winner, nothing.values)
