"""Differences: what changed between two moments, field by field, and the events that did it."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from attrs import Factory, asdict, define, frozen

from featuretrail.audit.entries import LogEntry
from featuretrail.audit.moments import Moments
from featuretrail.audit.reading import LogReader
from featuretrail.audit.replaying import replayed, step
from featuretrail.audit.states import StateReader, Which, upto
from featuretrail.domain.errors import InvalidInputError
from featuretrail.domain.facts import changed_fields, facts
from featuretrail.domain.replay import Aggregate
from featuretrail.domain.results import Result
from featuretrail.domain.streams import Subject, parse_subject
from featuretrail.domain.versions import Version
from featuretrail.infrastructure.log.records import RecordedEvent
from featuretrail.infrastructure.registry import RegistryReader

REGISTRY = "registry"
"""What names all definitions together."""


@frozen
class FieldChange:
    """A field that differs: its value before and after, and the events that changed it."""

    subject: str
    field: str
    before: Any
    after: Any
    positions: tuple[int, ...]


@frozen
class Difference(Result):
    """What sets ``subject`` at ``to_position`` apart from what it was at ``from_position``.

    ``created`` are the things that did not exist before; their fields are among ``changes`` too.
    ``events`` is everything recorded about the subject in between: who, when, why.
    """

    subject: str
    from_position: int
    to_position: int
    created: tuple[str, ...]
    changes: tuple[FieldChange, ...]
    events: tuple[LogEntry, ...]

    @property
    def equal(self) -> bool:
        """Whether nothing differs."""
        return not self.changes

    def to_dict(self) -> dict[str, Any]:
        """Return the difference as a JSON object."""
        return {
            "equal": self.equal,
            "subject": self.subject,
            "from_position": self.from_position,
            "to_position": self.to_position,
            "created": list(self.created),
            "changes": [asdict(change) for change in self.changes],
            "events": [entry.brief() for entry in self.events],
        }


@define
class _Thing:
    """A thing on its way from one moment to another."""

    state: Aggregate | None
    before: dict[str, Any]
    now: dict[str, Any]
    touched: dict[str, list[int]] = Factory(dict)

    @classmethod
    def starting(cls, state: Aggregate | None) -> "_Thing":
        said = {} if state is None else facts(state)
        return cls(state, said, said)

    def take(self, recorded: RecordedEvent) -> None:
        self.state = step(self.state, recorded)
        said = facts(self.state)
        for name in changed_fields(self.now, said):
            self.touched.setdefault(name, []).append(recorded.position)
        self.now = said

    def changes(self, subject: str) -> Iterable[FieldChange]:
        for name, (old, new) in changed_fields(self.before, self.now).items():
            yield FieldChange(subject, name, old, new, tuple(self.touched[name]))


class DifferenceReader:
    """Compares two moments of a thing, or of the whole registry."""

    def __init__(
        self, reader: LogReader, states: StateReader, moments: Moments, registry: RegistryReader
    ) -> None:
        self._reader = reader
        self._states = states
        self._moments = moments
        self._registry = registry

    def diff(self, given: str | UUID, from_: Which, to: Which | None) -> Difference:
        """Return the difference; see ``Audit.diff``."""
        if given == REGISTRY:
            return self._of_registry(self._moment("from_", from_), self._moment("to", to))
        subject = parse_subject(given)
        everything = self._states.events(subject, self._moments.position(None))
        start = self._position(subject, everything, from_, "from_")
        end = self._position(subject, everything, to, "to")
        _check_order(start, end)
        between = [each for each in everything if start < each.position <= end]
        thing = _Thing.starting(replayed(each for each in everything if each.position <= start))
        for recorded in between:
            thing.take(recorded)
        created = (str(subject),) if not thing.before and thing.state is not None else ()
        changes = tuple(thing.changes(str(subject)))
        self._reader.check(each for each in everything if each.position <= end)
        return self._difference(str(subject), (start, end), created, changes, between)

    def _of_registry(self, start: int, end: int) -> Difference:
        _check_order(start, end)
        before = self._registry.at(start)
        known: dict[str, Aggregate] = {
            **{f"group {name}": each for name, each in before.groups.items()},
            **{f"feature {path}": each for path, each in before.features.items()},
            **{f"set {name}": each for name, each in before.sets.items()},
        }
        between = self._registry.definitions(start, end)
        things: dict[str, _Thing] = {}
        for recorded, entry in zip(between, self._reader.entries.of(between), strict=True):
            name = entry.subject.partition("@")[0]
            things.setdefault(name, _Thing.starting(known.get(name))).take(recorded)
        created = tuple(name for name in things if name not in known)
        changes = tuple(each for name, thing in things.items() for each in thing.changes(name))
        return self._difference(REGISTRY, (start, end), created, changes, between)

    def _difference(
        self,
        subject: str,
        positions: tuple[int, int],
        created: tuple[str, ...],
        changes: tuple[FieldChange, ...],
        between: Iterable[RecordedEvent],
    ) -> Difference:
        entries = tuple(self._reader.entries.of(between))
        return Difference(subject, *positions, created, changes, entries)

    def _position(
        self, subject: Subject, events: list[RecordedEvent], which: Which | None, what: str
    ) -> int:
        if isinstance(which, str | Version):
            return upto(subject, events, which)[-1].position
        return self._moments.position(which, what)

    def _moment(self, what: str, which: Which | None) -> int:
        if isinstance(which, str | Version):
            raise InvalidInputError(
                f"{what} is {str(which)!r}; the registry has no versions: give a position or an "
                "aware datetime"
            )
        return self._moments.position(which, what)


def _check_order(start: int, end: int) -> None:
    if start > end:
        raise InvalidInputError(
            f"the first moment is position {start}, behind the second, {end}; exchange them"
        )
