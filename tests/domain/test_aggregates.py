"""Decisions of the aggregates: what makes an event, what is refused, and replay."""

from datetime import timedelta

import pytest

from featuretrail.domain.aggregates import FeatureAggregate, FeatureSetAggregate, GroupAggregate
from featuretrail.domain.aggregates import feature as features
from featuretrail.domain.aggregates import feature_set as sets
from featuretrail.domain.aggregates import group as groups
from featuretrail.domain.aggregates.snapshot import next_version, parse_snapshot_name
from featuretrail.domain.definitions import Feature, FeatureGroup, FeatureSet
from featuretrail.domain.errors import (
    AlreadyExistsError,
    DefinitionChangedError,
    InvalidDefinitionError,
    InvalidNameError,
)
from featuretrail.domain.events import Metadata, SnapshotCreated, stream_id
from featuretrail.domain.versions import Version
from tests.domain.examples import snapshot_created

ANNA = Metadata(actor="anna", reason="first")
WEATHER = FeatureGroup("weather", {"origin": "text"}, ttl=timedelta(hours=6))


def defined_group(*definitions: FeatureGroup) -> GroupAggregate:
    state = GroupAggregate.initial("weather")
    for definition in definitions:
        for event in groups.decide_define(state, definition, ANNA):
            state = state.evolve(event)
    return state


def defined_feature(*definitions: Feature) -> FeatureAggregate:
    state = FeatureAggregate.initial("weather", "temp")
    for definition in definitions:
        for event in features.decide_define(state, definition, ANNA):
            state = state.evolve(event)
    return state


def test_the_first_definition_makes_an_event_with_who_and_why() -> None:
    (event,) = groups.decide_define(GroupAggregate.initial("weather"), WEATHER, ANNA)
    assert event.originator_id == stream_id("group", "weather")
    assert event.originator_version == 1
    assert event.metadata == ANNA


def test_an_equal_definition_makes_no_event() -> None:
    assert groups.decide_define(defined_group(WEATHER), WEATHER, ANNA) == []
    temp = Feature("temp", "float64")
    assert features.decide_define(defined_feature(temp), temp, ANNA) == []


def test_a_changed_definition_under_its_version_is_refused_with_the_difference() -> None:
    state = defined_feature(Feature("temp", "float64", "Air"))
    with pytest.raises(DefinitionChangedError) as caught:
        features.decide_define(state, Feature("temp", "float64", "Air temperature"), ANNA)
    assert caught.value.differences == ("description: 'Air' -> 'Air temperature'",)
    assert "version 1.0.1 or later" in str(caught.value)


def test_a_changed_ttl_needs_a_new_version_of_the_group() -> None:
    changed = FeatureGroup("weather", {"origin": "text"}, ttl=timedelta(hours=12))
    with pytest.raises(DefinitionChangedError, match=r"version 1\.1\.0 or later"):
        groups.decide_define(defined_group(WEATHER), changed, ANNA)
    newer = FeatureGroup("weather", {"origin": "text"}, ttl=timedelta(hours=12), version="1.1.0")
    assert defined_group(WEATHER, newer).latest.ttl == timedelta(hours=12)


def test_keys_and_known_time_never_change() -> None:
    with pytest.raises(InvalidDefinitionError, match="another name"):
        groups.decide_define(
            defined_group(WEATHER), FeatureGroup("weather", {"dest": "text"}, version="2.0.0"), ANNA
        )
    with pytest.raises(InvalidDefinitionError, match="known_time"):
        groups.decide_define(
            defined_group(WEATHER),
            FeatureGroup("weather", {"origin": "text"}, known_time="at", version="2.0.0"),
            ANNA,
        )


def test_a_change_of_type_needs_a_major_version_and_gets_its_own_column() -> None:
    state = defined_feature(Feature("temp", "float64"))
    with pytest.raises(InvalidDefinitionError, match=r"needs version 2\.0\.0"):
        features.decide_define(state, Feature("temp", "int64", version="1.1.0"), ANNA)
    changed = defined_feature(Feature("temp", "float64"), Feature("temp", "int64", version="2.0.0"))
    assert [version.column for version in changed.versions] == ["temp", "temp__2_0_0"]


def test_a_minor_version_shares_its_predecessors_column() -> None:
    changed = defined_feature(
        Feature("temp", "float64"), Feature("temp", "float64", "Air", version="1.1.0")
    )
    assert [version.column for version in changed.versions] == ["temp", "temp"]


def test_versions_only_rise_and_older_ones_may_be_repeated() -> None:
    old, new = Feature("temp", "float64"), Feature("temp", "float64", "Air", version="1.1.0")
    state = defined_feature(old, new)
    assert features.decide_define(state, old, ANNA) == []
    with pytest.raises(InvalidDefinitionError, match="versions only rise"):
        features.decide_define(state, Feature("temp", "float64", "x", version="1.0.5"), ANNA)


def test_a_columns_name_never_passes_63_bytes() -> None:
    state = FeatureAggregate.initial("weather", "ü" * 31)
    for definition in (Feature("ü" * 31, "bool"), Feature("ü" * 31, "text", version="2.0.0")):
        (event,) = features.decide_define(state, definition, ANNA)
        state = state.evolve(event)
    assert len(state.latest.column.encode()) <= 63
    assert state.latest.column.endswith("__2_0_0")


def test_a_set_pins_unpinned_references_once_and_for_all() -> None:
    wanted = FeatureSet("delay", ["weather.temp", "weather.wind@1.0.0"])
    state = FeatureSetAggregate.initial("delay")
    first = {"weather.temp": Version(1, 0, 0), "weather.wind": Version(3, 0, 0)}
    (event,) = sets.decide_define(state, wanted, first, ANNA)
    state = state.evolve(event)
    assert [str(reference) for reference in state.latest.pinned] == [
        "weather.temp@1.0.0",
        "weather.wind@1.0.0",
    ]
    later = first | {"weather.temp": Version(2, 0, 0)}
    assert sets.decide_define(state, wanted, later, ANNA) == []


def snapshot(version: str, set_digest: str = "a") -> SnapshotCreated:
    return snapshot_created("s", version, set_digest)


def test_snapshots_count_minor_versions_until_the_set_changes() -> None:
    assert next_version("s", "a", [], None) == Version(1, 0, 0)
    assert next_version("s", "a", [snapshot("1.0.0")], None) == Version(1, 1, 0)
    assert next_version("s", "b", [snapshot("1.0.0"), snapshot("1.1.0")], None) == Version(2, 0, 0)


def test_an_existing_snapshot_is_never_overwritten() -> None:
    with pytest.raises(AlreadyExistsError, match="never overwritten"):
        next_version("s", "a", [snapshot("1.0.0")], Version(1, 0, 0))


def test_a_changed_set_forces_a_major_version_of_its_snapshots() -> None:
    with pytest.raises(InvalidNameError, match=r"use 2\.0\.0 or later"):
        next_version("s", "b", [snapshot("1.0.0")], Version(1, 5, 0))


def test_a_snapshots_name_is_its_set_and_version() -> None:
    assert parse_snapshot_name("s@1.2.0") == ("s", Version(1, 2, 0))
    for wrong in ("s", "s@1", "@1.0.0", None):
        with pytest.raises(InvalidNameError):
            parse_snapshot_name(wrong)
