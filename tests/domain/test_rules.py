"""Rules as values, in definitions, and their registration: parents pinned, circles refused."""

import json
from datetime import timedelta
from typing import Any, cast

import pytest
from blake3 import blake3
from hypothesis import given

import featuretrail as ft
from featuretrail.domain.definitions import Feature, FeatureGroup
from featuretrail.domain.errors import (
    DefinitionChangedError,
    InvalidDefinitionError,
    NotFoundError,
)
from featuretrail.domain.events import FeatureDefined, Metadata
from featuretrail.domain.registry import Registry
from featuretrail.domain.rule_units import dependencies, units
from featuretrail.domain.rules import Rule
from featuretrail.domain.schemas import feature_from
from featuretrail.infrastructure.registration import decide
from tests.domain.strategies import rules

KEYS = {"origin": "text"}
DAY = timedelta(days=1)


def sql(source: str, *parents: str, **changes: Any) -> Rule:
    return Rule("sql", parents, source, **changes)


def group(name: str, *features: Feature, **changes: Any) -> FeatureGroup:
    return FeatureGroup(name, KEYS, features, **changes)


def number(name: str, rule: Rule | None = None, version: str = "1.0.0") -> Feature:
    return Feature(name, "float64", rule=rule, version=version)


def after(*definitions: FeatureGroup, registry: Registry = Registry()) -> Registry:  # noqa: B008
    decided = decide(registry, definitions, Metadata())
    return registry.evolve((event for item in decided for event in item.events), 1)


WEATHER = group("weather", number("temp"), number("dewp"))


@given(rules)
def test_a_rule_survives_the_dict_of_its_feature(rule: Rule) -> None:
    feature = Feature("spread", "float64", rule=rule)

    assert feature_from(json.loads(json.dumps(feature.to_dict()))) == feature


def test_a_feature_without_a_rule_has_the_dict_it_always_had() -> None:
    assert "rule" not in number("temp").to_dict()


def test_the_digest_of_a_rule_is_that_of_its_source() -> None:
    rule = sql("temp - dewp", "weather.temp", "weather.dewp")

    assert rule.digest == blake3(b"temp - dewp").hexdigest()
    assert rule.to_dict()["digest"] == rule.digest


@pytest.mark.parametrize(
    ("definition", "reason"),
    [
        (lambda: sql("1"), "has no parents"),
        (lambda: sql("1", "weather.temp", "weather.temp@1.0.0"), "'weather.temp' twice"),
        (lambda: Rule("sql", cast("Any", "weather.temp"), "1"), r"give a list such as"),
        (lambda: Rule(cast("Any", "perl"), ["weather.temp"], "1"), "'python' or 'sql', not 'perl'"),
        (lambda: sql(" \n", "weather.temp"), "source of a rule is empty"),
        (lambda: sql("a\0b", "weather.temp"), "remove the character NUL"),
        (lambda: sql("\ud800", "weather.temp"), "not valid Unicode"),
        (lambda: sql(cast("Any", 1), "weather.temp"), "give text"),
        (lambda: sql("1", "weather.temp", history=-DAY), "timedelta from 0"),
        (lambda: sql("1", "weather.temp", history=timedelta.max), "366000 days"),
        (lambda: sql("1", "weather.temp", history=cast("Any", 6)), "history is 6; give"),
        (lambda: sql("1", "weather.temp", written=["weather.dewp"]), "they are the same features"),
        (lambda: Feature("a", "bool", rule=cast("Any", abs)), "decorating a function"),
        (lambda: group("w", number("a", sql("1", "w.a"))), "'w.a' as its own parent"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(definition: Any, reason: str) -> None:
    with pytest.raises(InvalidDefinitionError, match=reason):
        definition()


def test_registering_pins_parents_to_their_latest_versions_for_good() -> None:
    derived = group("trend", number("spread", sql("temp - dewp", "weather.temp", "weather.dewp")))
    registry = after(WEATHER, derived)
    newer = group("weather", number("temp", version="1.1.0"))

    registry = after(newer, derived, registry=registry)

    rule = registry.resolve("trend.spread").version.definition.rule
    assert rule is not None
    assert [str(parent) for parent in rule.parents] == ["weather.temp@1.0.0", "weather.dewp@1.0.0"]
    assert [str(parent) for parent in rule.written] == ["weather.temp", "weather.dewp"]
    assert [item.change.action for item in decide(registry, [derived], Metadata())] == [
        "unchanged",
        "unchanged",
    ]


def test_a_group_may_define_a_child_before_its_parent() -> None:
    whole = group(
        "trend",
        number("twice", sql("2 * spread", "trend.spread")),
        number("spread", sql("temp - dewp", "weather.temp", "weather.dewp")),
    )

    registry = after(WEATHER, whole)

    rule = registry.resolve("trend.twice").version.definition.rule
    assert rule is not None
    assert [str(parent) for parent in rule.parents] == ["trend.spread@1.0.0"]


@pytest.mark.parametrize(
    "changed",
    [
        sql("temp + 0", "weather.temp"),
        sql("temp", "weather.dewp"),
        sql("temp", "weather.temp", history=DAY),
        Rule("python", ["weather.temp"], "temp"),
        None,
    ],
)
def test_a_changed_rule_needs_a_new_minor_version(changed: Rule | None) -> None:
    registry = after(WEATHER, group("trend", number("same", sql("temp", "weather.temp"))))

    with pytest.raises(DefinitionChangedError, match=r"1\.1\.0 or later"):
        after(group("trend", number("same", changed)), registry=registry)
    with pytest.raises(InvalidDefinitionError, match=r"needs version 1\.1\.0"):
        after(group("trend", number("same", changed, "1.0.1")), registry=registry)
    assert after(group("trend", number("same", changed, "1.1.0")), registry=registry)


def test_unknown_parents_are_refused_with_what_is_near() -> None:
    with pytest.raises(NotFoundError, match=r"did you mean 'weather\.temp'"):
        after(WEATHER, group("trend", number("a", sql("tempp", "weather.tempp"))))
    with pytest.raises(NotFoundError, match="feature version"):
        after(WEATHER, group("trend", number("a", sql("temp", "weather.temp@3.0.0"))))


def test_parents_of_other_entities_are_refused() -> None:
    routes = FeatureGroup(
        "routes", {"origin": "text", "dest": "text"}, [number("a", sql("temp", "weather.temp"))]
    )

    with pytest.raises(InvalidDefinitionError, match="have the keys origin text; a group with"):
        after(WEATHER, routes)


def test_a_circle_of_rules_is_refused_with_its_path() -> None:
    circle = group("trend", number("a", sql("b", "trend.b")), number("b", sql("a", "trend.a")))

    with pytest.raises(InvalidDefinitionError, match=r"trend\.\w -> trend\.\w -> trend\.\w"):
        after(circle)


def test_a_circle_through_versions_that_share_a_column_is_refused() -> None:
    registry = after(WEATHER, group("trend", number("a", sql("temp", "weather.temp"))))
    registry = after(group("more", number("b", sql("a", "trend.a"))), registry=registry)

    with pytest.raises(
        InvalidDefinitionError,
        match=r"trend\.a@1\.0\.0 -> more\.b@1\.0\.0 -> trend\.a@1\.1\.0",
    ):
        after(group("trend", number("a", sql("b", "more.b"), "1.1.0")), registry=registry)


def test_a_new_major_version_may_be_computed_from_an_older_one() -> None:
    registry = after(WEATHER, group("trend", number("a", sql("temp", "weather.temp"))))
    registry = after(group("more", number("b", sql("a", "trend.a"))), registry=registry)

    later = after(group("trend", number("a", sql("b", "more.b"), "2.0.0")), registry=registry)

    assert later.resolve("trend.a").column == "a__2_0_0"


def test_an_event_whose_digest_is_not_that_of_its_source_cannot_be_read() -> None:
    [decision] = decide(
        after(WEATHER, group("trend")),
        [group("trend", number("a", sql("temp", "weather.temp")))],
        Metadata(),
    )[1:]
    [event] = decision.events
    assert isinstance(event, FeatureDefined)
    altered = event.definition | {"rule": event.definition["rule"] | {"source": "2 * temp"}}

    with pytest.raises(InvalidDefinitionError, match="has the digest"):
        feature_from(altered)


def test_a_rule_without_its_function_says_so() -> None:
    with pytest.raises(ft.InvalidInputError, match="no function in this process"):
        sql("temp", "weather.temp")(1)


def test_long_chains_and_many_ways_to_one_parent_are_no_burden() -> None:
    first = [number("a0", sql("temp", "weather.temp")), number("b0", sql("temp", "weather.temp"))]
    layers = [
        number(f"{side}{depth}", sql("1", f"trend.a{depth - 1}", f"trend.b{depth - 1}"))
        for depth in range(1, 200)
        for side in "ab"
    ]
    registry = after(WEATHER, group("trend", *reversed([*first, *layers])))

    made = units(registry, [registry.resolve("trend.a199")], lambda feature: feature.group.name)

    [unit] = made
    assert len(unit.features) == 399
    assert set(unit.sources_by_feature()["trend", "a199"]) == {("weather", "temp")}
    assert unit.reach() is None


def test_features_are_computed_together_when_their_rows_are_the_same() -> None:
    other = group("other", number("level"))
    registry = after(
        WEATHER,
        other,
        group(
            "trend",
            number("spread", sql("temp - dewp", "weather.temp", "weather.dewp", history=DAY)),
            number("twice", sql("2 * spread", "trend.spread", history=DAY)),
            number("mixed", sql("temp + level", "weather.temp", "other.level")),
            number("late", sql("twice + mixed", "trend.twice", "trend.mixed")),
        ),
    )
    wanted = registry.features_of("trend")

    made = units(registry, wanted, lambda feature: feature.group.name)

    assert [unit.name for unit in made] == ["trend: spread, twice", "trend: mixed", "trend: late"]
    assert dependencies(made) == [set(), set(), {0, 1}]
    assert [unit.reach() for unit in made] == [2 * DAY // timedelta(microseconds=1), None, None]
