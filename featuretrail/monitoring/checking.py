"""The checks that monitors make, each answered as the JSON object of a run."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Protocol

from attrs import frozen

from featuretrail.domain.consistency.report import ConsistencyReport
from featuretrail.domain.errors import DatabaseUnavailableError
from featuretrail.domain.events import MonitorScheduled
from featuretrail.domain.quality.baseline import Baseline
from featuretrail.domain.quality.drift_check import DriftCheck
from featuretrail.domain.quality.feature_quality import FeatureQuality, SetQuality

Window = tuple[datetime, datetime]


class Checker(Protocol):
    """What monitors ask of ``store.quality``."""

    def check_feature_quality(self, feature: str, *, window: Window) -> FeatureQuality:
        """Judge the values of a feature."""

    def check_set_quality(self, features: Any, window: Window) -> SetQuality:  # noqa: ANN401 - a set, a group or references
        """Judge several features."""

    def baseline(self, name: str) -> Baseline:
        """Return a baseline."""

    def check_drift(self, baseline: str, *, window: Window) -> DriftCheck:
        """Compare values with a baseline."""


class Comparer(Protocol):
    """What monitors ask of ``store.consistency``."""

    def check(self, snapshot_id: str) -> ConsistencyReport:
        """Compare a snapshot with what else states its values."""

    def known(self, snapshot_id: str) -> None:
        """Raise ``NotFoundError`` for a snapshot that does not exist."""


@frozen
class Checkers:
    """What monitors ask."""

    quality: Checker
    consistency: Comparer


Answer = dict[str, Any]

UNJUDGED = ("insufficient", "empty")
"""The statuses of verdicts that say nothing for want of values."""


def check(said: MonitorScheduled, checkers: Checkers, window: Window) -> list[Answer]:
    """Make a monitor's checks of a window; one that fails says so, and the others are made.

    Raises ``DatabaseUnavailableError``: then there is no run, and the window stays due.
    """
    checks: Mapping[str, Callable[[], Answer]] = {
        "quality": lambda: _quality(said, checkers.quality, window),
        "drift": lambda: _drift(said, checkers.quality, window),
        "consistency": lambda: _consistency(said, checkers.consistency),
    }
    return [_answered(name, checks[name]) for name in said.checks]


def _answered(name: str, asked: Callable[[], Answer]) -> Answer:
    try:
        return {"check": name, **asked()}
    except DatabaseUnavailableError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, it is recorded as the run's outcome
        return {"check": name, "outcome": "failed", "error": f"{type(error).__name__}: {error}"}


def _quality(said: MonitorScheduled, checker: Checker, window: Window) -> Answer:
    kind, _, name = said.subject.partition(" ")
    found: FeatureQuality | SetQuality
    match kind:
        case "feature":
            found = checker.check_feature_quality(name, window=window)
        case "baseline":
            found = checker.check_set_quality(list(checker.baseline(name).features), window)
        case _:
            found = checker.check_set_quality(name, window)
    low = [each for each in _scores(found) if _below(each, said.quality_below)]
    unknown = f"no quality: {'; '.join(found.reasons)}"
    return {
        "outcome": "not evaluated" if found.score is None else "found" if low else "passed",
        "score": found.score,
        "coverage": found.coverage,
        "words": [unknown]
        if found.score is None
        else [f"quality of {each.feature_name} is {each.score:.0f} of 100" for each in low],
        "positions": _positions(found),
    }


def _scores(found: FeatureQuality | SetQuality) -> list[FeatureQuality]:
    return [found] if isinstance(found, FeatureQuality) else list(found.features.values())


def _below(found: FeatureQuality, least: float | None) -> bool:
    return least is not None and found.score is not None and found.score < least


def _positions(found: FeatureQuality | SetQuality) -> list[int]:
    each = {one.position for one in (found, *_scores(found))}
    return sorted(position for position in each if position is not None)


def _drift(said: MonitorScheduled, checker: Checker, window: Window) -> Answer:
    _, _, name = said.subject.partition(" ")
    found = checker.check_drift(name, window=window)
    unjudged = [each for each in found.verdicts.values() if each.status in UNJUDGED]
    nothing = len(unjudged) == len(found.verdicts)
    told = [*(found.verdicts[each] for each in found.drifted), *unjudged]
    return {
        "outcome": "found" if not found.ok else "not evaluated" if nothing else "passed",
        "drifted": list(found.drifted),
        "unjudged": [each.feature_name for each in unjudged],
        "words": [each.words for each in told],
        "positions": [] if found.position is None else [found.position],
    }


def _consistency(said: MonitorScheduled, comparer: Comparer) -> Answer:
    """Check a snapshot as things are now: the window says when, not what."""
    _, _, snapshot_id = said.subject.partition(" ")
    report = comparer.check(snapshot_id)
    found = report.status in ("failed", "warning")
    return {
        "outcome": "found" if found else report.status,
        "statuses": {name: each.status for name, each in report.results.items()},
        "words": [
            f"{name} {each.status}: {words}"
            for name, each in report.results.items()
            for words in each.words or ("nothing disagrees",)
        ],
        "positions": [each.position for each in report.results.values() if each.position],
    }
