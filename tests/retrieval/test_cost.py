"""The choice of the way at its extremes."""

from datetime import timedelta

import numpy as np
import pyarrow as pa
import pytest

from featuretrail.domain.definitions import Feature, FeatureGroup
from featuretrail.infrastructure.retrieval.cost import Estimate, estimate
from featuretrail.infrastructure.retrieval.cuts import GroupCut, Layout
from featuretrail.infrastructure.retrieval.task import GroupTask
from tests.retrieval.loader import resolved

YEAR = 365 * 86_400_000_000


def estimated(
    spine: int,
    stored: int,
    entities: float | None = None,
    *,
    distinct: int = 10_000,
    ttl: timedelta | None = None,
    width: float = 1.0,
) -> Estimate:
    """The estimate for so many rows; the spine lies in the last ``width`` of a stored year."""
    group = FeatureGroup("g", {"k": "int64"}, [Feature("x", "float64")], ttl=ttl)
    cut = GroupCut(1, stored, 0, YEAR, layouts=(Layout(1, frozenset({"x"}), ((1, 1),)),))
    keys = pa.array(np.arange(spine) % distinct)
    times = np.linspace(YEAR * (1 - width), YEAR, spine).astype(np.int64)
    task = GroupTask.of(
        resolved(group), cut, [keys], times, row_cut=False, closed="right", only_fresh=True
    )
    return estimate(task, entities)


def test_one_spine_row_is_looked_up() -> None:
    assert estimated(1, 1_000_000).method == "sql"


def test_one_spine_row_is_looked_up_even_in_a_small_group() -> None:
    assert estimated(1, 10).method == "sql"


def test_a_spine_as_long_as_the_group_is_pulled() -> None:
    assert estimated(100_000, 100_000).method == "pull"


def test_the_benchmark_s_workload_is_pulled() -> None:
    assert estimated(100_000, 1_000_000).method == "pull"


def test_a_short_spine_is_never_worth_pulling_a_huge_group() -> None:
    assert estimated(10_000, 1_000_000_000).method == "sql"


def test_a_narrow_spine_under_a_ttl_pulls_only_its_time() -> None:
    wide = estimated(100_000, 100_000_000, ttl=timedelta(days=3))
    narrow = estimated(100_000, 100_000_000, ttl=timedelta(days=3), width=0.001)
    assert (wide.method, narrow.method) == ("sql", "pull")
    assert narrow.pulled_rows == pytest.approx(100_000_000 * (3 / 365 + 0.001), rel=0.01)


def test_few_of_many_entities_are_asked_for_by_name() -> None:
    few = estimated(100_000, 10_000_000, 100_000, distinct=100)
    assert not few.all_entities
    assert few.pulled_rows == pytest.approx(10_000)
    assert few.method == "pull"


def test_most_entities_are_pulled_without_naming_them() -> None:
    assert estimated(100_000, 1_000_000, 12_000).all_entities


def test_an_unanalysed_group_is_asked_by_name_only_for_few_entities() -> None:
    assert not estimated(100_000, 1_000_000, None, distinct=100).all_entities
    assert estimated(100_000, 1_000_000, None).all_entities
