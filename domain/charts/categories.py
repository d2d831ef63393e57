"""Shares of categories, current against a baseline, before they are drawn."""

from collections.abc import Collection, Mapping
from typing import Literal

from attrs import frozen

from featuretrail.domain.charts.figures import counted
from featuretrail.domain.charts.histogram import Counts, Shares, described, shares

MOST = 10
"""Categories that are named; the others are one."""
LEAST_UNSEEN = 3
"""Of them those that the baseline never had, if there are so many: they are what one looks for."""

Sort = Literal["", "unseen", "other", "apart"]
"""What a row is besides a category: one that the baseline lacks, all others, or no category."""


@frozen
class Category:
    """A row of the chart."""

    name: str
    shares: Shares
    sort: Sort = ""

    def words(self, names: tuple[str, str]) -> str:
        """Return the category, whether it is new, and its shares."""
        new = ", not in the baseline" if self.sort == "unseen" else ""
        return f"{self.name}{new}: {self.shares.told(names)}"


@frozen
class Categories:
    """Shares of rows by category: the most frequent, those that are new, all others, and nulls."""

    title: str
    listed: tuple[Category, ...]
    count: int
    unseen: int
    rows: Counts
    names: tuple[str, str]

    @property
    def description(self) -> str:
        """What is shown, for those who do not see it."""
        kind = counted(self.count, "category", "categories")
        if self.unseen:
            kind += f", {self.unseen:,} of them not in the baseline"
        changed = [(each.name, each.shares) for each in self.listed]
        return described(kind, self.rows, self.names, changed)


def categories(
    title: str,
    baseline: Mapping[str, float],
    current: Mapping[str, float] | None = None,
    *,
    other: Counts = (0, 0),
    unseen: Collection[str] | None = None,
    apart: Mapping[str, Counts] | None = None,
    names: tuple[str, str] = ("baseline", "current"),
) -> Categories:
    """Return the chart of how often each category occurs.

    The ten most frequent are named, at least three unseen ones among them if there are such; the
    rest is counted as other, together with the rows in ``other``, whose categories the caller does
    not know any more. ``unseen`` says which categories the baseline never had; unless given, those
    that ``baseline`` does not count, if it has rows and counts all of them. ``apart`` counts rows
    without a category, such as nulls, by their word.
    """
    besides = {} if apart is None else dict(apart)
    now = {} if current is None else current
    counts = {name: (baseline.get(name, 0.0), now.get(name, 0.0)) for name in {**baseline, **now}}
    rows = _rows([*counts.values(), other, *besides.values()])
    known = sum(baseline.values()) > 0 and other[0] == 0
    new = {name for name in now if known and not baseline.get(name)} if unseen is None else unseen
    chosen = _chosen({name: shares(each, rows) for name, each in counts.items()}, new)
    left = [each for name, each in counts.items() if name not in chosen]
    rest = _rows([*left, other])
    listed = [
        Category(name, each, "unseen" if name in new else "") for name, each in chosen.items()
    ]
    if max(rest) > 0:
        word = (
            counted(len(left), "other") + (" and more" if max(other) else "") if left else "other"
        )
        listed.append(Category(word, shares(rest, rows), "other"))
    listed += [Category(word, shares(each, rows), "apart")
               for word, each in besides.items() if max(each) > 0]  # fmt: skip
    side = (names[0], "") if current is None else names
    return Categories(title, tuple(listed), len(counts), len(new), rows, side)


def _rows(counts: list[Counts]) -> Counts:
    return sum(each[0] for each in counts), sum(each[1] for each in counts)


def _chosen(found: Mapping[str, Shares], unseen: Collection[str]) -> dict[str, Shares]:
    """Return the categories to name: by falling share in the baseline, the unseen ones last."""
    ranked = sorted(found, key=lambda name: (-found[name].largest, name))
    new = [name for name in ranked if name in unseen][:LEAST_UNSEEN]
    named = set(new)
    for name in ranked:
        if len(named) >= MOST:
            break
        named.add(name)
    order = sorted(
        named,
        key=lambda name: (
            name in unseen,
            -(found[name].baseline or 0.0),
            -(found[name].current or 0.0),
            name,
        ),
    )
    return {name: found[name] for name in order}
