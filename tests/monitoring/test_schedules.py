"""Which windows are due: pure decisions of schedule, last run and now."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import featuretrail as ft
from featuretrail.domain.aggregates.monitor import Monitor, decide_ran, decide_schedule
from featuretrail.domain.events import Metadata, MonitorScheduled
from featuretrail.domain.monitoring.schedule import due, ends, next_due
from featuretrail.domain.monitoring.staleness import stale

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
BY = Metadata(actor="ann")


def scheduled(subject: str = "group weather", **facts: Any) -> Monitor:
    state = Monitor.initial("m")
    given = {"every": HOUR, "starts_at": NOON, **facts}
    [event] = decide_schedule(state, subject, BY, **given)
    return state.evolve(event)


def said(**facts: Any) -> MonitorScheduled:
    found = scheduled(**facts).said
    assert found is not None
    return found


def ran(
    state: Monitor, end: datetime, outcome: str = "passed", at: datetime | None = None
) -> Monitor:
    results = [{"check": "quality", "outcome": outcome}]
    return state.evolve(
        decide_ran(state, end, results, BY, skipped=0, ran_at=at or end, duration_ms=1.0)
    )


def hours(*numbers: float) -> tuple[datetime, ...]:
    return tuple(NOON + number * HOUR for number in numbers)


def test_a_window_is_due_once_it_ended_and_late_rows_had_their_time() -> None:
    schedule = said(starts_at=NOON + MINUTE, allowance=10 * MINUTE)
    assert due(schedule, None, NOON + HOUR + 9 * MINUTE, 9).ends == ()
    assert due(schedule, None, NOON + HOUR + 10 * MINUTE, 9).ends == hours(1)
    assert due(schedule, NOON + HOUR, NOON + HOUR + 10 * MINUTE, 9).ends == ()
    assert next_due(schedule, NOON + HOUR) == NOON + 2 * HOUR + 10 * MINUTE


def test_missed_windows_are_caught_up_with_or_skipped() -> None:
    catching, skipping = said(), said(missed="skip")
    late = NOON + 5.5 * HOUR
    assert due(catching, None, late, 9).ends == hours(1, 2, 3, 4, 5)
    assert due(catching, None, late, 2).ends == hours(1, 2)
    assert due(catching, NOON + 4 * HOUR, late, 9).ends == hours(5)
    newest = due(skipping, None, late, 9)
    assert (newest.ends, newest.skipped) == (hours(5), 4)


def test_a_cron_expression_says_in_utc_when_windows_end() -> None:
    weekdays = said(every=None, cron="30 6 * * 1-5", window=24 * HOUR)
    thursday = NOON  # the first of January 2026
    found = [each.isoformat()[5:16] for each in ends(weekdays, thursday, NOON + 7 * 24 * HOUR)]
    assert found == ["01-02T06:30", "01-05T06:30", "01-06T06:30", "01-07T06:30", "01-08T06:30"]


@given(
    st.timedeltas(timedelta(seconds=1), timedelta(days=40)),
    st.timedeltas(timedelta(0), timedelta(days=3)),
    st.lists(st.timedeltas(timedelta(0), timedelta(days=100)), max_size=8),
)
def test_however_often_a_monitor_looks_each_window_is_due_once(
    every: timedelta, allowance: timedelta, looks: list[timedelta]
) -> None:
    schedule = said(every=every, allowance=allowance)
    found: list[datetime] = []
    for look in sorted(looks):
        found += due(schedule, found[-1] if found else None, NOON + look, 50).ends
    assert found == sorted(set(found))
    gaps = {later - earlier for earlier, later in pairwise(found)}
    assert gaps <= {every}
    assert all(NOON < each <= NOON + max(looks) - allowance for each in found)


def test_a_monitor_is_stale_when_two_windows_in_a_row_were_not_checked() -> None:
    new = scheduled()
    assert stale(new, NOON + 1.9 * HOUR, 7) is None
    idle = stale(new, NOON + 2 * HOUR, 7)
    assert idle is not None
    assert (idle.situation, idle.position) == ("monitor m", 7)
    assert idle.text == (
        "it has checked nothing since it was scheduled; nobody runs it: start featuretrail "
        "monitor run"
    )
    well = ran(new, NOON + HOUR)
    assert stale(well, NOON + 2.5 * HOUR, 9) is None
    idle = stale(well, NOON + 3 * HOUR, 9)
    assert idle is not None
    assert stale(ran(well, NOON + 2 * HOUR, at=NOON + 9 * HOUR), NOON + 9 * HOUR, 9) is None
    failing = ran(ran(well, NOON + 2 * HOUR, "failed"), NOON + 3 * HOUR, "failed")
    assert failing.succeeded_until == NOON + HOUR
    broken = stale(failing, NOON + 3 * HOUR, 9)
    assert broken is not None
    assert broken.text.endswith("2026-01-01T13:00:00+00:00; its checks fail")


def test_the_same_schedule_again_makes_no_event() -> None:
    state = scheduled()
    assert decide_schedule(state, "group weather", BY, every=HOUR, starts_at=NOON + HOUR) == []
    assert len(decide_schedule(state, "group weather", BY, every=2 * HOUR, starts_at=NOON)) == 1


@pytest.mark.parametrize(
    ("facts", "refusal"),
    [
        ({"subject": "weather"}, "give one of 'feature NAME'"),
        ({"subject": "group  "}, "give one of 'feature NAME'"),
        ({"every": None}, "either every"),
        ({"cron": "* * * * *"}, "either every"),
        ({"every": None, "cron": "* * * * *"}, "needs window"),
        ({"every": None, "cron": "* * *", "window": HOUR}, "give five fields"),
        ({"every": None, "cron": "99 * * * *", "window": HOUR}, "Bad minute"),
        ({"every": None, "cron": "0 0 30 2 *", "window": HOUR}, "Bad day|never comes"),
        ({"every": timedelta(0)}, "give a timedelta from"),
        ({"every": 3600}, "give a timedelta from"),
        ({"checks": []}, "checks is empty"),
        ({"checks": ["drift"]}, "drift is checked of a baseline"),
        ({"checks": "quality"}, "give a list"),
        ({"missed": "ignore"}, "give one of 'catch_up'"),
        ({"allowance": -HOUR}, "give a timedelta from"),
        ({"quality_below": "low"}, "from 0 to 100"),
        ({"starts_at": datetime(2026, 1, 1)}, "has no time zone"),  # noqa: DTZ001 - that is it
    ],
)
def test_a_schedule_that_makes_no_sense_is_refused(facts: dict[str, Any], refusal: str) -> None:
    with pytest.raises(ft.InvalidInputError, match=refusal):
        scheduled(**facts)


def test_at_the_end_of_the_calendar_nothing_is_due_any_more() -> None:
    last = datetime(9999, 12, 31, 23, 59, tzinfo=UTC)
    for facts in (
        {"every": 24 * HOUR, "starts_at": last},
        {"every": HOUR, "allowance": 9 * HOUR, "starts_at": last - 3 * HOUR},
        {"every": None, "cron": "* * * * *", "window": HOUR, "starts_at": last},
    ):
        state = scheduled(**facts)
        assert next_due(said(**facts), None) is None
        assert stale(state, last, 1) is None
        assert due(said(**facts), None, last, 9).ends == ()


@given(st.timedeltas(timedelta(seconds=1), timedelta(days=40_000)))
@settings(max_examples=20)  # a long time has many days to go through
def test_a_monitor_that_skips_checks_the_newest_window_however_many_were_missed(
    passed: timedelta,
) -> None:
    every = due(said(every=MINUTE, missed="skip"), None, NOON + passed, 1)
    count = passed // MINUTE
    assert every.ends == ((NOON + count * MINUTE,) if count else ())
    assert every.skipped == max(0, count - 1)
    daily = said(every=None, cron="0 12 * * *", window=HOUR, missed="skip")
    assert due(daily, None, NOON + passed, 1).ends == (
        (NOON + passed // (24 * HOUR) * 24 * HOUR,) if passed >= 24 * HOUR else ()
    )
