"""The dimensions that earlier checks tell: consistent with other systems, stable over time."""

from collections.abc import Mapping, Sequence

from attrs import frozen

from featuretrail.domain.quality.drift_check import FeatureVerdict
from featuretrail.domain.quality.feature_quality import Dimension

STATUS_SCORES = {"passed": 100.0, "warning": 50.0, "failed": 0.0}
"""What a consistency check is worth; one that was not evaluated is worth nothing either way."""

SEVERITY_SCORES = {"low": 75.0, "medium": 50.0, "high": 25.0, "critical": 0.0}
"""What is left of stability under a drift of each severity."""


@frozen
class ConsistencyFound:
    """The latest check of one type, of a snapshot that holds the feature."""

    check_type: str
    status: str
    snapshot_id: str


def consistency(found: Sequence[ConsistencyFound]) -> Dimension:
    """Return the mean of the latest check of each type."""
    judged = {each: STATUS_SCORES[each.status] for each in found if each.status in STATUS_SCORES}
    if not judged:
        return Dimension(None, "no consistency check of a snapshot with it was evaluated")
    told = ", ".join(f"{each.check_type} {each.status} ({each.snapshot_id})" for each in judged)
    return Dimension(round(sum(judged.values()) / len(judged), 4), told)


def stability(verdicts: Mapping[str, FeatureVerdict]) -> Dimension:
    """Return what the latest verdict against each baseline leaves; the worst of them counts."""
    if not verdicts:
        return Dimension(None, "its drift was never checked: it has no baseline, or no check")
    judged = {
        name: 100.0 if each.status == "stable" else SEVERITY_SCORES.get(each.severity or "", 0.0)
        for name, each in verdicts.items()
        if each.status == "stable" or each.drifted
    }
    if not judged:
        name, verdict = next(iter(verdicts.items()))
        return Dimension(None, f"the last check against {name} was {verdict.status}")
    worst = min(judged, key=lambda name: judged[name])
    if judged[worst] == 100.0:
        return Dimension(100.0, f"no drift from {', '.join(judged)}")
    return Dimension(judged[worst], f"{verdicts[worst].words} (baseline {worst})")
