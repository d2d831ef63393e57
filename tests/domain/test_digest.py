"""The canonical digest against its definition: committed vectors and a reference of its own.

The reference below is written from ``docs/digest.md`` with ``struct`` and BLAKE3 alone. Cells are
what the definition speaks of: integers, bytes, and floats as their bit patterns.
"""

import json
import math
import struct
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from blake3 import blake3
from hypothesis import given
from hypothesis import strategies as st

from featuretrail.domain.digest import BLOCK_ROWS, column_digests, digest_table, table_digest

Cell = int | str | None
Column = tuple[str, str, Sequence[Cell]]

VECTORS = sorted((Path(__file__).parents[1] / "vectors" / "digest").glob("*.json"))
INTEGERS = {
    "int8": "b", "int16": "h", "int32": "i", "int64": "q",
    "uint8": "B", "uint16": "H", "uint32": "I", "uint64": "Q",
    "date": "i", "timestamptz": "q",
}  # fmt: skip
FLOATS = {"float32": ("f", "I", "0000c07f"), "float64": ("d", "Q", "000000000000f87f")}


def reference_digest(rows: int, columns: Sequence[Column]) -> str:
    head = text("featuretrail/digest/1") + count(rows) + count(len(columns))
    return blake3(
        head + b"".join(text(n) + text(t) + reference_column(rows, t, c) for n, t, c in columns)
    ).hexdigest()


def reference_column(rows: int, kind: str, cells: Sequence[Cell]) -> bytes:
    content = text("featuretrail/digest/1/column") + text(kind) + count(rows)
    for start in range(0, rows, 131_072):
        block = cells[start : start + 131_072]
        nulls = any(cell is None for cell in block)
        content += b"\x01" + bits([cell is not None for cell in block]) if nulls else b"\x00"
        content += values(kind, block)
    return blake3(content).digest()


def values(kind: str, block: Sequence[Any]) -> bytes:
    if kind == "null":
        return b""
    if kind == "bool":
        return bits([bool(cell) for cell in block])
    if kind in INTEGERS:
        return struct.pack(f"<{len(block)}{INTEGERS[kind]}", *[cell or 0 for cell in block])
    if kind in FLOATS:
        return b"".join(float_bytes(kind, cell or 0) for cell in block)
    encoded = [
        (cell or "").encode() if kind == "text" else bytes.fromhex(cell or "") for cell in block
    ]
    return b"".join([count(len(cell)) for cell in encoded] + encoded)


def float_bytes(kind: str, pattern: int) -> bytes:
    as_float, as_bits, nan = FLOATS[kind]
    stored = struct.pack("<" + as_bits, pattern)
    (number,) = struct.unpack("<" + as_float, stored)
    if math.isnan(number):
        return bytes.fromhex(nan)
    return bytes(len(stored)) if number == 0 else stored


def bits(flags: Sequence[bool]) -> bytes:
    packed = bytearray(-(-len(flags) // 8))
    for row, flag in enumerate(flags):
        packed[row // 8] |= flag << row % 8
    return bytes(packed)


def text(value: str) -> bytes:
    return count(len(value.encode())) + value.encode()


def count(number: int) -> bytes:
    return struct.pack("<Q", number)


def arrow_table(columns: Sequence[Column]) -> pa.Table:
    """Build the Arrow table of ``columns``, with the bits given and rubbish under the nulls."""
    arrays = [arrow_array(kind, cells) for _, kind, cells in columns]
    return pa.table(arrays, names=[name for name, _, _ in columns])


def arrow_array(kind: str, cells: Sequence[Any]) -> pa.Array:
    if kind == "null":
        return pa.nulls(len(cells))
    if kind in ("text", "binary"):
        shown = [bytes.fromhex(c) if kind == "binary" and c is not None else c for c in cells]
        return pa.array(shown, pa.string() if kind == "text" else pa.binary())
    dtype = {"bool": "?", "float32": "u4", "float64": "u8"}.get(kind) or INTEGERS[kind]
    filled = np.array([1 if cell is None else cell for cell in cells], dtype)
    mask = np.array([cell is None for cell in cells], bool)
    array = pa.array(filled, mask=mask)
    arrow = {
        "float32": pa.float32(),
        "float64": pa.float64(),
        "date": pa.date32(),
        "timestamptz": pa.timestamp("us", tz="UTC"),
    }.get(kind)
    return array if arrow is None else array.view(arrow)


def cells_of(kind: str) -> st.SearchStrategy[Cell]:
    if kind == "null":
        return st.none()
    if kind == "bool":
        return st.none() | st.integers(0, 1)
    if kind == "text":
        return st.none() | st.text(max_size=5)
    if kind == "binary":
        return st.none() | st.binary(max_size=5).map(bytes.hex)
    if kind in FLOATS:
        size = struct.calcsize(FLOATS[kind][0]) * 8
        special = {32: (0x8000_0000, 0x7F80_0001, 0xFFC0_0000), 64: (1 << 63, 0x7FF0 << 48 | 1)}
        return st.none() | st.integers(0, 2**size - 1) | st.sampled_from(special[size])
    code = INTEGERS[kind]
    size = struct.calcsize("<" + code) * 8
    low = 0 if code.isupper() else -(2 ** (size - 1))
    return st.none() | st.integers(low, low + 2**size - 1)


KINDS = ("bool", "text", "binary", "null", *INTEGERS, *FLOATS)


@st.composite
def tables(draw: st.DrawFn) -> list[Column]:
    rows = draw(st.integers(0, 20))
    names = draw(st.lists(st.text(max_size=4), max_size=4, unique=True))
    kinds = [draw(st.sampled_from(KINDS)) for _ in names]
    return [
        (name, kind, draw(st.lists(cells_of(kind), min_size=rows, max_size=rows)))
        for name, kind in zip(names, kinds, strict=True)
    ]


@given(tables())
def test_the_digest_is_the_one_of_the_definition(columns: list[Column]) -> None:
    rows = len(columns[0][2]) if columns else 0
    table = arrow_table(columns)
    assert table_digest(table) == reference_digest(rows, columns)
    assert column_digests(table) == {
        name: reference_column(rows, kind, cells).hex() for name, kind, cells in columns
    }


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("rows", [BLOCK_ROWS, BLOCK_ROWS + 1, 2 * BLOCK_ROWS + 3])
def test_blocks_end_where_the_definition_says(kind: str, rows: int) -> None:
    some: list[Cell] = ["6f", "", "c3a9"] if kind in ("text", "binary") else [0, 1, 1, 0, 1]
    cells: list[Cell] = [None] * rows if kind == "null" else (some * rows)[:rows]
    if kind != "null":
        cells[rows - 1] = None
    columns: list[Column] = [("column", kind, cells)]
    assert table_digest(arrow_table(columns)) == reference_digest(rows, columns)


@pytest.mark.parametrize("path", VECTORS, ids=lambda path: path.stem)
def test_a_committed_vector_holds(path: Path) -> None:
    vector = json.loads(path.read_text())
    columns = [(c["name"], c["type"], c["cells"]) for c in vector["columns"]]
    expected = {c["name"]: c["digest"] for c in vector["columns"]}
    table = arrow_table(columns)
    if not columns:
        table = pa.table({"gone": range(vector["rows"])}).select([])
    assert (table_digest(table), column_digests(table)) == (vector["digest"], expected)
    assert reference_digest(vector["rows"], columns) == vector["digest"]


def test_vectors_cover_every_type() -> None:
    vectors = [json.loads(path.read_text()) for path in VECTORS]
    assert {column["type"] for vector in vectors for column in vector["columns"]} == set(KINDS)


def test_cells_given_as_python_values_have_the_digest_of_their_bits() -> None:
    table = pa.table(
        {
            "instant": [datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC)],
            "day": [date(1970, 1, 1) + timedelta(days=400)],
            "number": [-2.5],
            "name": ["Zürich"],
        }
    )
    assert table_digest(table) == reference_digest(
        1,
        [
            ("instant", "timestamptz", [-1_000_000]),
            ("day", "date", [400]),
            ("number", "float64", [0xC004_0000_0000_0000]),
            ("name", "text", ["Zürich"]),
        ],
    )


def test_many_columns_in_threads_give_the_digest_of_the_definition() -> None:
    cells = [struct.unpack("<Q", struct.pack("<d", row / 7))[0] for row in range(70_000)]
    columns: list[Column] = [(f"column_{n}", "float64", cells[n:] + cells[:n]) for n in range(16)]
    assert table_digest(arrow_table(columns)) == reference_digest(len(cells), columns)


def test_the_parts_of_a_digest_name_each_column_and_its_type() -> None:
    parts = digest_table(pa.table({"origin": ["EWR", None], "temp": [1.5, 2.5]}))
    assert parts.rows == 2
    assert [(column.name, column.type) for column in parts.columns] == [
        ("origin", "text"),
        ("temp", "float64"),
    ]
