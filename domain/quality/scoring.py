"""From dimensions to a score: each that was evaluated counts alike, however many rows it saw."""

from collections.abc import Iterable, Mapping

from featuretrail.domain.quality.feature_quality import DIMENSIONS, Dimension, FeatureQuality


def score_of(dimensions: Mapping[str, Dimension]) -> float | None:
    """Return the mean of the dimensions that were evaluated, ``None`` if none was."""
    scores = [each.score for each in dimensions.values() if each.score is not None]
    return None if not scores else round(sum(scores) / len(scores), 4)


def coverage_of(dimensions: Mapping[str, Dimension]) -> float:
    """Return the share of all dimensions that were evaluated, 0 to 100."""
    evaluated = [each for each in dimensions.values() if each.score is not None]
    return round(100 * len(evaluated) / len(DIMENSIONS), 4)


def reasons_of(dimensions: Mapping[str, Dimension]) -> tuple[str, ...]:
    """Return what keeps the score from 100, then what was not evaluated, in words."""
    lost = [
        f"{name} {each.score:g}: {each.reason}"
        for name, each in dimensions.items()
        if each.score is not None and each.score < 100
    ]
    unknown = [
        f"{name} not evaluated: {each.reason}"
        for name, each in dimensions.items()
        if each.score is None
    ]
    return (*lost, *unknown)


def together(features: Iterable[FeatureQuality]) -> tuple[float | None, float]:
    """Return score and coverage of several features: the means of theirs."""
    known = list(features)
    scores = [each.score for each in known if each.score is not None]
    score = None if not scores else round(sum(scores) / len(scores), 4)
    coverage = 0.0 if not known else round(sum(each.coverage for each in known) / len(known), 4)
    return score, coverage
