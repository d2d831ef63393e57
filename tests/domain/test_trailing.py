"""The largest of what lies behind each row, against the plainest way to say it."""

from itertools import accumulate, pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from featuretrail.domain.trailing import trailing_max

entities = st.lists(
    st.lists(st.tuples(st.integers(0, 20), st.integers(-(2**62), 2**62)), max_size=40).map(
        lambda rows: sorted(rows, key=lambda row: row[0])
    ),
    max_size=4,
)


@given(entities, st.none() | st.integers(0, 10))
def test_it_is_the_largest_of_the_rows_in_reach(
    given_entities: list[list[tuple[int, int]]], reach: int | None
) -> None:
    rows = [row for entity in given_entities for row in entity]
    times = np.array([time for time, _ in rows], np.int64)
    values = np.array([value for _, value in rows], np.int64)
    starts = np.array([0, *accumulate(map(len, given_entities))], np.int64)

    found = trailing_max(values, times, starts, reach)

    expected = [
        max(values[k] for k in range(start, row + 1) if reach is None or times[k] >= now - reach)
        for start, end in pairwise(starts.tolist())
        for row, now in zip(range(start, end), times[start:end].tolist(), strict=True)
    ]
    assert found.tolist() == expected
