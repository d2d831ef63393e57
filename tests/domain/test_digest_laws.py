"""What the canonical digest must not notice, what it must notice, and what it refuses."""

import io
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.ipc
import pyarrow.parquet
import pytest
from hypothesis import given
from hypothesis import strategies as st

from featuretrail.domain.digest import column_digests, table_digest
from featuretrail.domain.errors import InvalidInputError, NaiveTimeError

INSTANT = pa.timestamp("us", tz="UTC")
CELLS: dict[pa.DataType, st.SearchStrategy[object]] = {
    pa.bool_(): st.booleans(),
    pa.int16(): st.integers(-(2**15), 2**15 - 1),
    pa.uint64(): st.integers(0, 2**64 - 1),
    pa.float32(): st.floats(width=32),
    pa.float64(): st.floats(),
    pa.string(): st.text(max_size=4),
    pa.binary(): st.binary(max_size=4),
    INSTANT: st.datetimes(timezones=st.just(UTC)),
    pa.date32(): st.dates(),
}
Relayout = Callable[[pa.Table], pa.Table]


@st.composite
def tables(draw: st.DrawFn, *, least_rows: int = 0) -> pa.Table:
    rows = draw(st.integers(least_rows, 12))
    types = draw(st.lists(st.sampled_from(list(CELLS)), min_size=1, max_size=4))
    columns = [
        pa.array(draw(st.lists(st.none() | CELLS[t], min_size=rows, max_size=rows)), t)
        for t in types
    ]
    return pa.table(columns, names=[f"column_{n}" for n in range(len(types))])


def rechunked(table: pa.Table) -> pa.Table:
    return pa.concat_tables([table.slice(row, 1) for row in range(table.num_rows)] or [table])


def sliced_out_of_a_longer_one(table: pa.Table) -> pa.Table:
    longer = pa.concat_tables([table, table, table]).combine_chunks()
    return longer.slice(table.num_rows, table.num_rows)


def through_ipc(compression: str | None) -> Relayout:
    def travel(table: pa.Table) -> pa.Table:
        sink = io.BytesIO()
        options = pa.ipc.IpcWriteOptions(compression=compression)
        with pa.ipc.new_stream(sink, table.schema, options=options) as writer:
            writer.write_table(table, max_chunksize=5)
        return pa.ipc.open_stream(sink.getvalue()).read_all()

    return travel


def through_parquet(table: pa.Table) -> pa.Table:
    sink = io.BytesIO()
    pa.parquet.write_table(table, sink, row_group_size=5)
    return pa.parquet.read_table(io.BytesIO(sink.getvalue()))


def dictionary_encoded(table: pa.Table) -> pa.Table:
    return pa.table(
        {
            name: column if pa.types.is_boolean(column.type) else column.dictionary_encode()
            for name, column in zip(table.column_names, table.columns, strict=True)
        }
    )


def in_layouts(text: pa.DataType, binary: pa.DataType) -> Relayout:
    layouts = {pa.string(): text, pa.binary(): binary}

    def convert(table: pa.Table) -> pa.Table:
        return table.cast(
            pa.schema(
                [field.with_type(layouts.get(field.type, field.type)) for field in table.schema]
            )
        )

    return convert


def with_metadata(table: pa.Table) -> pa.Table:
    return table.replace_schema_metadata({"pandas": "{}"})


RELAYOUTS: dict[str, Relayout] = {
    "rechunked": rechunked,
    "sliced": sliced_out_of_a_longer_one,
    "ipc": through_ipc(None),
    "ipc with lz4": through_ipc("lz4"),
    "ipc with zstd": through_ipc("zstd"),
    "parquet": through_parquet,
    "dictionaries": dictionary_encoded,
    "large layouts": in_layouts(pa.large_string(), pa.large_binary()),
    "view layouts": in_layouts(pa.string_view(), pa.binary_view()),
    "metadata": with_metadata,
}


@given(table=tables(), names=st.lists(st.sampled_from(list(RELAYOUTS)), min_size=1, max_size=2))
def test_another_layout_of_the_same_cells_keeps_the_digest(
    table: pa.Table, names: list[str]
) -> None:
    again = table
    for name in names:
        again = RELAYOUTS[name](again)
    assert table_digest(again) == table_digest(table)


@pytest.mark.parametrize("name", RELAYOUTS)
def test_each_layout_keeps_the_digest_of_a_table_of_all_types(name: str) -> None:
    table = pa.table(
        {
            "flag": pa.array([True, None, False] * 3),
            "small": pa.array([1, None, -1] * 3, pa.int16()),
            "text": pa.array(["ü", None, ""] * 3),
            "binary": pa.array([b"\xff", None, b""] * 3),
            "at": pa.array([datetime(9999, 12, 31), None, datetime(1, 1, 1)] * 3, INSTANT),  # noqa: DTZ001
            "day": pa.array([date.max, None, date.min] * 3),
            "number": pa.array([float("nan"), None, -0.0] * 3),
        }
    )  # fmt: skip
    assert table_digest(RELAYOUTS[name](table)) == table_digest(table)


@given(table=tables(least_rows=1), data=st.data())
def test_changing_one_cell_changes_the_digest_of_its_column_alone(
    table: pa.Table, data: st.DataObject
) -> None:
    position = data.draw(st.integers(0, table.num_columns - 1))
    field = table.schema.field(position)
    cells = table.column(position).to_pylist()
    row = data.draw(st.integers(0, table.num_rows - 1))
    cells[row] = data.draw((st.none() | CELLS[field.type]).filter(lambda c: differs(c, cells[row])))
    changed = table.set_column(position, field, pa.array(cells, field.type))
    before, after = column_digests(table), column_digests(changed)
    assert table_digest(changed) != table_digest(table)
    assert {name for name in before if before[name] != after[name]} == {field.name}


def differs(one: object, other: object) -> bool:
    both_nan = one != one and other != other  # noqa: PLR0124 (only NaN differs from itself)
    return not both_nan and one != other


@given(table=tables(), data=st.data())
def test_another_name_changes_the_digest_but_no_column_digest(
    table: pa.Table, data: st.DataObject
) -> None:
    names = list(table.column_names)
    names[data.draw(st.integers(0, len(names) - 1))] = data.draw(st.sampled_from(["", "other"]))
    renamed = table.rename_columns(names)
    assert table_digest(renamed) != table_digest(table)
    assert list(column_digests(renamed).values()) == list(column_digests(table).values())


@given(tables())
def test_the_order_of_columns_counts(table: pa.Table) -> None:
    wider = table.append_column("last", pa.nulls(table.num_rows))
    assert table_digest(wider.select(wider.column_names[::-1])) != table_digest(wider)


@given(tables(least_rows=1))
def test_a_row_fewer_changes_the_digest(table: pa.Table) -> None:
    assert table_digest(table.slice(1)) != table_digest(table)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (pa.int64(), INSTANT),
        (pa.int64(), pa.uint64()),
        (pa.int32(), pa.date32()),
        (pa.int32(), pa.int64()),
        (pa.float32(), pa.float64()),
        (pa.string(), pa.binary()),
        (pa.null(), pa.int64()),
    ],
)
def test_the_same_bits_under_another_type_have_another_digest(
    one: pa.DataType, other: pa.DataType
) -> None:
    assert table_digest(pa.table({"a": pa.nulls(3, one)})) != table_digest(
        pa.table({"a": pa.nulls(3, other)})
    )


@pytest.mark.parametrize("dtype", ["i8", "u1", "f4", "f8", "?", "M8[us]"])
def test_bytes_under_nulls_do_not_count(dtype: str) -> None:
    mask = np.array([True, False, True])
    one = pa.array(np.array([0, 1, 0], dtype), mask=mask)
    other = pa.array(np.array([1, 1, 1], dtype), mask=mask)
    if dtype == "M8[us]":
        one, other = one.cast(INSTANT), other.cast(INSTANT)
    assert table_digest(pa.table({"a": one})) == table_digest(pa.table({"a": other}))


def test_text_under_nulls_does_not_count() -> None:
    offsets, content = pa.py_buffer(np.array([0, 3, 6], "i4")), pa.py_buffer(b"abcdef")
    hidden = pa.Array.from_buffers(pa.string(), 2, [pa.py_buffer(b"\x02"), offsets, content])
    assert hidden.to_pylist() == [None, "def"]
    assert table_digest(pa.table({"a": hidden})) == table_digest(pa.table({"a": [None, "def"]}))


def test_a_null_inside_a_dictionary_is_a_null() -> None:
    encoded = pa.DictionaryArray.from_arrays(pa.array([0, 1, None]), pa.array(["x", None]))
    assert table_digest(pa.table({"a": encoded})) == table_digest(
        pa.table({"a": ["x", None, None]})
    )


@pytest.mark.parametrize("unit", ["s", "ms", "ns"])
@pytest.mark.parametrize("zone", ["UTC", "Etc/UTC", "+00:00"])
def test_an_instant_is_the_same_in_every_unit(unit: str, zone: str) -> None:
    instants = pa.array([datetime(1912, 6, 23, tzinfo=UTC), None], INSTANT)
    again = instants.cast(pa.timestamp(unit, tz=zone))
    assert table_digest(pa.table({"at": again})) == table_digest(pa.table({"at": instants}))


def test_nanoseconds_that_are_no_microseconds_are_refused_by_name() -> None:
    instants = pa.array([1_000, 1_001], pa.timestamp("ns", tz="UTC"))
    with pytest.raises(InvalidInputError, match=r"'landed_at'.*lose data: 1001.*round_temporal"):
        table_digest(pa.table({"landed_at": instants}))


def test_seconds_beyond_the_range_of_microseconds_are_refused() -> None:
    instants = pa.array([2**60], pa.timestamp("s", tz="UTC"))
    with pytest.raises(InvalidInputError, match="'landed_at'"):
        table_digest(pa.table({"landed_at": instants}))


def test_times_under_nulls_are_not_asked_for_microseconds() -> None:
    hidden = pa.array(np.array([1_001, 2_000]), mask=np.array([True, False]))
    table = pa.table({"at": hidden.view(pa.timestamp("ns", tz="UTC"))})
    assert table_digest(table) == table_digest(pa.table({"at": pa.array([None, 2], INSTANT)}))


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(NaiveTimeError, match="column 'at'"):
        table_digest(pa.table({"at": pa.array([0], pa.timestamp("us"))}))


def test_a_time_in_another_zone_is_refused() -> None:
    with pytest.raises(InvalidInputError, match=r"'at' has type .*Europe/Paris.* kept in UTC"):
        table_digest(pa.table({"at": pa.array([0], pa.timestamp("us", tz="Europe/Paris"))}))


@pytest.mark.parametrize(
    "values",
    [
        pa.array([[1]]),
        pa.array([{"a": 1}]),
        pa.array([Decimal("1.5")]),
        pa.array([1], pa.time64("us")),
        pa.array([1], pa.duration("us")),
        pa.array([0], pa.date64()),
        pa.array([b"ab"], pa.binary(2)),
        pa.array([np.float16(1)], pa.float16()),
    ],
    ids=lambda values: str(values.type),
)
def test_other_types_are_refused_by_name(values: pa.Array) -> None:
    with pytest.raises(InvalidInputError, match=r"column 'odd' has type .* supported are bool, "):
        table_digest(pa.table({"fine": [1], "odd": values}))


def test_a_repeated_column_name_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="'a' appears more than once"):
        table_digest(pa.table([[1], [2]], names=["a", "a"]))
