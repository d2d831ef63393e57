"""The page "See the drift" says what happens, and shows the pictures that its session draws."""

import doctest
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

import featuretrail as ft
from featuretrail.domain.charts.palette import PALETTE
from flights import definitions, observations, source
from tests.cli.conftest import Run
from tests.engines.database import Database
from tests.house.packages import ROOT

PAGE = ROOT / "docs" / "how-to" / "drift-pictures.md"
PICTURES = ("drift-temp.svg", "drift-carrier.svg", "drift-history.svg")
INSTANT = pa.timestamp("us", tz="UTC")


def fill(store: ft.TimescaleDBFeatureStore) -> None:
    """Ingest the weather of the year, and one flight in 28 with its carrier."""
    carrier = ft.Feature("carrier", "text", "Who flies")
    store.register(
        definitions.groups()[0], ft.FeatureGroup("departures", {"number": "int64"}, [carrier])
    )
    store.ingest("weather", observations.weather_table())
    flights = source.thinned(source.flights(), 12_000)
    store.ingest(
        "departures",
        pa.table(
            {
                "number": np.arange(flights.num_rows),
                "event_time": pc.cast(flights["time_hour"], INSTANT),
                "carrier": flights["carrier"],
            }
        ),
    )


@pytest.mark.tiers("embedded")
def test_the_session_of_the_page_draws_its_pictures(
    run: Run, folder: Path, database: Database
) -> None:
    page = PAGE.read_text("utf-8")
    said: list[str] = []
    parser, runner = doctest.DocTestParser(), doctest.DocTestRunner(verbose=False)
    with ft.connect(database.url, artifacts="database:", actor="ann") as store:
        fill(store)
        names = {"store": store, "datetime": datetime, "timedelta": timedelta, "UTC": UTC}
        for block in re.findall(r"```pycon\n(.*?)```", page, re.DOTALL):
            part = parser.get_doctest(block, {**names, "Path": Path}, PAGE.name, None, 0)
            names = part.globs
            runner.run(part, clear_globs=False, out=said.append)
        [incident] = [
            str(each.incident_id)
            for each in store.quality.incidents(open=None, feature="weather.temp")
        ]
    assert not said, "".join(said)
    shown = run("drift", "show", incident, "--svg", "one.svg", "--history-svg", "two.svg")
    [lines] = re.findall(r"```text\n(.*?)```", page, re.DOTALL)
    assert lines in shown.out, shown.out
    assert "<svg" in (folder / "one.svg").read_text("utf-8")
    assert "incident from" in (folder / "two.svg").read_text("utf-8")
    for name in PICTURES:
        drawn = (folder / name).read_bytes()
        assert drawn == PAGE.with_name(name).read_bytes(), f"{folder / name} is the picture now"
        assert len(drawn) < 30_000


def test_the_page_lists_the_colours_that_can_be_set() -> None:
    named = set(re.findall(r"`--ft-([\w-]+)`", PAGE.read_text("utf-8")))
    assert named == {f"{name}-{what}" for name, what in PALETTE}
