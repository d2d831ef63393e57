"""Concept drift: the outcome has changed for rows whose feature has not."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from attrs import asdict, frozen
from numpy.typing import NDArray

from featuretrail.domain.drift.categories import counted
from featuretrail.domain.drift.column import CATEGORICAL, Column, Flags, read_column, value_text
from featuretrail.domain.drift.dependence import dependence
from featuretrail.domain.drift.measure import Finding
from featuretrail.domain.drift.ordered import decile_edges
from featuretrail.domain.drift.significance import chi_square_p
from featuretrail.domain.errors import InvalidInputError
from featuretrail.domain.results import Result

FEWEST_IN_GROUP = 10
"""Rows of each side that a group needs to be compared."""

MOST_GROUPS = 10

Floats = NDArray[np.float64]


@frozen
class GroupChange:
    """A group of rows that are alike in the feature: the mean outcome then and now."""

    group: str
    rows: int
    reference_rows: int
    was: float
    now: float


@frozen
class ConceptMeasures(Result):
    """How the outcome of rows alike in a feature differs from that of the baseline.

    ``change`` is the root mean square of the groups' changes, what chance adds taken off (0 to 1:
    of a boolean outcome its rate, of others the mean rank among the baseline's outcomes); ``p``
    that of all groups' changes together, ``None`` without groups. ``correlation`` is Spearman's
    with the outcome now, ``reference_correlation`` then (``None``: not ordered, or constant).
    """

    dtype: str
    outcome_dtype: str
    rows: int
    values: int
    size: float
    dependence: float
    reference_rows: int
    reference_values: int
    reference_size: float
    change: float | None
    p: float | None
    correlation: float | None
    reference_correlation: float | None
    groups: tuple[GroupChange, ...]

    def findings(self) -> Iterator[Finding]:
        """Yield the one measure that a threshold may apply to."""
        if self.change is not None and self.p is not None:
            yield Finding("concept", "concept", self.change, self.p, "concept")

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON object."""
        return asdict(self)


def measure_concept(
    reference_values: object,
    reference_outcomes: object,
    values: object,
    outcomes: object,
    dtype: str,
    outcome_dtype: str,
    *,
    block: int | None = None,
) -> ConceptMeasures:
    """Compare how outcomes depend on a feature with how they did in the baseline.

    All four are Arrow or numpy arrays in the order of event time, ``dtype`` and ``outcome_dtype``
    the types of the features they come from. Rows are grouped by the baseline's deciles of the
    feature (categories: the nine most frequent and the rest), and each group's mean outcome is
    compared: ``sum((now - was)^2 / variance)`` is chi-square with a degree for each group (Wald).
    Raises ``InvalidInputError`` for text outcomes and for arrays of unlike lengths.
    """
    if outcome_dtype == "text":
        raise InvalidInputError("outcomes of text have no order; give a boolean or a number")
    was = _paired(reference_values, reference_outcomes, dtype, outcome_dtype)
    now = _paired(values, outcomes, dtype, outcome_dtype)
    labels, was_groups, now_groups = _groups(was[0], now[0])
    was_scores, now_scores = _scores(was[1], now[1])
    sides = [(was_groups, was_scores), (now_groups, now_scores)]
    blocks = [_blocks(*side) if block is None else float(block) for side in sides]
    own = max(blocks)
    compared = _compared(labels, sides[0], sides[1], own)
    return ConceptMeasures(
        dtype=dtype,
        outcome_dtype=outcome_dtype,
        rows=now[2],
        values=len(now_scores),
        size=max(1.0, len(now_scores) / own),
        dependence=own,
        reference_rows=was[2],
        reference_values=len(was_scores),
        reference_size=max(1.0, len(was_scores) / own),
        change=compared[0],
        p=compared[1],
        correlation=_correlation(now[0], now_scores),
        reference_correlation=_correlation(was[0], was_scores),
        groups=compared[2],
    )


def _paired(
    values: object, outcomes: object, dtype: str, outcome_dtype: str
) -> tuple[Column, Floats, int]:
    """Values and outcomes of the rows that have both, finite, and how many rows there were."""
    value, outcome = read_column(values, dtype), read_column(outcomes, outcome_dtype)
    if value.rows != outcome.rows:
        raise InvalidInputError(
            f"{value.rows} values have {outcome.rows} outcomes; give each value that of its row"
        )
    both = _held(value) & _held(outcome)
    return _chosen(value, both), _numbers(_chosen(outcome, both)), value.rows


def _held(column: Column) -> Flags:
    held = np.ones(column.rows, dtype=np.bool_) if column.present is None else column.present.copy()
    if column.dtype not in CATEGORICAL:
        held[held] = np.isfinite(column.values)
    return held


def _chosen(column: Column, rows: Flags) -> Column:
    of_values = rows if column.present is None else rows[column.present]
    if column.dtype in CATEGORICAL:
        import pyarrow as pa  # noqa: PLC0415 - categories only

        values = column.values.filter(pa.array(of_values))
    else:
        values = column.values[of_values]
    return Column(column.dtype, len(values), None, values)


def _numbers(outcomes: Column) -> Floats:
    if outcomes.dtype == "bool":
        return np.asarray(outcomes.values.to_numpy(zero_copy_only=False), dtype=np.float64)
    return np.asarray(outcomes.values, dtype=np.float64)


def _groups(was: Column, now: Column) -> tuple[list[str], NDArray[np.int64], NDArray[np.int64]]:
    """Names of the groups of the baseline's values, and each row's group on both sides."""
    if was.dtype not in CATEGORICAL:
        edges = decile_edges(np.sort(was.values)) if len(was.values) else was.values
        ends = [value_text(each.item(), was.dtype) for each in edges]
        labels = [f"up to {each}" for each in ends]
        labels.append(f"above {ends[-1]}" if ends else "anything")
        return labels, *(np.searchsorted(edges, side.values, "left") for side in (was, now))
    names, counts, places = counted(was.values)
    most = np.argsort(counts, kind="stable")[::-1][: MOST_GROUPS - 1]
    group = {names[k]: place for place, k in enumerate(most)}
    rest = len(group)

    def of(names: list[str], places: NDArray[np.int64]) -> NDArray[np.int64]:
        return np.array([group.get(name, rest) for name in names], dtype=np.int64)[places]

    now_names, _, now_places = counted(now.values)
    return [*map(repr, group), "another"], of(names, places), of(now_names, now_places)


def _scores(was: Floats, now: Floats) -> tuple[Floats, Floats]:
    """Outcomes as they are when both sides know only 0 and 1, else mean ranks in the baseline's."""
    if len(was) == 0 or np.isin(np.concatenate([was, now]), (0.0, 1.0)).all():
        return was, now
    ordered = np.sort(was)

    def ranks(outcomes: Floats) -> Floats:
        low = np.searchsorted(ordered, outcomes, "left")
        high = np.searchsorted(ordered, outcomes, "right")
        return np.asarray((low + high) / (2.0 * len(ordered)), dtype=np.float64)

    return ranks(was), ranks(now)


def _blocks(groups: NDArray[np.int64], scores: Floats) -> float:
    """How many rows count for one, in whether outcomes are above the mean of their group."""
    if len(scores) == 0:
        return 1.0
    counts = np.bincount(groups)
    means = np.bincount(groups, weights=scores) / np.maximum(counts, 1)
    return dependence([scores > means[groups]])


def _compared(
    labels: list[str],
    was: tuple[NDArray[np.int64], Floats],
    now: tuple[NDArray[np.int64], Floats],
    blocks: float,
) -> tuple[float | None, float | None, tuple[GroupChange, ...]]:
    counts, means, variances = zip(
        *(_of_groups(*side, len(labels)) for side in (was, now)), strict=True
    )
    enough = np.minimum(counts[0], counts[1]) >= FEWEST_IN_GROUP
    if not enough.any():
        return None, None, ()
    change = means[1][enough] - means[0][enough]
    # the pooled spread, so that a group of equal outcomes does not seem infinitely sure
    spread = [_pooled(each, n) for each, n in zip(variances, counts, strict=True)]
    noise = sum(
        np.maximum(each, 0.25 * pooled)[enough] * blocks / n[enough]
        for each, pooled, n in zip(variances, spread, counts, strict=True)
    )
    noise = np.maximum(noise, 1e-12)
    weights = counts[1][enough] / counts[1][enough].sum()
    square = float((weights * (change**2 - noise)).sum())
    statistic = float((change**2 / noise).sum())
    groups = tuple(
        GroupChange(
            labels[k], int(counts[1][k]), int(counts[0][k]), float(means[0][k]), float(means[1][k])
        )
        for k in np.flatnonzero(enough)
    )
    return float(np.sqrt(max(0.0, square))), chi_square_p(statistic, len(groups)), groups


def _of_groups(
    groups: NDArray[np.int64], scores: Floats, number: int
) -> tuple[Floats, Floats, Floats]:
    """Rows, mean and variance of the outcome of each group."""
    counts = np.bincount(groups, minlength=number).astype(np.float64)
    held = np.maximum(counts, 1.0)
    means = np.bincount(groups, weights=scores, minlength=number) / held
    squares = np.bincount(groups, weights=(scores - means[groups]) ** 2, minlength=number)
    return counts, means, squares / np.maximum(counts - 1.0, 1.0)


def _pooled(variances: Floats, counts: Floats) -> float:
    return float((variances * counts).sum() / max(counts.sum(), 1.0))


def _correlation(values: Column, scores: Floats) -> float | None:
    """Spearman's rank correlation of a feature's values and the outcome."""
    if values.dtype in CATEGORICAL or len(scores) < 2:
        return None
    left, right = (_ranks(np.asarray(each)) for each in (values.values, scores))
    spread = float(left.std() * right.std())
    if spread == 0.0:
        return None
    return float(((left - left.mean()) * (right - right.mean())).mean() / spread)


def _ranks(values: NDArray[Any]) -> Floats:
    ordered = np.sort(values)
    low, high = (np.searchsorted(ordered, values, side) for side in ("left", "right"))
    return np.asarray((low + high) / 2.0, dtype=np.float64)
