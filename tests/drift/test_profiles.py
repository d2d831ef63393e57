"""Profiles: what they keep, as bytes that are refused once altered."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from featuretrail.domain.drift.profile import Profile, profile_of
from featuretrail.domain.drift.seasonal import SeasonalProfile, read_profile, seasonal_profile_of
from featuretrail.domain.drift.seasons import Season
from featuretrail.domain.errors import IntegrityError, InvalidDefinitionError, InvalidInputError
from tests.drift.strategies import autoregressive, normal, typed_columns

HOUR = 3_600_000_000


@settings(max_examples=50)
@given(typed_columns())
def test_a_profile_survives_its_bytes(given: tuple[str, list[pa.Array]]) -> None:
    dtype, (column,) = given
    profile = profile_of(column, dtype)

    read = Profile.from_bytes(profile.to_bytes())

    assert read == profile
    assert read.to_bytes() == profile.to_bytes()
    assert profile.rows == len(column)
    assert profile.nulls == column.null_count


@settings(max_examples=30)
@given(typed_columns(), st.integers(0, 80))
def test_chunks_make_no_difference(given: tuple[str, list[pa.Array]], cut: int) -> None:
    dtype, (column,) = given
    chunks = pa.chunked_array([column[:cut], column[cut:]], column.type)

    assert profile_of(chunks, dtype).to_bytes() == profile_of(column, dtype).to_bytes()


@settings(max_examples=30)
@given(st.integers(0, 10_000), st.integers(1, 255))
def test_an_altered_byte_is_found(place: int, change: int) -> None:
    content = bytearray(profile_of(normal(1, 2_000), "float64").to_bytes())
    content[place % len(content)] ^= change

    with pytest.raises(IntegrityError):
        read_profile(bytes(content))


def test_truncated_foreign_and_future_bytes_are_refused() -> None:
    content = profile_of(normal(1, 2_000), "float64").to_bytes()
    for part in (b"", content[:10], content[:-1], b"x" + content, content + b"x"):
        with pytest.raises(IntegrityError):
            Profile.from_bytes(part)
    with pytest.raises(IntegrityError, match="do not begin as one"):
        SeasonalProfile.from_bytes(content)


def test_a_profile_of_many_numbers_is_small_and_says_what_is_exact() -> None:
    values = np.concatenate([normal(2, 100_000), [np.nan, np.inf, np.inf, -np.inf]])
    column = pa.array(values).cast(pa.float64())
    profile = profile_of(pa.chunked_array([column, pa.nulls(5, pa.float64())]), "float64")

    assert len(profile.to_bytes()) < 20_000
    assert (profile.rows, profile.nulls, profile.nans) == (100_009, 5, 1)
    assert (profile.positive_infinities, profile.negative_infinities) == (2, 1)
    assert profile.values == 100_000
    assert profile.distinct == 100_000
    assert profile.ordered is not None
    finite = values[np.isfinite(values)]
    assert profile.ordered.minimum == finite.min()
    assert profile.ordered.maximum == finite.max()
    assert profile.ordered.mean == pytest.approx(finite.mean())
    assert profile.ordered.std == pytest.approx(finite.std())
    assert profile.ordered.scale == pytest.approx(1.0, abs=0.02)
    assert profile.ordered.decile_counts.tolist() == [10_000.0] * 10
    assert profile.ordered.histogram_counts.sum() == 100_000


def test_the_histogram_is_not_stretched_by_an_outlier() -> None:
    profile = profile_of(np.append(normal(3, 10_000), 1e6), "float64").ordered

    assert profile is not None
    assert profile.histogram_edges[-1] < 6.0
    assert profile.histogram_counts[-1] >= 1.0


def test_the_robust_scale_falls_back_to_std_and_has_no_floor() -> None:
    mostly_zero = profile_of(np.append(np.zeros(900), normal(4, 100)), "float64").ordered
    tiny = profile_of(normal(4, 1_000) * 1e-12, "float64").ordered
    constant = profile_of(np.full(100, 7.0), "float64").ordered
    huge = profile_of(np.array([-1.7e308, 1.7e308] * 50), "float64").ordered

    assert mostly_zero is not None
    assert mostly_zero.scale == mostly_zero.std
    assert tiny is not None
    assert tiny.scale == pytest.approx(1e-12, rel=0.1)
    assert constant is not None
    assert constant.scale is None
    assert huge is not None
    assert huge.scale is None


def test_int64_extremes_are_kept_to_the_last_digit() -> None:
    values = np.array([-(2**63), 2**63 - 1, 2**53 + 1, 2**53], dtype=np.int64)
    profile = profile_of(values, "int64").ordered

    assert profile is not None
    assert profile.points.tolist() == sorted(values.tolist())
    assert (profile.minimum, profile.maximum) == (-(2**63), 2**63 - 1)


def test_the_order_of_rows_tells_their_dependence() -> None:
    independent = profile_of(normal(5, 20_000), "float64")
    dependent = profile_of(autoregressive(5, 20_000), "float64")

    assert independent.dependence == 1.0
    assert independent.autocorrelation == pytest.approx(0.0, abs=0.05)
    assert dependent.autocorrelation == pytest.approx(0.9, abs=0.03)
    assert 9.0 < dependent.dependence < 25.0
    assert profile_of(autoregressive(5, 20_000), "float64", block=1).dependence == 1.0


def test_huge_cardinality_stays_bounded_and_remembers_what_there_was() -> None:
    names = [f"user {k}" for k in range(60_000)]
    profile = profile_of(pa.array(names), "text")
    held = profile.categories

    assert held is not None
    assert len(profile.to_bytes()) < 200_000
    assert held.distinct == 60_000
    assert not held.complete
    assert held.wrongly_seen < 0.02
    assert not held.unseen(names).any()
    assert held.unseen([f"new {k}" for k in range(1_000)]).mean() > 0.97
    assert Profile.from_bytes(profile.to_bytes()) == profile


def test_values_of_another_type_are_refused() -> None:
    with pytest.raises(InvalidInputError, match="are not double"):
        profile_of(pa.array(["1.5", "two"]), "float64")
    with pytest.raises(InvalidInputError, match="are not int64"):
        profile_of(np.array([1.5]), "int64")
    with pytest.raises(InvalidDefinitionError, match="types are float64"):
        profile_of(np.array([1.5]), "float32")


@settings(max_examples=20)
@given(typed_columns())
def test_profiles_by_season_survive_their_bytes(given: tuple[str, list[pa.Array]]) -> None:
    dtype, (column,) = given
    times = np.arange(len(column), dtype=np.int64) * HOUR
    profile = seasonal_profile_of(column, dtype, times, Season.of("hour"))

    read = read_profile(profile.to_bytes())

    assert read == profile
    assert profile.measure(column, times).rows == len(column)
