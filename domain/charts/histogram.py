"""A histogram of current values against those of a baseline, before it is drawn."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from itertools import pairwise
from math import inf, isfinite, isnan

from attrs import evolve, frozen

from featuretrail.domain.charts.clock import spelled
from featuretrail.domain.charts.figures import counted, figure, percent
from featuretrail.domain.errors import InvalidInputError
from featuretrail.domain.lettering import clipped

MOST_BINS = 60
"""Bins that can still be told apart; of more, neighbours are one."""

Counts = tuple[float, float]
"""Rows of the baseline, and of the current values; weighted ones need not be whole."""


@frozen
class Shares:
    """What share of the rows something has, from 0 to 1; ``None`` where there are no rows."""

    baseline: float | None
    current: float | None

    @property
    def largest(self) -> float:
        """The larger of both; 0 where there is neither."""
        return max(self.baseline or 0.0, self.current or 0.0)

    @property
    def moved(self) -> float:
        """By how much the current share is above that of the baseline; 0 where one is unknown."""
        if self.baseline is None or self.current is None:
            return 0.0
        return self.current - self.baseline

    def __str__(self) -> str:
        return f"baseline {_told(self.baseline)}, current {_told(self.current)}"

    def told(self, names: tuple[str, str]) -> str:
        """Return both shares, or that of the baseline where there is nothing but it."""
        return str(self) if names[1] else _told(self.baseline)


@frozen
class Bin:
    """Values from ``low`` to ``high``; an infinite end means all that is below or above."""

    low: float
    high: float
    shares: Shares


@frozen
class Histogram:
    """Shares of rows by bins of a number or of time, and ``apart`` those that have no place there.

    With ``temporal`` the values are microseconds since 1970. ``rows`` counts all rows, ``names``
    says what the baseline and the current values are: the second is empty where there is none.
    """

    title: str
    bins: tuple[Bin, ...]
    apart: Mapping[str, Shares]
    rows: Counts
    unit: str
    temporal: bool
    names: tuple[str, str]

    @cached_property
    def span(self) -> tuple[float, float]:
        """The least and the greatest finite edge; (0, 0) where there is none."""
        edges = [each for held in self.bins for each in (held.low, held.high) if isfinite(each)]
        return (min(edges), max(edges)) if edges else (0.0, 0.0)

    def said(self, value: float) -> str:
        """Return an edge as people read it."""
        low, high = self.span
        return spelled(value, high - low) if self.temporal else figure(value)

    def words(self, held: Bin) -> str:
        """Return which values a bin holds."""
        unit = f" {self.unit}" if self.unit else ""
        if held.low == -inf and held.high == inf:
            return "all values"
        if held.low == -inf:
            return f"below {self.said(held.high)}{unit}"
        if held.high == inf:
            return f"above {self.said(held.low)}{unit}"
        if held.low == held.high:
            return f"{self.said(held.low)}{unit}"
        return f"{self.said(held.low)} to {self.said(held.high)}{unit}"

    def merged(self, most: int) -> "Histogram":
        """Return the same with at most ``most`` bins: neighbours are one, open ends stay."""
        if len(self.bins) <= most:
            return self
        start = 1 if self.bins[0].low == -inf else 0
        stop = len(self.bins) - (1 if self.bins[-1].high == inf else 0)
        every = -(-(stop - start) // (most - 2))
        places = sorted({0, *range(start, stop, every), stop, len(self.bins)})
        joined = [_joined(self.bins[first:last]) for first, last in pairwise(places)]
        return evolve(self, bins=tuple(joined))

    @property
    def description(self) -> str:
        """What is shown, for those who do not see it."""
        changed = [(self.words(held), held.shares) for held in self.bins]
        kind = counted(len(self.bins), "bin")
        return described(kind, self.rows, self.names, [*changed, *self.apart.items()])


def histogram(
    title: str,
    edges: Sequence[float],
    baseline: Sequence[float],
    current: Sequence[float] | None = None,
    *,
    apart: Mapping[str, Counts] | None = None,
    unit: str = "",
    temporal: bool = False,
    names: tuple[str, str] = ("baseline", "current"),
) -> Histogram:
    """Return the histogram of one column, or of two counted into the same bins.

    ``edges`` rise and are one more than there are bins; the first may be ``-inf`` and the last
    ``inf``, for all that is below and above. ``apart`` counts rows without a place on the axis,
    such as nulls, by their word. Of more than 60 bins neighbours are put together. Raises
    ``InvalidInputError`` where edges and counts do not fit.
    """
    now = [0.0] * len(baseline) if current is None else current
    _check(edges, baseline, now)
    besides = {} if apart is None else dict(apart)
    rows = (
        sum(baseline) + sum(counts[0] for counts in besides.values()),
        sum(now) + sum(counts[1] for counts in besides.values()),
    )
    bins = tuple(
        Bin(float(low), float(high), shares(counts, rows))
        for (low, high), counts in zip(
            pairwise(edges), zip(baseline, now, strict=True), strict=True
        )
    )
    seen = {word: shares(counts, rows) for word, counts in besides.items() if max(counts) > 0}
    known = (names[0], "") if current is None else names
    whole = Histogram(title, bins, seen, rows, unit, temporal, known)
    return whole.merged(MOST_BINS)


def shares(counts: Counts, rows: Counts) -> Shares:
    """Return counts of rows as shares of all rows."""
    return Shares(
        *(count / all_ if all_ else None for count, all_ in zip(counts, rows, strict=True))
    )


def described(
    kind: str, rows: Counts, names: tuple[str, str], changed: Sequence[tuple[str, Shares]]
) -> str:
    """Return a chart of shares in words: what is compared, and where most of it moved."""
    sides = [
        f"{name} ({counted(count, 'row')})"
        for name, count in zip(reversed(names), reversed(rows), strict=True)
        if name
    ]
    shown = f"{'Compares' if len(sides) > 1 else 'Shows'} {' with '.join(sides)} in {kind}."
    most = sorted(changed, key=lambda each: -abs(each[1].moved))[:3]
    moved = [f"{clipped(what)}: {each}" for what, each in most if each.moved]
    if 0 in rows:  # nothing moved: what there is most of
        large = sorted(changed, key=lambda each: -each[1].largest)[:3]
        return " ".join([shown, *(f"{clipped(what)}: {each.told(names)}." for what, each in large)])
    told = "; ".join(moved)
    return f"{shown} Most moved: {told}." if moved else f"{shown} No share moved."


def _told(share: float | None) -> str:
    return "no rows" if share is None else percent(share)


def _check(edges: Sequence[float], baseline: Sequence[float], current: Sequence[float]) -> None:
    bins = max(len(edges) - 1, 0)
    if len(baseline) != bins or len(current) != bins:
        raise InvalidInputError(
            f"{len(edges)} edges make {bins} bins, but {len(baseline)} counts of the baseline and "
            f"{len(current)} current ones were given; give as many counts as there are bins"
        )
    if any(isnan(edge) for edge in edges) or any(low > high for low, high in pairwise(edges)):
        raise InvalidInputError("edges of bins must rise and hold no NaN; sort them")
    if not all(isfinite(edge) for edge in edges[1:-1]):
        raise InvalidInputError("only the first and the last edge of bins may be infinite")


def _joined(bins: Sequence[Bin]) -> Bin:
    before = [held.shares.baseline for held in bins if held.shares.baseline is not None]
    now = [held.shares.current for held in bins if held.shares.current is not None]
    both = Shares(sum(before) if before else None, sum(now) if now else None)
    return Bin(bins[0].low, bins[-1].high, both)
