"""Definitions as values, and their way through dicts."""

import json
from datetime import timedelta
from typing import Any, cast

import pytest
from hypothesis import given

from featuretrail.domain.constraints import OneOf, Range
from featuretrail.domain.definitions import Feature, FeatureGroup, FeatureSet, definition_digest
from featuretrail.domain.errors import InvalidDefinitionError, InvalidNameError
from featuretrail.domain.schemas import feature_from, group_from, parse_duration, set_from
from tests.domain.strategies import features, groups


@given(features)
def test_a_feature_survives_its_dict_and_json(feature: Feature) -> None:
    assert feature_from(json.loads(json.dumps(feature.to_dict()))) == feature


@given(groups)
def test_a_group_survives_its_dict_without_features(group: FeatureGroup) -> None:
    read = group_from(json.loads(json.dumps(group.to_dict())))
    assert read.to_dict() == group.to_dict()
    assert list(read.keys) == list(group.keys)
    assert read.ttl == group.ttl


def test_a_set_survives_its_dict() -> None:
    feature_set = FeatureSet("s", ["a.b", "a.c@2.0.0"], label="a.d", tags=["x"])
    assert set_from(feature_set.to_dict()) == feature_set


def test_the_digest_ignores_the_order_of_fields_and_sees_every_value() -> None:
    one = Feature("temp", "float64", "Air").to_dict()
    assert definition_digest(one) == definition_digest(dict(reversed(one.items())))
    assert definition_digest(one) != definition_digest(one | {"unit": "F"})


@pytest.mark.parametrize(
    ("definition", "reason"),
    [
        (lambda: Feature("temp", "float32"), "types are float64"),
        (lambda: Feature("temp", "float64", constraints=cast("Any", ["positive"])), "use Range"),
        (lambda: Feature("temp", "float64", tags="weather"), "list of strings"),
        (lambda: Feature("temp", "float64", cast("Any", 5)), "give a string"),
        (lambda: FeatureGroup("g", {}), "needs keys"),
        (lambda: FeatureGroup("g", {"k": "float64"}), "text or int64"),
        (lambda: FeatureGroup("g", {"k": "text"}, ttl=timedelta(0)), "positive timedelta"),
        (lambda: FeatureGroup("g", {"k": "text"}, ttl=timedelta.max), "at most 366000 days"),
        (lambda: FeatureGroup("g", {"k": "text"}, ttl=cast("Any", 3600)), "positive timedelta"),
        (lambda: FeatureGroup("g", {"k": "text"}, known_time="k"), "as a key and as known_time"),
        (lambda: FeatureGroup("g", {"k": "text"}, [Feature("k", "text")]), "two columns named 'k'"),
        (
            lambda: FeatureGroup("g", {"k": "text"}, [Feature("a", "text"), Feature("a", "bool")]),
            "two columns named 'a'",
        ),
        (lambda: FeatureGroup("g", {"k": "text"}, cast("Any", ["a"])), "is no Feature"),
        (lambda: FeatureSet("s", []), "selects no feature"),
        (lambda: FeatureSet("s", "g.a"), "list of strings"),
        (lambda: FeatureSet("s", ["g.a", "g.a@1.0.0"]), "twice"),
        (lambda: FeatureSet("s", ["g.a"], label="g.a"), "its label"),
        (Range, "minimum or a maximum"),
        (lambda: Range(2, 1), "above maximum"),
        (lambda: Range(float("nan"), 1), "a bound of Range is nan"),
        (lambda: Range(0, float("inf")), "a bound of Range is inf"),
        (lambda: OneOf([float("nan")]), "a value of OneOf is nan"),
        (lambda: OneOf([cast("Any", None)]), "a value of OneOf is None"),
        (lambda: Range(cast("Any", "a")), "give a number"),
        (lambda: OneOf(()), "at least one"),
    ],
)
def test_a_definition_that_makes_no_sense_is_refused(definition: Any, reason: str) -> None:
    with pytest.raises(InvalidDefinitionError, match=reason):
        definition()


def test_a_feature_may_not_be_named_as_a_column_of_the_house() -> None:
    with pytest.raises(InvalidNameError, match="reserved"):
        Feature("event_time", "timestamptz")


def test_a_group_of_1600_columns_is_refused_before_postgresql_would() -> None:
    many = [Feature(f"f{index}", "float64") for index in range(1600)]
    with pytest.raises(InvalidDefinitionError, match="split it into several groups"):
        FeatureGroup("wide", {"k": "int64"}, many)
    assert len(FeatureGroup("wide", {"k": "int64"}, many[:900]).features) == 900


@pytest.mark.parametrize(
    ("text", "seconds"), [("90s", 90), ("15m", 900), ("6h", 21600), ("7d", 604800), ("1w", 604800)]
)
def test_durations_are_read_as_people_write_them(text: str, seconds: int) -> None:
    assert parse_duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "given", ["30", "-1d", "1d12h", "", "forever", "PT6H", "999999999w", "²d", 730, 30.5, True, []]
)
def test_what_is_no_duration_is_told_with_what_would_be(given: object) -> None:
    with pytest.raises(InvalidDefinitionError) as caught:
        group_from({"name": "g", "keys": {"k": "text"}, "retention": given})
    assert f"retention: it is {given!r}; give a number with a unit, such as 30d" in str(
        caught.value
    )


@pytest.mark.parametrize(
    ("given", "told"),
    [("1h", "retention is 1:00:00; "), ("99999999w", "retention is 699999993 days")],
)
def test_a_retention_out_of_bounds_is_told_as_people_write_it(given: str, told: str) -> None:
    with pytest.raises(InvalidDefinitionError, match=f"^{told}.*at least a day and at most 366000"):
        group_from({"name": "g", "keys": {"k": "text"}, "retention": given})


def test_every_fault_of_a_dict_is_listed_with_its_place() -> None:
    with pytest.raises(InvalidDefinitionError) as caught:
        group_from({"name": "g", "keys": {"k": "text"}, "tttl": 1, "features": [{"name": "a"}]})
    assert "features.0.dtype: Field required" in str(caught.value)
    assert "tttl" in str(caught.value)
