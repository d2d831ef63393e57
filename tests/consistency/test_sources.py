"""Parquet files and tables of other databases as sources, and sources of one's own."""

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import featuretrail as ft
from tests.consistency.weather import SNAPSHOT, changed, numbers
from tests.engines.community import CommunityEngine
from tests.engines.database import Database, Tier
from tests.engines.native import NativeEngine

TABLE = """
CREATE TABLE "other weather" (
  origin text, event_time timestamptz, temp numeric, gust smallint, "the sky" varchar,
  naive timestamp
)
"""


@pytest.fixture(scope="module")
def mirror(
    engines: dict[Tier, NativeEngine | CommunityEngine], shared: ft.TimescaleDBFeatureStore
) -> Iterator[Database]:
    """Another database with a copy of the matrix, one temperature of it altered."""
    rows = shared.get_feature_snapshot(SNAPSHOT).to_arrow().to_pylist()
    rows[5]["temp"] += 3
    with engines["embedded"].database(migrated=False) as made:
        with made.connect() as connection, connection.cursor() as cursor:
            cursor.execute(TABLE)
            cursor.executemany(
                'INSERT INTO "other weather" VALUES '
                "(%(origin)s, %(event_time)s, %(temp)s, %(gust)s, %(sky)s, NULL)",
                rows,
            )
        yield made


def against(store: ft.TimescaleDBFeatureStore, source: ft.ValueSource) -> ft.TableComparison:
    """Compare the snapshot with one source; nothing is recorded."""
    report = store.consistency.check(SNAPSHOT, "cross_system", sources=source, record=False)
    [compared] = report["cross_system"].comparisons
    return compared


def test_a_folder_of_parquet_files_is_read_in_the_span_of_the_snapshot(
    shared: ft.TimescaleDBFeatureStore, matrix: pa.Table, tmp_path: Path
) -> None:
    early = changed(matrix.slice(0, 50), "event_time", _years_before(matrix, 50))
    for airport in ("EWR", "JFK", "LGA"):
        rows = matrix.filter(pa.compute.equal(matrix.column("origin"), airport))
        pq.write_table(rows, tmp_path / f"{airport}.parquet")
    pq.write_table(early, tmp_path / "early.parquet")

    found = against(shared, ft.ParquetSource(tmp_path, name="lake"))
    by_url = against(shared, ft.ParquetSource(tmp_path.as_uri()))

    assert (found.name, found.status, found.found_rows) == ("lake", "passed", 600)
    assert by_url.status == "passed"


def test_a_table_of_another_database_is_read_whatever_its_names(
    shared: ft.TimescaleDBFeatureStore, mirror: Database
) -> None:
    source = ft.PostgresSource(
        mirror.url, ("other weather",), columns={"weather.sky": "the sky"}, name="mirror"
    )

    found = against(shared, source)

    assert found.status == "failed"
    assert found.features["weather.temp"].mismatches == 1
    assert found.features["weather.temp"].examples[0].difference == pytest.approx(3)
    assert found.features["weather.gust"].status == "passed"
    assert found.features["weather.sky"].status == "passed"
    assert mirror.url not in repr(source)


def test_an_object_of_ones_own_is_a_source(
    shared: ft.TimescaleDBFeatureStore, matrix: pa.Table
) -> None:
    class Doubled:
        name = "doubled"

        def read(self, request: ft.SourceRequest) -> pa.Table:
            assert request.features["weather.gust"] == "int64"
            assert request.since is not None
            temp = pa.array(numbers(matrix, "temp") * 2)
            return matrix.select(list(request.names)).append_column("weather.temp", temp)

    found = against(shared, Doubled())

    assert found.features["weather.temp"].causes[0].name == "scale"


def test_a_source_that_cannot_be_read_is_told_beside_those_that_can(
    shared: ft.TimescaleDBFeatureStore, matrix: pa.Table, mirror: Database, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.parquet"
    broken.write_bytes(b"no parquet")
    away: list[ft.ValueSource] = [
        ft.ParquetSource(tmp_path / "nowhere"),
        ft.ParquetSource(broken, name="broken"),
        ft.PostgresSource(mirror.url, "no_such_table"),
        ft.PostgresSource("postgresql://nobody@127.0.0.1:1/x", "weather", name="away"),
    ]

    alone = shared.consistency.check(SNAPSHOT, "cross_system", sources=away, record=False)
    beside = shared.consistency.check(
        SNAPSHOT, "cross_system", sources=[*away, ft.FrameSource(matrix)], record=False
    )

    assert (alone.status, alone.ok, len(alone["cross_system"].reasons)) == (
        "not evaluated",
        False,
        4,
    )
    assert "no_such_table" in alone["cross_system"].reasons[2]
    assert beside.status == "warning"
    assert beside["cross_system"].comparisons[0].status == "passed"


@pytest.mark.parametrize(
    ("columns", "error", "message"),
    [
        ({"weather.sky": "naive"}, ft.NaiveTimeError, "naive"),
        ({"weather.sky": "sky"}, ft.NotFoundError, "the sky"),
        ({"origin": "station"}, ft.NotFoundError, "station"),
        ({"orign": "origin"}, ft.NotFoundError, "orign"),
        ({"event_time": "naive"}, ft.NaiveTimeError, "naive"),
        ({"weather.temp": "the sky"}, ft.InvalidInputError, "cannot be the same values"),
    ],
)
def test_a_source_that_is_described_wrongly_is_an_error(
    shared: ft.TimescaleDBFeatureStore,
    mirror: Database,
    columns: dict[str, str],
    error: type[Exception],
    message: str,
) -> None:
    source = ft.PostgresSource(mirror.url, ("other weather",), columns=columns)

    with pytest.raises(error, match=message):
        against(shared, source)


def test_bad_frames_and_arguments_are_refused(
    shared: ft.TimescaleDBFeatureStore, matrix: pa.Table
) -> None:
    naive = changed(
        matrix, "event_time", matrix.column("event_time").cast(pa.timestamp("us")).combine_chunks()
    )
    nameless = changed(matrix, "origin", pa.array([None, *["JFK"] * 599]))
    for frame, error in (
        (naive, ft.NaiveTimeError),
        (nameless, ft.InvalidInputError),
        (matrix.drop_columns(["temp", "gust", "sky"]), ft.InvalidInputError),
        (matrix.drop_columns(["origin"]), ft.NotFoundError),
        (changed(matrix, "origin", list(range(600))), ft.InvalidInputError),
    ):
        with pytest.raises(error):
            against(shared, ft.FrameSource(frame))
    empty = against(shared, ft.FrameSource(matrix.slice(0, 0)))
    assert (empty.status, empty.missing, empty.confidence_score) == ("failed", 600, None)
    check = shared.consistency.check
    for arguments, wrong in (
        ({"check_types": "stream"}, ft.InvalidInputError),
        ({"check_types": ()}, ft.InvalidInputError),
        ({"sources": "nowhere"}, ft.NotFoundError),
        ({"sources": [3]}, ft.InvalidInputError),
        ({"sources": [ft.FrameSource(matrix), ft.FrameSource(matrix)]}, ft.InvalidInputError),
        ({"sample": 0}, ft.InvalidInputError),
        ({"tolerances": {"weather.tmp": 1}, "sources": ft.FrameSource(matrix)}, ft.NotFoundError),
        ({"tolerances": {"weather.sky": 1}, "sources": ft.FrameSource(matrix)}, ValueError),
        ({"tolerances": -1, "sources": ft.FrameSource(matrix)}, ft.InvalidInputError),
        ({"auto_fix": True, "record": False}, ft.InvalidInputError),
    ):
        with pytest.raises(wrong):
            check(SNAPSHOT, **{"record": False, **arguments})  # type: ignore[arg-type]  # wrong on purpose
    for snapshot in ("conditions@9.9.9", "conditions", "nothing@1.0.0"):
        with pytest.raises((ft.NotFoundError, ft.InvalidInputError)):
            check(snapshot, record=False)
    with pytest.raises(ft.InvalidInputError, match="give its name"):
        ft.PostgresSource("postgresql://x", "a.b.c")


def test_a_source_of_ones_own_that_answers_wrongly_is_an_error_and_no_pass(
    shared: ft.TimescaleDBFeatureStore, matrix: pa.Table
) -> None:
    class Answering:
        def __init__(self, answer: object, name: object = "own") -> None:
            self.answer, self.name = answer, name

        def read(self, request: ft.SourceRequest) -> object:
            del request
            return self.answer

    keys = matrix.select(["origin", "event_time"])
    double = matrix.rename_columns(["origin", "event_time", *["weather.temp"] * 3])
    for wrong, message in (
        (Answering(matrix), "none of which is one of the features weather.temp"),
        (Answering(keys), "none of which"),
        (Answering(double), "3 columns named 'weather.temp'"),
        (Answering(None), "NoneType"),
        (Answering(matrix, 5), "the name of a source is 5"),
        (Answering, "Answering"),
    ):
        with pytest.raises(ft.InvalidInputError, match=message):
            against(shared, wrong)  # type: ignore[arg-type]  # wrong on purpose


def test_no_secret_of_a_source_is_told(shared: ft.TimescaleDBFeatureStore, tmp_path: Path) -> None:
    place = "127.0.0.1:1/lake"
    sources: list[ft.ValueSource] = [
        ft.PostgresSource(f"postgresql://reader:hunter2@{place}", "weather"),
        ft.ParquetSource(f"http://reader:hunter2@{place}?sas_token=hunter2"),
        ft.ParquetSource("s3://reader:hunter2@/"),
        ft.ParquetSource(tmp_path, name="nothing in it"),
    ]

    report = shared.consistency.check(SNAPSHOT, "cross_system", sources=sources)
    [event] = shared.consistency.checks(SNAPSHOT, last=1)

    assert "hunter2" not in f"{sources}{report!r}{report.to_dict()}{event.to_dict()}"
    assert event.details["reasons"][3].endswith("there is no Parquet file")
    assert sources[1].name == f"http://{place}"
    for wrong in (None, 5, (), ("a", "b", "c"), ("a", 1), ""):
        with pytest.raises(ft.InvalidInputError):
            ft.PostgresSource("postgresql://x", wrong)  # type: ignore[arg-type]  # wrong on purpose
    for wrong in (None, 5, "host=x password=a hunter2"):
        with pytest.raises(ft.InvalidInputError) as caught:
            ft.PostgresSource(wrong, "t")  # type: ignore[arg-type]  # wrong on purpose
        assert "hunter2" not in str(caught.value)
    with pytest.raises(ft.InvalidInputError, match="path is None"):
        ft.ParquetSource(None)  # type: ignore[arg-type]  # wrong on purpose


def _years_before(matrix: pa.Table, rows: int) -> pa.Array:
    micros = matrix.column("event_time").slice(0, rows).cast(pa.int64()).to_numpy()
    return pa.array(micros - 5 * 365 * 86_400_000_000).cast(pa.timestamp("us", tz="UTC"))
