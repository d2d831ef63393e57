"""From what happened to who is told: pure decisions, without a database."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

import featuretrail as ft
from featuretrail.domain.aggregates.alert import Alert, decide_delivered, decide_failed
from featuretrail.domain.alerts.outbox import Outbox
from featuretrail.domain.alerts.retrying import ATTEMPTS, LONGEST_DELAY, next_attempt
from featuretrail.domain.alerts.rule import Rule, decide_set
from featuretrail.domain.alerts.wording import own_text
from featuretrail.domain.events import AlertRaised
from featuretrail.domain.events.alerts import AlertHeldBack
from tests.alerts.situations import (
    BY,
    NOON,
    acknowledged,
    detected,
    evaluation,
    incident_id,
    opened,
    quality,
    resolved,
    rule,
    seen,
    worse,
)

HOUR = timedelta(hours=1)
NIL = UUID(int=0)


def delivered(state: Outbox) -> Outbox:
    """The outbox after everything that waits was taken."""
    events = [decide_delivered(each, NOON, BY) for each in state.waiting()]
    return state.evolve((0, event) for event in events)


def raised(events: Sequence[object]) -> list[tuple[str, str]]:
    return [(each.occasion, each.destination) for each in events if isinstance(each, AlertRaised)]


def test_a_situation_is_told_once_again_when_it_worsens_and_when_it_ends() -> None:
    known = detected(severity="medium")
    asked = evaluation(rule(minimum_severity="medium"))
    asked.see([opened(severity="medium"), opened(severity="medium")])
    asked.see([seen(worse(known, "medium"), known)])
    assert raised(asked.events) == [("opened", "hook")]
    asked.see([seen(worse(known, "critical"), known), seen(worse(known, "high", 0.8), known)])
    assert raised(asked.events) == [("opened", "hook"), ("worse", "hook")]
    asked.see([seen(resolved(known), known), seen(resolved(known), known)])
    assert raised(asked.events)[2:] == [("resolved", "hook")]
    assert list(asked.state.openings()) == []
    asked.see([opened(number=2, severity="medium")])
    assert raised(asked.events)[3:] == [("opened", "hook")]


def test_the_same_evaluation_twice_gives_alerts_of_the_same_ids() -> None:
    first, second = evaluation(rule()), evaluation(rule(), now=NOON + HOUR)
    for each in (first, second):
        each.see([opened()])
    [one], [other] = first.events, second.events
    assert one.originator_id == other.originator_id
    other_rule = evaluation(rule("b"))
    other_rule.see([opened()])
    assert other_rule.events[0].originator_id != one.originator_id


@pytest.mark.parametrize(
    ("facts", "told"),
    [
        ({}, ["weather.temp", "weather.wind"]),
        ({"minimum_severity": "critical"}, []),
        ({"owners": ["ops"]}, ["weather.temp"]),
        ({"owners": ["ben", "eve"]}, ["weather.wind"]),
        ({"tags": ["gold"]}, ["weather.wind"]),
        ({"tags": ["met"]}, ["weather.temp", "weather.wind"]),
        ({"features": ["weather.w*"]}, ["weather.wind"]),
        ({"features": ["weather"]}, ["weather.temp", "weather.wind"]),
        ({"features": ["flights", "weather.temp"]}, ["weather.temp"]),
        ({"kinds": ["monitor"]}, []),
    ],
)
def test_a_rule_speaks_of_what_it_names(facts: dict[str, Any], told: list[str]) -> None:
    asked = evaluation(rule(**facts))
    asked.see([opened(1, "weather.temp"), opened(2, "weather.wind")])
    assert [each.feature for each in asked.events if isinstance(each, AlertRaised)] == told


def test_a_rule_does_not_speak_of_what_was_before_it() -> None:
    state = Rule.initial("late")
    [event] = decide_set(state, ["hook"], BY)
    asked = evaluation(state.evolve(event, 10))
    asked.see([opened()])  # at position 10
    assert asked.events == []


def test_an_owner_is_told_where_the_configuration_says() -> None:
    routes = {"ops": ["mail", "hook"], "*": ["night"]}
    asked = evaluation(rule(destinations=["owner", "hook"]), routes=routes)
    asked.see([opened(1, "weather.temp"), opened(2, "weather.wind"), opened(3, "gone.away")])
    assert [(each.feature, each.destination) for each in asked.events] == [  # type: ignore[union-attr]
        ("weather.temp", "hook"), ("weather.temp", "mail"),
        ("weather.wind", "hook"), ("weather.wind", "night"),
        ("gone.away", "hook"), ("gone.away", "night"),
    ]  # fmt: skip
    lost = evaluation(rule(destinations=["owner"]))
    lost.see([opened(2, "weather.wind")])
    assert raised(lost.events) == [("opened", "owner:ben")]  # fails when sent, and says why


def test_what_nobody_acknowledges_is_repeated() -> None:
    known, ruled = detected(), rule(repeat_every=HOUR)
    first = evaluation(ruled)
    first.see([opened()])
    too_early = evaluation(ruled, state=delivered(first.state), now=NOON + HOUR / 2)
    too_early.repeat()
    assert too_early.events == []
    not_out_yet = evaluation(ruled, state=first.state, now=NOON + HOUR)
    not_out_yet.repeat()
    assert not_out_yet.events == []
    again = evaluation(ruled, state=delivered(first.state), now=NOON + HOUR)
    again.repeat()
    again.repeat()
    assert raised(again.events) == [("repeated", "hook")]
    third = evaluation(ruled, state=delivered(again.state), now=NOON + 2 * HOUR)
    third.repeat()
    assert third.events[0].originator_id != again.events[0].originator_id
    third.see([seen(acknowledged(known), known)])
    later = evaluation(ruled, state=delivered(third.state), now=NOON + 9 * HOUR)
    later.repeat()
    assert later.events == []


def test_too_many_are_held_back_and_the_next_message_tells_of_them() -> None:
    ruled = rule(at_most_an_hour=2)
    asked = evaluation(ruled)
    asked.see([opened(number) for number in range(5)])
    held = [each for each in asked.events if isinstance(each, AlertHeldBack)]
    assert len(asked.state.waiting()) == 2
    assert [each.until for each in held] == [NOON + HOUR] * 3
    early = evaluation(ruled, state=delivered(asked.state), now=NOON + HOUR / 2)
    early.summarise()
    assert early.events == []
    later = evaluation(ruled, state=delivered(asked.state), now=NOON + HOUR)
    later.see([opened(7)])
    [message] = later.events
    assert isinstance(message, AlertRaised)
    assert set(message.held_back) == {each.originator_id for each in held}
    assert "Not sent before this (3):" in message.text
    assert message.text.count("weather.temp drifted") == 3
    later.summarise()
    assert len(later.events) == 1


def test_what_was_held_back_is_told_of_even_if_nothing_else_happens() -> None:
    ruled = rule(at_most_an_hour=1)
    known = detected(2)
    asked = evaluation(ruled)
    asked.see([opened(1), opened(2), opened(3)])
    asked.see([seen(resolved(known), known)])  # it was never told of, so its end is not
    later = evaluation(ruled, state=delivered(asked.state), now=NOON + HOUR)
    later.summarise()
    later.summarise()
    [summary] = later.events
    assert isinstance(summary, AlertRaised)
    assert (summary.occasion, summary.title) == ("summary", "2 alerts held back")
    assert "(held back, resolved since)" in summary.text
    told = detected(3)
    after = evaluation(ruled, state=delivered(later.state), now=NOON + 3 * HOUR)
    after.see([seen(resolved(told), told)])  # the summary told of it
    assert raised(after.events) == [("resolved", "hook")]


def test_one_that_keeps_worsening_is_told_of_once_in_a_while() -> None:
    known, ruled = detected(severity="low"), rule(once_in=HOUR)
    asked = evaluation(ruled)
    first = worse(known, "medium")
    asked.see([opened(severity="low"), seen(first, known)])
    assert [each.why for each in asked.events if isinstance(each, AlertHeldBack)] == [
        f"drift incident {incident_id()} was told of before"
    ]
    later = evaluation(ruled, state=delivered(asked.state), now=NOON + HOUR)
    known = known.evolve(first)
    later.see([seen(worse(known, "critical"), known)])
    assert raised(later.events) == [("worse", "hook")]


def test_a_quality_is_low_by_each_rules_own_threshold_and_unknown_is_neither() -> None:
    asked = evaluation(rule("strict", quality_below=90.0), rule("lax", quality_below=50.0))
    asked.see([seen(quality(70.0))])
    assert [each.rule for each in asked.events if isinstance(each, AlertRaised)] == ["strict"]
    asked.see([seen(quality(20.0, 2))])
    assert [(each.rule, each.severity) for each in asked.events[1:]] == [  # type: ignore[union-attr]
        ("strict", "critical"), ("lax", "critical"),
    ]  # fmt: skip
    asked.see([seen(quality(60.0, 3))])
    assert [each.said.rule for each in asked.state.openings()] == ["strict"]
    silent = evaluation(rule())
    silent.see([seen(quality(1.0))])
    assert silent.events == []  # a rule without a threshold does not speak of quality
    with pytest.raises(AssertionError):
        seen(quality(None))


def test_a_removed_rule_ends_what_it_opened_without_a_word() -> None:
    known, asked = detected(), evaluation(rule())
    asked.see([opened()])
    gone = evaluation(state=delivered(asked.state))
    gone.see([seen(resolved(known), known)])
    assert raised(gone.events) == []
    assert list(gone.state.openings()) == []


def test_of_one_situation_only_the_first_that_waits_is_due() -> None:
    known = detected(severity="low")
    asked = evaluation(rule())
    asked.see([opened(severity="low"), seen(worse(known, "high"), known), opened(2)])
    assert [each.said.title for each in asked.state.due(NOON)] == ["weather.temp drifted"] * 2
    assert {each.said.occasion for each in asked.state.due(NOON)} == {"opened"}
    assert [each.said.occasion for each in delivered(asked.state).due(NOON)] == []


def test_failures_are_retried_ever_later_and_given_up() -> None:
    asked = evaluation(rule())
    asked.see([opened()])
    [alert] = asked.state.waiting()
    moment = NOON
    while alert.status == "waiting":
        assert alert.next_attempt_at is not None
        moment = alert.next_attempt_at
        alert = alert.evolve(decide_failed(alert, "no route", moment, BY))
    assert (alert.status, alert.attempts, alert.error) == ("given up", ATTEMPTS, "no route")
    assert 3 * HOUR < moment - NOON < 8 * HOUR
    with pytest.raises(ft.ConflictError, match="given up, not waiting"):
        decide_delivered(alert, moment, BY)


@given(st.uuids(), st.integers(1, ATTEMPTS - 1))
def test_the_next_attempt_is_determined_and_near_the_doubled_delay(alert: object, n: int) -> None:
    following = next_attempt(alert, n, NOON)  # type: ignore[arg-type]
    assert following == next_attempt(alert, n, NOON)  # type: ignore[arg-type]
    assert following is not None
    delay = min(timedelta(seconds=30) * 2 ** (n - 1), LONGEST_DELAY)
    assert delay * 0.75 <= following - NOON <= delay * 1.25


def test_what_is_open_is_known_from_the_floor_on() -> None:
    ruled = rule(at_most_an_hour=2)
    asked = evaluation(ruled)
    asked.see([opened(1), opened(2), opened(3)])
    placed = Outbox().evolve((20 + n, event) for n, event in enumerate(asked.events))
    assert placed.floor(99, NOON) == 20
    done = detected(1)
    later = evaluation(rule(send_resolved=False), state=delivered(placed))
    later.see([seen(resolved(done), done)])
    assert later.state.floor(99, NOON + timedelta(days=2)) == 21  # the first has ended
    assert Outbox().floor(99, NOON) == 100
    unknown = Alert.initial(incident_id())
    assert Outbox().evolve([(5, unknown_event(unknown))]).alerts == {}


def unknown_event(alert: Alert) -> AlertHeldBack:
    return AlertHeldBack.in_stream(alert.id, 2, why="of an alert before the floor", until=NOON)


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"destinations": []}, "destinations is empty"),
        ({"destinations": ["mailto://u:secret@host"]}, "its address in the configuration"),
        ({"destinations": "hook"}, "give a list"),
        ({"kinds": []}, "kinds is empty"),
        ({"kinds": ["weather"]}, "give one of 'drift'"),
        ({"kinds": ["quality"]}, "needs quality_below"),
        ({"minimum_severity": "bad"}, "give one of 'low'"),
        ({"quality_below": 101}, "from 0 to 100"),
        ({"once_in": timedelta(0)}, "from a second to a century"),
        ({"repeat_every": 60}, "give a timedelta"),
        ({"at_most_an_hour": 0}, "whole number from 1"),
        ({"send_resolved": 1}, "give True or False"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(facts: dict[str, Any], said: str) -> None:
    with pytest.raises(ft.InvalidInputError, match=said) as refusal:
        rule(**facts)
    assert "secret" not in str(refusal.value)


def test_what_was_given_up_twice_is_told_of_by_the_message_that_gets_through() -> None:
    ruled = rule()
    first = evaluation(ruled)
    first.see([opened(1)])
    lost = given_up(first.state)
    second = evaluation(ruled, state=lost)
    second.see([opened(2)])
    assert second.state.untold("hook") == []  # the second may tell of the first yet
    third = evaluation(ruled, state=given_up(second.state))
    third.see([opened(3)])
    [message] = [each for each in third.events if isinstance(each, AlertRaised)]
    assert set(message.held_back) == {each.originator_id for each in first.events + second.events}
    assert "Not sent before this (2)" in message.text


def test_a_repetition_says_what_was_said_last_without_what_was_held_back_before() -> None:
    ruled = rule(kinds=["quality"], quality_below=60.0, repeat_every=HOUR)
    first = evaluation(ruled)
    first.see([seen(quality(55.0, 1, "weather.wind"))])
    second = evaluation(ruled, state=given_up(first.state))
    second.see([seen(quality(45.0, 2)), seen(quality(20.0, 3))])
    assert "Not sent before this" in str(second.events[0].text)  # type: ignore[union-attr]
    again = evaluation(ruled, state=delivered(second.state), now=NOON + HOUR)
    again.repeat()
    said = {each.situation: each for each in again.events if isinstance(each, AlertRaised)}
    told = said["quality weather.temp"]
    assert (told.title, told.severity) == ("quality of weather.temp is 20 of 100", "critical")
    only = evaluation(ruled)
    only.see([seen(quality(45.0, 2))])
    listed = only.events[0].model_copy(update={"text": second.events[0].text, "held_back": (NIL,)})  # type: ignore[union-attr]
    assert own_text(listed) == "a third is NULL"  # type: ignore[arg-type]


def test_a_repetition_goes_where_the_rule_sends_now() -> None:
    first = evaluation(rule(destinations=("hook", "mail"), repeat_every=HOUR))
    first.see([opened()])
    moved = rule(destinations=("mail",), repeat_every=HOUR)
    again = evaluation(moved, state=delivered(first.state), now=NOON + HOUR)
    again.repeat()
    assert raised(again.events) == [("repeated", "mail")]


def test_a_rule_that_does_not_ask_for_quality_any_more_has_nothing_open_of_it() -> None:
    first = evaluation(rule(quality_below=90.0))
    first.see([seen(quality(50.0))])
    for ruled in ([rule()], []):
        later = evaluation(*ruled, state=delivered(first.state))
        later.see([seen(quality(50.0, 2))])
        assert raised(later.events) == []
        assert list(later.state.openings()) == []


def given_up(state: Outbox) -> Outbox:
    """The outbox after everything that waits failed for good."""
    while waiting := state.waiting():
        state = state.evolve((0, decide_failed(each, "away", NOON, BY)) for each in waiting)
    return state
