"""The quality of a documentation is the mean of criteria that each say why."""

from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

import featuretrail as ft
from featuretrail.domain.documentation.scoring import criteria, mean_score
from featuretrail.domain.rules import Rule
from tests.documentation.facts import GOOD, GROUP, entry, facts, feature


def scores(**fields: Any) -> dict[str, float | None]:
    return {each.name: each.score for each in criteria(facts(**fields))}


def test_a_good_documentation_has_full_marks_for_all_that_applies() -> None:
    found = criteria(facts())

    assert mean_score(found) == 100.0
    assert {each.name for each in found if each.score is None} == {
        "rule",
        "parents documented",
        "description is fresh",
    }
    assert all(each.words for each in found)


@pytest.mark.parametrize(
    ("description", "expected"),
    [("", 0.0), ("x" * 20, 50.0), ("x" * 40, 100.0), ("x" * 600, 100.0), ("x" * 1200, 50.0)],
)
def test_a_description_has_a_window_of_length(description: str, expected: float) -> None:
    assert scores(definition=feature(description))["description length"] == expected


def test_a_description_says_more_than_the_name() -> None:
    name = "description says more than the name"

    assert scores(definition=feature("Temp of the weather: temp."))[name] == 66.7
    assert scores(definition=feature("temp, weather!"))[name] == 0.0
    assert scores(definition=feature(GOOD))[name] == 100.0


def test_units_are_asked_of_numbers_alone() -> None:
    assert scores(definition=feature(unit=None))["unit"] == 0.0
    assert scores(definition=ft.Feature("sky", "text", GOOD))["unit"] is None


def test_an_owner_may_be_that_of_the_group() -> None:
    assert scores(group=evolve(GROUP, owner=None))["owner"] == 0.0
    assert scores(group=evolve(GROUP, owner=None), definition=feature(owner="me"))["owner"] == 100.0


def test_a_rule_explains_itself_by_a_docstring_or_a_comment() -> None:
    def of(kind: Any, source: str) -> float | None:
        rule = Rule(kind, ["weather.temp"], source)
        return scores(definition=feature(rule=rule))["rule"]

    assert of("python", "def f(a):\n    return a") == 50.0
    assert of("python", 'def f(a):\n    """Say why."""\n    return a') == 100.0
    assert of("sql", "temp + 1") == 100.0
    assert of("sql", "temp + 1" + " + 1" * 60) == 50.0
    assert of("python", "def f(a):\n    return a  # why") == 100.0
    assert of("python", "    @rule\n    def f(a):\n        # why\n        return a") == 100.0
    assert of("python", "def f(a):\n    return a == '# no comment'") == 50.0
    assert of("python", 'def f(a):\n    return """no docstring"""') == 50.0
    assert of("sql", "temp || '--' || \"/*\"" + " || 'x'" * 20) == 50.0
    assert of("sql", "temp + 1 -- why" + "\n + 1" * 60) == 100.0


def test_parents_count_by_their_share() -> None:
    assert scores(parents={"a.b@1.0.0": True, "a.c@1.0.0": False})["parents documented"] == 50.0


def test_an_example_counts_when_it_ran_and_returned_something() -> None:
    known = facts().example
    assert known is not None

    assert scores(example=evolve(known, present=0))["example runs"] == 50.0
    assert scores(example=None, absent="nothing is stored")["example runs"] == 0.0
    assert scores(definition=feature(tags=["PII"]))["example runs"] is None


def test_a_description_goes_stale_when_the_meaning_changes_without_it() -> None:
    name = "description is fresh"
    other = feature(unit="°C")

    assert scores(earlier=other)[name] == 0.0
    assert scores(earlier=other, definition=feature(GOOD + " Now in Fahrenheit."))[name] == 100.0
    assert scores(earlier=feature(tags=["other"]))[name] is None


def test_reasons_count_by_their_share() -> None:
    changes = (entry(), entry(reason=None, version="1.0.1"))

    assert scores(changes=changes)["reasons given"] == 50.0


@given(st.text(max_size=1500), st.one_of(st.none(), st.text(max_size=20)))
def test_every_score_is_a_score(description: str, unit: str | None) -> None:
    found = criteria(facts(definition=feature(description, unit=unit)))

    assert all(each.score is None or 0 <= each.score <= 100 for each in found)
    assert 0 <= (mean_score(found) or 0) <= 100
