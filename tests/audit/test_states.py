"""What anything was at a version, a position or a time, replayed from its stream."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from psycopg import sql

import featuretrail as ft
from featuretrail.domain.aggregates import DriftIncident
from featuretrail.domain.errors import (
    InvalidInputError,
    InvalidNameError,
    NaiveTimeError,
    NotFoundError,
    NotYetError,
)
from featuretrail.domain.versions import Version
from tests.audit.story import CONSISTENCY, INCIDENT, QUALITY, SAMPLE, Story

HOUR = 3_600_000_000


@pytest.mark.parametrize(
    ("subject", "at", "facts"),
    [
        ("group weather", 18, {"ttl_microseconds": 6 * HOUR, "versions": ["1.0.0"]}),
        ("group weather", 19, {"ttl_microseconds": 12 * HOUR, "versions": ["1.0.0", "1.1.0"]}),
        ("feature weather.temp", 19, {"group": "weather", "description": "Air temperature"}),
        ("feature weather.temp", 20, {"description": "Air temperature, °F", "column": "temp"}),
        ("set delay", 4, {"pinned": ["weather.temp@1.0.0", "weather.sky@1.0.0"]}),
        ("batch weather#1", 5, {"rows": 8, "columns": {"sky": "1.0.0", "temp": "1.0.0"}}),
        ("batch weather#2", 21, {"keys": [{"origin": "JFK"}]}),
        ("snapshot delay@1.0.0", 17, {"rows": 4, "validation_status": None}),
        ("snapshot delay@1.0.0", 18, {"validation_status": "passed", "quality_score": 97.5}),
        ("lineage weather.dew@2.0.0", 21, {"computation_rule": "temp - 1", "retired": False}),
        ("lineage weather.dew@2.0.0", 22, {"retired": True}),
        ("metadata weather.temp business owner", 10, {"metadata_value": "ops"}),
        ("metadata weather.temp business owner", 11, {"metadata_value": "science"}),
        (INCIDENT, 12, {"status": "detected", "acknowledged_by": None, "drift_score": 0.31}),
        (INCIDENT, 13, {"status": "acknowledged", "acknowledged_by": "ben"}),
        (INCIDENT, 14, {"status": "resolved", "action_taken": "sensor replaced"}),
        (QUALITY, 15, {"score": 97.5, "coverage": 100.0}),
        ("quality weather.temp", 15, {"score": 97.5}),
        (CONSISTENCY, 16, {"status": "passed", "details": {"rows": 4}}),
    ],
)
def test_a_state_is_that_of_its_position(
    past: Story, subject: Any, at: int, facts: dict[str, Any]
) -> None:
    found = past.store.audit.state_at(subject, at)

    assert {name: found.state[name] for name in facts} == facts
    assert found.at == at


def test_documentation_and_samples_have_states_too(past: Story) -> None:
    documented = past.store.audit.state_at("documentation weather.temp", 8).state["documented"]
    sampled = past.store.audit.state_at(SAMPLE).state["measurements"]

    assert (documented["1.0.0"]["content"], documented["1.0.0"]["revision"]) == ("Air.", 1)
    assert [each["computation_time_ms"] for each in sampled] == [1.5, 2.5]


def test_a_state_says_who_made_it_so_when_and_why(past: Story) -> None:
    found = past.store.audit.state_at(INCIDENT, 13)

    assert isinstance(found.aggregate, DriftIncident)
    assert (found.subject, found.version) == (f"drift incident {INCIDENT}", 2)
    assert (found.last.position, found.last.actor) == (13, "ben")
    assert found.last.reason == "second look"
    assert found.to_dict()["last"]["recorded_at"] == found.last.recorded_at.isoformat()


@pytest.mark.parametrize(
    ("subject", "version", "last"),
    [
        ("feature weather.temp", "1.0.0", 2),
        ("feature weather.temp", Version(1, 0, 1), 20),
        ("feature weather.temp@1.0.0", None, 2),
        ("feature weather.temp", 1, 2),
        ("group weather", "1.1.0", 19),
        ("set delay", "1.0.0", 4),
        ("documentation weather.temp@1.0.0", None, 9),
        ("documentation weather.temp", 1, 8),
        ("snapshot delay@1.0.0", "1.0.0", 6),
        ("lineage weather.dew@2.0.0", 1, 7),
        (INCIDENT, 2, 13),
    ],
)
def test_a_state_is_asked_by_a_version_of_the_thing_or_a_number_in_its_stream(
    past: Story, subject: Any, version: Any, last: int
) -> None:
    assert past.store.audit.state_at(subject, version=version).last.position == last


def test_a_semantic_version_may_stand_for_the_moment(past: Story) -> None:
    assert past.store.audit.state_at("group weather", "1.0.0").last.position == 1


def test_a_state_is_asked_by_a_time(past: Story) -> None:
    changed = past.store.audit.show(19).recorded_at
    earlier = changed - timedelta(microseconds=1)

    assert past.store.audit.state_at("group weather", changed).state["version"] == "1.1.0"
    assert past.store.audit.state_at("group weather", earlier).state["version"] == "1.0.0"
    far = datetime(9999, 12, 31, tzinfo=UTC)
    assert past.store.audit.state_at("group weather", far).at == 22


@pytest.mark.parametrize("at", [11, datetime(1, 1, 1, tzinfo=UTC)])
def test_before_its_first_event_a_thing_did_not_exist(past: Story, at: Any) -> None:
    with pytest.raises(NotYetError, match="its first event is at position 12") as caught:
        past.store.audit.state_at(INCIDENT, at)
    assert caught.value.first == 12


@pytest.mark.parametrize(
    ("question", "error", "message"),
    [
        ({"at": 23}, NotFoundError, "no position 23; there are '0 to 22'"),
        ({"at": 2**70}, NotFoundError, "no position"),
        ({"at": -1}, InvalidInputError, "at is -1; give a position"),
        ({"at": True}, InvalidInputError, "at is True"),
        ({"at": 1.5}, InvalidInputError, "or an aware datetime"),
        ({"at": datetime(2025, 1, 1)}, NaiveTimeError, "value.replace(tzinfo"),  # noqa: DTZ001
        ({"at": "yesterday"}, InvalidNameError, "must read major.minor.patch"),
        ({"version": 0}, InvalidInputError, "version is 0; give a whole number from 1"),
        ({"version": 3}, NotFoundError, "there are '1 to 2'"),
        ({"version": "2.0.0"}, NotFoundError, "did you mean '1.0.0'"),
        ({"version": "1.1.0", "at": 18}, NotFoundError, "no version of group '1.1.0'"),
    ],
)
def test_a_moment_that_is_none_is_an_error_that_says_how_to_ask(
    past: Story, question: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error) as caught:
        past.store.audit.state_at("group weather", **question)
    assert message in str(caught.value)


def test_a_name_of_several_streams_is_refused_with_their_names(past: Story) -> None:
    with pytest.raises(InvalidInputError) as caught:
        past.store.audit.state_at("feature weather")
    assert "'feature weather.temp', 'feature weather.sky'" in str(caught.value)
    with pytest.raises(InvalidInputError, match="'batch weather#1', 'batch weather#2'"):
        past.store.audit.state_at("batch weather")


def test_the_registry_is_that_of_its_position(past: Story) -> None:
    audit = past.store.audit

    then, now = audit.registry_at(18).to_dict(), audit.registry_at().to_dict()

    assert then["features"]["weather.temp"]["version"] == "1.0.0"
    assert now["features"]["weather.temp"]["version"] == "1.0.1"
    assert audit.registry_at(3).registry.sets == {}
    assert audit.registry_at(datetime(1, 1, 1, tzinfo=UTC)).to_dict() == {
        "at": 0,
        "groups": {},
        "features": {},
        "sets": {},
    }
    with pytest.raises(NotFoundError, match="no position 23"):
        audit.registry_at(23)


@pytest.mark.tiers("embedded")
@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ("state = convert_to(replace(convert_from(state, 'UTF8'), 'float64', 'f'), 'UTF8')", "'f'"),
        ("topic = 'featuretrail.drift.acknowledged', state = {state}", "replayed"),
        ("topic = 'featuretrail.drift.forgotten'", "drift.forgotten"),
    ],
)
def test_an_altered_event_is_named_not_stumbled_over(
    story: Story, change: str, reason: str
) -> None:
    state = "convert_to('{\"class_version\":1,\"metadata\":{}}', 'UTF8')"
    alter(story, f"{change.replace('{state}', state)} WHERE position = 20")

    with pytest.raises((ft.ChainBrokenError, NotFoundError), match=reason):
        story.store.audit.state_at("feature weather.temp")


@pytest.mark.tiers("embedded", "apache", "community")
def test_an_event_that_was_altered_to_make_sense_is_named_too(story: Story) -> None:
    audit = story.store.audit
    before = audit.state_at("feature weather.temp", 19)
    alter(
        story,
        "state = convert_to(replace(convert_from(state, 'UTF8'), '\"ben\"', '\"eve\"'), 'UTF8') "
        "WHERE position = 20",
    )

    with pytest.raises(ft.ChainBrokenError, match="position 20: the event does not agree"):
        audit.state_at("feature weather.temp")
    with pytest.raises(ft.ChainBrokenError, match="position 20: the event does not agree"):
        audit.diff("feature weather.temp", 3)
    assert audit.state_at("feature weather.temp", 19) == before
    shown = audit.show(20)
    assert "does not agree with its digest" in str(shown.fault)
    assert shown.event
    assert audit.show(19).fault is None


def test_the_first_event_is_chained_to_nothing_and_one_behind_a_gap_to_what_is_gone(
    story: Story,
) -> None:
    assert story.store.audit.show(1).fault is None
    with story.database.transaction() as connection:
        connection.execute("ALTER TABLE featuretrail.events DISABLE TRIGGER USER")
        connection.execute("DELETE FROM featuretrail.events WHERE position = 7")

    assert "does not agree" in str(story.store.audit.show(8).fault)
    assert story.store.audit.show(9).fault is None


def alter(story: Story, change: str) -> None:
    with story.database.transaction() as connection:
        connection.execute("ALTER TABLE featuretrail.events DISABLE TRIGGER USER")
        connection.execute(sql.SQL(f"UPDATE featuretrail.events SET {change}"))
