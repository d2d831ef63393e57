"""Splits of a training matrix: which part each row belongs to, fixed by a seed."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
from attrs import field, frozen

from featuretrail.domain.errors import InvalidDefinitionError


def _fractions(given: Mapping[str, float]) -> dict[str, float]:
    if not isinstance(given, Mapping) or not given:
        raise InvalidDefinitionError(f"fractions is {given!r}; give {{'train': 0.8, 'test': 0.2}}")
    for name, fraction in given.items():
        if not isinstance(name, str) or not isinstance(fraction, int | float):
            raise InvalidDefinitionError(
                f"fraction {name!r}: {fraction!r} is not a name and number"
            )
        if not 0 < fraction <= 1:
            raise InvalidDefinitionError(f"fraction {name!r} is {fraction!r}; it must be in (0, 1]")
    total = sum(given.values())
    if abs(total - 1) > 1e-9:
        raise InvalidDefinitionError(f"fractions sum to {total!r}; they must sum to 1")
    return dict(given)


@frozen
class Split:
    """Assigns each row at random to a named part, the same way wherever it is computed.

    ``fractions`` maps the parts' names to their expected shares, which sum to 1. Row ``i`` takes
    the ``i``-th 64-bit output of the PCG64 generator seeded with ``seed`` (numpy keeps the stream
    of a bit generator fixed across versions and platforms).

    >>> Split(seed=7, fractions={"train": 0.5, "test": 0.5}).assign(4).to_pylist()
    ['test', 'test', 'test', 'train']
    """

    seed: int = 0
    fractions: Mapping[str, float] = field(
        default={"train": 0.8, "test": 0.2}, converter=_fractions, kw_only=True
    )

    def __attrs_post_init__(self) -> None:
        if isinstance(self.seed, bool) or not isinstance(self.seed, int) or self.seed < 0:
            raise InvalidDefinitionError(f"seed is {self.seed!r}; give a non-negative integer")

    def assign(self, rows: int) -> pa.Array:
        """Return the part of each of ``rows`` rows, as Arrow text."""
        names = list(self.fractions)
        bounds = np.cumsum(list(self.fractions.values()))[:-1]
        draws = np.random.PCG64(self.seed).random_raw(rows) / 2.0**64
        codes = np.searchsorted(bounds, draws, side="right").astype(np.int32)
        return pa.DictionaryArray.from_arrays(codes, pa.array(names, pa.string())).cast(pa.string())

    def to_dict(self) -> dict[str, Any]:
        """Return the split as a JSON object."""
        return {"seed": self.seed, "fractions": dict(self.fractions)}

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> "Split":
        """Return the split that ``to_dict`` wrote."""
        return cls(stored["seed"], fractions=stored["fractions"])
