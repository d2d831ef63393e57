"""Measures against closed forms, scipy, and each other."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from scipy.spatial.distance import jensenshannon

from featuretrail.domain.drift.bins import measure_bins
from featuretrail.domain.drift.measure import measure
from featuretrail.domain.drift.profile import profile_of
from featuretrail.domain.drift.significance import adjusted, kolmogorov_p, share_p
from featuretrail.domain.errors import InvalidInputError
from tests.drift.strategies import measured, normal, typed_columns

Floats = np.ndarray[Any, Any]
FINITE = st.floats(-1e6, 1e6, allow_subnormal=False)
SAMPLE = st.lists(FINITE | st.integers(-3, 3).map(float), min_size=1, max_size=200)
COUNTS = st.lists(st.integers(0, 400), min_size=2, max_size=30)


@pytest.mark.parametrize("distance", [0.1, 0.5, 1.0, 2.0])
def test_a_moved_normal_has_the_distances_of_the_closed_forms(distance: float) -> None:
    """KS 2 Phi(d/2) - 1 and W1 d within 0.006; these are quantiles, so there is no chance in it."""
    levels = (np.arange(200_000) + 0.5) / 200_000
    values = stats.norm.ppf(levels)
    found = measured(values, values + distance).ordered

    assert found is not None
    assert found.ks == pytest.approx(2.0 * stats.norm.cdf(distance / 2.0) - 1.0, abs=0.001)
    assert found.wasserstein == pytest.approx(distance, abs=1e-3)
    assert found.wasserstein_scaled == pytest.approx(distance, rel=0.002)
    assert found.moved == pytest.approx(distance, abs=1e-6)


def test_psi_of_a_moved_normal_approaches_the_square_of_the_distance() -> None:
    """In bins without end; ten bins by deciles lose up to a seventh of a small move."""
    values = stats.norm.ppf((np.arange(200_000) + 0.5) / 200_000)
    edges = np.linspace(-4.0, 4.5, 400)
    for distance in (0.1, 0.5):
        fine = measure_bins(
            *(
                np.histogram(each, [-np.inf, *edges, np.inf])[0].astype(float)
                for each in (values, values + distance)
            ),
            size=2e5,
            reference_size=2e5,
        )
        found = measured(values, values + distance).ordered
        assert fine is not None
        assert fine.psi_raw == pytest.approx(distance**2, rel=0.03)
        assert found is not None
        assert found.bins is not None
        assert 0.85 * distance**2 < found.bins.psi_raw < distance**2


@pytest.mark.filterwarnings("ignore:ks_2samp")  # of its p, which is not asked for
@settings(max_examples=40)
@given(SAMPLE, SAMPLE)
def test_small_samples_have_scipys_distances(reference: list[float], current: list[float]) -> None:
    found = measured(np.array(reference), np.array(current)).ordered

    assert found is not None
    assert found.ks == pytest.approx(stats.ks_2samp(reference, current).statistic, abs=1e-9)
    spread = np.ptp(reference) + np.ptp(current)
    expected = stats.wasserstein_distance(reference, current)
    assert found.wasserstein == pytest.approx(expected, abs=spread / 1_000 + 1e-6)


@settings(max_examples=20)
@given(st.integers(0, 2**32), st.sampled_from(["normal", "cauchy", "poisson", "exponential"]))
def test_many_values_have_scipys_distances_but_for_a_thousandth(seed: int, kind: str) -> None:
    random = np.random.default_rng(seed)
    draws: dict[str, Callable[[int], Floats]] = {
        "normal": lambda n: random.normal(size=n),
        "cauchy": lambda n: random.standard_cauchy(size=n),
        "poisson": lambda n: random.poisson(3.0, size=n).astype(float),
        "exponential": lambda n: random.exponential(size=n),
    }
    reference, current = draws[kind](5_000), draws[kind](3_000) * random.uniform(0.5, 1.5)
    found = measured(reference, current).ordered
    exact = stats.ks_2samp(reference, current, method="asymp")

    assert found is not None
    assert exact.statistic - 0.0011 <= found.ks <= exact.statistic + 1e-12


@settings(max_examples=40)
@given(COUNTS, st.data())
def test_bins_have_scipys_figures(reference: list[int], data: st.DataObject) -> None:
    size = len(reference)
    current = data.draw(st.lists(st.integers(0, 400), min_size=size, max_size=size))
    was, now = (np.array(each, dtype=np.float64) + 30.0 for each in (reference, current))
    found = measure_bins(was, now, size=now.sum(), reference_size=was.sum())
    expected = stats.chi2_contingency(np.stack([was, now]), correction=False)
    smooth = [(each + 0.5) / (each.sum() + 0.5 * size) for each in (was, now)]

    assert found is not None
    assert found.chi_square == pytest.approx(expected.statistic)
    assert found.jensen_shannon == pytest.approx(
        jensenshannon(smooth[0], smooth[1], base=2), abs=1e-6
    )
    assert found.p == pytest.approx(expected.pvalue, abs=0.01)
    assert found.psi <= found.psi_raw


def test_cramers_v_is_bergsmas_where_both_sides_have_as_many_rows() -> None:
    was, now = np.array([200.0, 500.0, 300.0]), np.array([300.0, 450.0, 250.0])
    found = measure_bins(was, now, size=1_000, reference_size=1_000)
    table = np.stack([was, now])
    together = table.sum()
    phi = stats.chi2_contingency(table, correction=False).statistic / together
    columns, rows = 3 - 4 / (together - 1), 2 - 1 / (together - 1)
    unbiased = max(0.0, phi - 2 / (together - 1))

    assert found is not None
    assert found.cramers_v == pytest.approx(np.sqrt(unbiased / (min(columns, rows) - 1)))


def test_p_of_bins_holds_in_sparse_tables_too() -> None:
    """2,000 categories of a thousandth each, and 60 by Zipf: 5 % below 0.05, 1 % below 0.01."""
    random = np.random.default_rng(7)
    for bins, rows in ((2_000, 3_000), (60, 100)):
        shares = np.full(bins, 1.0) if bins > 60 else 1.0 / random.permutation(np.arange(1, 61))
        shares /= shares.sum()
        p = []
        for _ in range(400):
            was, now = (random.multinomial(n, shares).astype(float) for n in (20_000, rows))
            found = measure_bins(was, now, size=rows, reference_size=20_000)
            assert found is not None
            p.append(found.p)
        assert 0.02 < np.mean(np.array(p) < 0.05) < 0.09
        assert np.mean(np.array(p) < 0.01) < 0.03


@given(st.lists(st.floats(0.0, 1.0), max_size=40))
def test_adjusted_p_are_those_of_scipy(p: list[float]) -> None:
    expected: Any = stats.false_discovery_control(p) if p else []

    assert adjusted(p) == pytest.approx(list(expected))


def test_p_of_ks_is_scipys_in_the_limit() -> None:
    for distance in (0.02, 0.05, 0.1):
        expected = stats.kstwobign.sf(distance * np.sqrt(2_500))
        assert kolmogorov_p(distance, 5_000, 5_000) == pytest.approx(expected)


@settings(max_examples=40)
@given(st.integers(0, 300), st.integers(0, 300))
def test_p_of_shares_is_never_surer_than_fishers(now: int, was: int) -> None:
    exact = stats.fisher_exact(np.array([[now, 300 - now], [was, 300 - was]])).pvalue

    assert share_p(now, 300, was, 300) >= exact * 0.5
    assert 0.0 <= share_p(now, 300, was, 300) <= 1.0


@settings(max_examples=60)
@given(typed_columns(columns=2))
def test_any_values_are_measured(given: tuple[str, list[pa.Array]]) -> None:
    dtype, (reference, current) = given
    found = measured(reference, current, dtype)

    assert found.rows == len(current)
    assert all(0.0 <= each.p <= 1.0 and each.score >= 0.0 for each in found.findings())


@settings(max_examples=40)
@given(typed_columns())
def test_a_window_that_is_the_baseline_is_at_no_distance(
    given: tuple[str, list[pa.Array]],
) -> None:
    dtype, (column,) = given

    for each in measured(column, column, dtype).findings():
        assert each.score == pytest.approx(0.0, abs=1e-9)
        assert each.p == 1.0 or each.test == "equal"


def test_counts_for_pictures_are_in_the_profiles_bins() -> None:
    profile = profile_of(normal(1, 10_000), "float64").ordered
    found = measured(normal(1, 10_000), normal(2, 500, 9.0)).ordered

    assert profile is not None
    assert found is not None
    assert len(found.histogram) == len(profile.histogram_edges) + 1
    assert sum(found.histogram) == sum(found.deciles) == 500
    assert found.histogram[-1] > 400


def test_int64_beyond_floats_differ_by_one() -> None:
    reference = np.full(100, 2**53, dtype=np.int64)
    found = measured(reference, reference + 1, "int64").ordered

    assert found is not None
    assert (found.ks, found.wasserstein, found.moved) == (1.0, 1.0, 1)


def test_a_profile_of_another_type_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="against a profile of 'float64'"):
        measure(profile_of(normal(1, 100), "float64"), pa.array(["a"]), "text")


def test_the_limit_of_the_moments_is_as_good_as_exact_where_it_is_used(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    was, now = np.full(10, 1_000.0), np.full(10, 200.0)
    limit = measure_bins(was, now + np.arange(10.0) * 6.0, size=2_270, reference_size=10_000)
    monkeypatch.setattr("featuretrail.domain.drift.bins.MANY_EXPECTED", np.inf)
    exact = measure_bins(was, now + np.arange(10.0) * 6.0, size=2_270, reference_size=10_000)

    assert limit is not None
    assert exact is not None
    assert limit.p == pytest.approx(exact.p, rel=0.03)
    assert limit.cramers_v == pytest.approx(exact.cramers_v, rel=1e-3)
