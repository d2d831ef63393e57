"""The as-of join against the plainest code that says the same."""

import numpy as np
import pyarrow as pa
import pytest
from attrs import frozen
from hypothesis import example, given, settings
from hypothesis import strategies as st

from featuretrail.domain.asof import Ints, Questions, Rows, Timelines
from featuretrail.domain.entities import EntityCodes
from featuretrail.domain.last_match import LastMatch
from featuretrail.domain.retractions import applying

YEAR_1 = -62_135_596_800_000_000
YEAR_9999 = 253_402_300_799_999_999

SMALL = st.integers(0, 5)
TIMES = st.one_of(SMALL, st.sampled_from([YEAR_1, YEAR_9999, -1, 2**40]))
Quadruple = tuple[int, int, int, int]


@frozen
class Asked:
    code: int
    until: int
    hidden_until: int
    since: int
    known_by: int


ROWS = st.lists(st.tuples(SMALL, TIMES, SMALL, SMALL), max_size=40)
ASKED = st.lists(st.builds(Asked, SMALL, TIMES, SMALL, TIMES, SMALL), min_size=1, max_size=10)


def integers(values: list[int]) -> Ints:
    return np.array(values, np.int64)


def rows_of(rows: list[Quadruple]) -> Rows:
    codes, times, batches, known = (integers([row[n] for row in rows]) for n in range(4))
    return Rows(codes, times, batches, known)


@settings(deadline=None)
@given(rows=ROWS)
@example(rows=[(n, YEAR_1 if n % 2 else YEAR_9999, 1, 0) for n in range(64)])
def test_rows_are_ordered_by_entity_then_event_time_then_batch(rows: list[Quadruple]) -> None:
    order = Timelines.of(rows_of(rows)).order
    assert [rows[i][:3] for i in order] == sorted(row[:3] for row in rows)


@settings(deadline=None)
@given(rows=ROWS, asked=ASKED)
def test_the_last_row_that_passes_every_condition_is_found(
    rows: list[Quadruple], asked: list[Asked]
) -> None:
    rows = sorted(rows)
    questions = Questions(
        codes=integers([each.code for each in asked]),
        until=integers([each.until for each in asked]),
        hidden_until=integers([each.hidden_until for each in asked]),
        since=integers([each.since for each in asked]),
        known_by=integers([each.known_by for each in asked]),
    )
    found = Timelines.of(rows_of(rows)).last_rows(questions)
    for each, index in zip(asked, found, strict=True):
        passing = [
            n
            for n, (code, time, batch, known) in enumerate(rows)
            if code == each.code and each.since <= time <= each.until
            and batch > each.hidden_until and known <= each.known_by
        ]  # fmt: skip
        assert index == max(passing, default=-1)


@settings(deadline=None)
@given(values=st.lists(st.integers(-3, 3), max_size=70), asked=st.data())
def test_the_tree_finds_the_last_small_enough_value(
    values: list[int], asked: st.DataObject
) -> None:
    places = asked.draw(st.lists(st.integers(-1, len(values) - 1), min_size=1, max_size=9))
    bounds = asked.draw(st.lists(st.integers(-4, 4), min_size=len(places), max_size=len(places)))
    found = LastMatch(integers(values)).search(integers(places), integers(bounds))
    for place, bound, index in zip(places, bounds, found, strict=True):
        assert index == max((i for i in range(place + 1) if values[i] <= bound), default=-1)


@settings(deadline=None)
@given(
    rows=st.lists(
        st.tuples(SMALL, TIMES, st.integers(1, 9), SMALL), max_size=20, unique_by=lambda r: r[2]
    ),
    asked=st.lists(st.tuples(SMALL, TIMES, SMALL), min_size=1, max_size=8),
    row_cut=st.booleans(),
)
def test_the_last_retraction_begins_and_the_greatest_batch_hides(
    rows: list[Quadruple], asked: list[tuple[int, int, int]], row_cut: bool
) -> None:
    codes, until, known_by = (integers([each[n] for each in asked]) for n in range(3))
    retracted = applying(rows_of(rows), codes, until, known_by if row_cut else None)
    for n, (code, end, moment) in enumerate(asked):
        apply = [
            (time, batch)
            for row_code, time, batch, known in rows
            if row_code == code and time <= end and (known <= moment or not row_cut)
        ]
        assert retracted.any[n] == bool(apply)
        if apply:
            assert (retracted.since[n], retracted.winner[n]) == max(apply)
            assert retracted.batch[n] == max(batch for _, batch in apply)


KEY_COLUMNS = st.lists(
    st.tuples(
        st.sampled_from([1, 11, 12, 2, -(2**63), 2**63 - 1]),
        st.sampled_from(["a", "ab", "bc", "c", "", "é"]),
        st.sampled_from([0, 2**40]),
    ),
    max_size=12,
)


@settings(deadline=None)
@given(spine=KEY_COLUMNS, others=KEY_COLUMNS)
def test_codes_are_equal_exactly_for_equal_key_tuples(
    spine: list[tuple[int, str, int]], others: list[tuple[int, str, int]]
) -> None:
    entities = EntityCodes.of(_columns(spine))
    number = dict(zip(spine, entities.codes.tolist(), strict=True))
    assert len(set(number.values())) == len(number) == entities.count
    assert [number[key] for key in spine] == entities.codes.tolist()
    assert entities.encode(_columns(others)).tolist() == [number.get(key, -1) for key in others]


def _columns(keys: list[tuple[int, str, int]]) -> list[pa.Array]:
    types = (pa.int64(), pa.string(), pa.int64())
    return [pa.array([key[n] for key in keys], types[n]) for n in range(3)]


def test_entities_one_and_twelve_are_not_eleven_and_two() -> None:
    entities = EntityCodes.of([pa.array([1, 11]), pa.array([12, 2])])
    assert len(set(entities.codes.tolist())) == 2


def test_entities_a_and_bc_are_not_ab_and_c() -> None:
    entities = EntityCodes.of([pa.array(["a", "ab"]), pa.array(["bc", "c"])])
    assert len(set(entities.codes.tolist())) == 2


@pytest.mark.parametrize("closed", [0, 1])
def test_a_million_invisible_rows_are_walked_over_in_few_steps(closed: int) -> None:
    count = 1_000_000
    zeros = np.zeros(count, np.int64)
    known = np.arange(count, 0, -1, dtype=np.int64)
    rows = Rows(zeros, np.arange(count, dtype=np.int64), zeros + 1, known)
    asked = Questions(integers([0]), integers([count]), known_by=integers([count - closed]))
    assert Timelines.of(rows).last_rows(asked).tolist() == [count - 1]
