"""States: what a thing was at a version, a position or a time, replayed from its stream."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from attrs import field, frozen

from featuretrail.audit.entries import LogEntry
from featuretrail.audit.moments import Moment, Moments
from featuretrail.audit.reading import LogReader
from featuretrail.audit.replaying import replayed
from featuretrail.domain.errors import NotFoundError, NotYetError
from featuretrail.domain.facts import facts
from featuretrail.domain.inputs import check_count
from featuretrail.domain.registry import Registry
from featuretrail.domain.replay import Aggregate, version_of
from featuretrail.domain.results import Result
from featuretrail.domain.streams import Subject, parse_subject
from featuretrail.domain.versions import Version
from featuretrail.infrastructure.log.records import RecordedEvent
from featuretrail.infrastructure.registry import RegistryReader

Which = Moment | str | Version
"""A moment, or a semantic version such as ``"1.2.0"``: when that version was the newest."""


@frozen
class StateAt(Result):
    """A thing as it was: ``state`` is what its events up to number ``version`` say.

    ``at`` is the position asked for. ``last`` is the event that made it so: who, when, why.
    ``aggregate`` is the domain's own value of the state.
    """

    subject: str
    at: int
    version: int
    state: dict[str, Any]
    last: LogEntry
    aggregate: Aggregate = field(repr=False)

    def to_dict(self) -> dict[str, Any]:
        """Return the state as a JSON object."""
        return {
            "subject": self.subject,
            "at": self.at,
            "version": self.version,
            "state": self.state,
            "last": self.last.brief(),
        }


@frozen
class RegistryAt(Result):
    """Every definition as of position ``at``; ``registry`` is the domain's own value."""

    at: int
    registry: Registry = field(repr=False)

    def to_dict(self) -> dict[str, Any]:
        """Return the definitions as a JSON object, by kind and name."""
        known = self.registry
        return {
            "at": self.at,
            "groups": {name: facts(known.groups[name]) for name in sorted(known.groups)},
            "features": {path: facts(known.features[path]) for path in sorted(known.features)},
            "sets": {name: facts(known.sets[name]) for name in sorted(known.sets)},
        }


class StateReader:
    """Replays streams up to a moment."""

    def __init__(self, reader: LogReader, moments: Moments, registry: RegistryReader) -> None:
        self._reader = reader
        self._moments = moments
        self._registry = registry

    def state(
        self,
        given: str | UUID,
        at: Which | None,
        version: int | str | Version | None,
    ) -> StateAt:
        """Return a state; see ``Audit.state_at``."""
        subject = parse_subject(given)
        if isinstance(at, str | Version):
            at, version = None, at if version is None else version
        position = self._moments.position(at)
        events = self.events(subject, position)
        if not events:
            everything = self.events(subject, self._moments.position(None))
            raise NotYetError(str(subject), position, everything[0].position)
        wanted = subject.version if version is None else version
        chosen = events if wanted is None else upto(subject, events, wanted)
        aggregate = replayed(chosen)
        self._reader.check(chosen)
        assert aggregate is not None  # noqa: S101 - there are events
        last = self._reader.entries.one(chosen[-1])
        named = subject.stream is not None and subject.kind != "stream"
        return StateAt(
            subject=str(subject) if named else last.subject,
            at=position,
            version=aggregate.version,
            state=facts(aggregate),
            last=last,
            aggregate=aggregate,
        )

    def events(self, subject: Subject, until: int) -> list[RecordedEvent]:
        """Return the events of the one stream of ``subject`` up to a position, oldest first."""
        stream = self._reader.naming.single(subject)
        return self._reader.naming.history(subject, stream, until)

    def registry(self, at: Moment | None) -> RegistryAt:
        """Return the registry as it was at a moment."""
        position = self._moments.position(at)
        return RegistryAt(position, self._registry.at(position))


def upto(
    subject: Subject, events: Sequence[RecordedEvent], version: int | str | Version
) -> Sequence[RecordedEvent]:
    """Return the events of a stream up to a number in it, or to the last of a semantic version."""
    what = f"version of {subject.kind}"
    if isinstance(version, str | Version):
        wanted = str(Version.parse(version))
        versions = [version_of(recorded.event) for recorded in events]
        if wanted not in versions:
            there = dict.fromkeys(each for each in versions if each is not None)
            raise NotFoundError(what, wanted, list(there))
        return events[: len(versions) - versions[::-1].index(wanted)]
    number = check_count("version", version, 1)
    if number > len(events):
        raise NotFoundError(what, number, [f"1 to {len(events)}"])
    return events[:number]
