"""Every error featuretrail raises on purpose, under one root.

::

    FeatureTrailError
    ├── InvalidInputError (also a ValueError)
    │   ├── InvalidNameError
    │   ├── InvalidDefinitionError
    │   ├── InvalidValuesError
    │   ├── InvalidSpineError
    │   ├── LineageCycleError
    │   ├── NaiveTimeError
    │   └── PoisonMessageError
    ├── NotFoundError (also a LookupError)
    │   └── NotYetError
    ├── ConflictError
    │   ├── DefinitionChangedError
    │   ├── ConcurrencyError
    │   ├── AlreadyExistsError
    │   ├── IdempotencyError
    │   ├── OutcomeConflictError
    │   └── StreamFencedError
    ├── IntegrityError
    │   ├── ChainBrokenError
    │   └── ContentAlteredError
    ├── DatabaseError
    │   ├── AccessDeniedError
    │   ├── DatabaseUnavailableError
    │   └── SchemaError
    ├── RetentionError
    ├── RuleError
    ├── ProjectionError
    ├── ProjectionTimeoutError (also a TimeoutError)
    ├── CheckFailedError (also an AssertionError; in featuretrail.projections.checks)
    ├── StorageError
    ├── StreamBlockedError (also a TimeoutError)
    ├── BrokerError
    ├── SourceError
    ├── EndpointError
    ├── DeliveryError
    ├── MissingPackageError
    └── EngineError

Messages say what was given, what exists and what to do; the facts of a message are
attributes of the error.
"""

from collections.abc import Sequence
from difflib import get_close_matches
from uuid import UUID


class FeatureTrailError(Exception):
    """Root of the tree: catch it to catch everything featuretrail raises on purpose."""


class InvalidInputError(FeatureTrailError, ValueError):
    """Something the caller gave cannot be accepted; nothing was written."""


class InvalidNameError(InvalidInputError):
    """A name is not a legal identifier here."""

    def __init__(self, kind: str, name: object, reason: str) -> None:
        self.kind = kind
        self.name = name
        self.reason = reason
        super().__init__(f"{kind} name {name!r} {reason}")


class InvalidDefinitionError(InvalidInputError):
    """A definition of a group, feature or feature set contradicts itself or lacks something."""


class InvalidValuesError(InvalidInputError):
    """Values given to ``ingest`` fail validation; ``rows`` holds the first offending ordinals."""

    def __init__(
        self, group: str, message: str, *, column: str | None = None, rows: Sequence[int] = ()
    ) -> None:
        self.group = group
        self.column = column
        self.rows = tuple(rows)
        super().__init__(f"cannot ingest into {group!r}: {message}")


class InvalidSpineError(InvalidInputError):
    """A spine or a set of entity rows cannot be joined as given."""


class LineageCycleError(InvalidInputError):
    """A declared parent comes itself from its child; ``path`` leads from the child round to it."""

    def __init__(self, path: Sequence[str]) -> None:
        self.path = tuple(path)
        child, parent = self.path[0], self.path[-2]
        super().__init__(
            f"{child} cannot come from {parent}, which comes from it: {' -> '.join(self.path)}; "
            "leave out one of these steps, or make it a new version"
        )


class NaiveTimeError(InvalidInputError):
    """A time without a time zone was given where an instant is needed."""

    def __init__(self, what: str) -> None:
        self.what = what
        super().__init__(
            f"{what} has no time zone, so it names no instant; attach one, for example "
            "value.replace(tzinfo=datetime.timezone.utc) for a datetime, "
            "series.dt.tz_localize('UTC') in pandas, pyarrow.timestamp('us', tz='UTC') in Arrow"
        )


class PoisonMessageError(InvalidInputError):
    """A message cannot be stored, and its stream was told to stop there; those before it are."""

    def __init__(self, source: str, partition: str, offset: str, reason: str) -> None:
        self.source = source
        self.partition = partition
        self.offset = offset
        self.reason = reason
        super().__init__(
            f"the message at offset {offset} of partition {partition!r} of {source!r} cannot be "
            f"stored: {reason}; mend it at its source, or set on_poison='park' to go on without it"
        )


class NotFoundError(FeatureTrailError, LookupError):
    """A named thing does not exist; ``near`` lists the names that look alike."""

    def __init__(self, kind: str, name: object, existing: Sequence[str] = ()) -> None:
        self.kind = kind
        self.name = name
        self.existing = tuple(existing)
        self.near = tuple(get_close_matches(str(name), self.existing, n=3, cutoff=0.5))
        super().__init__(f"no {kind} {name!r}{self._hint()}")

    def _hint(self) -> str:
        if self.near:
            return "; did you mean " + " or ".join(repr(name) for name in self.near) + "?"
        if self.existing:
            shown = ", ".join(repr(name) for name in self.existing[:8])
            more = f" and {len(self.existing) - 8} more" if len(self.existing) > 8 else ""
            return f"; there are {shown}{more}"
        return "; none exists yet"


class NotYetError(NotFoundError):
    """A thing exists, but did not at the position asked for; ``first`` is its first event's."""

    def __init__(self, subject: str, position: int, first: int) -> None:
        self.position = position
        self.first = first
        super().__init__("event about", subject)
        when = f"its first event is at position {first}"
        self.args = (f"{subject!r} did not exist at position {position}: {when}",)


class ConflictError(FeatureTrailError):
    """The request contradicts what the log already holds."""


class DefinitionChangedError(ConflictError):
    """A definition differs from the registered one although its version is unchanged."""

    def __init__(
        self, kind: str, name: str, version: str, differences: Sequence[str], needed: str
    ) -> None:
        self.kind = kind
        self.name = name
        self.version = version
        self.differences = tuple(differences)
        self.needed = needed
        lines = "".join(f"\n  {difference}" for difference in self.differences)
        super().__init__(
            f"{kind} {name!r} version {version} is registered with another definition:{lines}\n"
            f"a registered version never changes; give this one version {needed} or later"
        )


class ConcurrencyError(ConflictError):
    """Another writer appended to the stream first."""

    def __init__(self, stream: UUID, expected: int, actual: int) -> None:
        self.stream = stream
        self.expected = expected
        self.actual = actual
        super().__init__(
            f"stream {stream} was expected at version {expected} but is at version {actual}: "
            "another writer was first; read it again and decide anew"
        )


class AlreadyExistsError(ConflictError):
    """A thing of this name and version exists and is never overwritten."""

    def __init__(self, kind: str, name: str, advice: str) -> None:
        self.kind = kind
        self.name = name
        super().__init__(f"{kind} {name!r} exists and is never overwritten; {advice}")


class OutcomeConflictError(ConflictError):
    """Outcomes differ from what is recorded of the same things; nothing was written.

    ``count`` is how many, ``conflicts`` tells of the first ones.
    """

    def __init__(self, count: int, conflicts: Sequence[str]) -> None:
        self.count = count
        self.conflicts = tuple(conflicts)
        lines = "".join(f"\n  {each}" for each in self.conflicts)
        more = f"\n  and {count - len(self.conflicts)} more" if count > len(self.conflicts) else ""
        super().__init__(
            f"{count} outcome{'s differ' if count > 1 else ' differs'} from what is recorded:"
            f"{lines}{more}\ngive on_conflict='keep' to leave what holds, or 'replace' to correct "
            "it"
        )


class IdempotencyError(ConflictError):
    """An idempotency key was used again for another request."""

    def __init__(self, key: str, difference: str) -> None:
        self.key = key
        self.difference = difference
        super().__init__(
            f"idempotency key {key!r} was used before for another request ({difference}); "
            "a retry must repeat the first request, a new request needs a new key"
        )


class StreamFencedError(ConflictError):
    """Another writer of the same source moved its offset: this one has stopped, nothing is lost.

    It stopped at offset ``expected`` of ``partition`` (``None``: its beginning); the store is at
    ``actual``.
    """

    def __init__(
        self, source: str, partition: str, expected: str | None, actual: str | None
    ) -> None:
        self.source = source
        self.partition = partition
        self.expected = expected
        self.actual = actual
        super().__init__(
            f"another writer of {source!r} took over: partition {partition!r} is stored up to "
            f"offset {actual}, this writer expected {expected}; let one writer read a source, and "
            "open it anew to go on from what is stored"
        )


class IntegrityError(FeatureTrailError):
    """What is stored no longer agrees with what the log certifies."""


class ChainBrokenError(IntegrityError):
    """The log's digest chain does not hold at ``position``."""

    def __init__(self, position: int, reason: str) -> None:
        self.position = position
        self.reason = reason
        super().__init__(f"the log is broken at position {position}: {reason}")


class ContentAlteredError(IntegrityError):
    """Stored content does not match its digest."""

    def __init__(self, what: str, expected: str, actual: str) -> None:
        self.what = what
        self.expected = expected
        self.actual = actual
        super().__init__(
            f"{what} was altered: its digest is {actual}, the log certifies {expected}"
        )


class DatabaseError(FeatureTrailError):
    """The database refused or failed an operation."""


class DatabaseUnavailableError(DatabaseError):
    """The database cannot be reached, or gave no connection in time."""


class AccessDeniedError(DatabaseError):
    """The database's role may not do what was asked (SQLSTATE 42501); nothing was written.

    ``refusal`` is what the server said, ``action`` what was asked for, ``needed`` who may do it:
    one of featuretrail's roles, or a description.
    """

    sqlstate = "42501"

    def __init__(self, refusal: str, action: str, needed: str, advice: str = "") -> None:
        self.refusal = refusal
        self.action = action
        self.needed = needed
        more = f"; {advice}" if advice else ""
        super().__init__(f"{action} is refused ({refusal.strip()}): it needs {needed}{more}")


class SchemaError(DatabaseError):
    """The database's schema is missing, older or newer than this library, or was altered."""


class RetentionError(FeatureTrailError):
    """An answer could depend on values that retention removed: rather none than a wrong one.

    Of ``group``, values before ``horizon`` (ISO 8601) are gone; the event at ``position`` says so.
    """

    def __init__(self, group: str, horizon: str, position: int, reason: str) -> None:
        self.group = group
        self.horizon = horizon
        self.position = position
        self.reason = reason
        super().__init__(
            f"retention removed values of {group!r} before {horizon} (event at position "
            f"{position}): {reason}, or read a snapshot that holds the older values"
        )


class RuleError(FeatureTrailError):
    """The rule of ``feature`` cannot be run, failed, or broke its word; none of its values stored.

    ``feature`` is its pinned reference; ``without_values`` the message as the log may keep it.
    """

    def __init__(self, feature: str, reason: str, *, without_values: str | None = None) -> None:
        self.feature = feature
        self.reason = reason
        super().__init__(f"the rule of {feature!r} {reason}")
        told = reason if without_values is None else without_values
        self.without_values = f"the rule of {feature!r} {told}"


class ProjectionError(FeatureTrailError):
    """The read side stopped at an event that it cannot take in."""

    def __init__(self, position: int, topic: str, reason: str) -> None:
        self.position = position
        self.topic = topic
        self.reason = reason
        super().__init__(
            f"the read side stopped before event {position} ({topic!r}), which it cannot take in: "
            f"{reason}; mend the cause, or set FEATURETRAIL_PROJECTION_ERRORS=park to go on without"
        )


class ProjectionTimeoutError(FeatureTrailError, TimeoutError):
    """The read side did not reach ``wanted`` in time; it is at ``position``."""

    def __init__(self, wanted: int, position: int, seconds: float) -> None:
        self.wanted = wanted
        self.position = position
        self.seconds = seconds
        super().__init__(
            f"the read side is at position {position} after {seconds:g} s, not at {wanted}: wait "
            "longer, or see 'featuretrail projections status' for who moves it on, and how far"
        )


class StorageError(FeatureTrailError):
    """The folder or object store of snapshots, or a site's folder, cannot be read or written."""


class StreamBlockedError(FeatureTrailError, TimeoutError):
    """A stream's writer could not take or store messages in time; ``pending`` are waiting."""

    def __init__(self, group: str, what: str, pending: int, seconds: float) -> None:
        self.group = group
        self.pending = pending
        self.seconds = seconds
        super().__init__(
            f"{what} for {group!r} took longer than {seconds:g} s: {pending} messages wait to be "
            "stored; wait longer, or see why the database is slow"
        )


class BrokerError(FeatureTrailError):
    """A broker cannot be reached, or has not what a stream needs of it."""

    def __init__(self, address: str, reason: str) -> None:
        self.address = address
        self.reason = reason
        super().__init__(f"the broker at {address} cannot be used: {reason}")


class SourceError(FeatureTrailError):
    """Another system, whose values are to be compared, cannot be read; ``source`` names it."""

    def __init__(self, source: str, reason: str) -> None:
        self.source = source
        self.reason = reason
        super().__init__(f"source {source!r} cannot be read: {reason}")


class EndpointError(FeatureTrailError):
    """The address that lineage is sent to cannot be reached, or refused it; ``sent`` were taken."""

    def __init__(self, address: str, reason: str, sent: int) -> None:
        self.address = address
        self.sent = sent
        super().__init__(
            f"{address} did not take event {sent + 1}: {reason}; {sent} before it were sent, and "
            "sending them again is safe: the same run has the same id"
        )


class DeliveryError(FeatureTrailError):
    """A destination of alerts did not take a message; ``reason`` is what it or the network said."""

    def __init__(self, destination: str, reason: str) -> None:
        self.destination = destination
        self.reason = reason
        super().__init__(f"{destination} did not take the message: {reason}")


class MissingPackageError(FeatureTrailError):
    """A library that this needs is not installed; ``extra`` is the extra that brings it."""

    def __init__(self, what: str, extra: str) -> None:
        self.extra = extra
        super().__init__(
            f"{what} needs a library that is not installed; install it with "
            f"pip install 'featuretrail[{extra}]'"
        )


class EngineError(FeatureTrailError):
    """The embedded database server cannot be started or stopped."""
