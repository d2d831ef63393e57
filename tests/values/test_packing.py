"""What is packed for PostgreSQL is what PostgreSQL reads."""

import struct
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import sql

from featuretrail.domain.dtypes import SQL_TYPES
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.values.arrays import (
    array_parameters,
    execute_with_arrays,
    identifiers,
)
from featuretrail.infrastructure.values.casting import STORED_TYPES
from featuretrail.infrastructure.values.packing import HEADER, TRAILER, copy_chunks, slices
from tests.engines.database import Database as Server

VALUES: dict[str, st.SearchStrategy[Any]] = {
    "float64": st.floats(allow_nan=False),
    "int64": st.integers(-(2**63), 2**63 - 1),
    "bool": st.booleans(),
    "text": st.text(st.characters(exclude_characters="\0", codec="utf-8"), max_size=12),
    "timestamptz": st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=st.just(UTC)),  # noqa: DTZ001
}


@st.composite
def columns(draw: st.DrawFn) -> list[tuple[str, list[Any]]]:
    rows = draw(st.integers(0, 40))
    types = draw(st.lists(st.sampled_from(sorted(VALUES)), min_size=1, max_size=7))

    def column(dtype: str) -> list[Any]:
        cells = st.none() | VALUES[dtype] if draw(st.booleans()) else VALUES[dtype]
        return draw(st.lists(cells, min_size=rows, max_size=rows))

    return [(dtype, column(dtype)) for dtype in types]


def arrays(given_columns: list[tuple[str, list[Any]]], offset: int) -> list[pa.Array]:
    """The columns as Arrow arrays that begin ``offset`` rows into their buffers."""
    return [
        pa.concat_arrays(
            [pa.array(cells[:1] * offset, STORED_TYPES[dtype]),
             pa.array(cells, STORED_TYPES[dtype])]
        ).slice(min(offset, offset * len(cells[:1])))
        for dtype, cells in given_columns
    ]  # fmt: skip


@pytest.fixture
def pool(database: Server) -> Any:
    """A pool on the test's database."""
    with Database(database.url) as opened:
        yield opened


LAW = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@LAW
@given(columns(), st.integers(0, 9), st.integers(1, 400))
def test_rows_copied_in_are_read_back_equal(
    pool: Database, given_columns: list[tuple[str, list[Any]]], offset: int, chunk: int
) -> None:
    names = [f"c{n}" for n in range(len(given_columns))]
    kinds = [SQL_TYPES[dtype] for dtype, _ in given_columns]
    body = ", ".join(f"{name} {kind}" for name, kind in zip(names, kinds, strict=True))
    with pool.transaction() as connection:
        connection.execute(f"CREATE TEMP TABLE given (row serial, {body}) ON COMMIT DROP".encode())
        statement = f"COPY given ({', '.join(names)}) FROM STDIN (FORMAT BINARY)"
        with connection.cursor().copy(statement.encode()) as copy:
            for part in copy_chunks(arrays(given_columns, offset), chunk):
                copy.write(part)
        stored = connection.execute(
            f"SELECT {', '.join(names)} FROM given ORDER BY row".encode(),
            prepare=False,
            binary=True,
        ).fetchall()

    assert stored == list(zip(*(cells for _, cells in given_columns), strict=True))


@LAW
@given(columns(), st.integers(0, 9))
def test_arrays_given_as_parameters_are_read_equal(
    pool: Database, given_columns: list[tuple[str, list[Any]]], offset: int
) -> None:
    packed = {f"c{n}": array for n, array in enumerate(arrays(given_columns, offset))}
    placeholders, parameters = array_parameters(packed)
    with pool.transaction() as connection:
        statement = sql.SQL(
            "CREATE TEMP TABLE got ON COMMIT DROP AS SELECT * FROM unnest({}) AS c ({})"
        )
        execute_with_arrays(
            connection, statement.format(placeholders, identifiers(packed)), parameters
        )
        stored = connection.execute("SELECT * FROM got", prepare=False, binary=True).fetchall()

    assert stored == list(zip(*(cells for _, cells in given_columns), strict=True))


def test_one_row_byte_for_byte() -> None:
    row = [
        pa.array(["é"], pa.large_string()),
        pa.array([1], pa.int64()),
        pa.array([None], pa.float64()),
        pa.array([True]),
        pa.array([946_684_800_000_001], pa.timestamp("us", tz="UTC")),
    ]

    packed = b"".join(bytes(chunk) for chunk in copy_chunks(row))

    fields = struct.pack(">hi2siqiibiq", 5, 2, "é".encode(), 8, 1, -1, 1, 1, 8, 1)
    assert packed == HEADER + fields + TRAILER


def test_slices_cover_every_row_once_and_are_bounded_by_bytes() -> None:
    texts = pa.array(["x" * size for size in (1, 1, 5000, 1, 1, 1)], pa.large_string())

    assert list(slices([texts], 100)) == [(0, 2), (2, 1), (3, 3)]
    assert list(slices([texts.slice(0, 0)], 100)) == []


def test_no_rows_are_header_and_trailer() -> None:
    assert list(copy_chunks([pa.array([], pa.int64())])) == [HEADER, TRAILER]
