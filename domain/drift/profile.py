"""A baseline's profile of one feature: what a check compares the values of a window with."""

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from attrs import frozen

from featuretrail.domain.drift.categories import CategoryProfile, counted
from featuretrail.domain.drift.column import CATEGORICAL, Column, Flags, read_column
from featuretrail.domain.drift.dependence import autocorrelation, dependence
from featuretrail.domain.drift.ordered import OrderedProfile, finite_part
from featuretrail.domain.results import Result

KNOTS = 1_000


@frozen
class Profile(Result):
    """What is kept of a feature's values, some 20 KB however many rows there were.

    ``rows`` counts all, ``nulls``, ``nans`` and the infinities those without a finite value.
    ``dependence`` and ``null_dependence`` say how many rows count for one independent row, in
    values and in being null; ``autocorrelation`` is that of neighbouring rows (``None``: unknown).
    Numbers and times have ``ordered``, text and booleans ``categories``; neither without values.
    """

    dtype: str
    rows: float
    nulls: float
    nans: float
    positive_infinities: float
    negative_infinities: float
    dependence: float
    null_dependence: float
    autocorrelation: float | None
    ordered: OrderedProfile | None
    categories: CategoryProfile | None

    @property
    def values(self) -> float:
        """How many values can be compared: neither null nor NaN nor infinite."""
        return self.rows - self.nulls - self.nans - self.infinities

    @property
    def infinities(self) -> float:
        """How many values are infinite."""
        return self.positive_infinities + self.negative_infinities

    @property
    def distinct(self) -> int:
        """How many different values there are."""
        held = self.categories if self.ordered is None else self.ordered
        return 0 if held is None else held.distinct

    def to_bytes(self) -> bytes:
        """Return the profile as canonical bytes: equal profiles have equal bytes."""
        from featuretrail.domain.drift.encoding import encode  # noqa: PLC0415 - it needs this class

        return encode(self)

    @classmethod
    def from_bytes(cls, content: bytes) -> Self:
        """Return the profile that ``to_bytes`` made; ``IntegrityError`` for any other bytes."""
        from featuretrail.domain.drift.encoding import decode  # noqa: PLC0415

        decoded: Self = decode(cls, content)
        return decoded

    def to_dict(self) -> dict[str, Any]:
        """Return the figures that people read as a JSON object."""
        held = self.categories if self.ordered is None else self.ordered
        return {
            "dtype": self.dtype,
            "rows": self.rows,
            "nulls": self.nulls,
            "nans": self.nans,
            "positive_infinities": self.positive_infinities,
            "negative_infinities": self.negative_infinities,
            "dependence": self.dependence,
            "autocorrelation": self.autocorrelation,
            **({} if held is None else held.to_dict()),
        }


def profile_of(
    values: object, dtype: str, *, knots: int = KNOTS, block: int | None = None
) -> Profile:
    """Return the profile of an Arrow or numpy array of values in the order of their event time.

    ``dtype`` is the feature's type. ``knots`` bounds the stored values of the distribution.
    ``block`` says how many rows count for one independent row, instead of estimating it from
    their order; 1 takes all as independent. Raises ``InvalidInputError`` for other values.
    """
    return profile_of_column(read_column(values, dtype), knots=knots, block=block)


def profile_of_column(
    column: Column, *, knots: int = KNOTS, block: int | None = None, flags: Sequence[Flags] = ()
) -> Profile:
    """Return the profile of a column; dependence is that of ``flags`` when there are any."""
    nulls = null_dependence(column) if block is None else float(block)
    nans = positive = negative = 0
    ordered = categories = None
    if column.dtype in CATEGORICAL:
        names, counts, places = counted(column.values)
        categories = CategoryProfile.of(names, counts)
        most = np.argsort(counts, kind="stable")[::-1][:3]
        conditions = [places == each for each in most]
    else:
        finite, nans, positive, negative = finite_part(column.values)
        ordered = OrderedProfile.of(finite, knots)
        conditions = quartile_flags(column, ordered)
    own = dependence(flags or conditions) if block is None else float(block)
    return Profile(
        dtype=column.dtype,
        rows=float(column.rows),
        nulls=float(column.nulls),
        nans=float(nans),
        positive_infinities=float(positive),
        negative_infinities=float(negative),
        dependence=own,
        null_dependence=nulls,
        autocorrelation=autocorrelation(conditions[len(conditions) // 2]) if conditions else None,
        ordered=ordered,
        categories=categories,
    )


def quartile_flags(column: Column, ordered: OrderedProfile | None) -> list[Flags]:
    """Say of each row whether its value exceeds each of the profile's quartiles."""
    if ordered is None:
        return []
    return [column.values > each for each in ordered.quartiles]


def null_dependence(column: Column) -> float:
    """Return how many rows count for one independent row in whether they have a value."""
    return 1.0 if column.present is None else dependence([column.present])
