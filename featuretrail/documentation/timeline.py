"""The audit timeline: every event in stretches of positions, each stretch a page that stays."""

from collections.abc import Mapping, Sequence
from typing import Any

from attrs import frozen

from featuretrail.audit.entries import LogEntry
from featuretrail.audit.reading import LogReader
from featuretrail.documentation import addresses

STRETCH = 125
"""Positions of a page."""
STRETCHES = 80
"""Pages of the timeline, the newest; `featuretrail audit log` has all."""

_TOLD = (
    "version",
    "dtype",
    "rows",
    "batch",
    "score",
    "status",
    "check_type",
    "severity",
    "baseline",
    "drift_score",
    "action_taken",
    "validation_status",
    "completeness_score",
    "model",
)
"""Fields of events that say something in a line."""


@frozen
class Line:
    """An event in the timeline; ``page`` is that of what it is about, if there is one."""

    entry: LogEntry
    kind: str
    what: str
    page: str | None


@frozen(eq=False)
class Timeline:
    """The timeline up to a position."""

    _reader: LogReader
    _position: int

    @property
    def stretches(self) -> Sequence[int]:
        """The numbers of the pages, oldest first, counted from 1 at the begin of the log."""
        last = -(-self._position // STRETCH)
        return range(max(1, last - STRETCHES + 1), last + 1)

    def bounds(self, stretch: int) -> tuple[int, int]:
        """Return the first and the last position of a stretch."""
        return (stretch - 1) * STRETCH + 1, min(stretch * STRETCH, self._position)

    def lines(self, stretch: int) -> list[Line]:
        """Return the events of a stretch, newest first."""
        first, last = self.bounds(stretch)
        entries = self._reader.log(
            first - 1, None, None, None, until=last, since=None, topic=None, newest_first=False
        )
        return [line(each) for each in reversed(entries)]


def line(entry: LogEntry) -> Line:
    """Return the line of an event."""
    kind = entry.topic.removeprefix("featuretrail.")
    if entry.fault is not None:
        return Line(entry, kind, entry.fault, None)
    told = {name: entry.event[name] for name in _TOLD if entry.event.get(name) is not None}
    if "measurements" in entry.event:
        told["measurements"] = len(entry.event["measurements"])
    what = ", ".join(f"{name.replace('_', ' ')} {_short(value)}" for name, value in told.items())
    return Line(entry, kind, what, _page(entry.event))


def _short(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _page(event: Mapping[str, Any]) -> str | None:
    match event:
        case {"feature_name": str(path)}:
            page = addresses.feature_page(path)
        case {"group": str(group), "name": str(name), "definition": _}:
            page = addresses.feature_page(f"{group}.{name}")
        case {"pinned": _, "name": str(name)}:
            page = addresses.set_page(name)
        case {"feature_set": str(name), "version": str(version)}:
            page = addresses.snapshot_page(f"{name}@{version}")
        case {"snapshot_id": str(snapshot)}:
            page = addresses.snapshot_page(snapshot)
        case {"group": str(group)} | {"name": str(group), "definition": _}:
            page = addresses.group_page(group)
        case _:
            return None
    return page
