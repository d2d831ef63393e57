"""Events of monitors: what is checked when, and each run of it."""

from typing import ClassVar, Literal

from pydantic import AwareDatetime, NonNegativeFloat, NonNegativeInt

from featuretrail.domain.events.alerts import Microseconds
from featuretrail.domain.events.base import Event, JsonObject, Score
from featuretrail.domain.events.registry import register_events

MonitorCheck = Literal["quality", "drift", "consistency"]
Missed = Literal["catch_up", "skip"]
Outcome = Literal["passed", "found", "failed", "not evaluated"]


class MonitorScheduled(Event):
    """A monitor was scheduled, or scheduled anew.

    ``subject`` is such as ``feature weather.temp``, ``baseline weather`` or ``snapshot
    delay@1.0.0``. Its windows end at multiples of ``every_microseconds`` since 1970, or when
    ``cron`` (in UTC) says; the first ends after ``starts_at``. A window is checked once its end
    lies ``allowance_microseconds`` back. A quality below ``quality_below`` is a finding.
    """

    TOPIC: ClassVar[str] = "featuretrail.monitor.scheduled"

    name: str
    subject: str
    checks: list[MonitorCheck]
    every_microseconds: Microseconds | None
    cron: str | None
    window_microseconds: Microseconds
    allowance_microseconds: NonNegativeInt
    missed: Missed
    quality_below: Score | None
    starts_at: AwareDatetime


class MonitorUnscheduled(Event):
    """A monitor runs no longer."""

    TOPIC: ClassVar[str] = "featuretrail.monitor.unscheduled"

    name: str


class MonitorRan(Event):
    """A monitor checked the event times ``[window_start, window_end)``.

    ``results`` has one object a check: which, its outcome, and what it said or its error.
    ``not evaluated`` is what no check could judge. ``skipped`` windows before it were left out.
    ``succeeded_until`` is the end of the newest window so far whose checks did not fail, and
    ``ran_at`` when this one was checked.
    """

    TOPIC: ClassVar[str] = "featuretrail.monitor.ran"

    name: str
    window_start: AwareDatetime
    window_end: AwareDatetime
    outcome: Outcome
    results: list[JsonObject]
    skipped: NonNegativeInt
    succeeded_until: AwareDatetime | None
    ran_at: AwareDatetime
    duration_ms: NonNegativeFloat


MONITOR_EVENTS = (MonitorScheduled, MonitorUnscheduled, MonitorRan)

register_events(*MONITOR_EVENTS)
