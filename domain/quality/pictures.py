"""Pictures of drift: a window's values against their baseline, and what checks found in time."""

from collections.abc import Collection, Mapping, Sequence
from math import inf, isfinite
from typing import Any
from uuid import UUID

import numpy as np

from featuretrail.domain.charts.categories import Categories, categories
from featuretrail.domain.charts.clock import moment_edges
from featuretrail.domain.charts.histogram import Counts, Histogram, histogram
from featuretrail.domain.charts.history import History, Incident, Point, history
from featuretrail.domain.charts.scales import round_edges
from featuretrail.domain.drift.categories import CategoryProfile, counted
from featuretrail.domain.drift.column import CATEGORICAL, Column, Numbers, read_column
from featuretrail.domain.drift.ordered import OrderedProfile, finite_part, histogram_edges
from featuretrail.domain.drift.profile import Profile
from featuretrail.domain.quality.drift_check import DriftCheck, FeatureVerdict
from featuretrail.domain.quality.profiles import Profiled
from featuretrail.domain.quality.values import FeatureValues

BINS = 30

MEASURES = {
    "ks": "KS distance",
    "wasserstein": "Wasserstein",
    "psi": "PSI",
    "linf": "largest change",
    "cramers_v": "Cramér's V",
    "unseen_share": "unseen share",
    "null_share": "null share",
    "nan_share": "NaN share",
    "infinite_share": "infinite share",
}
"""What measures are called on an axis."""
SHARES = ("linf", "unseen_share", "null_share", "nan_share", "infinite_share")
"""Measures that are changes of a share of rows."""


def feature_chart(
    known: Profiled,
    values: FeatureValues | None,
    title: str,
    names: tuple[str, str],
    unit: str | None,
) -> Histogram | Categories:
    """Return the chart of values against their baseline, or of the baseline alone.

    Against a seasonal baseline it is that of the same seasons, in the proportions of ``values``.
    Raises ``InvalidInputError`` for values of another type, or without times where they matter.
    """
    if values is None:
        profile, column = known.overall, None
    else:
        profile = known.measure(values).profile
        column = read_column(values.values, values.dtype)
    if profile.dtype in CATEGORICAL:
        return _categories(profile, column, title, names)
    return _histogram(profile, column, title, names, unit)


def drift_history(
    path: str,
    checks: Sequence[DriftCheck],
    title: str,
    measure: str | None = None,
    still_open: Collection[UUID] = (),
) -> History:
    """Return the history of a measure of a feature over checks of windows, by their ends.

    Without ``measure`` it is the one that decided the newest drift, or else the newest check.
    Of several checks of one window the last counts; ``still_open`` are the incidents not resolved.
    """
    by_end = {
        each.until: each
        for each in sorted(checks, key=lambda each: each.position or 0)
        if each.until is not None and path in each.verdicts
    }
    told = [(end, by_end[end], by_end[end].verdicts[path]) for end in sorted(by_end)]
    chosen = measure or _measure([verdict for _, _, verdict in told])
    tests = [_test(verdict, chosen) for _, _, verdict in told]
    limits = [test["threshold"] for test in tests if "threshold" in test]
    return history(
        title,
        [
            Point(end, test.get("score"), verdict.drifted)
            for (end, _, verdict), test in zip(told, tests, strict=True)
        ],
        measure=MEASURES.get(chosen, chosen),
        threshold=limits[-1] if limits else None,
        incidents=_incidents(path, [check for _, check, _ in told], still_open),
        shares=chosen in SHARES,
    )


def _measure(verdicts: Sequence[FeatureVerdict]) -> str:
    drifted = [each.measure for each in verdicts if each.drifted and each.measure is not None]
    decided = drifted or [each.measure for each in verdicts if each.measure is not None]
    return decided[-1] if decided else "ks"


def _test(verdict: FeatureVerdict, measure: str) -> Mapping[str, Any]:
    """Return what a verdict says of one measure; nothing where it was not tested."""
    tests: Sequence[Mapping[str, Any]] = verdict.details.get("tests", ())
    return next((test for test in tests if test["measure"] == measure), {})


def _incidents(
    path: str, checks: Sequence[DriftCheck], still_open: Collection[UUID]
) -> list[Incident]:
    """Return incidents from the check that opened each to the first without it."""
    found: list[Incident] = []
    current: tuple[UUID, DriftCheck] | None = None
    for check in checks:
        own_id = check.incidents.get(path)
        if current is not None and own_id != current[0]:
            found.append(_incident(current[1], check))
            current = None
        if own_id is not None and current is None:
            current = (own_id, check)
    if current is not None:
        last = None if current[0] in still_open else checks[-1]
        found.append(_incident(current[1], last))
    return found


def _incident(first: DriftCheck, last: DriftCheck | None) -> Incident:
    assert first.until is not None  # noqa: S101 - checks without an end were left out
    return Incident(first.until, None if last is None else last.until)


def _histogram(
    profile: Profile,
    column: Column | None,
    title: str,
    names: tuple[str, str],
    unit: str | None,
) -> Histogram:
    temporal = profile.dtype == "timestamptz"
    values = np.array([], dtype=np.float64) if column is None else column.values
    finite, nans, positive, negative = finite_part(values)
    edges = _edges(profile.ordered, finite, temporal=temporal)
    before = _baseline_counts(profile.ordered, edges)
    now = _counts(finite, edges)
    lines = [-inf, *edges, inf] if len(edges) else []
    start = 0 if len(edges) == 0 or before[0] > 0 or now[0] > 0 else 1
    stop = len(lines) if len(edges) == 0 or before[-1] > 0 or now[-1] > 0 else len(lines) - 1
    apart: dict[str, Counts] = {
        "null": (profile.nulls, 0 if column is None else column.nulls),
        "NaN": (profile.nans, nans),
        "inf": (profile.positive_infinities, positive),
        "-inf": (profile.negative_infinities, negative),
    }
    return histogram(
        title,
        lines[start:stop],
        before[start : stop - 1],
        None if column is None else now[start : stop - 1],
        apart=apart,
        unit="" if unit is None or temporal else unit,
        temporal=temporal,
        names=names,
    )


def _edges(ordered: OrderedProfile | None, finite: Numbers, *, temporal: bool) -> list[float]:
    """Return round edges that hold the baseline's and the current values, outliers left out."""
    ends = [] if ordered is None else [*ordered.histogram_edges[[0, -1]].tolist()]
    if len(finite):
        ends += histogram_edges(finite)[[0, -1]].tolist()
    if not ends:
        return []
    low, high = min(ends), max(ends)
    if not isfinite(high - low):
        return [low, 0.0, high]
    return moment_edges(low, high, BINS) if temporal else round_edges(low, high, BINS)


def _counts(ordered: Numbers, edges: Sequence[float]) -> list[float]:
    """Count ordered values below the edges, in each bin, the last one closed, and above."""
    if not len(edges):
        return []
    places = np.searchsorted(ordered, np.asarray(edges), "left")
    places[-1] = np.searchsorted(ordered, edges[-1], "right")
    return [float(each) for each in np.diff(places, prepend=0, append=len(ordered))]


def _baseline_counts(profile: OrderedProfile | None, edges: Sequence[float]) -> list[float]:
    """Count a baseline's values likewise: between two of its points, evenly."""
    if profile is None:
        return [0.0] * (len(edges) + 1 if len(edges) else 0)
    below = [_below(profile, edge) for edge in edges]
    place = int(np.searchsorted(profile.points, edges[-1], "right"))
    if place and float(profile.points[place - 1]) == edges[-1]:
        below[-1] = float(profile.upto[place - 1])
    counts = np.diff(below, prepend=0.0, append=profile.count)
    return [max(float(each), 0.0) for each in counts]


def _below(profile: OrderedProfile, edge: float) -> float:
    """Return how many values are less than ``edge``."""
    points = profile.points
    place = int(np.searchsorted(points, edge, "left"))
    if place == len(points):
        return float(profile.count)
    if place == 0 or float(points[place]) == edge:
        return float(profile.below[place])
    start, end = float(points[place - 1]), float(points[place])
    way = (edge - start) / (end - start) if end > start else 0.0
    held = float(profile.upto[place - 1])
    return held + way * max(float(profile.below[place]) - held, 0.0)


def _categories(
    profile: Profile, column: Column | None, title: str, names: tuple[str, str]
) -> Categories:
    known = profile.categories
    now: dict[str, float] = {}
    if column is not None:
        found, counts, _ = counted(column.values)
        now = {name: float(n) for name, n in zip(found, counts, strict=True) if n}
    before = {} if known is None else dict(zip(known.names, known.counts.tolist(), strict=True))
    unseen = _unseen(known, list(now))
    other: Counts = (0.0, 0.0)
    if known is not None and not known.complete:
        # of these the baseline had too many to count each by name
        told = {name: n for name, n in now.items() if name in before or name in unseen}
        other = (known.count - sum(before.values()), sum(now.values()) - sum(told.values()))
        now = told
    return categories(
        title,
        before,
        None if column is None else now,
        other=other,
        unseen=unseen,
        apart={"null": (profile.nulls, 0 if column is None else column.nulls)},
        names=names,
    )


def _unseen(known: CategoryProfile | None, names: list[str]) -> set[str]:
    if known is None or not names:
        return set()
    return {name for name, new in zip(names, known.unseen(names), strict=True) if new}
