"""Versions of a feature against the ones before them: slower, by how much, how sure."""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any, Literal

import numpy as np
from attrs import asdict, evolve, frozen
from numpy.typing import NDArray

from featuretrail.domain.performance.distribution import Bucket, Distribution, Floats
from featuretrail.domain.results import Result
from featuretrail.domain.versions import Version

Verdict = Literal["slower", "not slower", "too few uses", "unlike calls"]

FEWEST = 20
"""Uses that each side needs: of fewer, the 95th percentile is just the greatest."""

LARGEST_SAMPLE = 1_000
"""Uses of each side that the tests look at, evenly along its distribution."""

SLOWER = 1.2
"""What the ratio of the 95th percentiles must reach at least."""

ALPHA = 0.05
"""What the adjusted p must stay below."""

UNLIKE = 1.5
"""Calls whose mean numbers of rows differ by more than this factor are not compared."""


@frozen
class Comparison(Result):
    """One version of a feature against the one before it, in one context.

    ``ratio`` is that of the 95th percentiles (``None`` when the earlier is 0), ``p`` the
    probability of such a difference by chance, adjusted for all comparisons made at once
    (``None`` when they were not compared).
    """

    feature_name: str
    context: str
    version: str
    baseline: str
    verdict: Verdict
    uses: int
    baseline_uses: int
    p95_ms: float
    baseline_p95_ms: float
    ratio: float | None
    rows_per_use: float | None
    baseline_rows_per_use: float | None
    p: float | None = None

    @property
    def slower(self) -> bool:
        """Whether the version is slower than the one before it, beyond chance and a fifth."""
        return self.verdict == "slower"

    def __str__(self) -> str:
        what = f"{self.feature_name} ({self.context}): {self.version}"
        counts = f"n={self.uses} against {self.baseline_uses}"
        if self.slower:
            times = f"{self.p95_ms:.3g} ms against {self.baseline_p95_ms:.3g} ms"
            return (
                f"{what} is {_factor(self.ratio)} slower than {self.baseline} at p95 "
                f"({times}, {counts}, p={self.p:.2g})"
            )
        if self.verdict == "not slower":
            return f"{what} is not slower than {self.baseline} ({counts}, p={self.p:.2g})"
        return f"{what} is not compared with {self.baseline}: {self.verdict} ({counts})"

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON object."""
        return asdict(self) | {"says": str(self)}


def compare_versions(buckets: Iterable[Bucket]) -> tuple[Comparison, ...]:
    """Compare each version in ``buckets`` with the one before it, in each feature and context.

    A version is slower when its 95th percentile is at least 1.2 times the earlier one's and the
    p of ``slower_p``, adjusted by Benjamini and Hochberg (1995) for all the comparisons, is below
    0.05. Versions with fewer than 20 uses, and calls for unlike numbers of rows, are not compared.
    """
    sides: dict[tuple[str, str], dict[str, list[Bucket]]] = {}
    for each in buckets:
        if each.version is not None:
            versions = sides.setdefault((each.feature_name, each.context), {})
            versions.setdefault(each.version, []).append(each)
    compared = []
    for (feature_name, context), versions in sorted(sides.items()):
        ordered = in_order(versions)
        for before, after in pairwise(ordered):
            compared.append(
                _compared(feature_name, context, before, after, versions[before], versions[after])
            )
    return _judged(compared)


def slower_p(baseline: Distribution, other: Distribution) -> float:
    """Return the probability of ``other`` being so much slower than ``baseline`` by chance.

    Twice the smaller (Bonferroni) of two one-sided p: that of Mann and Whitney's U (1947), which
    sees most uses become slower, and that of Fisher's exact test on how many of each side exceed
    the 95th percentile of both together, which sees the slowest become more. Uses are taken as
    independent.
    """
    from scipy import stats  # noqa: PLC0415 - half a second that only a comparison is worth

    before, after = baseline.sample(LARGEST_SAMPLE), other.sample(LARGEST_SAMPLE)
    shift = float(stats.mannwhitneyu(after, before, alternative="greater").pvalue)
    tail = float(stats.fisher_exact(_exceeding(after, before), alternative="greater").pvalue)
    return min(1.0, 2.0 * min(shift, tail))


def in_order(versions: Iterable[str | None]) -> list[Any]:
    """Return versions ascending, what has none first."""
    return sorted(versions, key=lambda each: () if each is None else (Version.parse(each),))


def _compared(
    feature_name: str,
    context: str,
    before: str,
    after: str,
    baseline: Sequence[Bucket],
    other: Sequence[Bucket],
) -> Comparison:
    was, now = Distribution.of(baseline), Distribution.of(other)
    rows_were, rows_are = _rows_per_use(baseline), _rows_per_use(other)
    p95_was, p95_is = was.percentile(95), now.percentile(95)
    found = Comparison(
        feature_name,
        context,
        after,
        before,
        "not slower",
        uses=now.count,
        baseline_uses=was.count,
        p95_ms=p95_is,
        baseline_p95_ms=p95_was,
        ratio=None if p95_was == 0.0 else p95_is / p95_was,
        rows_per_use=rows_are,
        baseline_rows_per_use=rows_were,
    )
    if min(now.count, was.count) < FEWEST:
        return evolve(found, verdict="too few uses")
    if _unlike(rows_were, rows_are):
        return evolve(found, verdict="unlike calls")
    return evolve(found, p=slower_p(was, now))


def _judged(compared: Sequence[Comparison]) -> tuple[Comparison, ...]:
    """Return the comparisons with p adjusted for all of them, and their verdicts."""
    given = [each.p for each in compared if each.p is not None]
    if not given:
        return tuple(compared)
    from scipy import stats  # noqa: PLC0415 - as above

    adjusted = iter(stats.false_discovery_control(given))
    judged = []
    for each in compared:
        if each.p is None:
            judged.append(each)
            continue
        p = float(next(adjusted))
        slower = p < ALPHA and (each.ratio is None or each.ratio >= SLOWER)
        judged.append(evolve(each, p=p, verdict="slower" if slower else "not slower"))
    return tuple(judged)


def _exceeding(after: Floats, before: Floats) -> NDArray[np.int64]:
    bound = np.quantile(np.concatenate([after, before]), 0.95, method="inverted_cdf")
    above = [int((side > bound).sum()) for side in (after, before)]
    return np.array([[above[0], len(after) - above[0]], [above[1], len(before) - above[1]]])


def _rows_per_use(buckets: Sequence[Bucket]) -> float | None:
    uses = sum(each.row_uses for each in buckets)
    return None if uses == 0 else sum(each.rows or 0 for each in buckets) / uses


def _unlike(before: float | None, after: float | None) -> bool:
    if before is None or after is None:
        return False
    return max(before, after) > UNLIKE * min(before, after)


def _factor(ratio: float | None) -> str:
    return "ever so much" if ratio is None else f"{ratio:.1f}x"
