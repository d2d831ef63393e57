"""``plan`` and ``apply``: definitions from a file, shown before they are registered."""

from pathlib import Path

import pytest

from tests.cli.conftest import DEFINITIONS, Run


def write(folder: Path, text: str | bytes) -> None:
    content = text.encode() if isinstance(text, str) else text
    (folder / "weather.toml").write_bytes(content)


def test_a_plan_shows_what_would_come_and_writes_nothing(run: Run, folder: Path) -> None:
    write(folder, DEFINITIONS)

    planned = run("plan", "weather.toml", "--json")

    assert planned.code == 0, planned.err
    assert planned.json["position"] == 0
    assert [
        (change["kind"], change["name"], change["action"]) for change in planned.json["changes"]
    ] == [
        ("group", "weather", "created"),
        ("feature", "weather.temp", "created"),
        ("feature", "weather.wind_speed", "created"),
        ("set", "departure_delay", "created"),
    ]
    assert run("group", "list", "--json").json == {"groups": []}


def test_applying_twice_changes_nothing_the_second_time(run: Run, folder: Path) -> None:
    write(folder, DEFINITIONS)

    first = run("apply", "weather.toml", "--json")
    second = run("apply", "weather.toml", "--json")

    assert (first.code, second.code) == (0, 0), first.err + second.err
    assert {change["action"] for change in second.json["changes"]} == {"unchanged"}
    assert second.json["position"] == first.json["position"] == 4


def test_a_new_version_is_planned_with_its_differences_then_applied(
    defined: Run, folder: Path
) -> None:
    changed = DEFINITIONS.replace(
        'description = "Wind speed."', 'description = "Gusts excluded."\nversion = "1.0.1"'
    )
    write(folder, changed)

    planned = defined("plan", "weather.toml", "--json").json["changes"]
    applied = defined("apply", "weather.toml")

    [difference] = [change for change in planned if change["action"] != "unchanged"]
    assert difference["action"] == "new version"
    assert difference["differences"] == ["description: 'Wind speed.' -> 'Gusts excluded.'"]
    assert applied.code == 0, applied.err
    assert "weather.wind_speed" in applied.out
    assert "Gusts excluded." in applied.out
    assert applied.out.endswith("1 changed, 3 as registered\n")
    assert defined("plan", "weather.toml").out == "0 to change, 4 as registered\n"


def test_a_change_under_the_same_version_is_refused_with_the_difference(
    defined: Run, folder: Path
) -> None:
    write(folder, DEFINITIONS.replace("maximum = 140", "maximum = 150"))

    for command in ("plan", "apply"):
        refused = defined(command, "weather.toml")
        assert refused.code == 2
        assert "registered with another definition" in refused.err
        assert "150" in refused.err
        assert refused.out == ""


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("[[group]", "no valid TOML"),
        (b"\xff\xfe", "no valid TOML"),
        ("", "defines nothing"),
        ("[[groups]]\nname = 'x'", "groups"),
        (DEFINITIONS.replace("owner =", "ownr ="), "group.0.ownr"),
        (DEFINITIONS.replace('"float64"', '"float32"'), "float32"),
        (DEFINITIONS.replace('"6h"', '"six hours"'), "ttl"),
        (DEFINITIONS.replace("weather.temp", "weather.tmp"), "did you mean 'weather.temp'"),
        (DEFINITIONS.replace('"weather"', '"weather\\"; DROP TABLE x; --"'), "must be one word"),
        (DEFINITIONS.replace('"weather"', '"' + "w" * 64 + '"'), "64 bytes"),
        (DEFINITIONS.replace("minimum = -60", "minimum = 200"), "minimum 200 above"),
    ],
)
def test_a_bad_file_is_refused_with_the_fault_and_nothing_is_written(
    run: Run, folder: Path, text: str | bytes, named: str
) -> None:
    write(folder, text)

    refused = run("apply", "weather.toml")

    assert refused.code == 2
    assert named in refused.err
    assert "Traceback" not in refused.err
    assert run("audit", "log", "--json").json == {"events": []}


def test_a_missing_file_is_refused(run: Run) -> None:
    refused = run("plan", "absent.toml")

    assert refused.code == 2
    assert refused.err == "error: absent.toml cannot be read: No such file or directory\n"
