"""The profile of values that are counted: text and booleans."""

import hashlib
from collections.abc import Sequence
from typing import Any, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from attrs import cmp_using, field, frozen
from numpy.typing import NDArray

from featuretrail.domain.drift.column import Flags

Floats = NDArray[np.float64]

MOST_COUNTED = 4_096
"""Categories that are counted each by name; of more, all rows are counted in as many buckets."""

MOST_NAMED = 256
"""The most frequent categories that are also named when there are too many to count each."""

LONGEST_NAME = 200
MOST_BITS = 1 << 20
"""Bits of the filter that remembers which categories there were: at most 128 KiB."""

_EQUAL = cmp_using(eq=np.array_equal)


def counted(values: pa.Array) -> tuple[list[str], NDArray[np.int64], NDArray[np.int64]]:
    """Return the distinct categories, how many rows have each, and each row's place among them."""
    if pa.types.is_boolean(values.type):
        places = np.asarray(values.to_numpy(zero_copy_only=False)).astype(np.int64)
        held = np.bincount(places, minlength=2)
        names = ["false", "true"]
    else:
        encoded = pc.dictionary_encode(values)
        names = [category_name(each) for each in encoded.dictionary.to_pylist()]
        places = encoded.indices.to_numpy(zero_copy_only=False)
        held = np.bincount(places, minlength=len(names))
    return names, held.astype(np.int64), places


def category_name(value: str) -> str:
    """Return ``value``, or of a very long one its beginning and a digest of it all."""
    if len(value) <= LONGEST_NAME:
        return value
    digest = hashlib.blake2b(value.encode(), digest_size=8).hexdigest()
    return f"{value[: LONGEST_NAME - 20]}… {digest}"


@frozen
class CategoryProfile:
    """Categories of a baseline, most frequent first, and how many rows have each.

    Up to 4,096 categories are all in ``names``. Of more, ``names`` has the 256 most frequent,
    ``buckets`` counts all rows by a hash of their category (so that no category is chosen by the
    count that it happened to have), and ``seen`` is a Bloom filter of all categories.
    ``singletons`` are the categories of one row: their share of the rows is the chance that a
    further row has a new one (Good, Biometrika 40, 1953).
    """

    count: float
    distinct: int
    singletons: float
    names: tuple[str, ...] = field(repr=False)
    counts: Floats = field(eq=_EQUAL, repr=False)
    buckets: Floats | None = field(eq=_EQUAL, repr=False)
    seen: NDArray[np.uint8] | None = field(eq=_EQUAL, repr=False)

    @classmethod
    def of(cls, names: Sequence[str], counts: NDArray[np.int64]) -> Self | None:
        """Return the profile of categories and their counts; ``None`` without any row."""
        held = [(int(n), name) for name, n in zip(names, counts, strict=True) if n]
        if not held:
            return None
        held.sort(key=lambda each: (-each[0], each[1]))
        complete = len(held) <= MOST_COUNTED
        listed = held if complete else held[:MOST_NAMED]
        buckets, seen = (None, None) if complete else _remember(held)
        return cls(
            count=float(sum(n for n, _ in held)),
            distinct=len(held),
            singletons=float(sum(n == 1 for n, _ in held)),
            names=tuple(name for _, name in listed),
            counts=np.array([n for n, _ in listed], dtype=np.float64),
            buckets=buckets,
            seen=seen,
        )

    @property
    def complete(self) -> bool:
        """Whether each category is counted by name."""
        return self.buckets is None

    @property
    def wrongly_seen(self) -> float:
        """The share of new categories that the filter takes for known ones."""
        if self.seen is None:
            return 0.0
        filled = float(np.bitwise_count(self.seen).sum()) / (8.0 * len(self.seen))
        return float(filled ** hash_count(8 * len(self.seen), self.distinct))

    def unseen(self, names: Sequence[str]) -> Flags:
        """Say of each category whether the baseline had none of it, as far as the filter knows."""
        known = set(self.names)
        new = np.array([name not in known for name in names], dtype=np.bool_)
        if self.seen is not None and new.any():
            hashes = hashes_of([name for name, each in zip(names, new, strict=True) if each])
            bits = filter_places(hashes, 8 * len(self.seen), self.distinct)
            set_bits = (self.seen[bits >> 3] >> (bits & 7).astype(np.uint8)) & 1
            new[new] = ~set_bits.astype(np.bool_).all(axis=1)
        return new

    def to_dict(self) -> dict[str, Any]:
        """Return the figures that people read as a JSON object: the most frequent categories."""
        top = zip(self.names[:20], self.counts[:20], strict=True)
        return {"distinct": self.distinct, "top": {name: float(n) for name, n in top}}


def hashes_of(names: Sequence[str]) -> NDArray[np.uint64]:
    """Return 64 bits for each name (BLAKE2b), the same everywhere."""
    digests = b"".join(hashlib.blake2b(name.encode(), digest_size=8).digest() for name in names)
    return np.frombuffer(digests, dtype="<u8").astype(np.uint64)


def bucket_counts(names: Sequence[str], counts: NDArray[Any]) -> Floats:
    """Return how many rows fall into each of the 4,096 buckets."""
    places = (hashes_of(names) % np.uint64(MOST_COUNTED)).astype(np.int64)
    return np.bincount(places, weights=counts, minlength=MOST_COUNTED).astype(np.float64)


def hash_count(bits: int, distinct: int) -> int:
    """Return how many bits each category sets: ln 2 times the bits a category, from 1 to 7."""
    return max(1, min(7, round(0.693 * bits / distinct)))


def filter_places(hashes: NDArray[np.uint64], bits: int, distinct: int) -> NDArray[np.int64]:
    """Return the bits of each hash (Kirsch and Mitzenmacher 2006: two hashes give all)."""
    low, high = hashes & np.uint64(0xFFFFFFFF), hashes >> np.uint64(32) | np.uint64(1)
    steps = np.arange(hash_count(bits, distinct), dtype=np.uint64)
    places = (low[:, None] + steps * high[:, None]) % np.uint64(bits)
    return places.astype(np.int64)


def _remember(held: Sequence[tuple[int, str]]) -> tuple[Floats, NDArray[np.uint8]]:
    names = [name for _, name in held]
    bits = min(MOST_BITS, 1 << (10 * len(held) - 1).bit_length())
    flags = np.zeros(bits, dtype=np.uint8)
    flags[filter_places(hashes_of(names), bits, len(held)).ravel()] = 1
    counts = np.array([n for n, _ in held], dtype=np.int64)
    return bucket_counts(names, counts), np.packbits(flags, bitorder="little")
