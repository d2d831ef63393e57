"""The registry: definitions folded from events."""

import pytest

from featuretrail.domain.aggregates import FeatureAggregate, FeatureSetAggregate, GroupAggregate
from featuretrail.domain.aggregates import feature as features
from featuretrail.domain.aggregates import feature_set as sets
from featuretrail.domain.aggregates import group as groups
from featuretrail.domain.definitions import Feature, FeatureGroup, FeatureSet
from featuretrail.domain.errors import NotFoundError
from featuretrail.domain.events import Event, Metadata
from featuretrail.domain.registry import Registry
from featuretrail.domain.versions import Version


def events() -> list[Event]:
    made: list[Event] = []
    made += groups.decide_define(
        GroupAggregate.initial("weather"), FeatureGroup("weather", {"origin": "text"}), Metadata()
    )
    temp = FeatureAggregate.initial("weather", "temp")
    for definition in (Feature("temp", "float64"), Feature("temp", "int64", version="2.0.0")):
        (event,) = features.decide_define(temp, definition, Metadata())
        temp = temp.evolve(event)
        made.append(event)
    made += sets.decide_define(
        FeatureSetAggregate.initial("delay"),
        FeatureSet("delay", ["weather.temp"]),
        {"weather.temp": Version(2, 0, 0)},
        Metadata(),
    )
    return made


def test_a_registry_resolves_the_latest_and_pinned_versions() -> None:
    registry = Registry().evolve(events(), 4)
    assert registry.resolve("weather.temp").dtype == "int64"
    assert registry.resolve("weather.temp@1.0.0").column == "temp"
    assert str(registry.resolve("weather.temp").reference) == "weather.temp@2.0.0"
    assert [str(item) for item in registry.feature_set("delay").pinned] == ["weather.temp@2.0.0"]


def test_folding_in_pieces_equals_folding_at_once() -> None:
    pieces = Registry()
    for position, event in enumerate(events(), start=1):
        pieces = pieces.evolve([event], position)
    assert pieces == Registry().evolve(events(), 4)


@pytest.mark.parametrize(
    ("reference", "near"),
    [
        ("wether.temp", "weather"),
        ("weather.tmp", "weather.temp"),
        ("weather.temp@3.0.0", "weather.temp@2.0.0"),
    ],
)
def test_an_unknown_name_lists_the_near_ones(reference: str, near: str) -> None:
    registry = Registry().evolve(events(), 4)
    with pytest.raises(NotFoundError, match="did you mean") as caught:
        registry.resolve(reference)
    assert near in caught.value.near


def test_an_unknown_set_or_version_of_it_is_named() -> None:
    registry = Registry().evolve(events(), 4)
    with pytest.raises(NotFoundError, match="delay"):
        registry.feature_set("dealy")
    with pytest.raises(NotFoundError, match=r"delay@1\.0\.0"):
        registry.feature_set("delay", Version(1, 1, 0))


def test_an_empty_registry_says_that_nothing_exists() -> None:
    with pytest.raises(NotFoundError, match="none exists yet"):
        Registry().group("weather")
