"""Offsets and the order of event times: pure laws."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from featuretrail.domain.errors import InvalidInputError
from featuretrail.domain.streaming.disorder import disorder
from featuretrail.domain.streaming.offsets import is_after, offset_key, offset_of, offset_text

TIMES = st.lists(st.integers(-100, 100), max_size=30)


@given(TIMES, st.none() | st.integers(-100, 100), st.integers(0, 50))
def test_disorder_is_what_a_walk_through_the_rows_counts(
    times: list[int], latest: int | None, lateness: int
) -> None:
    out_of_order = late = 0
    greatest = latest
    for time in times:
        if greatest is not None and time < greatest:
            out_of_order += 1
            late += greatest - time > lateness
        greatest = time if greatest is None else max(greatest, time)

    found = disorder(np.array(times, np.int64), latest, lateness)

    assert (found.out_of_order, found.late, found.latest) == (out_of_order, late, greatest)


@given(TIMES, TIMES, st.integers(0, 50))
def test_disorder_does_not_depend_on_where_micro_batches_are_cut(
    first: list[int], second: list[int], lateness: int
) -> None:
    whole = disorder(np.array(first + second, np.int64), None, lateness)
    one = disorder(np.array(first, np.int64), None, lateness)
    two = disorder(np.array(second, np.int64), one.latest, lateness)

    assert (whole.out_of_order, whole.late, whole.latest) == (
        one.out_of_order + two.out_of_order,
        one.late + two.late,
        two.latest,
    )


@given(st.lists(st.integers(0, 2**64), min_size=1, max_size=3))
def test_an_offset_is_recorded_as_text_that_reads_back(numbers: list[int]) -> None:
    key = tuple(numbers)

    assert offset_key(offset_text(key)) == key
    assert offset_key(offset_of(key)) == key


def test_offsets_are_compared_as_numbers() -> None:
    assert is_after(offset_key("10-2"), offset_key("9-10"))
    assert is_after(offset_key(10), offset_key(9))
    assert not is_after(offset_key(9), offset_key(9))
    assert is_after(offset_key(0), None)
    with pytest.raises(InvalidInputError, match="one kind"):
        is_after(offset_key("9-1"), offset_key(8))


@pytest.mark.parametrize("given_offset", [-1, 1.5, True, None, "", "abc", "1-", "-1", "1_0", b"1"])
def test_what_is_no_offset_is_refused(given_offset: object) -> None:
    with pytest.raises(InvalidInputError, match="an offset is"):
        offset_key(given_offset)
