"""What other pages show in passing is what happens: files, settings, a query, code."""

import re
import shlex
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import featuretrail as ft
from featuretrail.infrastructure.settings import Settings
from tests.cli.conftest import WEATHER, Run
from tests.cli.test_documentation import DOCS, blocks
from tests.engines.database import Database

FEBRUARY = """origin,event_time,temp,wind_speed
EWR,2013-02-01T06:00:00Z,28.0,9.2
JFK,2013-02-01T06:00:00Z,30.0,11.5
"""
LOCAL = """origin,event_time,temp,wind_speed
EWR,2013-03-01 06:00:00,37.0,13.8
"""


def test_the_session_of_the_page_on_ingesting_is_what_happens(
    defined: Run, folder: Path, database: Database
) -> None:
    for name, text in {"january": WEATHER, "february": FEBRUARY, "local": LOCAL}.items():
        (folder / f"{name}.csv").write_text(text, "utf-8")
    session = "".join(blocks("how-to/ingest-a-file.md", "console"))
    steps = re.findall(r"^\$ featuretrail (.*)\n((?:(?!\$ ).*\n)*)", session, re.MULTILINE)

    wrong = []
    for line, shown in steps:
        told = defined(*shlex.split(line)).out
        if _masked(told) != shown:
            wrong.append(f"$ featuretrail {line}\n{_masked(told)}")
    [query] = blocks("explanation/log.md", "sql")
    with database.connect() as connection:
        newest = connection.execute(query.encode()).fetchall()

    assert len(steps) == 4
    assert not wrong, "\n".join(wrong)
    assert [row[0] for row in newest] == list(range(8, 0, -1))
    assert newest[-1][2:] == ("featuretrail.group.defined", "ann")


def test_the_rule_of_the_page_on_rules_can_be_applied(defined: Run, folder: Path) -> None:
    [rule] = blocks("how-to/rules.md", "toml")
    group = '[[group]]\nname = "{}"\nkeys = {{ origin = "text" }}\n'
    feature = '[[group.features]]\nname = "{}"\ndtype = "float64"\n'
    parents = feature.format("temp") + feature.format("dewp")
    text = group.format("air") + parents + group.format("dew") + feature.format("spread")
    rule = rule.replace("weather.", "air.")
    (folder / "derived.toml").write_text(text + rule, "utf-8")

    applied = defined("apply", "derived.toml", "--json")

    assert applied.code == 0, applied.err
    assert "dew.spread" in [change["name"] for change in applied.json["changes"]]


def test_the_settings_of_the_pages_are_read(folder: Path) -> None:
    def read(page: str) -> Settings:
        [text] = blocks(page, "toml")
        (folder / "featuretrail.toml").write_text(text, "utf-8")
        return Settings.load()

    reference, alerts = read("reference/command-line.md"), read("how-to/alerts.md")
    [lake] = read("how-to/consistency.md").consistency.made().values()

    assert str(reference.secret_url) == "postgresql://writer@db.example.org/features"
    assert reference.statement_timeout == 120.0
    assert set(alerts.alerts.destinations) == {"ops-mail", "ops-hook"}
    assert set(alerts.alerts.owners) == {"ops", "*"}
    assert (type(lake), lake.name) == (ft.ParquetSource, "lake")


def test_the_sources_of_the_page_on_consistency_can_be_made() -> None:
    [code] = blocks("how-to/consistency.md", "python")
    frame = {"station": ["EWR"], "event_time": [datetime(2013, 1, 1, tzinfo=UTC)], "temp_f": [39.0]}

    made = [eval(line, {"ft": ft, "frame": frame}) for line in code.splitlines()]  # noqa: S307 - ours

    assert all(isinstance(source, ft.ValueSource) for source in made)
    assert len(made) == 3


def test_the_group_of_the_page_on_retention_keeps_its_values_two_years() -> None:
    [code] = blocks("how-to/retention.md", "python")
    names = {"ft": ft, "timedelta": timedelta, "features": [ft.Feature("temp", "float64")]}

    group = eval(code, names)  # noqa: S307 - the page's own code

    assert group.retention == timedelta(days=730)


def test_the_read_model_of_the_page_on_the_read_side_is_in_the_code() -> None:
    [code] = blocks("explanation/read-side.md", "python")

    assert code in (DOCS.parent / "projections" / "read_models" / "drift.py").read_text("utf-8")


@pytest.mark.tiers("embedded", "apache")
def test_the_tests_of_the_page_on_engines_pass(database: Database) -> None:
    [code] = blocks("reference/engines.md", "python")
    names: dict[str, object] = {}

    exec(code, names)  # noqa: S102 - the page's own code
    tests = [each for name, each in names.items() if name.startswith("test_") and callable(each)]
    for test in tests:
        test(database)

    assert len(tests) == 2


def _masked(text: str) -> str:
    """Show digests as the page does."""
    return re.sub(r"\b[0-9a-f]{64}\b", "...", text)
