"""From values and profiles to verdicts: measured a feature at a time, judged all together."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from featuretrail.domain.drift.measure import Measures
from featuretrail.domain.drift.verdict import Verdict, judge
from featuretrail.domain.errors import NotFoundError
from featuretrail.domain.json_values import check_json_object
from featuretrail.domain.quality.drift_check import FeatureVerdict
from featuretrail.domain.quality.limits import thresholds_of
from featuretrail.domain.quality.profiles import Profiled
from featuretrail.domain.quality.values import FeatureValues

Measuring = Callable[[FeatureValues], Measures]
Mapper = Callable[[Measuring, Iterable[FeatureValues]], Iterable[Measures]]
"""``map``, or what does the same side by side."""


def judged(
    profiles: Mapping[str, Profiled],
    values: Sequence[FeatureValues],
    alpha: float,
    *limits: Mapping[str, Mapping[str, Any]],
    mapper: Mapper = map,
) -> list[FeatureVerdict]:
    """Return the verdict on each of ``values``; of ``limits`` the later ones go before.

    ``mapper`` measures them, one by one or side by side. Raises ``NotFoundError`` for a feature
    without a profile, ``InvalidInputError`` for one whose type is another than the profile's.
    """

    def measuring(each: FeatureValues) -> Measures:
        known = profiles.get(each.path)
        if known is None:
            raise NotFoundError("profile of feature", each.path, sorted(profiles))
        return known.measure(each)

    paths = [each.path for each in values]
    measures = dict(zip(paths, mapper(measuring, values), strict=True))
    thresholds = {path: thresholds_of(path, *limits, alpha=alpha) for path in measures}
    verdicts = judge(measures, thresholds, alpha=alpha)
    versions = {each.path: each.version for each in values}
    return [feature_verdict(verdicts[path], versions[path]) for path in measures]


def feature_verdict(verdict: Verdict, version: str | None) -> FeatureVerdict:
    """Return a verdict as a check answers and records it; its words name no feature yet."""
    return FeatureVerdict(
        feature_name=verdict.feature,
        version=version,
        status=verdict.status,
        drift_type=verdict.drift_type,
        measure=verdict.measure,
        score=verdict.score,
        threshold=verdict.threshold,
        severity=verdict.severity,
        p_value=verdict.adjusted_p,
        words=verdict.words,
        details=check_json_object("details", verdict.details),
    )
