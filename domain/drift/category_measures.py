"""Categories now against their baseline: shares, homogeneity, and what there was none of."""

from collections.abc import Sequence

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from featuretrail.domain.drift.bins import BinMeasures, measure_bins
from featuretrail.domain.drift.categories import CategoryProfile, bucket_counts
from featuretrail.domain.drift.column import Flags
from featuretrail.domain.drift.significance import share_p

MOST_FILLED = 0.5
"""Wrongly seen share from which the filter cannot tell what is new."""

Shares = tuple[tuple[str, float, float], ...]


@frozen
class CategoryMeasures:
    """How categories of a window differ from those of the baseline.

    ``unseen_share`` is the share of rows with a category that the baseline had none of, ``None``
    when it had too many to remember; ``unseen_expected`` what further rows of the baseline would
    have, ``unseen_p`` the chance of so much more. ``top`` has the share then and now of the
    categories that matter most: those of the baseline and those that changed or came.
    """

    bins: BinMeasures | None
    largest: str | None
    largest_was: float
    largest_is: float
    unseen_share: float | None
    unseen_expected: float
    unseen_p: float | None
    unseen: tuple[str, ...]
    unseen_categories: int
    equal: str | None
    top: Shares


def measure_categories(
    profile: CategoryProfile,
    names: Sequence[str],
    counts: NDArray[np.int64],
    places: NDArray[np.int64],
    *,
    size: float,
    reference_size: float,
) -> CategoryMeasures:
    """Compare at least one row: categories, how many rows have each, and each row's place."""
    rows = float(len(places))
    new = profile.unseen(names) & (counts > 0)
    reference, current, labels = _aligned(profile, names, counts, new)
    bins = measure_bins(reference, current, size=size, reference_size=reference_size)
    now = dict(zip(names, counts.tolist(), strict=True))
    was = dict(zip(profile.names, profile.counts.tolist(), strict=True))
    largest = labels[bins.largest] if bins is not None and labels else None
    expected = profile.singletons / profile.count
    share = _unseen_share(profile, float(counts[new].sum()) / rows)
    unseen = [names[k] for k in np.argsort(-counts, kind="stable") if new[k]]
    held = [name for name, n in zip(names, counts, strict=True) if n]
    return CategoryMeasures(
        bins=bins,
        largest=largest,
        largest_was=0.0 if largest is None else was.get(largest, 0.0) / profile.count,
        largest_is=0.0 if largest is None else now.get(largest, 0.0) / rows,
        unseen_share=share,
        unseen_expected=expected,
        unseen_p=None if share is None else _unseen_p(share, size, reference_size, profile),
        unseen=tuple(unseen[:10]),
        unseen_categories=len(unseen),
        equal=held[0] if len(held) == 1 else None,
        top=_top(profile, was, now, rows, largest, unseen),
    )


def _aligned(
    profile: CategoryProfile, names: Sequence[str], counts: NDArray[np.int64], new: Flags
) -> tuple[NDArray[np.float64], NDArray[np.float64], list[str]]:
    """Both rows of counts by the same columns, and the columns' names when each is a category."""
    if profile.buckets is not None:
        return profile.buckets, bucket_counts(names, counts), []
    came = (name for name, each in zip(names, new, strict=True) if each)
    labels = sorted([*profile.names, *came])
    place = {name: k for k, name in enumerate(labels)}
    reference, current = np.zeros(len(labels)), np.zeros(len(labels))
    for name, n in zip(profile.names, profile.counts.tolist(), strict=True):
        reference[place[name]] = n
    for name, n in zip(names, counts.tolist(), strict=True):
        if n:
            current[place[name]] += n
    return reference, current, labels


def _unseen_share(profile: CategoryProfile, found: float) -> float | None:
    wrongly = profile.wrongly_seen
    return None if wrongly > MOST_FILLED else min(1.0, found / (1.0 - wrongly))


def _unseen_p(share: float, size: float, reference_size: float, profile: CategoryProfile) -> float:
    """p against the chance of a new category that the baseline's rows tell (Good 1953)."""
    expected = profile.singletons / profile.count
    return share_p(share * size, size, expected * reference_size, reference_size, more=True)


def _top(
    profile: CategoryProfile,
    was: dict[str, float],
    now: dict[str, int],
    rows: float,
    largest: str | None,
    unseen: Sequence[str],
) -> Shares:
    chosen = dict.fromkeys([*profile.names[:10], *([largest] if largest else []), *unseen[:5]])
    return tuple(
        (name, was.get(name, 0.0) / profile.count, now.get(name, 0) / rows) for name in chosen
    )
