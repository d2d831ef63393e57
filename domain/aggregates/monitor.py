"""The stream of one monitor: scheduled, run again and again, unscheduled."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Self, get_args
from uuid import UUID

from attrs import evolve, frozen

from featuretrail.domain.errors import InvalidInputError, NotFoundError
from featuretrail.domain.events.base import Metadata, stream_id
from featuretrail.domain.events.monitoring import (
    Missed,
    MonitorCheck,
    MonitorRan,
    MonitorScheduled,
    MonitorUnscheduled,
    Outcome,
)
from featuretrail.domain.inputs import (
    check_choice,
    check_label,
    check_score,
    optional,
    several,
    shown,
)
from featuretrail.domain.moments import check_moment
from featuretrail.domain.monitoring.schedule import check_cron, window_start

MonitorEvent = MonitorScheduled | MonitorUnscheduled | MonitorRan

CHECKS = {
    "feature": ("quality",),
    "group": ("quality",),
    "set": ("quality",),
    "baseline": ("quality", "drift"),
    "snapshot": ("consistency",),
}
"""The kinds of subjects, each with the checks that can be made of one; the last without a word."""

WORST_FIRST: tuple[Outcome, ...] = ("failed", "found", "passed", "not evaluated")

SECOND, CENTURY = timedelta(seconds=1), timedelta(days=36_500)


@frozen
class Monitor:
    """A monitor as its events tell it; ``said`` is none before it was scheduled, and after."""

    id: UUID
    name: str
    version: int = 0
    said: MonitorScheduled | None = None
    last: MonitorRan | None = None

    @classmethod
    def initial(cls, name: str) -> Self:
        """Return the monitor before its first event."""
        return cls(stream_id("monitor", name), name)

    def evolve(self, event: MonitorEvent) -> Self:
        """Return the state after ``event``."""
        version = event.originator_version
        match event:
            case MonitorScheduled():
                return evolve(self, version=version, said=event)
            case MonitorUnscheduled():
                return evolve(self, version=version, said=None)
            case MonitorRan():
                return evolve(self, version=version, last=event)

    @property
    def last_end(self) -> datetime | None:
        """Where the newest window ended that was run."""
        return None if self.last is None else self.last.window_end

    @property
    def succeeded_until(self) -> datetime | None:
        """The end of the newest window whose checks did not fail."""
        return None if self.last is None else self.last.succeeded_until

    def end_of(self, due: datetime) -> datetime:
        """Return the end of the window that is due at ``due``."""
        assert self.said is not None  # noqa: S101 - asked of scheduled monitors alone
        return due - timedelta(microseconds=self.said.allowance_microseconds)


def decide_schedule(
    state: Monitor,
    subject: object,
    metadata: Metadata,
    *,
    starts_at: object,
    window: object = None,
    checks: object = None,
    every: object = None,
    cron: object = None,
    allowance: object = timedelta(0),
    missed: object = "catch_up",
    quality_below: object = None,
) -> list[MonitorScheduled]:
    """Return the event that schedules a monitor, or none when it is scheduled so already.

    Without ``window`` one is as long as ``every``. ``starts_at`` does not tell two schedules
    apart. Raises ``InvalidInputError``.
    """
    kind, about = _subject(subject)
    period = _period("every", every, SECOND)
    if (period is None) == (cron is None):
        raise InvalidInputError("give either every (a timedelta) or cron (an expression)")
    length = _period("window", window, SECOND) or period
    if length is None:
        raise InvalidInputError("a monitor with a cron needs window, the length of what it checks")
    event = MonitorScheduled.in_stream(
        state.id,
        state.version + 1,
        name=check_label("name", state.name),
        subject=about,
        checks=_checks(kind, checks),
        every_microseconds=period,
        cron=None if cron is None else check_cron(cron),
        window_microseconds=length,
        allowance_microseconds=_period("allowance", allowance, timedelta(0)) or 0,
        missed=check_choice("missed", missed, get_args(Missed)),
        quality_below=optional(check_score, "quality_below", quality_below),
        starts_at=check_moment("starts_at", starts_at),
        metadata=metadata,
    )
    if state.said is None:
        return [event]
    same = event.model_copy(update={"starts_at": state.said.starts_at})
    return [] if same.repeats(state.said) else [event]


def decide_unschedule(
    state: Monitor, existing: Sequence[str], metadata: Metadata
) -> list[MonitorUnscheduled]:
    """Return the event that ends a monitor; raise ``NotFoundError`` for one that does not run."""
    if state.said is None:
        raise NotFoundError("monitor", state.name, existing)
    return [
        MonitorUnscheduled.in_stream(
            state.id, state.version + 1, name=state.name, metadata=metadata
        )
    ]


def decide_ran(
    state: Monitor,
    window_end: datetime,
    results: Sequence[Mapping[str, Any]],
    metadata: Metadata,
    *,
    skipped: int,
    ran_at: datetime,
    duration_ms: float,
) -> MonitorRan:
    """Return the event of one run; its outcome is the worst of its results."""
    assert state.said is not None  # noqa: S101 - scheduled monitors alone run
    outcome = min((each["outcome"] for each in results), key=WORST_FIRST.index)
    return MonitorRan.in_stream(
        state.id,
        state.version + 1,
        name=state.name,
        window_start=window_start(state.said, window_end),
        window_end=window_end,
        outcome=outcome,
        results=[dict(each) for each in results],
        skipped=skipped,
        succeeded_until=state.succeeded_until if outcome == "failed" else window_end,
        ran_at=ran_at,
        duration_ms=duration_ms,
        metadata=metadata,
    )


def _subject(given: object) -> tuple[str, str]:
    about = check_label("subject", given)
    kind, _, name = about.partition(" ")
    if kind not in CHECKS or not name.strip():
        raise InvalidInputError(
            f"subject is {about!r}; give one of " + ", ".join(f"'{each} NAME'" for each in CHECKS)
        )
    return kind, f"{kind} {name.strip()}"


def _checks(kind: str, given: object) -> list[str]:
    possible = CHECKS[kind]
    if given is None:
        return [possible[-1]]
    names = {check_choice("one of checks", each, get_args(MonitorCheck)) for each in _each(given)}
    refused = names - set(possible)
    if refused:
        raise InvalidInputError(
            f"a {kind} is checked for {' or '.join(possible)} alone: drift is checked of a "
            "baseline, consistency of a snapshot"
        )
    return sorted(names)


def _each(given: object) -> list[object]:
    found = list(several("checks", given))
    if not found:
        raise InvalidInputError("checks is empty; give some of 'quality', 'drift', 'consistency'")
    return found


def _period(what: str, given: object, least: timedelta) -> int | None:
    if given is None:
        return None
    if not isinstance(given, timedelta) or not least <= given <= CENTURY:
        raise InvalidInputError(
            f"{what} is {shown(given)}; give a timedelta from {least} to a century, such as "
            "timedelta(hours=1)"
        )
    return given // timedelta(microseconds=1)
