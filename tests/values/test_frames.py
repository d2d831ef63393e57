"""Any frame becomes the same Arrow table."""

import subprocess
import sys
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from featuretrail.domain.errors import InvalidInputError
from featuretrail.infrastructure.values.frames import to_table

COLUMNS = {"k": ["a", "b"], "x": [1.5, 2.5]}
TABLE = pa.table(COLUMNS)


class OnlyCapsule:
    """A foreign table that speaks nothing but the Arrow PyCapsule interface."""

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return TABLE.__arrow_c_stream__(requested_schema)


@pytest.mark.parametrize(
    "given",
    [
        TABLE,
        TABLE.to_batches()[0],
        TABLE.to_reader(),
        TABLE.to_batches(max_chunksize=1),
        OnlyCapsule(),
        COLUMNS,
        {"k": np.array(["a", "b"]), "x": np.array([1.5, 2.5])},
        {"k": np.array(["a", "b"], object), "x": np.array([1.5, 2.5], ">f8")},
        {"k": pd.Series(["a", "b"]), "x": pl.Series([1.5, 2.5])},
        {"k": pa.chunked_array([["a"], ["b"]]), "x": (1.5, 2.5)},
        [{"k": "a", "x": 1.5}, {"k": "b", "x": 2.5}],
        pd.DataFrame(COLUMNS),
        pd.DataFrame(COLUMNS, index=[7, 3]),
        pd.DataFrame(COLUMNS).set_index("k"),
        pd.DataFrame(COLUMNS, index=pd.MultiIndex.from_tuples([(1, 2), (3, 4)])),
        pl.DataFrame(COLUMNS),
    ],
    ids=lambda given: type(given).__name__,
)
def test_equal_rows_are_read_from(given: Any) -> None:
    assert to_table(given, "the rows").to_pylist() == TABLE.to_pylist()


@pytest.mark.parametrize(
    ("given", "nan"),
    [
        ({"x": np.array([1.0, np.nan])}, True),
        ({"x": [1.0, float("nan")]}, True),
        (pl.DataFrame({"x": [1.0, float("nan")]}), True),
        (pa.table({"x": [1.0, float("nan")]}), True),
        ({"x": [1.0, None]}, False),
        (pl.DataFrame({"x": [1.0, None]}), False),
        (pd.DataFrame({"x": [1.0, float("nan")]}), False),
        (pd.DataFrame({"x": pd.array([1, None], "Int64")}), False),
        ({"x": pd.Series([1.0, float("nan")])}, False),
    ],
)
def test_nan_is_a_value_except_in_pandas_where_it_is_missing(given: Any, nan: bool) -> None:
    column = to_table(given, "the rows")["x"]

    assert column.null_count == (0 if nan else 1)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("rows", "of type str"),
        (None, "of type NoneType"),
        ([], "no known rows"),
        ([1, 2], "no known rows"),
        ({"x": "abc"}, "'x' of the rows is of type str"),
        ({"x": 1}, "'x' of the rows is of type int"),
        ({1: [1]}, "named 1 of type int"),
        (pd.DataFrame([[1, 2]]), "named 0 of type int"),
        (pd.DataFrame([[1, 2]], columns=["x", "x"]), "2 columns named 'x'"),
        (pd.DataFrame(COLUMNS).set_index("k", drop=False), "both as a column and as an index"),
        ({"x": [1, "a"]}, "column 'x' of the rows cannot be read.*one type"),
        ({"x": [2**70]}, "'x'"),
        ({"x": [1], "y": [1, 2]}, "x 1, y 2"),
        ([{"x": 1}, {"y": 1}], "row 1"),
        ([pa.record_batch({"x": [1]}), pa.record_batch({"y": [1]})], "different schemas"),
        (pl.LazyFrame(COLUMNS), r"collect\(\)"),
    ],
)
def test_what_cannot_be_read_is_refused_by_name(given: Any, message: str) -> None:
    with pytest.raises(InvalidInputError, match=f"(?s){message}"):
        to_table(given, "the rows")


def test_pandas_and_polars_are_not_needed() -> None:
    program = (
        "import sys\n"
        "class Absent:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name in ('pandas', 'polars'):\n"
        "            raise ModuleNotFoundError(name)\n"
        "sys.meta_path.insert(0, Absent())\n"
        "import pyarrow as pa\n"
        "from featuretrail.infrastructure.values.frames import to_table\n"
        "to_table({'x': [1]}, 'rows'), to_table(pa.table({'x': [1]}), 'rows')\n"
    )

    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
