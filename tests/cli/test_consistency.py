"""``consistency`` on the command line: tables, JSON, exit codes."""

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import featuretrail as ft
from tests.cli.conftest import Run
from tests.consistency.weather import SNAPSHOT, changed, fill, numbers
from tests.engines.database import Database


@pytest.fixture
def matrix(run: Run, database: Database) -> Iterator[pa.Table]:
    """The matrix of a snapshot of weather."""
    assert run("version").code == 0
    with ft.connect(database.url, artifacts="database:") as store:
        yield fill(store)


def test_checks_are_made_listed_and_shown(run: Run, matrix: pa.Table, folder: Path) -> None:
    half = matrix.rename_columns(["origin", "event_time", "temp_c", "gust", "sky"])
    celsius = (numbers(matrix, "temp") - 32) / 1.8
    pq.write_table(changed(half, "temp_c", celsius), folder / "mirror.parquet")
    (folder / "featuretrail.toml").write_text(
        '[consistency.sources.lake]\nkind = "parquet"\npath = "mirror.parquet"\n'
        'columns = { "weather.temp" = "temp_c" }\n'
    )
    against = ("consistency", "check", SNAPSHOT, "--type=cross_system")

    configured = run(*against)
    given = run(*against, "--parquet=mirror.parquet", "--map=weather.temp=temp_c", "--json")
    same = run("consistency", "check", SNAPSHOT, "--type=streaming", "--no-record")
    listed = run("consistency", "list", SNAPSHOT, "--json")
    shown = run("consistency", "show", str(given.json["results"]["cross_system"]["position"]))

    assert configured.code == given.code == 1
    assert "degrees Fahrenheit to degrees Celsius" in configured.out
    assert "lake" in configured.out
    assert given.json["results"]["cross_system"]["status"] == "failed"
    assert same.code == 0
    assert [each["status"] for each in listed.json["checks"]] == ["failed", "failed"]
    assert shown.code == 1
    assert "unit factor" in shown.out
    assert SNAPSHOT in run("consistency", "list").out


def test_tolerances_and_what_cannot_be_used(run: Run, matrix: pa.Table, folder: Path) -> None:
    rounded = changed(matrix, "temp", numbers(matrix, "temp").round(2))
    pq.write_table(rounded, folder / "rounded.parquet")
    check = ("consistency", "check", SNAPSHOT, "--no-record", "--type=cross_system")

    assert run(*check, "--parquet=rounded.parquet").code == 1
    passed = run(*check, "--parquet=rounded.parquet", "--tolerance=weather.temp=0.005,0")
    assert passed.code == 0
    nothing = run(*check)
    assert (nothing.code, "no source was given" in nothing.out) == (1, True)
    for wrong in (
        ("--postgres=postgresql://x",),
        ("--map=a=b",),
        ("--map=weather.temp", "--parquet=rounded.parquet"),
        ("--tolerance=weather.temp=a,b", "--parquet=rounded.parquet"),
        ("--source=nowhere",),
        ("--type=other",),
        ("--sample=2",),
    ):
        assert run(*check, *wrong).code == 2, wrong
    assert run("consistency", "show", "1").code == 2
    assert run("consistency", "check", "nothing@1.0.0").code == 2
