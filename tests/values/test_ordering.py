"""The canonical order is that of Python's tuples of bytes and numbers."""

import itertools
from datetime import timedelta
from typing import Any

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from featuretrail.infrastructure.values.ordering import canonical_order, distinct_rows
from tests.values.store import DAY

NUMBERS = st.integers(-3, 3) | st.sampled_from([-(2**63), 2**63 - 1])
TEXTS = st.text("aé🌦b", max_size=3)
TIMES = st.integers(0, 3) | st.sampled_from([-9_000_000_000_000_000, 1_700_000_000_000_000])
ROWS = st.lists(st.tuples(TEXTS, NUMBERS, NUMBERS, TIMES), max_size=30)


def key_arrays(rows: list[Any]) -> list[pa.Array]:
    return [
        pa.array([row[n] for row in rows], kind)
        for n, kind in enumerate((pa.large_string(), pa.int64(), pa.int64()))
    ]


def comparable(row: Any) -> tuple[Any, ...]:
    return (row[0].encode(), *row[1:])


@given(ROWS)
def test_rows_are_ordered_by_keys_then_time_and_equal_rows_stay_in_order(rows: list[Any]) -> None:
    times = pa.array([row[3] for row in rows], pa.timestamp("us", tz="UTC"))

    order = canonical_order(key_arrays(rows), times)

    expected = sorted(range(len(rows)), key=lambda n: comparable(rows[n]))
    assert order.rows.tolist() == expected
    ranked = [rows[n] for n in expected]
    pairs = list(itertools.pairwise(ranked))
    assert order.same_key.tolist() == [a[:3] == b[:3] for a, b in pairs]
    assert order.same_row.tolist() == [a == b for a, b in pairs]


@given(ROWS)
def test_distinct_entities_are_found_in_order(rows: list[Any]) -> None:
    found = distinct_rows(key_arrays(rows))

    assert [rows[n][:3] for n in found] == sorted(
        {row[:3] for row in rows}, key=lambda keys: (keys[0].encode(), *keys[1:])
    )


def test_many_wide_keys_and_distant_times_do_not_overflow() -> None:
    rng = np.random.default_rng(7)
    keys = [pa.array(rng.integers(-(2**62), 2**62, 5000)) for _ in range(6)]
    times = pa.array([DAY + timedelta(days=int(d)) for d in rng.integers(-99_000, 4000, 5000)],
                     pa.timestamp("us", tz="UTC"))  # fmt: skip

    order = canonical_order(keys, times)

    assert order.rows.tolist() == np.lexsort([k.to_numpy() for k in reversed(keys)]).tolist()
