"""Which entities are sampled, and the ids of what is served."""

from itertools import pairwise
from uuid import UUID

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from featuretrail.domain.errors import InvalidInputError
from featuretrail.domain.serving.sampling import M, check_share, entity_hashes, sampled
from featuretrail.domain.serving.served_ids import RANDOM_BYTES, milliseconds_of, served_ids

MASK = 2**64 - 1


def mixed(value: int) -> int:
    value = (value ^ value >> 30) * 0xBF58476D1CE4E5B9 & MASK
    value = (value ^ value >> 27) * 0x94D049BB133111EB & MASK
    return value ^ value >> 31


def reference(row: dict[str, str | int]) -> int:
    """Say again what the module's docstring says, a row at a time."""
    total = 0
    for _, key in sorted(row.items()):
        if isinstance(key, int):
            own = mixed(key & MASK)
        else:
            places = enumerate(key.encode())
            own = mixed(sum((byte + 1) * pow(M, place, 2**64) for place, byte in places) & MASK)
        total = mixed(total * M + own & MASK)
    return total


@given(
    st.lists(st.tuples(st.text(), st.integers(-(2**63), 2**63 - 1)), min_size=1, max_size=6),
    st.integers(0, 3),
)
def test_the_hash_is_the_documented_one_however_the_rows_come(
    rows: list[tuple[str, int]], start: int
) -> None:
    texts = pa.array(["x"] * start + [text for text, _ in rows])[start:]
    numbers = pa.array([number for _, number in rows], pa.int64())
    found = entity_hashes({"b": numbers, "a": texts}).tolist()
    assert found == [reference({"a": text, "b": number}) for text, number in rows]


def test_a_long_text_has_the_documented_hash() -> None:
    assert entity_hashes({"k": pa.array(["é" * 5000])}).tolist() == [reference({"k": "é" * 5000})]


def test_shares_are_shares_and_smaller_ones_lie_within_larger() -> None:
    keys = {"k": pa.array([f"entity {n}" for n in range(20_000)]), "n": pa.array(range(20_000))}
    chosen = [sampled(keys, share) for share in (0.0, 0.01, 0.3, 1.0)]
    shares = [float(each.mean()) for each in chosen]
    assert shares == pytest.approx([0.0, 0.01, 0.3, 1.0], abs=0.01)
    for less, more in pairwise(chosen):
        assert not (less & ~more).any()
    assert np.unique(entity_hashes(keys)).size == 20_000


@pytest.mark.parametrize("wrong", [-0.1, 1.1, float("nan"), "0.1", None, True])
def test_what_is_no_share_is_refused(wrong: object) -> None:
    with pytest.raises(InvalidInputError, match="serve_log"):
        check_share("serve_log", wrong)


@given(st.integers(0, 253_402_300_799_999), st.binary(min_size=30, max_size=30))
def test_ids_are_uuids_that_say_when(milliseconds: int, random: bytes) -> None:
    ids = [UUID(each) for each in served_ids(milliseconds, 3, random)]
    assert ids == sorted(ids)
    assert {each.version for each in ids} == {7}
    assert {milliseconds_of(each) for each in ids} == {milliseconds}
    assert len(random) == 3 * RANDOM_BYTES
