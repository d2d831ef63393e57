"""Rules: who is told of what, how often, and the stream of one."""

from collections.abc import Sequence
from datetime import timedelta
from fnmatch import fnmatchcase
from typing import Any, Self, get_args
from uuid import UUID

from attrs import evolve, frozen

from featuretrail.domain.alerts.occurrence import SEVERITIES, Occurrence
from featuretrail.domain.alerts.owners import Owned
from featuretrail.domain.errors import InvalidInputError, NotFoundError
from featuretrail.domain.events import AlertRuleRemoved, AlertRuleSet, Metadata, stream_id
from featuretrail.domain.events.alerts import AlertKind
from featuretrail.domain.inputs import (
    check_choice,
    check_count,
    check_flag,
    check_label,
    check_labels,
    check_score,
    optional,
    several,
    shown,
)

KINDS: tuple[str, ...] = get_args(AlertKind)

OWNER = "owner"
"""The destination that stands for those of the owner of what an alert is about."""

SECOND, CENTURY = timedelta(seconds=1), timedelta(days=36_500)


@frozen
class Rule:
    """A rule as its stream tells it; ``said`` is none before it was set and after its removal.

    It holds for what is recorded after position ``since``, where it was first set.
    """

    id: UUID
    name: str
    version: int = 0
    said: AlertRuleSet | None = None
    since: int = 0

    @classmethod
    def initial(cls, name: str) -> Self:
        """Return the rule before its first event."""
        return cls(stream_id("alert rule", name), name)

    def evolve(self, event: AlertRuleSet | AlertRuleRemoved, position: int = 0) -> Self:
        """Return the state after ``event``, recorded at ``position``."""
        version = event.originator_version
        match event:
            case AlertRuleSet():
                since = position if self.said is None else self.since
                return evolve(self, version=version, said=event, since=since)
            case AlertRuleRemoved():
                return evolve(self, version=version, said=None)

    def matches(self, occurrence: Occurrence, owned: Owned) -> bool:
        """Tell whether the rule speaks of what ``occurrence`` found."""
        said = self.said
        return (
            said is not None
            and self.since < occurrence.position
            and occurrence.kind in said.kinds
            and rank(occurrence.severity) >= rank(said.minimum_severity)
            and (not said.owners or owned.owner in said.owners)
            and (not said.tags or not owned.tags.isdisjoint(said.tags))
            and (not said.features or any(covers(each, occurrence) for each in said.features))
        )


def rank(severity: str) -> int:
    """Return how severe a severity is, from 0."""
    return SEVERITIES.index(severity)


def covers(pattern: str, occurrence: Occurrence) -> bool:
    """Tell whether a pattern (``weather``, ``weather.*``, ``weather.temp``) names the subject."""
    subject = occurrence.feature or occurrence.name
    return fnmatchcase(subject, pattern) or fnmatchcase(subject.partition(".")[0], pattern)


def decide_set(
    state: Rule,
    destinations: object,
    metadata: Metadata,
    *,
    kinds: object = KINDS,
    minimum_severity: object = "low",
    owners: object = (),
    tags: object = (),
    features: object = (),
    quality_below: object = None,
    once_in: object = None,
    at_most_an_hour: object = None,
    repeat_every: object = None,
    send_resolved: object = True,
) -> list[AlertRuleSet]:
    """Return the event that makes a rule, or none when it says so already.

    Raises ``InvalidInputError``.
    """
    event = AlertRuleSet.in_stream(
        state.id,
        state.version + 1,
        name=check_label("name", state.name),
        kinds=_chosen("kinds", kinds, KINDS),
        minimum_severity=check_choice("minimum_severity", minimum_severity, SEVERITIES),
        owners=check_labels("owners", owners),
        tags=check_labels("tags", tags),
        features=check_labels("features", features),
        quality_below=optional(check_score, "quality_below", quality_below),
        destinations=_destinations(destinations),
        once_in_microseconds=_period("once_in", once_in),
        at_most_an_hour=None
        if at_most_an_hour is None
        else check_count("at_most_an_hour", at_most_an_hour, least=1),
        repeat_every_microseconds=_period("repeat_every", repeat_every),
        send_resolved=check_flag("send_resolved", send_resolved),
        metadata=metadata,
    )
    if event.kinds == ["quality"] and event.quality_below is None:
        raise InvalidInputError("a rule about quality alone needs quality_below, from 0 to 100")
    return [] if event.repeats(state.said) else [event]


def decide_remove(
    state: Rule, existing: Sequence[str], metadata: Metadata
) -> list[AlertRuleRemoved]:
    """Return the event that ends a rule; raise ``NotFoundError`` for one that does not hold."""
    if state.said is None:
        raise NotFoundError("alert rule", state.name, existing)
    return [
        AlertRuleRemoved.in_stream(state.id, state.version + 1, name=state.name, metadata=metadata)
    ]


def destination_name(given: object) -> str:
    """Return the name of a destination, as variables and files spell it alike.

    >>> destination_name("OPS_MAIL")
    'ops-mail'
    """
    name = check_label("a destination", given).lower().replace("_", "-")
    if not name.replace("-", "").isalnum() or not name.isascii():
        raise InvalidInputError(
            f"a destination has a name of letters, digits and hyphens, such as 'ops-mail', and its "
            f"address in the configuration; another was given, of {len(name)} characters"
        )  # not repeated: it may be an address with a password
    return name


def _destinations(given: object) -> list[str]:
    names = sorted({destination_name(each) for each in several("destinations", given)})
    if not names:
        raise InvalidInputError("destinations is empty; name one, or 'owner' for the owner's")
    return names


def _chosen(what: str, given: object, choices: Sequence[str]) -> list[str]:
    names = {check_choice(f"one of {what}", each, choices) for each in several(what, given)}
    if not names:
        raise InvalidInputError(f"{what} is empty; give some of {', '.join(map(repr, choices))}")
    return [each for each in choices if each in names]


def _period(what: str, given: object) -> int | None:
    if given is None:
        return None
    if not isinstance(given, timedelta) or not SECOND <= given <= CENTURY:
        raise InvalidInputError(
            f"{what} is {shown(given)}; give a timedelta from a second to a century, such as "
            "timedelta(hours=6)"
        )
    return given // timedelta(microseconds=1)


def rule_facts(said: AlertRuleSet) -> dict[str, Any]:
    """Return what a rule says as a JSON object."""
    return said.model_dump(mode="json", exclude={"metadata"})
