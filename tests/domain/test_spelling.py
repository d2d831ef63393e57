"""Values spelled in JSON are the values again."""

import json
from datetime import UTC, datetime

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from featuretrail.domain.digest import table_digest
from featuretrail.domain.dtypes import ARROW_TYPES
from featuretrail.domain.spelling import read_spelled, spelled

VALUES = {
    "float64": st.floats(),
    "int64": st.integers(-(2**63), 2**63 - 1),
    "bool": st.booleans(),
    "text": st.text(),
    "timestamptz": st.datetimes(timezones=st.just(UTC)),
}


@pytest.mark.parametrize("dtype", VALUES)
@given(data=st.data())
def test_what_is_spelled_in_json_reads_as_the_same_values(dtype: str, data: st.DataObject) -> None:
    values = data.draw(st.lists(st.none() | VALUES[dtype], max_size=5))
    column = pa.array(values, ARROW_TYPES[dtype])

    spelling = json.loads(json.dumps(spelled(column, dtype), allow_nan=False))

    again = read_spelled(spelling, dtype)
    assert table_digest(pa.table({"value": again})) == table_digest(pa.table({"value": column}))


@pytest.mark.parametrize(
    ("dtype", "wrong"),
    [("float64", "x"), ("int64", 1.5), ("int64", True), ("bool", 1), ("text", 1),
     ("timestamptz", "noon")],
)  # fmt: skip
def test_what_cannot_have_been_spelled_is_no_value(dtype: str, wrong: object) -> None:
    with pytest.raises((TypeError, ValueError)):
        read_spelled([wrong], dtype)  # type: ignore[list-item]


def test_a_time_is_spelled_with_microseconds_in_utc() -> None:
    moment = pa.array([datetime(1, 1, 1, tzinfo=UTC)], ARROW_TYPES["timestamptz"])
    assert spelled(moment, "timestamptz") == ["0001-01-01T00:00:00.000000Z"]
