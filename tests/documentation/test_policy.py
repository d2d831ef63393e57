"""A policy says how bad it is that a definition does not say something."""

import pytest
from attrs import evolve

import featuretrail as ft
from featuretrail.domain.documentation.policy import policy_findings
from featuretrail.domain.errors import InvalidInputError

BARE = ft.FeatureGroup(
    "weather",
    keys={"origin": "text"},
    features=[ft.Feature("temp", "float64"), ft.Feature("sky", "text", "The sky", owner="me")],
)


def test_without_a_policy_nothing_is_asked_for() -> None:
    assert policy_findings([BARE], ft.DocumentationPolicy()) == ()


def test_errors_come_first_and_say_what_to_add() -> None:
    policy = ft.DocumentationPolicy(missing_description="warning", missing_owner="error")

    found = policy_findings([BARE], policy)

    assert [(each.level, each.item, each.name) for each in found] == [
        ("error", "owner", "weather.temp"),
        ("warning", "description", "weather.temp"),
    ]
    assert found[0].words == 'feature weather.temp has no owner: add owner = "..."'


def test_what_does_not_apply_or_the_group_says_is_not_asked_for() -> None:
    policy = ft.DocumentationPolicy(
        missing_owner="error", missing_unit="error", missing_tags="error"
    )
    owned = evolve(BARE, owner="ops", tags=["met"])

    assert [each.item for each in policy_findings([owned], policy)] == ["unit"]


def test_blank_text_says_nothing() -> None:
    policy = ft.DocumentationPolicy(
        missing_owner="error", missing_unit="error", missing_tags="error", missing_set_owner="error"
    )
    blank = ft.Feature("temp", "float64", owner=" ", unit="\n", tags=[""])
    group = ft.FeatureGroup("g", keys={"k": "text"}, owner="", features=[blank])
    named = ft.FeatureSet("delay", ["g.temp"], owner=" ")

    found = policy_findings([group, named], policy)

    assert [each.item for each in found] == ["owner", "unit", "tags", "owner"]


def test_groups_and_sets_are_held_to_it_too() -> None:
    policy = ft.DocumentationPolicy(
        missing_group_description="warning",
        missing_set_description="error",
        missing_set_owner="error",
        missing_constraints="warning",
    )
    found = policy_findings([BARE, ft.FeatureSet("delay", ["weather.temp"])], policy)

    assert [(each.kind, each.item) for each in found] == [
        ("set", "description"),
        ("set", "owner"),
        ("group", "description"),
        ("feature", "constraints"),
        ("feature", "constraints"),
    ]


def test_an_unknown_level_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(InvalidInputError, match="error, warning, ignore"):
        ft.DocumentationPolicy(missing_owner="fatal")
