"""Pictures of what is stored: checks, baselines, incidents, and what cannot be drawn."""

from pathlib import Path

import pytest

import featuretrail as ft
from featuretrail.domain.charts.categories import Categories
from featuretrail.domain.charts.histogram import Histogram
from featuretrail.domain.charts.history import History
from tests.cli.conftest import Run, folder, run
from tests.cli.test_terminal import on_terminal
from tests.engines.database import Database
from tests.quality.weather import fill, window

__all__ = ["folder", "run"]  # fixtures


def test_a_check_its_baseline_and_its_incident_are_drawn(
    store: ft.TimescaleDBFeatureStore, run: Run, folder: Path, database: Database
) -> None:
    quality = store.quality
    quality.create_baseline("weather", name="first")
    warm = quality.check_drift("first", window=fill(store, 0, shift=15.0))

    picture = quality.picture(warm, "weather.temp@1.0.0")
    assert isinstance(picture.chart, Histogram)
    assert picture.chart.rows == (1_000, 300)
    assert picture.title == "weather.temp against baseline first"
    assert picture == quality.picture("first", "weather.temp", window=window(0))
    sky = quality.picture(warm, "weather.sky").chart
    assert isinstance(sky, Categories)
    assert {each.name for each in sky.listed} == {"clear", "rain"}
    alone = quality.picture("first", "weather.temp").chart
    assert isinstance(alone, Histogram)
    assert alone.rows == (1_000, 0)
    assert "<svg" in picture._repr_html_()

    fill(store, 1)
    quality.check_drift("first", window=window(1))
    history = quality.history_picture("first", "weather.temp").chart
    assert isinstance(history, History)
    assert [point.drift for point in history.points] == [True, False]
    assert [(each.start, each.end) for each in history.incidents] == [(window(0)[1], window(1)[1])]

    [incident] = [
        str(each.incident_id) for each in quality.incidents(open=None, feature="weather.temp")
    ]
    drawn = run("drift", "show", incident, "--svg", "now.svg", "--history-svg", "history.svg")
    assert drawn.code == 0, drawn.err
    assert (folder / "now.svg").read_text("utf-8") == picture.svg()
    assert "weather.temp against baseline first" in drawn.out
    assert "^ drift" in drawn.out
    assert run("drift", "show", incident, "--json").json["incident_id"] == incident
    seen = on_terminal(["drift", "show", incident], folder, database.url)
    assert "█" in seen
    assert "▲" in seen
    refused = run("drift", "show", incident, "--svg", "no/where.svg")
    assert refused.code == 2
    assert "cannot be written: No such file or directory" in refused.err


def test_what_cannot_be_drawn_says_why(store: ft.TimescaleDBFeatureStore, run: Run) -> None:
    quality = store.quality
    store.register(ft.FeatureSet("sky", ["weather.temp"]))
    quality.create_baseline("weather.temp", name="first")
    given = quality.check_drift("first", data={"temp": [200.0] * 300}, record=False)
    with pytest.raises(ft.InvalidInputError, match="not kept"):
        quality.picture(given, "weather.temp")
    with pytest.raises(ft.InvalidInputError, match="which has its own"):
        quality.picture(given, "weather.temp", window=window(0))
    with pytest.raises(ft.NotFoundError, match=r"weather\.sky"):
        quality.picture("first", "weather.sky")
    with pytest.raises(ft.NotFoundError, match="baseline"):
        quality.picture("second", "weather.temp")
    with pytest.raises(ft.NotFoundError, match="measure"):
        quality.history_picture("first", "weather.temp", measure="kl")
    assert quality.history_picture("first", "weather.temp").chart.title
    spine = {"origin": ["EWR"] * 300, "event_time": [window(0)[1]] * 300}
    snapshot = store.create_feature_snapshot("sky", spine)
    frozen = quality.check_drift("first", snapshot=snapshot.snapshot_id)
    held = quality.picture(frozen, "weather.temp").chart
    assert isinstance(held, Histogram)
    assert held.names[1] == "sky@1.0.0"
    [incident] = [str(each.incident_id) for each in quality.incidents()]
    shown = run("drift", "show", incident)
    assert shown.code == 0
    assert "no picture: incident" in shown.out
    refused = run("drift", "show", incident, "--svg", "picture.svg")
    assert refused.code == 2
    assert "has no picture" in refused.err
