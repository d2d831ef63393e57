"""Completeness counts what applies, and what is missing comes with what mends it."""

import tomllib
from typing import Any

from attrs import evolve

import featuretrail as ft
from featuretrail.domain.documentation.completeness import Item, Missing, completeness, items
from featuretrail.domain.rules import Rule
from tests.documentation.facts import GROUP, entry, facts, feature


def found(**fields: Any) -> dict[str, Item]:
    return {each.name: each for each in items(facts(**fields))}


def test_only_what_applies_counts() -> None:
    text = found(definition=ft.Feature("sky", "text", "Sky"))
    private = found(definition=feature(tags=["personal"]))
    frozen = found(snapshots=("delay@1.0.0",))

    assert text["unit"].present is None
    assert private["example"].present is None
    assert found()["consistency check"].present is None
    assert frozen["consistency check"].present is False
    assert completeness([Item("a", present=None)]) is None
    assert completeness([Item("a", present=True), Item("b", False), Item("c", None)]) == 50.0


def test_everything_that_is_missing_names_what_mends_it() -> None:
    bare = found(
        definition=ft.Feature("temp", "float64"),
        group=evolve(GROUP, owner=None, description=""),
        changes=(entry(reason=None),),
        values=None,
        example=None,
        absent="the store holds no value of it",
        snapshots=("delay@1.0.0", "delay@1.1.0"),
    )

    assert completeness(bare.values()) == 0.0
    commands = {name: each.missing.command for name, each in bare.items() if each.missing}
    assert commands["quality check"] == "featuretrail quality check weather.temp"
    assert commands["baseline"] == "featuretrail quality baseline weather"
    assert commands["values"] == "featuretrail ingest weather FILE"
    assert "track_feature_lineage('weather.temp', ['source NAME'])" in commands["source"]
    assert commands["consistency check"] == "featuretrail consistency check delay@1.1.0"
    assert commands.keys() == bare.keys()


def test_a_line_that_is_to_be_written_is_toml_with_the_next_version() -> None:
    bare = found(definition=ft.Feature("temp", "float64"), group=evolve(GROUP, owner=None))

    for name, key in (("owner", "owner"), ("unit", "unit"), ("constraints", "constraints")):
        missing = bare[name].missing
        assert missing is not None
        assert missing.line is not None
        assert list(tomllib.loads(missing.line)) == [key]
        assert 'version = "1.0.1"' in missing.line


def test_what_an_older_version_lacks_is_said_by_the_version_after_the_newest() -> None:
    bare = ft.Feature("temp", "float64")
    lacks = found(definition=bare, versions=("1.0.0", "1.9.0", "1.10.0"), changes=(entry(None),))

    for name, item in lacks.items():
        missing = item.missing
        if missing is not None and missing.line is not None:
            assert "1.10.1" in missing.line, name
    for name, part in (("quality check", "weather.temp@1.0.0"), ("source", "version='1.0.0'"),
                       ("baseline", "weather.temp@1.0.0")):  # fmt: skip
        missing = lacks[name].missing
        assert missing is not None
        assert part in missing.command
    unit = lacks["unit"].missing
    assert unit is not None
    assert unit.words.endswith("; version 1.0.0 stays as it is, and the next one can say it")


def test_the_newest_version_says_why_and_nulls_are_no_values() -> None:
    early, late = entry(reason=None), entry(version="1.0.1")
    known = facts().values
    assert known is not None
    nulls = evolve(known, statistics={"rows": 2, "nulls": 2})
    python = feature(rule=Rule("python", ["weather.temp"], "def f(a):\n    return a"))

    assert found(changes=(early, late))["reason"].present
    assert found(changes=(late, evolve(early, version="1.0.2")))["reason"].present is False
    assert found(values=nulls)["values"].missing == Missing(
        "values", "all its values are NULL", None, "featuretrail ingest weather FILE"
    )
    computed = found(values=None, definition=python, absent="no")["values"].missing
    assert computed is not None
    assert computed.command == "featuretrail compute weather.temp --from FILE.py"


def test_blank_text_says_nothing() -> None:
    blank = feature(" ", unit=" ", owner="\t", tags=[" "])
    lacks = found(definition=blank, group=evolve(GROUP, owner=" ", description=" ", tags=[""]))

    for name in ("description", "owner", "unit", "tags", "group description"):
        assert lacks[name].present is False, name
    assert facts(definition=feature(owner=" ")).owner == "ops"
    assert facts(definition=feature(tags=[" PII "])).private


def test_what_somebody_wrote_is_told_from_what_is_generated() -> None:
    authored = {name for name, each in found().items() if each.authored}

    assert {"description", "owner", "unit"} <= authored
    assert not {"values", "example", "baseline"} & authored
