"""Which entities are sampled: a share of them by a hash of their keys, the same ones for ever.

The hash is 64 bits, the same in every process and on every platform, and not secret. Of an integer
it is the finaliser of splitmix64 (Steele, Lea and Flood, "Fast Splittable Pseudorandom Number
Generators", 2014) of its two's complement; of a text it is that of ``sum((byte + 1) * M ** place)``
over its UTF-8 bytes, with ``M`` as below. Columns are taken in the order of their names:
``h = mix(h * M + hash)`` from ``h = 0``, all modulo 2**64.
"""

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from featuretrail.domain.errors import InvalidInputError
from featuretrail.domain.inputs import check_number, shown

Hashes = NDArray[np.uint64]

M = 0x9E37_79B9_7F4A_7C15
"""2**64 over the golden ratio, odd."""

_POWERS = 4096
_FACTOR = np.uint64(M)


def entity_hashes(keys: Mapping[str, pa.Array]) -> Hashes:
    """Return the hash of each row of key columns (text or int64, without NULL).

    >>> [hex(each) for each in entity_hashes({"origin": pa.array(["EWR", "JFK"])}).tolist()]
    ['0xeaf7539bfb817741', '0x924ef04ef60b430d']
    """
    rows = len(next(iter(keys.values())))
    hashes = np.zeros(rows, np.uint64)
    for name in sorted(keys):
        hashes = _mixed(hashes * _FACTOR + _column(keys[name]))
    return hashes


def sampled(keys: Mapping[str, pa.Array], share: float) -> NDArray[np.bool_]:
    """Return which rows belong to the sampled ``share`` (0 to 1) of entities.

    Those of a smaller share are among those of a larger one.
    """
    rows = len(next(iter(keys.values())))
    if share >= 1:
        return np.ones(rows, np.bool_)
    if share <= 0:
        return np.zeros(rows, np.bool_)
    chosen: NDArray[np.bool_] = entity_hashes(keys) < np.uint64(int(share * 2**64))
    return chosen


def check_share(what: str, given: object) -> float:
    """Return a share from 0 to 1; raise ``InvalidInputError``."""
    share = check_number(what, given)
    if not 0 <= share <= 1:
        raise InvalidInputError(f"{what} is {shown(given)}; give a share from 0 to 1")
    return share


def _column(column: pa.Array) -> Hashes:
    if pa.types.is_int64(column.type):
        integers: Hashes = column.to_numpy().view(np.uint64)
        return _mixed(integers)
    text = column.cast(pa.large_string())
    _, offset_buffer, content = text.buffers()
    if len(text) == 0 or content is None:
        return _mixed(np.zeros(len(text), np.uint64))
    ends = np.frombuffer(offset_buffer, np.int64)[text.offset : text.offset + len(text) + 1]
    return _mixed(_sums(np.frombuffer(content, np.uint8)[ends[0] : ends[-1]], ends - ends[0]))


def _sums(content: NDArray[np.uint8], ends: NDArray[np.int64]) -> Hashes:
    """Return for each text the sum of its bytes, each plus one and times the power of its place."""
    sizes = np.diff(ends)
    places = np.arange(content.size) - np.repeat(ends[:-1], sizes)
    longest = int(sizes.max(initial=0))
    terms = (content.astype(np.uint64) + np.uint64(1)) * _powers(longest)[places]
    running = np.concatenate([np.zeros(1, np.uint64), np.cumsum(terms, dtype=np.uint64)])
    sums: Hashes = running[ends[1:]] - running[ends[:-1]]
    return sums


def _powers(count: int) -> Hashes:
    if count <= _KNOWN.size:
        return _KNOWN
    return _first_powers(count)


def _first_powers(count: int) -> Hashes:
    factors = np.full(count, _FACTOR, np.uint64)
    factors[:1] = 1
    return np.cumprod(factors, dtype=np.uint64)


_KNOWN = _first_powers(_POWERS)


def _mixed(values: Hashes) -> Hashes:
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58_476D_1CE4_E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D0_49BB_1331_11EB)
    return values ^ (values >> np.uint64(31))
