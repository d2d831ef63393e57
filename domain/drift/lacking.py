"""Windows that lack what is compared: every value, or rows of a season that the baseline has."""

from typing import TYPE_CHECKING

from attrs import evolve

from featuretrail.domain.drift.concept import ConceptMeasures
from featuretrail.domain.drift.measure import SHARES, Finding, Measures
from featuretrail.domain.drift.thresholds import Thresholds
from featuretrail.domain.drift.words import change, percent

if TYPE_CHECKING:
    from featuretrail.domain.drift.verdict import Verdict


def with_lack(
    verdict: "Verdict", measures: Measures | ConceptMeasures, limits: Thresholds
) -> "Verdict":
    """Return the verdict on a window without values, or with rows of unknown seasons; else as is.

    A window without any value is critical however its nulls depend on each other, from
    ``limits.min_size`` rows on, unless the baseline leads to expect it: then so many rows
    without one have a chance of alpha by its share of values.
    """
    if verdict.drifted:
        return verdict
    if isinstance(measures, ConceptMeasures):
        return verdict if measures.values or not measures.rows else _no_pairs(verdict)
    if measures.rows and not measures.values:
        return _without_values(verdict, measures, limits)
    return _of_other_seasons(verdict, measures) if measures.unmatched else verdict


def _no_pairs(verdict: "Verdict") -> "Verdict":
    return evolve(verdict, change="is not judged: no row has both a value and an outcome")


def _without_values(verdict: "Verdict", measures: Measures, limits: Thresholds) -> "Verdict":
    if not measures.reference_values:
        return evolve(
            verdict, change="is not judged: it has no values, and neither has its baseline"
        )
    held = measures.reference_values / measures.reference_rows
    if measures.rows < limits.min_size or (1.0 - held) ** measures.rows >= limits.alpha:
        return verdict
    finding = _most_changed(measures)
    return evolve(
        verdict,
        status="critical",
        severity="critical",
        change=f"has no values: {change(measures, finding)}",
        evidence=f"none in {measures.rows} rows, where {percent(held)} had one",
        drift_type=finding.drift_type,
        measure=finding.measure,
        score=finding.score,
        threshold=limits.floor(finding.measure),
        p=finding.p,
    )


def _most_changed(measures: Measures) -> Finding:
    shares = [each for each in measures.findings() if each.measure in SHARES]
    return max(shares, key=lambda each: each.score)


def _of_other_seasons(verdict: "Verdict", measures: Measures) -> "Verdict":
    rows = measures.unmatched + measures.rows
    if not measures.rows:
        words = f"is not judged: all of its {rows} rows are of seasons that the baseline has not"
        return evolve(verdict, status="insufficient", change=words)
    left_out = f"without {measures.unmatched} of {rows} rows, of seasons that the baseline has not"
    said = f"{verdict.evidence}, {left_out}" if verdict.evidence else left_out
    return evolve(verdict, evidence=said)
