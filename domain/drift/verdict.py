"""The verdict on each feature of a check: drift, or not, or not to be told, and why."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from attrs import asdict, evolve, field, frozen

from featuretrail.domain.drift.concept import ConceptMeasures
from featuretrail.domain.drift.lacking import with_lack
from featuretrail.domain.drift.measure import SHARES, Finding, Measures
from featuretrail.domain.drift.significance import adjusted
from featuretrail.domain.drift.thresholds import Thresholds
from featuretrail.domain.drift.words import change, evidence
from featuretrail.domain.events.drift import DriftType, Severity
from featuretrail.domain.results import Result

PLAIN = ("ks", "linf")
"""Measures in shares of the rows; when they tell a drift, those of ``ABSTRACT`` do not decide."""

ABSTRACT = ("wasserstein", "psi", "cramers_v")

DEFAULTS = Thresholds()

Evidence = Measures | ConceptMeasures
Status = Literal["stable", "drift", "critical", "insufficient", "empty"]


@frozen
class Verdict(Result):
    """What a check says of one feature, and its evidence.

    ``measure`` decided, with ``score`` against ``threshold``; without drift it is the one that
    came nearest to its threshold, ``None`` when nothing was tested. ``p`` is its probability by
    chance, ``adjusted_p`` the same adjusted for all tests of the check. ``change`` is a verb
    phrase about the feature, ``evidence`` the figures.
    """

    feature: str
    status: Status
    change: str
    evidence: str = ""
    drift_type: DriftType | None = None
    measure: str | None = None
    score: float | None = None
    threshold: float | None = None
    severity: Severity | None = None
    p: float | None = None
    adjusted_p: float | None = None
    details: Mapping[str, Any] = field(factory=dict, hash=False, repr=False)

    @property
    def drifted(self) -> bool:
        """Whether someone should be told: the status is ``drift`` or ``critical``."""
        return self.status in {"drift", "critical"}

    @property
    def words(self) -> str:
        """The finding without a name: "moved up by 0.6 IQR; KS 0.31, adjusted p 2e-9"."""
        return "; ".join(each for each in (self.change, self.evidence) if each)

    def sentence(self, since: str | None = None) -> str:
        """Return the whole sentence, with since when it is so, in words, if that is known."""
        when = "" if since is None else f" since {since}"
        return "; ".join(
            each for each in (f"{self.feature} {self.change}{when}", self.evidence) if each
        )

    def __str__(self) -> str:
        return self.sentence()

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON object; no figure in it is NaN or infinite."""
        return asdict(self) | {"words": self.words}


@frozen
class _Tested:
    """A finding with its p adjusted, against its floor."""

    finding: Finding
    adjusted_p: float
    floor: float

    @property
    def reach(self) -> tuple[float, float]:
        """How far the score is beyond its floor; of equals, the surer one is further."""
        score = self.finding.score
        times = score / self.floor if self.floor > 0.0 else float("inf") if score > 0.0 else 0.0
        return times, -self.finding.p

    def drifted(self, alpha: float) -> bool:
        return self.finding.score >= self.floor and self.adjusted_p < alpha


def judge(
    measures: Mapping[str, Evidence],
    thresholds: Thresholds | Mapping[str, Thresholds] | None = None,
    *,
    alpha: float | None = None,
) -> dict[str, Verdict]:
    """Return the verdict on each feature of one check.

    A feature drifted when a measure reaches its floor and its p, adjusted by Benjamini and
    Hochberg over all tests of all features, is below alpha. ``thresholds`` are for all features
    or by name, with the defaults for those without; ``alpha`` is used instead of theirs.
    """
    given = {name: _of(thresholds, name) for name in measures}
    findings = {name: _testable(each, given[name]) for name, each in measures.items()}
    tests = {(name, each.test): each.p for name, found in findings.items() for each in found}
    surer = dict(zip(tests, adjusted(list(tests.values())), strict=True))
    verdicts = {}
    for name, each in measures.items():
        limits = given[name] if alpha is None else evolve(given[name], alpha=alpha)
        tested = [
            _Tested(finding, surer[name, finding.test], limits.floor(finding.measure))
            for finding in findings[name]
        ]
        verdicts[name] = with_lack(_verdict(name, each, tested, limits), each, limits)
    return verdicts


def _of(thresholds: Thresholds | Mapping[str, Thresholds] | None, name: str) -> Thresholds:
    if isinstance(thresholds, Thresholds):
        return thresholds
    return DEFAULTS if thresholds is None else thresholds.get(name, DEFAULTS)


def _testable(measures: Evidence, limits: Thresholds) -> list[Finding]:
    """The findings for which there are rows enough, on both sides."""
    if min(measures.rows, measures.reference_rows) < limits.min_rows:
        return []
    few = _too_few(measures, limits)
    return [
        each
        for each in measures.findings()
        if each.measure in SHARES or few is None or (each.test == "equal" and not few.rows)
    ]


@frozen
class _TooFew:
    """Why values are not compared; ``rows``: there are too few, however independent."""

    words: str
    rows: bool


def _too_few(measures: Evidence, limits: Thresholds) -> _TooFew | None:
    sides = (
        ("", measures.values, measures.size),
        ("the baseline has ", measures.reference_values, measures.reference_size),
    )
    for side, values, size in sides:
        if values < limits.min_rows:
            words = f"is not judged: {side}{values:,.0f} values, and {limits.min_rows} are needed"
            return _TooFew(words, rows=True)
        if size < limits.min_size:
            words = (
                f"is not judged: {side}{values:,.0f} values that depend on each other and are "
                f"worth {size:.2g} independent ones, and {limits.min_size:g} are needed"
            )
            return _TooFew(words, rows=False)
    return None


def _verdict(
    name: str, measures: Evidence, tested: Sequence[_Tested], limits: Thresholds
) -> Verdict:
    details = _details(measures, tested)
    if measures.rows == 0:
        return Verdict(name, "empty", "has no rows in the window", details=details)
    if min(measures.rows, measures.reference_rows) < limits.min_rows:
        return Verdict(name, "insufficient", _few_rows(measures, limits), details=details)
    drifted = _by_weight([each for each in tested if each.drifted(limits.alpha)])
    if drifted:
        return _drift(name, measures, drifted, limits, details)
    few = _too_few(measures, limits)
    of_values = [each for each in tested if each.finding.measure not in SHARES]
    nearest = max(of_values or tested, key=lambda each: each.reach, default=None)
    if few is not None:
        words = (
            few.words if measures.values else "is not judged: it has no values, which is no news"
        )
        return _with(Verdict(name, "insufficient", words, details=details), nearest)
    assert nearest is not None  # noqa: S101 - with enough rows the null share is tested at least
    verdict = Verdict(
        name,
        "stable",
        "is as in its baseline",
        evidence(nearest.finding, nearest.adjusted_p),
        details=details,
    )
    return _with(verdict, nearest)


def _by_weight(drifted: Sequence[_Tested]) -> list[_Tested]:
    """The farthest first; but what a person can picture before the measures that also tell it."""
    plain = any(each.finding.measure in PLAIN for each in drifted)
    return sorted(
        (each for each in drifted if not (plain and each.finding.measure in ABSTRACT)),
        key=lambda each: each.reach,
        reverse=True,
    )


def _drift(
    name: str,
    measures: Evidence,
    drifted: Sequence[_Tested],
    limits: Thresholds,
    details: dict[str, Any],
) -> Verdict:
    first = drifted[0]
    gone = measures.values == 0
    finding = first.finding
    others = dict.fromkeys(
        change(measures, each.finding)
        for each in drifted[1:]
        if each.finding.measure in (*SHARES, "unseen_share") or finding.measure in SHARES
    )
    said = change(measures, finding)
    also = [each for each in others if each != said][:3]
    verdict = Verdict(
        name,
        "critical" if gone else "drift",
        f"has no values: {said}" if gone else ", ".join([said, *also]),
        evidence(finding, first.adjusted_p),
        drift_type=finding.drift_type,
        severity="critical" if gone else limits.severity(finding.measure, finding.score),
        details=details,
    )
    return _with(verdict, first)


def _with(verdict: Verdict, tested: _Tested | None) -> Verdict:
    if tested is None:
        return verdict
    finding = tested.finding
    return evolve(
        verdict,
        measure=finding.measure,
        score=finding.score,
        threshold=tested.floor,
        p=finding.p,
        adjusted_p=tested.adjusted_p,
    )


def _few_rows(measures: Evidence, limits: Thresholds) -> str:
    if measures.rows < limits.min_rows:
        return f"is not judged: {measures.rows} rows, and {limits.min_rows} are needed"
    rows = f"{measures.reference_rows:.0f} rows"
    return f"is not judged: the baseline has {rows}, and {limits.min_rows} are needed"


def _details(measures: Evidence, tested: Sequence[_Tested]) -> dict[str, Any]:
    """All measures, and all tests with their floors and adjusted p."""
    tests = [
        asdict(each.finding) | {"adjusted_p": each.adjusted_p, "threshold": each.floor}
        for each in tested
    ]
    return measures.to_dict() | {"tests": tests}
