"""``lineage show`` and ``lineage impact``."""

import pytest

import featuretrail as ft
from tests.cli.conftest import Run
from tests.engines.database import Database


@pytest.fixture
def traced(frozen_twice: Run, database: Database) -> Run:
    """The command line, with lineage from a source to a model, one feature of it retired."""
    with ft.connect(database.url, artifacts="database:", actor="ann") as store:
        store.track_feature_lineage("weather.temp", ["source noaa"], streaming_source="live")
        store.track_feature_lineage("weather.wind_speed", ["weather.temp", "source noaa"])
        store.lineage.retire("weather.wind_speed")
        store.record_training_run("forest", "departure_delay@1.0.0")
    return frozen_twice


def test_a_feature_is_shown_with_what_it_comes_from_and_leads_to(traced: Run) -> None:
    shown = traced("lineage", "show", "weather.temp")
    assert shown.code == 0
    [title, *_] = shown.out.splitlines()
    assert title.startswith("feature weather.temp@1.0.0 at position ")
    assert "lineage quality now            90" in shown.out
    assert "source noaa names no version" in shown.out
    tree = shown.out[shown.out.index("comes from") :]
    assert tree == (
        "comes from\n"
        "├── source noaa\n"
        "└── stream live\n"
        "leads to\n"
        "├── set departure_delay@1.0.0\n"
        "│   ├── snapshot departure_delay@1.0.0 (opened elsewhere)\n"
        "│   └── snapshot departure_delay@1.1.0\n"
        "├── snapshot departure_delay@1.0.0\n"
        "│   └── training run forest@1.0.0\n"
        "├── snapshot departure_delay@1.1.0\n"
        "└── feature weather.wind_speed@1.0.0 (retired)\n"
        "    ├── set departure_delay@1.0.0 (opened elsewhere)\n"
        "    ├── snapshot departure_delay@1.0.0 (opened elsewhere)\n"
        "    └── snapshot departure_delay@1.1.0\n"
    )


def test_a_direction_and_a_depth_cut_the_tree(traced: Run) -> None:
    up = traced("lineage", "show", "weather.wind_speed", "--up")
    assert "leads to" not in up.out
    assert "feature weather.temp@1.0.0\n" in up.out
    cut = traced("lineage", "show", "source noaa", "--down", "--depth", "1")
    assert "├── feature weather.temp@1.0.0 (4 more)\n" in cut.out
    assert "set departure_delay" not in cut.out


def test_the_json_has_every_node_with_its_distance(traced: Run) -> None:
    whole = traced("lineage", "show", "departure_delay", "--json").json
    assert (whole["kind"], whole["version"], whole["quality"]) == ("set", "1.0.0", None)
    assert {each["name"]: each["distance"] for each in whole["upstream"]} == {
        "weather.temp": 1,
        "weather.wind_speed": 1,
        "noaa": 2,
        "live": 2,
    }
    assert whole["downstream"][0]["children"] == ["training run forest@1.0.0"]
    down = traced("lineage", "show", "departure_delay@1.0.0", "--json", "--down").json
    assert (down["kind"], down["upstream"], len(down["downstream"])) == ("snapshot", None, 1)
    feature = traced("lineage", "show", "weather.wind_speed", "--json", "--depth", "1").json
    assert feature["retired"] is True
    assert feature["quality"]["parents"][0]["known"] is True


def test_the_past_is_shown_at_a_position_or_a_time(traced: Run) -> None:
    log = traced("audit", "log", "--stream", "lineage weather.temp", "--json").json["events"]
    for moment in (str(log[0]["position"] - 1), "2013-05-01T12:00:00Z"):
        before = traced("lineage", "show", "weather.temp", "--at", moment, "--json")
        if moment.isdigit():
            assert before.json["upstream"] == []
        else:
            assert before.code == 2
            assert "no feature in the lineage 'weather.temp'" in before.err
    assert traced("lineage", "impact", "weather.temp", "--at", "9999").code == 2
    assert "no time zone" in traced("lineage", "show", "x", "--at", "2013-05-01T12:00").err


def test_an_impact_names_what_a_change_would_touch(traced: Run) -> None:
    shown = traced("lineage", "impact", "weather.temp")
    assert shown.code == 0
    assert shown.out.startswith(
        "a change of feature weather.temp@1.0.0 touches 1 feature, 1 set, 2 snapshots, 1 model\n"
    )
    found = traced("lineage", "impact", "source noaa", "--json").json
    assert [each["name"] for each in found["features"]] == ["weather.temp", "weather.wind_speed"]
    assert found["features"][1]["retired"] is True
    assert found["models"] == [
        {
            "name": "forest",
            "version": "1.0.0",
            "via": "snapshot departure_delay@1.0.0",
            "distance": 3,
            "retired": False,
        }
    ]
    nothing = traced("lineage", "impact", "training run forest")
    assert nothing.out.endswith("nothing comes from it\n")


def test_an_unknown_thing_is_refused_with_near_names(traced: Run) -> None:
    for command in ("show", "impact"):
        refused = traced("lineage", command, "weather.tmp")
        assert refused.code == 2
        assert "did you mean 'weather.temp'" in refused.err
    assert (
        "no set in the lineage 'departure_dely'" in traced("lineage", "show", "departure_dely").err
    )


def test_names_of_others_do_not_drive_the_screen(defined: Run, database: Database) -> None:
    with ft.connect(database.url, artifacts="database:") as store:
        store.track_feature_lineage("weather.temp", ["source [red]a[/] né"])
    shown = defined("lineage", "show", "weather.temp", "--up")
    assert "source [red]a[/] né" in shown.out
