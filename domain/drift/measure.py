"""Values of a window measured against a profile: numbers only, no verdict."""

from collections.abc import Iterator, Sequence
from typing import Any

from attrs import asdict, frozen

from featuretrail.domain.drift.categories import counted
from featuretrail.domain.drift.category_measures import CategoryMeasures, measure_categories
from featuretrail.domain.drift.column import CATEGORICAL, Column, Flags, read_column
from featuretrail.domain.drift.dependence import dependence
from featuretrail.domain.drift.ordered import finite_part
from featuretrail.domain.drift.ordered_measures import OrderedMeasures, measure_ordered
from featuretrail.domain.drift.profile import Profile, null_dependence, quartile_flags
from featuretrail.domain.drift.significance import share_p
from featuretrail.domain.errors import InvalidInputError
from featuretrail.domain.events.drift import DriftType
from featuretrail.domain.results import Result

SHARES = ("null_share", "nan_share", "infinite_share")
"""Measures of rows and not of their values: they need no more than rows."""


@frozen
class Finding:
    """One measure with its p; findings of one ``test`` share that p, and count once."""

    measure: str
    test: str
    score: float
    p: float
    drift_type: DriftType


@frozen
class ShareChange:
    """The share of rows without a finite value of some kind, then and now."""

    was: float
    now: float
    p: float


@frozen
class Measures(Result):
    """All that a check knows of one feature before it judges.

    ``values`` are the rows with a finite value, of ``rows``; ``size`` is how many independent rows
    they are worth, ``dependence`` how many rows count for one. Those of the baseline begin with
    ``reference_``. ``unmatched`` rows more are of seasons that the baseline has not. ``shares``
    has the null, NaN and infinite shares. Numbers and times have ``ordered``, text and booleans
    ``categories``; neither when a side has no values.
    """

    dtype: str
    rows: int
    values: int
    unmatched: int
    size: float
    dependence: float
    reference_rows: float
    reference_values: float
    reference_size: float
    shares: dict[str, ShareChange]
    ordered: OrderedMeasures | None
    categories: CategoryMeasures | None
    profile: Profile

    def findings(self) -> Iterator[Finding]:
        """Yield every measure that a threshold may apply to."""
        for name, change in self.shares.items():
            yield Finding(name, name, abs(change.now - change.was), change.p, "statistical")
        if self.ordered is not None:
            yield from _of_ordered(self.ordered)
        if self.categories is not None:
            yield from _of_categories(self.categories)

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON object."""
        told = {
            name: value
            for name, value in asdict(self, recurse=False).items()
            if value is not None and name != "profile"
        }
        told["shares"] = {name: asdict(each) for name, each in self.shares.items()}
        for name, part in (("ordered", self.ordered), ("categories", self.categories)):
            if part is not None:
                bins = None if part.bins is None else asdict(part.bins)
                told[name] = asdict(part, recurse=False) | {"bins": bins}
        return told


def measure(profile: Profile, values: object, dtype: str, *, block: int | None = None) -> Measures:
    """Measure values, in the order of their event time, against the profile of their baseline.

    ``values`` is an Arrow or numpy array. How many rows count for one independent row is the
    greater of what the baseline's order and this window's tell; ``block`` says it instead. Raises
    ``InvalidInputError`` when the types do not fit; any values of the type are measured.
    """
    if dtype != profile.dtype:
        raise InvalidInputError(
            f"values of type {dtype!r} cannot be measured against a profile of "
            f"{profile.dtype!r}: make a baseline of the feature's present version"
        )
    column = read_column(values, dtype)
    return measure_column(profile, column, block=block)


def measure_column(
    profile: Profile,
    column: Column,
    *,
    block: int | None = None,
    flags: Sequence[Flags] = (),
    unmatched: int = 0,
) -> Measures:
    """Measure a column; its dependence is that of ``flags``, if there are any.

    ``unmatched`` rows of the window are not in the column, since the baseline has none like them.
    """
    if column.dtype in CATEGORICAL:
        return _measure_categories(profile, column, block, unmatched)
    return _measure_ordered(profile, column, block, flags, unmatched)


def _measure_ordered(
    profile: Profile, column: Column, block: int | None, flags: Sequence[Flags], unmatched: int
) -> Measures:
    finite, nans, positive, negative = finite_part(column.values)
    own = _dependence(profile, block)
    if block is None and profile.ordered is not None:
        own = max(own, dependence(flags or quartile_flags(column, profile.ordered)))
    size, reference_size = _sizes(profile, len(finite), own, block)
    ordered = None
    if profile.ordered is not None and len(finite):
        ordered = measure_ordered(profile.ordered, finite, size=size, reference_size=reference_size)
    counts = {"nan_share": float(nans), "infinite_share": float(positive + negative)}
    return _measures(profile, column, len(finite), own, block, counts, unmatched, ordered=ordered)


def _measure_categories(
    profile: Profile, column: Column, block: int | None, unmatched: int
) -> Measures:
    names, counts, places = counted(column.values)
    own = _dependence(profile, block)
    held = profile.categories
    if block is None and held is not None:
        most = [names.index(name) for name in held.names[:3] if name in names]
        own = max(own, dependence([places == each for each in most]))
    size, reference_size = _sizes(profile, len(places), own, block)
    categories = None
    if held is not None and len(places):
        categories = measure_categories(
            held, names, counts, places, size=size, reference_size=reference_size
        )
    return _measures(profile, column, len(places), own, block, {}, unmatched, categories=categories)


def _measures(
    profile: Profile,
    column: Column,
    values: int,
    own: float,
    block: int | None,
    counts: dict[str, float],
    unmatched: int,
    ordered: OrderedMeasures | None = None,
    categories: CategoryMeasures | None = None,
) -> Measures:
    size, reference_size = _sizes(profile, values, own, block)
    return Measures(
        dtype=column.dtype,
        rows=column.rows,
        values=values,
        unmatched=unmatched,
        size=size,
        dependence=own,
        reference_rows=profile.rows,
        reference_values=profile.values,
        reference_size=reference_size,
        shares=_shares(profile, column, counts, own, block),
        ordered=ordered,
        categories=categories,
        profile=profile,
    )


def _dependence(profile: Profile, block: int | None) -> float:
    return profile.dependence if block is None else float(block)


def _sizes(profile: Profile, values: int, own: float, block: int | None) -> tuple[float, float]:
    reference = profile.values / _dependence(profile, block)
    return max(1.0, values / own), max(1.0, reference)


def _shares(
    profile: Profile, column: Column, counts: dict[str, float], own: float, block: int | None
) -> dict[str, ShareChange]:
    """The shares that are not of values, with p; nothing without rows on both sides."""
    if column.rows == 0 or profile.rows <= 0.0:
        return {}
    if block is None:
        blocks = max(profile.null_dependence, null_dependence(column))
    else:
        blocks = float(block)
    was = {"nan_share": profile.nans, "infinite_share": profile.infinities}
    shares = {"null_share": _share(column.nulls, column.rows, profile.nulls, profile.rows, blocks)}
    for name, now in counts.items():
        shares[name] = _share(now, column.rows, was[name], profile.rows, own)
    return shares


def _share(
    now: float, rows: float, was: float, reference_rows: float, blocks: float
) -> ShareChange:
    p = 1.0
    if now or was:
        p = share_p(now / blocks, rows / blocks, was / blocks, reference_rows / blocks)
    return ShareChange(was / reference_rows, now / rows, p)


def _of_ordered(measures: OrderedMeasures) -> Iterator[Finding]:
    if measures.equal_p is not None:
        yield Finding("ks", "equal", measures.ks, measures.equal_p, "statistical")
    yield Finding("ks", "ks", measures.ks, measures.ks_p, "statistical")
    if measures.wasserstein_scaled is not None:
        yield Finding(
            "wasserstein", "ks", measures.wasserstein_scaled, measures.ks_p, "statistical"
        )
    if measures.bins is not None:
        yield Finding("psi", "bins", measures.bins.psi, measures.bins.p, "distribution")


def _of_categories(measures: CategoryMeasures) -> Iterator[Finding]:
    bins = measures.bins
    if bins is not None:
        for name, score in (("linf", bins.linf), ("psi", bins.psi), ("cramers_v", bins.cramers_v)):
            yield Finding(name, "bins", score, bins.p, "distribution")
    if measures.unseen_share is not None and measures.unseen_p is not None:
        score = max(0.0, measures.unseen_share - measures.unseen_expected)
        yield Finding("unseen_share", "unseen", score, measures.unseen_p, "distribution")
