"""What a check found in words that a person understands: verb phrases about a feature."""

from collections.abc import Mapping

from featuretrail.domain.drift.category_measures import CategoryMeasures
from featuretrail.domain.drift.column import value_text
from featuretrail.domain.drift.concept import ConceptMeasures
from featuretrail.domain.drift.measure import Finding, Measures, ShareChange
from featuretrail.domain.drift.ordered_measures import OrderedMeasures

_SHARES = {"null_share": "null share", "nan_share": "NaN share", "infinite_share": "infinite share"}
_MEASURES = {
    "ks": "KS",
    "wasserstein": "Wasserstein",
    "psi": "PSI",
    "linf": "largest change of a share",
    "cramers_v": "Cramér's V",
    "unseen_share": "unseen share",
    "concept": "change of the outcome",
}
VISIBLE = 0.1
"""Median's way in IQR that is called a move; less is a change of spread or shape."""

MOST_TIMES = 1e6
"""IQRs from which a figure would say nothing more."""


def change(measures: Measures | ConceptMeasures, finding: Finding) -> str:
    """Say what drifted: "moved up by 0.6 IQR", "null share rose from 0.1 % to 50 %"."""
    if isinstance(measures, ConceptMeasures):
        return _concept(measures)
    if finding.measure in measures.shares:
        return _share(_SHARES[finding.measure], measures.shares[finding.measure])
    if measures.ordered is not None:
        return _ordered(measures, measures.ordered, finding)
    assert measures.categories is not None  # noqa: S101 - a finding comes from one of the three
    return _categories(measures, measures.categories, finding)


def evidence(finding: Finding, adjusted_p: float) -> str:
    """Say how much and how sure: "KS 0.31, adjusted p 2e-9"."""
    p = f"adjusted p {number(adjusted_p)}" if adjusted_p > 0.0 else "adjusted p below 1e-300"
    name = _MEASURES.get(finding.measure)
    return p if name is None else f"{name} {number(finding.score)}, {p}"


def number(value: float) -> str:
    """Return two significant digits: 0.31, 2e-9, 1,200.

    >>> [number(each) for each in (0.3141, 2.04e-9, 0.0512, 1234.5, 12.0, 0)]
    ['0.31', '2e-9', '0.051', '1,200', '12', '0']
    """
    rounded = float(f"{value:.2g}")
    if rounded == 0.0 or 1e-3 <= abs(rounded) < 1e6:
        return f"{rounded:,.10f}".rstrip("0").rstrip(".")
    mantissa, _, exponent = f"{rounded:.1e}".partition("e")
    return f"{mantissa.removesuffix('.0')}e{int(exponent)}"


def percent(share: float) -> str:
    """Return a share as a percentage: 0.1 %, 50 %; never 0 % or 100 % of some.

    >>> [percent(each) for each in (0.001, 0.5, 0.01, 0.00001, 0.99999, 1.0, 0.0)]
    ['0.1 %', '50 %', '1.0 %', 'below 0.1 %', 'above 99.9 %', '100 %', '0 %']
    """
    if share in (0.0, 1.0):
        return f"{share:.0%}".replace("%", " %")
    if share < 0.0005:
        return "below 0.1 %"
    if share > 0.9995:
        return "above 99.9 %"
    return f"{share * 100:.1f} %" if share < 0.0995 or share > 0.9005 else f"{share * 100:.0f} %"


def _concept(measures: ConceptMeasures) -> str:
    most = max(measures.groups, key=lambda each: abs(each.now - each.was) * each.rows**0.5)
    way = "rose" if most.now > most.was else "fell"
    was, now = (
        percent(each) if measures.outcome_dtype == "bool" else f"rank {percent(each)}"
        for each in (most.was, most.now)
    )
    return f"tells another outcome: where it is {most.group}, that {way} from {was} to {now}"


def _share(name: str, shares: ShareChange) -> str:
    way = "rose" if shares.now > shares.was else "fell"
    return f"{name} {way} from {percent(shares.was)} to {percent(shares.now)}"


def _ordered(measures: Measures, ordered: OrderedMeasures, finding: Finding) -> str:
    profile = measures.profile.ordered
    assert profile is not None  # noqa: S101 - measured against it
    if ordered.equal is not None and profile.distinct == 1:
        was, now = _value(measures, profile.minimum), _value(measures, ordered.equal)
        return f"is constant at {now} and was at {was}"
    if ordered.equal is not None:
        return f"became constant at {_value(measures, ordered.equal)}"
    scale, unit = (profile.iqr, "IQR") if profile.iqr > 0 else (profile.std or 0.0, "std")
    if ordered.moved == 0 or abs(ordered.moved) < VISIBLE * scale:
        return _shape(ordered, finding)
    return _moved(measures, ordered.moved, scale, unit)


def _moved(measures: Measures, moved: float | int, scale: float, unit: str) -> str:
    if measures.dtype == "timestamptz":
        return f"moved {'later' if moved > 0 else 'earlier'} by {_duration(moved)}"
    way = f"moved {'up' if moved > 0 else 'down'} by"
    if scale > 0.0:
        times = abs(moved) / scale
        return f"{way} {number(times) if times < MOST_TIMES else 'over a million'} {unit}"
    return f"{way} {number(abs(moved))}"


def _shape(ordered: OrderedMeasures, finding: Finding) -> str:
    if ordered.iqr_ratio is not None and ordered.iqr_ratio >= 1.1:
        return f"spread out to {number(ordered.iqr_ratio)} times its IQR"
    if ordered.iqr_ratio is not None and ordered.iqr_ratio <= 0.9:
        return f"narrowed to {number(ordered.iqr_ratio)} times its IQR"
    return "changed in its tails" if finding.measure == "wasserstein" else "changed its shape"


def _categories(measures: Measures, categories: CategoryMeasures, finding: Finding) -> str:
    profile = measures.profile.categories
    assert profile is not None  # noqa: S101 - measured against it
    if categories.equal is not None and profile.distinct == 1:
        return f"is constant at {categories.equal!r} and was at {profile.names[0]!r}"
    if finding.measure == "unseen_share" or categories.largest in categories.unseen:
        return _unseen(categories)
    if categories.equal is not None:
        return f"became constant at {categories.equal!r}"
    if categories.largest is None:
        return "changed the shares of its categories"
    way = "rose" if categories.largest_is > categories.largest_was else "fell"
    was, now = percent(categories.largest_was), percent(categories.largest_is)
    return f"share of {categories.largest!r} {way} from {was} to {now}"


def _unseen(categories: CategoryMeasures) -> str:
    share = percent(categories.unseen_share or 0.0)
    first = categories.unseen[0]
    if categories.unseen_categories == 1:
        return f"has the new category {first!r} in {share} of rows"
    count = f"{categories.unseen_categories:,} new categories"
    return f"has {count} in {share} of rows, most often {first!r}"


def _value(measures: Measures, value: float | int) -> str:
    return value_text(value, measures.dtype)


def _duration(microseconds: float | int) -> str:
    seconds = abs(microseconds) / 1e6
    units: Mapping[str, float] = {"days": 86_400.0, "hours": 3_600.0, "minutes": 60.0}
    name, length = next(
        ((name, length) for name, length in units.items() if seconds >= 2.0 * length),
        ("seconds", 1.0),
    )
    return f"{number(seconds / length)} {name}"
