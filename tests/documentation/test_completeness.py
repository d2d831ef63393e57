"""Completeness counts what applies, and what is missing comes with what mends it."""

import tomllib
from typing import Any

from attrs import evolve

import featuretrail as ft
from featuretrail.domain.documentation.completeness import Item, completeness, items
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
    assert commands["source"] == "store.track_feature_lineage('weather.temp', ['source NAME'])"
    assert "'delay@1.1.0'" in commands["consistency check"]
    assert commands.keys() == bare.keys()


def test_a_line_that_is_to_be_written_is_toml_with_the_next_version() -> None:
    bare = found(definition=ft.Feature("temp", "float64"), group=evolve(GROUP, owner=None))

    for name, key in (("owner", "owner"), ("unit", "unit"), ("constraints", "constraints")):
        missing = bare[name].missing
        assert missing is not None
        assert missing.line is not None
        assert list(tomllib.loads(missing.line)) == [key]
        assert 'version = "1.0.1"' in missing.line


def test_what_somebody_wrote_is_told_from_what_is_generated() -> None:
    authored = {name for name, each in found().items() if each.authored}

    assert {"description", "owner", "unit"} <= authored
    assert not {"values", "example", "baseline"} & authored
