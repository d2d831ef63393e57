"""Laws of the numbers of entities: equal for equal key tuples alone, found again among others."""

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from featuretrail.domain.entities import STRANGER, EntityCodes

INTEGERS = st.one_of(
    st.integers(-3, 3),
    st.integers(2**63 - 4, 2**63 - 1),
    st.integers(-(2**63), -(2**63) + 3),
    st.integers(-(2**63), 2**63 - 1),
)
CLOSE = st.integers(2**63 - 9, 2**63 - 1) | st.integers(2**63 - 3, 2**63 - 1)
TEXTS = st.sampled_from(["", "a", "b", "ab", "é", "a b"])
KINDS = {
    "integers": (INTEGERS, pa.int64()),
    "close": (CLOSE, pa.int64()),
    "texts": (TEXTS, pa.string()),
}


@st.composite
def two_tables(draw: st.DrawFn) -> tuple[list[pa.Array], list[pa.Array]]:
    """Draw key columns of a spine and of other rows."""
    kinds = [
        KINDS[name]
        for name in draw(st.lists(st.sampled_from(sorted(KINDS)), min_size=1, max_size=3))
    ]
    rows = st.tuples(*(values for values, _ in kinds))
    sides = draw(st.lists(rows, max_size=12)), draw(st.lists(rows, max_size=12))
    here, there = (
        [pa.array([row[at] for row in side], kind) for at, (_, kind) in enumerate(kinds)]
        for side in sides
    )
    return here, there


@given(two_tables())
def test_codes_are_equal_where_tuples_are_and_encode_finds_them(
    tables: tuple[list[pa.Array], list[pa.Array]],
) -> None:
    here, there = tables
    known, others = (
        list(zip(*(column.to_pylist() for column in side), strict=True)) for side in tables
    )

    entities = EntityCodes.of(here)

    by_code = dict(zip(entities.codes.tolist(), known, strict=True))
    assert set(by_code) == set(range(entities.count))
    assert [by_code[code] for code in entities.codes.tolist()] == known
    assert len(set(by_code.values())) == len(by_code)
    code_of = {row: code for code, row in by_code.items()}
    assert entities.encode(there).tolist() == [code_of.get(row, STRANGER) for row in others]
    assert entities.encode(here).tolist() == entities.codes.tolist()
    assert [sorted(each.to_pylist()) for each in entities.values] == [
        sorted(set(column.to_pylist())) for column in here
    ]


def test_slices_of_columns_are_read_where_they_begin() -> None:
    column = pa.array(np.arange(10))

    entities = EntityCodes.of([column.slice(4, 3)])

    assert entities.encode([column.slice(3, 5)]).tolist() == [STRANGER, 0, 1, 2, STRANGER]
