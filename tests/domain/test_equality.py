"""When two cells are the same."""

from typing import Any

import pyarrow as pa
import pytest

from featuretrail.domain.equality import changed_rows

NAN = float("nan")


@pytest.mark.parametrize(
    ("left", "right", "changed"),
    [
        ([1.0, NAN, None, NAN, None, 0.0], [1.0, NAN, None, 1.0, NAN, -0.0], [3, 4]),
        (["a", None, "b"], ["a", "x", None], [1, 2]),
        ([True, False, None], [True, True, None], [1]),
        ([None, None], [None, None], []),
        ([], [], []),
    ],
)
def test_null_equals_null_and_nan_equals_nan(
    left: list[Any], right: list[Any], changed: list[int]
) -> None:
    columns = [pa.chunked_array([pa.array(side)]) for side in (left, right)]
    assert changed_rows(*columns).nonzero()[0].tolist() == changed
