"""``group``, ``feature`` and ``set``: list, show and history."""

from pathlib import Path

import pytest

from tests.cli.conftest import DEFINITIONS, Run

CHANGED = DEFINITIONS.replace('"6h"', '"12h"\nversion = "1.1.0"')

READING = [
    ("group", "list"),
    ("group", "show", "weather"),
    ("group", "history", "weather"),
    ("feature", "list"),
    ("feature", "show", "weather.temp@1.0.0"),
    ("feature", "history", "weather.temp"),
    ("set", "list"),
    ("set", "show", "departure_delay@1.0.0"),
    ("set", "history", "departure_delay"),
    ("db", "status"),
    ("audit", "log"),
    ("audit", "show", "1"),
    ("audit", "at", "group weather", "--time", "2100-01-01T00:00:00Z"),
    ("audit", "at", "registry"),
    ("audit", "at", "feature_metadata", "--position", "3"),
    ("audit", "diff", "registry", "5"),
    ("audit", "verify"),
    ("snapshot", "list"),
    ("snapshot", "show", "departure_delay@1.0.0"),
    ("snapshot", "verify", "departure_delay@1.0.0"),
    ("plan", "weather.toml"),
    ("version",),
]


def test_every_reading_command_writes_one_json_document_or_plain_text(frozen_twice: Run) -> None:
    for command in READING:
        as_json, as_text = frozen_twice(*command, "--json"), frozen_twice(*command)

        assert as_json.code == as_text.code == 0, (command, as_json.err, as_text.err)
        assert isinstance(as_json.json, dict), command
        assert as_json.err == as_text.err == "", command
        assert as_text.out, command
        assert as_text.out.isascii(), command
        assert "\x1b" not in as_text.out, command


def test_a_group_is_listed_and_shown_with_its_features(defined: Run) -> None:
    listed = defined("group", "list", "--json").json["groups"]
    shown = defined("group", "show", "weather", "--json").json

    assert listed == [
        {
            "name": "weather",
            "version": "1.0.0",
            "keys": {"origin": "text"},
            "features": 2,
            "ttl": "6:00:00",
            "owner": "ops",
            "description": "Hourly weather at each airport.",
        }
    ]
    assert shown["ttl_microseconds"] == 6 * 3600 * 1_000_000
    assert shown["versions"] == ["1.0.0"]
    assert [feature["name"] for feature in shown["features"]] == ["temp", "wind_speed"]
    assert len(shown["digest"]) == 64


def test_people_are_shown_a_ttl_as_a_duration(defined: Run) -> None:
    shown = defined("group", "show", "weather").out

    assert "  ttl          6:00:00\n" in shown
    assert "microseconds" not in shown


def test_a_number_that_is_no_position_is_not_taken_for_a_time(defined: Run) -> None:
    for given in ("-1", "+1", "9" * 20):
        refused = defined("group", "list", f"--known-at={given}")

        assert refused.code == 2
        assert refused.err == f"error: --known-at '{given}' is no position; they are 0, 1, 2, ...\n"


def test_a_history_shows_who_changed_what_when_and_why(defined: Run, folder: Path) -> None:
    (folder / "weather.toml").write_text(CHANGED, encoding="utf-8")
    applied = defined("apply", "weather.toml", "--actor", "bob", "--reason", "late reports")
    assert applied.code == 0, applied.err

    first, second = defined("group", "history", "weather", "--json").json["history"]

    assert (first["version"], first["actor"], first["reason"]) == ("1.0.0", "ann", "first version")
    assert first["changes"] == ["created"]
    assert (second["version"], second["actor"]) == ("1.1.0", "bob")
    assert second["reason"] == "late reports"
    assert second["changes"] == ["ttl_microseconds: 21600000000 -> 43200000000"]
    assert second["position"] > first["position"]
    assert second["recorded_at"] >= first["recorded_at"]


def test_definitions_are_shown_as_known_at_a_position_or_time(defined: Run, folder: Path) -> None:
    (folder / "weather.toml").write_text(CHANGED, encoding="utf-8")
    assert defined("apply", "weather.toml").code == 0
    before = defined("audit", "show", "4", "--json").json["recorded_at"]

    by_position = defined("group", "show", "weather", "--known-at", "4", "--json").json
    by_time = defined("group", "show", "weather", "--known-at", before, "--json").json
    now = defined("group", "show", "weather", "--json").json

    assert by_position["version"] == by_time["version"] == "1.0.0"
    assert now["version"] == "1.1.0"
    assert defined("group", "list", "--known-at", "0", "--json").json == {"groups": []}


def test_features_are_filtered_by_group_tag_and_owner(defined: Run) -> None:
    def names(*options: str) -> list[str]:
        features = defined("feature", "list", "--json", *options).json["features"]
        return [feature["name"] for feature in features]

    assert names() == names("--group", "weather") == ["temp", "wind_speed"]
    assert names("--tag", "met") == ["temp"]
    assert names("--owner", "nobody") == []


def test_a_feature_says_which_sets_use_it(defined: Run) -> None:
    shown = defined("feature", "show", "weather.temp", "--json").json

    assert shown["sets"] == ["departure_delay@1.0.0"]
    assert shown["unit"] == "degrees Fahrenheit"
    assert shown["column"] == "temp"


def test_a_set_shows_what_it_is_pinned_to(defined: Run) -> None:
    shown = defined("set", "show", "departure_delay", "--json").json

    assert shown["features"] == ["weather.temp", "weather.wind_speed@1.0.0"]
    assert shown["pinned"] == ["weather.temp@1.0.0", "weather.wind_speed@1.0.0"]


@pytest.mark.parametrize(
    ("command", "named"),
    [
        (("group", "show", "wether"), "did you mean 'weather'"),
        (("group", "history", "wether"), "did you mean 'weather'"),
        (("feature", "show", "weather.tmp"), "did you mean 'weather.temp'"),
        (("feature", "show", "weather.temp@9.0.0"), "weather.temp@1.0.0"),
        (("feature", "history", "weather"), "must read 'group.feature'"),
        (("feature", "list", "--group", "x'; DROP TABLE featuretrail.events; --"), "no feature"),
        (("group", "show", 'x"; DROP SCHEMA featuretrail CASCADE; --'), "no feature group"),
        (("set", "show", "departure_delay@2.0.0"), "departure_delay@1.0.0"),
        (("set", "show", "departure_delay@two"), "major.minor.patch"),
        (("group", "list", "--known-at", "2013-01-01T00:00:00"), "no time zone"),
        (("group", "list", "--known-at", "yesterday"), "is no time"),
        (("group", "list", "--known-at", "99"), "99"),
        (("snapshot", "show", "departure_delay@1.0.0"), "snapshot"),
        (("snapshot", "verify", "departure_delay"), "departure_delay"),
        (("audit", "show", "99"), "99"),
    ],
)
def test_what_does_not_exist_is_refused_with_what_does(
    defined: Run, command: tuple[str, ...], named: str
) -> None:
    for options in ((), ("--json",)):
        refused = defined(*command, *options)

        assert refused.code == 2
        assert named in refused.err
        assert refused.out == ""
    assert defined("group", "show", "weather").code == 0
