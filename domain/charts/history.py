"""The history of a measure: what checks found, and the incidents of that time, before drawing."""

from collections.abc import Sequence
from datetime import datetime
from math import isfinite

from attrs import evolve, frozen

from featuretrail.domain.charts.clock import DAY, microseconds, spelled
from featuretrail.domain.charts.figures import counted, figure, percent


@frozen
class Point:
    """What a check found at a time; ``value`` is ``None`` where nothing could be evaluated."""

    at: datetime
    value: float | None
    drift: bool = False


@frozen
class Incident:
    """The time from which something was wrong, until ``end``; ``None`` where it still is."""

    start: datetime
    end: datetime | None = None


@frozen
class History:
    """Points in the order of time, the threshold they are held to, and incidents.

    ``shares`` tells that values are shares of rows, which are told in per cent.
    """

    title: str
    measure: str
    points: tuple[Point, ...]
    threshold: float | None
    incidents: tuple[Incident, ...]
    shares: bool

    @property
    def span(self) -> tuple[int, int]:
        """The first and the last moment shown, in microseconds since 1970; (0, 0) if none is."""
        moments = [each.at for each in self.points]
        for each in self.incidents:
            moments += [each.start] if each.end is None else [each.start, each.end]
        if not moments:
            return (0, 0)
        return microseconds(min(moments)), microseconds(max(moments))

    def said(self, value: float) -> str:
        """Return a value as people read it."""
        return percent(value) if self.shares and 0 <= value <= 1 else figure(value)

    def when(self, moment: datetime) -> str:
        """Return a moment as people read it."""
        low, high = self.span
        return spelled(microseconds(moment), high - low or DAY)

    @property
    def description(self) -> str:
        """What is shown, for those who do not see it."""
        if not self.points:
            return f"No check of {self.measure} yet.{self._incidents()}"
        first, last = self.when(self.points[0].at), self.when(self.points[-1].at)
        drifting = sum(each.drift for each in self.points)
        missing = sum(each.value is None for each in self.points)
        checks = counted(len(self.points), "check")
        return (
            f"{self.measure} of {checks} from {first} to {last}: {drifting} found drift, {missing} "
            f"could not be evaluated.{self._values()}{self._incidents()}"
        )

    def _values(self) -> str:
        values = [each.value for each in self.points if each.value is not None]
        if not values:
            return ""
        limit = "" if self.threshold is None else f"; the threshold is {self.said(self.threshold)}"
        least, most, last = (self.said(value) for value in (min(values), max(values), values[-1]))
        return f" Values are from {least} to {most}, the last is {last}{limit}."

    def _incidents(self) -> str:
        told = [
            f"from {self.when(each.start)} "
            + ("on, still open" if each.end is None else f"to {self.when(each.end)}")
            for each in self.incidents[:5]
        ]
        more = f" and {len(self.incidents) - 5} more" if len(self.incidents) > 5 else ""
        count = counted(len(self.incidents), "incident")
        return f" {count}: {'; '.join(told)}{more}." if told else " No incident."


def history(
    title: str,
    points: Sequence[Point],
    *,
    measure: str = "drift score",
    threshold: float | None = None,
    incidents: Sequence[Incident] = (),
    shares: bool = False,
) -> History:
    """Return the history of ``points``, brought into the order of time.

    A value that is not finite counts as not evaluated. Times are aware.
    """
    known = [
        each if each.value is None or isfinite(each.value) else evolve(each, value=None)
        for each in points
    ]
    return History(
        title,
        measure,
        tuple(sorted(known, key=lambda each: each.at)),
        threshold if threshold is None or isfinite(threshold) else None,
        tuple(sorted(incidents, key=lambda each: each.start)),
        shares,
    )
