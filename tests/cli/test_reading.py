"""Files become tables of the types they shall have, or are refused with the way out."""

import gzip
from datetime import UTC, datetime
from math import isnan
from pathlib import Path

import pyarrow as pa
import pyarrow.feather as pa_feather
import pyarrow.parquet as pa_parquet
import pytest

from featuretrail.commands.progress import progress_bar
from featuretrail.commands.reading import Reading, content_digest
from featuretrail.domain.dtypes import UTC_TIME
from featuretrail.domain.errors import InvalidInputError

TYPES = {
    "origin": pa.string(),
    "event_time": UTC_TIME,
    "temp": pa.float64(),
    "count": pa.int64(),
}
SIX = datetime(2013, 1, 1, 6, tzinfo=UTC)


def read(path: Path, **options: object) -> pa.Table:
    with progress_bar() as progress:
        return Reading(TYPES, **options).read(path, progress)  # type: ignore[arg-type]


def csv(folder: Path, text: str | bytes, name: str = "rows.csv") -> Path:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def test_csv_columns_get_the_types_of_the_group_and_keep_leading_zeros(tmp_path: Path) -> None:
    path = csv(tmp_path, "origin,event_time,count\n007,2013-01-01T06:00:00Z,1\n")

    table = read(path)

    assert table.schema.field("event_time").type == UTC_TIME
    assert table.to_pylist() == [{"origin": "007", "event_time": SIX, "count": 1}]


def test_offsets_in_csv_are_honoured(tmp_path: Path) -> None:
    path = csv(tmp_path, "origin,event_time\nEWR,2013-01-01 01:00:00-05:00\n")

    assert read(path)["event_time"].to_pylist() == [SIX]


def test_only_an_empty_unquoted_csv_field_is_null_and_nan_is_a_number(tmp_path: Path) -> None:
    path = csv(tmp_path, 'origin,temp\nNA,1\n"",NaN\n,\n')

    table = read(path)

    assert table["origin"].to_pylist() == ["NA", "", None]
    first, second, third = table["temp"].to_pylist()
    assert (first, third) == (1.0, None)
    assert isnan(second)


def test_a_text_can_be_declared_null(tmp_path: Path) -> None:
    path = csv(tmp_path, "temp\nNA\n2\n")

    assert read(path, nulls=("NA",))["temp"].to_pylist() == [None, 2.0]
    with pytest.raises(InvalidInputError, match="--null"):
        read(path)


def test_naive_csv_times_are_refused_until_their_zone_is_named(tmp_path: Path) -> None:
    path = csv(tmp_path, "origin,event_time\nEWR,2013-01-01 01:00:00\n")

    with pytest.raises(InvalidInputError, match="--timezone"):
        read(path)
    assert read(path, timezone="America/New_York")["event_time"].to_pylist() == [SIX]


@pytest.mark.parametrize("moment", ["2013-11-03 01:30:00", "2013-03-10 02:30:00"])
def test_a_time_that_the_zone_has_twice_or_never_is_refused(tmp_path: Path, moment: str) -> None:
    path = csv(tmp_path, f"origin,event_time\nEWR,{moment}\n")

    with pytest.raises(InvalidInputError, match="America/New_York"):
        read(path, timezone="America/New_York")


def test_a_zone_for_times_that_have_one_is_refused(tmp_path: Path) -> None:
    path = csv(tmp_path, "origin,event_time\nEWR,2013-01-01T06:00:00Z\n")

    with pytest.raises(InvalidInputError, match="leave --timezone out"):
        read(path, timezone="UTC")


def test_an_unknown_zone_is_refused(tmp_path: Path) -> None:
    path = csv(tmp_path, "origin,event_time\nEWR,2013-01-01T06:00:00\n")

    with pytest.raises(InvalidInputError, match="Mars/Olympus"):
        read(path, timezone="Mars/Olympus")


def test_csv_that_is_not_utf_8_is_refused_with_the_way_out(tmp_path: Path) -> None:
    path = csv(tmp_path, b"origin,event_time\nZ\xfcrich,2013-01-01T06:00:00Z\n")

    with pytest.raises(InvalidInputError, match="--encoding latin-1"):
        read(path)
    assert read(path, encoding="latin-1")["origin"].to_pylist() == ["Zürich"]


@pytest.mark.parametrize(
    ("options", "named"),
    [({"encoding": "klingon"}, "klingon"), ({"delimiter": ";;"}, "--delimiter")],
)
def test_impossible_csv_options_are_refused(
    tmp_path: Path, options: dict[str, str], named: str
) -> None:
    path = csv(tmp_path, "origin\nEWR\n")

    with pytest.raises(InvalidInputError, match=named):
        read(path, **options)


def test_delimiters_tabs_line_breaks_in_quotes_and_compression_are_read(tmp_path: Path) -> None:
    semicolons = csv(tmp_path, 'origin;count\n"a\nb";1\n')
    tabs = csv(tmp_path, "origin\tcount\nEWR\t1\n", "rows.tsv")
    packed = csv(tmp_path, gzip.compress(b"origin,count\nEWR,1\n"), "rows.csv.gz")

    assert read(semicolons, delimiter=";")["origin"].to_pylist() == ["a\nb"]
    assert read(tabs).to_pylist() == [{"origin": "EWR", "count": 1}]
    assert read(packed).to_pylist() == [{"origin": "EWR", "count": 1}]


@pytest.mark.parametrize("year", ["0001", "9999"])
def test_the_first_and_the_last_year_survive_csv(tmp_path: Path, year: str) -> None:
    path = csv(tmp_path, f"origin,event_time\nEWR,{year}-01-01T00:00:00Z\n")

    assert read(path)["event_time"].to_pylist() == [datetime(int(year), 1, 1, tzinfo=UTC)]


@pytest.mark.parametrize("count", ["9223372036854775808", "1.5", "one"])
def test_what_is_no_int64_is_refused(tmp_path: Path, count: str) -> None:
    with pytest.raises(InvalidInputError, match=count):
        read(csv(tmp_path, f"count\n{count}\n"))


@pytest.mark.parametrize(
    ("name", "content", "named"),
    [
        ("empty.csv", b"", "Empty CSV"),
        ("ragged.csv", b"origin,count\nEWR\n", "Expected 2 columns"),
        ("cut.csv.gz", b"no gzip", "cut.csv.gz"),
        ("note.txt", b"hello", "neither Parquet nor"),
        ("none", b"", "neither Parquet nor"),
        ("cut.parquet", b"PAR1 and nothing more", "cut.parquet"),
        ("cut.arrow", b"ARROW1\0\0 and nothing more", "cut.arrow"),
    ],
)
def test_a_file_that_cannot_be_read_is_named_with_the_reason(
    tmp_path: Path, name: str, content: bytes, named: str
) -> None:
    with pytest.raises(InvalidInputError, match=named):
        read(csv(tmp_path, content, name))


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="No such file"):
        read(tmp_path / "absent.csv")
    with pytest.raises(InvalidInputError, match="directory"):
        read(tmp_path)
    with pytest.raises(InvalidInputError, match="No such file"):
        content_digest(tmp_path / "absent.csv")


def test_parquet_and_arrow_files_are_told_by_their_content(tmp_path: Path) -> None:
    table = pa.table({"origin": ["EWR"], "event_time": pa.array([SIX], UTC_TIME)})
    pa_parquet.write_table(table, tmp_path / "rows.data")
    pa_feather.write_feather(table, tmp_path / "rows.bin")

    assert read(tmp_path / "rows.data").equals(table)
    assert read(tmp_path / "rows.bin").equals(table)


def test_an_empty_parquet_file_keeps_its_columns(tmp_path: Path) -> None:
    table = pa.table({"origin": ["EWR"], "event_time": pa.array([SIX], UTC_TIME)}).slice(0, 0)
    pa_parquet.write_table(table, tmp_path / "rows.parquet")

    read_back = read(tmp_path / "rows.parquet")

    assert (read_back.num_rows, read_back.schema) == (0, table.schema)


def test_naive_parquet_times_are_refused_until_their_zone_is_named(tmp_path: Path) -> None:
    naive = pa.array([datetime(2013, 1, 1, 1)], pa.timestamp("us"))  # noqa: DTZ001 - naive on purpose
    pa_parquet.write_table(pa.table({"event_time": naive}), tmp_path / "rows.parquet")

    with pytest.raises(InvalidInputError, match="--timezone"):
        read(tmp_path / "rows.parquet")
    table = read(tmp_path / "rows.parquet", timezone="America/New_York")
    assert table["event_time"].to_pylist() == [SIX]
