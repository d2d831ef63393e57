"""``compute``, and definitions in Python files."""

import re
import shlex
from pathlib import Path

import pytest

from tests.cli.conftest import Run

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "rules.md"

RULES = """
from datetime import timedelta
import featuretrail as ft
WARM = ft.rule(["weather.temp"], history=timedelta(0))

@WARM
def celsius(temp):
    return (temp - 32) / 1.8

AGAIN = DERIVED = ft.FeatureGroup("derived", {"origin": "text"}, [
    ft.Feature("celsius", "float64", rule=celsius)])
"""


def masked(text: str) -> str:
    """Hide what differs from run to run: digests and milliseconds, with the blanks that align."""
    text = re.sub(r"\b[0-9a-f]{64}\b", "DIGEST", text)
    return re.sub(r" +", " ", re.sub(r"\b\d+\.\d\b(?= )", "MS", text))


def test_the_session_of_the_page_is_what_happens(run: Run, folder: Path) -> None:
    text = PAGE.read_text(encoding="utf-8")
    files = iter(["trend.py", "weather.csv", "late.csv"])
    steps = 0

    for language, block in re.findall(r"```(python|csv|console)\n(.*?)```", text, re.DOTALL):
        if language != "console":
            (folder / next(files)).write_text(block, encoding="utf-8")
            continue
        for line, shown in re.findall(
            r"^\$ featuretrail (.*)\n((?:(?!\$ ).*\n)*)", block, re.MULTILINE
        ):
            steps += 1
            done = run(*shlex.split(line))
            assert done.code == 0, done.err
            assert masked(done.out) == masked(shown), line

    assert steps == 6


def test_the_report_is_one_json_document(filled: Run, folder: Path) -> None:
    (folder / "rules.py").write_text(RULES, encoding="utf-8")
    applied = filled("apply", "rules.py", "--json").json
    assert [change["name"] for change in applied["changes"]] == ["derived", "derived.celsius"]

    window = ("--since", "2013-01-01T06:00:00Z", "--until", "2013-01-01T07:00:00Z")
    report = filled("compute", "derived.celsius", "--from", "rules.py", *window, "--json").json

    [feature] = report["features"]
    assert feature["feature"] == "derived.celsius@1.0.0"
    assert (feature["rows"], feature["written"], report["written"]) == (2, 2, 2)
    assert feature["first"] == feature["last"] == "2013-01-01T06:00:00Z"
    assert feature["due"] == "2013-01-01T07:00:00Z"
    assert feature["position"] < report["position"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["compute", "derived"], "rules.py), which this process does not have"),
        (["compute", "derived", "--from", "nowhere.py"], "nowhere.py cannot be read"),
        (["compute", "derived", "--from", "broken.py"], "ZeroDivisionError: division by zero"),
        (["compute", "derived", "--from", "exits.py"], "fails when it is run: SystemExit: 0"),
        (["apply", "query.toml"], "holds SELECT; it may read the parents of the rule alone"),
        (["compute", "derived", "--from", "empty.py"], "needs a FeatureGroup or a FeatureSet"),
        (["compute", "derived", "--from", "lambda.py"], "lambda"),
        (["compute", "derived", "--since", "monday"], "--since 'monday' is no time"),
        (["compute", "weather"], "no feature of 'weather' has a rule"),
        (["apply", "empty.toml"], "it needs [[group]] or [[set]]"),
    ],
)
def test_what_cannot_be_computed_ends_with_2(
    defined: Run, folder: Path, arguments: list[str], message: str
) -> None:
    for name, text in {
        "rules.py": RULES,
        "broken.py": "1 / 0",
        "empty.py": "import featuretrail",
        "lambda.py": "import featuretrail as ft\nft.rule(['a.b'])(lambda b: b)",
        "exits.py": "raise SystemExit(0)",
        "empty.toml": "",
        "query.toml": """
            [[group]]
            name = "spy"
            keys = { origin = "text" }
            [[group.features]]
            name = "events"
            dtype = "int64"
            [group.features.rule]
            kind = "sql"
            source = "(SELECT count(*) FROM featuretrail.events)"
            parents = ["weather.temp"]
        """,
    }.items():
        (folder / name).write_text(text, encoding="utf-8")
    assert defined("apply", "rules.py").code == 0

    done = defined(*arguments)

    assert done.code == 2
    assert message in done.err


def test_a_toml_file_defines_sql_rules(filled: Run, folder: Path) -> None:
    text = """
    [[group]]
    name = "derived"
    keys = { origin = "text" }
    [[group.features]]
    name = "felt"
    dtype = "float64"
    [group.features.rule]
    kind = "sql"
    source = "temp - wind_speed"
    parents = ["weather.temp", "weather.wind_speed"]
    history = "0s"
    """
    (folder / "felt.toml").write_text(text, encoding="utf-8")

    assert filled("apply", "felt.toml").code == 0
    assert filled("compute", "derived", "--json").json["written"] == 3
    assert "temp - wind_speed" in filled("feature", "show", "derived.felt").out
