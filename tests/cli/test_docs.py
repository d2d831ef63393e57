"""``docs``, and the policy of documentation in ``plan`` and ``apply``."""

from pathlib import Path

from tests.cli.conftest import DEFINITIONS, Run

POLICY = """
[documentation.policy]
missing_owner = "error"
missing_description = "warning"
missing_unit = "warning"
"""


def test_a_site_is_built_and_a_feature_is_shown_and_recorded(filled: Run, folder: Path) -> None:
    built = filled("docs", "build", "site")
    again = filled("docs", "build", "site", "--json")
    shown = filled("docs", "show", "weather.temp")
    recorded = filled("docs", "generate", "weather.temp", "--reason", "for the wiki", "--json")

    assert built.code == 0, built.err
    assert built.out.endswith(f"begin with {Path('site') / 'index.html'}\n")
    assert (folder / "site" / "features" / "weather.temp.html").is_file()
    assert again.json["changed"] == []
    assert again.json["index"] == "site/index.html"
    assert shown.out.startswith("# weather.temp\n\nVersion 1.0.0 of a stored float64 feature")
    assert (recorded.json["revision"], recorded.json["written"]) == (1, True)
    assert recorded.json["content"] == shown.out
    assert filled("docs", "generate", "weather.temp", "--json").json["written"] is False
    earlier = filled("docs", "build", "past", "--at", "2")
    assert earlier.out.startswith("12 pages as of position 2: ")


def test_what_cannot_be_documented_is_refused(filled: Run, folder: Path) -> None:
    (folder / "taken").mkdir()
    (folder / "taken" / "index.html").write_text("mine", encoding="utf-8")

    unknown = filled("docs", "show", "weather.tmp")
    taken = filled("docs", "build", "taken")
    future = filled("docs", "build", "site", "--at", "99999")

    assert (unknown.code, taken.code, future.code) == (2, 2, 2)
    assert "weather.temp" in unknown.err
    assert "is there already and no build of a site wrote it" in taken.err
    assert not (folder / "site").exists()


def test_a_policy_refuses_what_is_an_error_and_tells_what_is_a_warning(
    run: Run, folder: Path
) -> None:
    (folder / "weather.toml").write_text(DEFINITIONS, encoding="utf-8")
    (folder / "featuretrail.toml").write_text(POLICY, encoding="utf-8")
    applied = run("apply", "weather.toml", "--json")
    assert applied.code == 0
    [warning] = applied.json["documentation"]
    assert (warning["level"], warning["item"]) == ("warning", "unit")
    assert warning["name"] == "weather.wind_speed"
    told = run("plan", "weather.toml")
    assert told.code == 0
    assert told.err == ('warning: feature weather.wind_speed has no unit: add unit = "..."\n')

    without = DEFINITIONS.replace('owner = "ops"\n', "").replace('"6h"', '"7h"')
    (folder / "weather.toml").write_text(without, encoding="utf-8")
    planned, refused = run("plan", "weather.toml"), run("apply", "weather.toml")
    assert (planned.code, refused.code) == (2, 2)  # the version must rise, too

    new = without.replace('name = "weather"', 'name = "climate"').partition("[[set]]")[0]
    (folder / "weather.toml").write_text(new, encoding="utf-8")
    planned, refused = run("plan", "weather.toml"), run("apply", "weather.toml")
    assert (planned.code, refused.code) == (1, 2)
    assert 'error: feature climate.temp has no owner: add owner = "..."' in planned.err
    assert "climate.wind_speed has no owner" in refused.err
    assert "[documentation.policy]" in refused.err
    assert [each["name"] for each in run("group", "list", "--json").json["groups"]] == ["weather"]


def test_what_is_registered_is_held_to_the_policy(defined: Run, folder: Path) -> None:
    assert defined("docs", "check").out.startswith("the policy asks for nothing")
    (folder / "featuretrail.toml").write_text(
        '[documentation.policy]\nmissing_unit = "error"\n', encoding="utf-8"
    )

    found = defined("docs", "check", "--json")

    assert found.code == 1
    assert [each["name"] for each in found.json["findings"]] == ["weather.wind_speed"]


def test_a_policy_of_unknown_items_or_levels_is_refused(run: Run, folder: Path) -> None:
    for line in ('missing_charm = "error"', 'missing_owner = "fatal"'):
        text = f"[documentation.policy]\n{line}\n"
        (folder / "featuretrail.toml").write_text(text, encoding="utf-8")
        refused = run("docs", "check")
        assert refused.code == 2
        assert "documentation.policy.missing_" in refused.err
