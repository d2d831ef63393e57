"""What becomes of outcomes: stored, the same again, or in conflict with what holds."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Any

from attrs import define, field, frozen

from featuretrail.domain.errors import InvalidInputError, OutcomeConflictError
from featuretrail.domain.events.outcomes import OnConflict

Value = Hashable
"""A value as JSON spells it, so that NaN equals itself."""

_SHOWN = 5


@frozen
class Claim:
    """An outcome: its entity (key values), event time, value, and what it judges.

    ``row`` names it in messages. Times are microseconds or datetimes, of one kind throughout.
    """

    row: int
    entity: tuple[Value, ...]
    event_time: Any
    value: Value
    served_id: str | None = None
    snapshot_id: str | None = None
    judged_time: Any = None

    @property
    def moment(self) -> Hashable:
        """What happened to whom and when: it has one value."""
        return "moment", self.entity, self.event_time

    @property
    def judged(self) -> tuple[Hashable, ...]:
        """The things it judges; each has one outcome."""
        served = () if self.served_id is None else (("served", self.served_id),)
        row = ("row", self.snapshot_id, self.entity, self.judged_time)
        return (*served, *(() if self.snapshot_id is None else (row,)))

    @property
    def judgement(self) -> Hashable:
        """All that it judges, together."""
        return self.served_id, self.snapshot_id, self.judged_time

    def __str__(self) -> str:
        keys = ", ".join(map(str, self.entity))
        return f"({keys}) at {self.event_time}"


@frozen
class Decision:
    """The rows to store, in order; which of them replace others; which bring values not stored yet.

    ``repeated`` and ``kept`` count the rows that are not stored.
    """

    stored: Sequence[int]
    replacing: frozenset[int]
    new_values: Sequence[int]
    repeated: int
    kept: int


@define
class _Held:
    """What holds: the claim of each moment and each judged thing, and what judges a moment."""

    claims: dict[Hashable, Claim] = field(factory=dict)
    things: dict[Hashable, set[Hashable]] = field(factory=dict)
    judgements: dict[Hashable, set[Hashable]] = field(factory=dict)

    def take(self, claim: Claim) -> None:
        """Take what holds from here on, also for all else that its moment was judged by."""
        things = self.things.setdefault(claim.moment, set())
        for what in things:
            if self.claims[what].moment == claim.moment:
                self.claims[what] = claim
        things.update(claim.judged)
        for what in (claim.moment, *claim.judged):
            self.claims[what] = claim
        self.judgements.setdefault(claim.moment, set()).add(claim.judgement)

    def others(self, claim: Claim) -> list[Claim]:
        """Return what holds of the same moment or judged things with another value."""
        found = (self.claims.get(what) for what in (claim.moment, *claim.judged))
        return [each for each in found if each is not None and each.value != claim.value]

    def has(self, claim: Claim) -> bool:
        """Whether the claim, which is in no conflict, says nothing new."""
        if claim.judgement in self.judgements.get(claim.moment, ()):
            return True
        return bool(claim.judged) and all(what in self.claims for what in claim.judged)


def decide(known: Iterable[Claim], given: Sequence[Claim], on_conflict: OnConflict) -> Decision:
    """Decide on ``given`` outcomes, when ``known`` ones (oldest first) were recorded before.

    An outcome has one value a moment (entity and event time) and one a thing judged. The same value
    for a thing judged, or for a moment and the same judgement, is repeated. Another value is in
    conflict: an error, or dropped (``keep``), or it holds from here on (``replace``). Raises
    ``OutcomeConflictError``, and ``InvalidInputError`` for rows that contradict each other.
    """
    held = _Held()
    for claim in known:
        held.take(claim)
    _refuse_contradictions(given)
    stored: list[int] = []
    replacing: set[int] = set()
    new_values: dict[Hashable, int] = {}
    repeated = kept = 0
    conflicts: list[tuple[Claim, Claim]] = []
    for claim in given:
        others = held.others(claim)
        if others and on_conflict != "replace":
            conflicts.append((claim, others[0]))
            kept += 1
            continue
        _refuse_moved(claim, others)
        if not others and held.has(claim):
            repeated += 1
            continue
        at = held.claims.get(claim.moment)
        if at is None or at.value != claim.value:
            new_values[claim.moment] = claim.row
        if others:
            replacing.add(claim.row)
        held.take(claim)
        stored.append(claim.row)
    if conflicts and on_conflict == "error":
        raise _conflict(conflicts)
    return Decision(stored, frozenset(replacing), list(new_values.values()), repeated, kept)


def _refuse_contradictions(given: Sequence[Claim]) -> None:
    said: dict[Hashable, Claim] = {}
    for claim in given:
        for what in (claim.moment, *claim.judged):
            other = said.setdefault(what, claim)
            if other.value != claim.value:
                raise InvalidInputError(
                    f"rows {other.row} and {claim.row} give two outcomes of one thing, {claim}: "
                    f"{other.value!r} and {claim.value!r}; give the one that holds"
                )


def _refuse_moved(claim: Claim, others: Iterable[Claim]) -> None:
    for other in others:
        if other.moment != claim.moment:
            raise InvalidInputError(
                f"row {claim.row}, {claim}, would replace the outcome of what it judges, which is "
                f"{other.value!r} at {other.event_time}: replace that with the same keys and event "
                "time, so that training data finds one label"
            )


def _conflict(conflicts: Sequence[tuple[Claim, Claim]]) -> OutcomeConflictError:
    shown = [
        f"row {claim.row}, {claim}: {claim.value!r} is given, {other.value!r} holds"
        for claim, other in conflicts[:_SHOWN]
    ]
    return OutcomeConflictError(len(conflicts), shown)


def values_of(rows: Sequence[Mapping[str, Any]], keys: Sequence[str]) -> list[tuple[Value, ...]]:
    """Return the entity of each JSON object of keys."""
    return [tuple(row[name] for name in keys) for row in rows]
