"""Which entities are compared: a share of them, chosen by a hash of their keys."""

from collections.abc import Sequence
from hashlib import blake2b
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.types as pat
from numpy.typing import NDArray

from featuretrail.domain.consistency.column import Mask
from featuretrail.domain.errors import InvalidInputError
from featuretrail.domain.inputs import check_number, shown

Hashes = NDArray[np.uint64]


def check_sample(given: object) -> float:
    """Return a share above 0, up to 1."""
    share = check_number("sample", given)
    if not 0 < share <= 1:
        raise InvalidInputError(f"sample is {shown(given)}; give a share above 0, up to 1")
    return share


def sampled(keys: Sequence[pa.Array], share: float) -> Mask:
    """Tell which rows belong to a sample of entities: the same ones everywhere and for ever.

    An entity is in the sample if ``hash / 2**64 < share``, so that a greater share holds all of a
    smaller one. The hash of its keys (without a time) starts at 0 and takes in one key after the
    other by ``h = splitmix64(h ^ k)``, where ``k`` is a whole number as it is in 64 bits, or the
    first 8 bytes, little-endian, of blake2b over a text's UTF-8. splitmix64: Steele, Lea and Flood,
    "Fast splittable pseudorandom number generators", OOPSLA 2014.
    """
    size = len(keys[0])
    if share >= 1:
        return np.ones(size, np.bool_)
    hashes: Hashes = np.zeros(size, np.uint64)
    for column in keys:
        hashes = _mixed(hashes ^ _numbers(column))
    return np.asarray(hashes < np.uint64(int(share * 2**64)))


def _numbers(column: pa.Array) -> Hashes:
    if pat.is_integer(column.type):
        whole: NDArray[np.int64] = column.cast(pa.int64()).to_numpy()
        return whole.view(np.uint64)
    coded: Any = column.cast(pa.string()).dictionary_encode()
    known = np.array(
        [
            int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "little")
            for text in coded.dictionary.to_pylist()
        ],
        np.uint64,
    )
    return known[coded.indices.to_numpy()]


def _mixed(state: Hashes) -> Hashes:
    with np.errstate(over="ignore"):
        state = state + np.uint64(0x9E3779B97F4A7C15)
        state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(state ^ (state >> np.uint64(31)))
