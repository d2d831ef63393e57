"""Values of a feature as a check looks at them, in the order of their event times."""

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from attrs import field, frozen
from numpy.typing import NDArray

Ints = NDArray[np.int64]


@frozen(eq=False)
class FeatureValues:
    """The values of one feature: ``times`` are their event times (microseconds), if known.

    ``written`` is how many rows were written for them, later ones for the same entity and event
    time included; ``None`` where that is not known. ``entities`` are the rows' keys, if known.
    """

    path: str
    version: str
    dtype: str
    values: pa.Array = field(repr=False)
    times: Ints | None = field(default=None, repr=False)
    written: int | None = None
    entities: Mapping[str, pa.Array] = field(factory=dict, repr=False)

    @property
    def rows(self) -> int:
        """How many rows there are, those without a value included."""
        return len(self.values)

    @property
    def nulls(self) -> int:
        """How many rows have no value."""
        return int(self.values.null_count)

    @property
    def nans(self) -> int:
        """How many values are NaN."""
        if not pa.types.is_floating(self.values.type):
            return 0
        return int(pc.sum(pc.is_nan(self.values)).as_py() or 0)

    @property
    def infinities(self) -> int:
        """How many values are infinite."""
        if not pa.types.is_floating(self.values.type):
            return 0
        return int(pc.sum(pc.is_inf(self.values)).as_py() or 0)
