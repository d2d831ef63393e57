"""Evaluation: from what happened to who is told, each once and not too often."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from attrs import define, field

from featuretrail.domain.aggregates.alert import Alert, AlertEvent, alert_id, decide_acknowledge
from featuretrail.domain.alerts.occurrence import Occurrence
from featuretrail.domain.alerts.outbox import HOUR, Outbox, Place, place
from featuretrail.domain.alerts.owners import Owned, owned
from featuretrail.domain.alerts.rule import OWNER, Rule, rank
from featuretrail.domain.alerts.wording import brief, own_text, with_held_back
from featuretrail.domain.events import AlertRuleSet, Metadata
from featuretrail.domain.events.alerts import (
    AlertHeldBack,
    AlertRaised,
    AlertResolved,
    Occasion,
)
from featuretrail.domain.registry import Registry

Routes = Mapping[str, Sequence[str]]
"""The destinations of each owner; those of ``*`` are for every other."""

EVERYONE_ELSE = "*"


@define
class Evaluation:
    """Decides what comes of occurrences; ``events`` are in the order in which to append them.

    ``state`` is the outbox with all that was decided so far.
    """

    rules: Sequence[Rule]
    registry: Registry
    routes: Routes
    now: datetime
    metadata: Metadata
    state: Outbox
    events: list[AlertEvent] = field(factory=list, init=False)

    def see(self, occurrences: Iterable[Occurrence]) -> None:
        """Decide what comes of ``occurrences``, in their order."""
        for occurrence in occurrences:
            whose = owned(occurrence, self.registry)
            if occurrence.kind == "quality":
                self._quality(occurrence, whose)
            elif occurrence.phase == "found":
                self._found(occurrence, whose, self.rules)
            elif occurrence.phase == "acknowledged":
                self._acknowledged(occurrence)
            else:
                self._ended(occurrence, self._openings(occurrence, None))

    def repeat(self) -> None:
        """Say again what is open, not acknowledged, and was last said long enough ago."""
        rules = self._by_name()
        for opening in list(self.state.openings()):
            rule = rules.get(opening.said.rule)
            if rule is None or rule.repeat_every_microseconds is None or opening.acknowledged:
                continue
            if opening.said.destination not in self._destinations(rule, opening.said.owner):
                continue  # the rule tells others by now
            messages = self.state.messages(place(opening))
            last = max(each.said.raised_at for each in messages)
            every = timedelta(microseconds=rule.repeat_every_microseconds)
            if last + every <= self.now and all(each.status != "waiting" for each in messages):
                count = sum(each.said.occasion == "repeated" for each in messages) + 1
                newest = messages[-1].said
                event = newest.model_copy(
                    update={
                        "originator_id": alert_id([str(opening.id), "repeated", count]),
                        "originator_version": 1,
                        "occasion": "repeated",
                        "text": own_text(newest),
                        "raised_at": self.now,
                        "held_back": (),
                        "metadata": self.metadata,
                    }
                )
                self._raise(event, rule)

    def summarise(self) -> None:
        """Tell of what was held back where no other message does, once there is room again."""
        rules = self._by_name()
        destinations = {each.said.destination for each in self.state.alerts.values()}
        for destination in sorted(destinations):
            held = [each for each in self.state.untold(destination) if each.held_until is not None]
            if not held or self.state.waiting(destination):
                continue
            rule = rules.get(held[0].said.rule)
            limit = None if rule is None else rule.at_most_an_hour
            full = limit is not None and len(self._sent(destination)) >= limit
            if full or any(each.held_until > self.now for each in held if each.held_until):
                continue
            worst = max(held, key=lambda each: rank(each.said.severity)).said
            event = AlertRaised.in_stream(
                alert_id(["summary", destination, *sorted(str(each.id) for each in held)]),
                1,
                rule=held[0].said.rule,
                destination=destination,
                occasion="summary",
                kind=worst.kind,
                situation=f"summary {destination}",
                feature=None,
                owner=None,
                severity=worst.severity,
                title=f"{len(held)} alert{'s' if len(held) > 1 else ''} held back",
                text="Too many came at once to be sent one by one.",
                facts={},
                raised_at=self.now,
                metadata=self.metadata,
            )
            self._raise(event, None)

    def _quality(self, occurrence: Occurrence, whose: Owned) -> None:
        """Each rule has its own threshold: below it is found, the rest has ended.

        What a rule opened that has no threshold any more has ended too.
        """
        score = occurrence.score
        judging = {each.name for each in self.rules if each.said and each.said.quality_below}
        for each in self._openings(occurrence, None):
            opening = self.state.alerts[each]
            if opening.said.rule not in judging:
                self._record(self._resolved(opening))
        for rule in self.rules:
            if rule.said is None or rule.said.quality_below is None or score is None:
                continue
            if score < rule.said.quality_below:
                self._found(occurrence, whose, [rule])
            else:
                self._ended(occurrence, self._openings(occurrence, rule.name))

    def _found(self, occurrence: Occurrence, whose: Owned, rules: Iterable[Rule]) -> None:
        for rule in rules:
            if rule.said is None or not rule.matches(occurrence, whose):
                continue
            for destination in self._destinations(rule.said, whose.owner):
                where = (rule.name, destination, occurrence.situation)
                if self.state.opening(where) is None:
                    self._tell(occurrence, "opened", rule.said, destination, whose)
                elif rank(occurrence.severity) > self._told(where):
                    self._tell(occurrence, "worse", rule.said, destination, whose)

    def _acknowledged(self, occurrence: Occurrence) -> None:
        for opening in self._openings(occurrence, None):
            self._record(*decide_acknowledge(self.state.alerts[opening], self.metadata))

    def _ended(self, occurrence: Occurrence, openings: Iterable[UUID]) -> None:
        rules = self._by_name()
        for each in openings:
            opening = self.state.alerts[each]
            told = self._was_told(opening)
            self._record(self._resolved(opening))
            rule = rules.get(opening.said.rule)
            if rule is not None and rule.send_resolved and told:
                whose = Owned(opening.said.owner)
                self._tell(occurrence, "resolved", rule, opening.said.destination, whose)

    def _resolved(self, opening: Alert) -> AlertResolved:
        return AlertResolved.in_stream(opening.id, opening.version + 1, metadata=self.metadata)

    def _was_told(self, opening: Alert) -> bool:
        """Tell whether its destination heard of a situation, be it in a summary, or will."""
        messages = {each.id for each in self.state.messages(place(opening))}
        return bool(messages - {each.id for each in self.state.untold(opening.said.destination)})

    def _openings(self, occurrence: Occurrence, rule: str | None) -> list[UUID]:
        return [
            each.id
            for each in self.state.openings()
            if each.said.situation == occurrence.situation and rule in (None, each.said.rule)
        ]

    def _tell(
        self,
        occurrence: Occurrence,
        occasion: Occasion,
        rule: AlertRuleSet,
        destination: str,
        whose: Owned,
    ) -> None:
        source = [str(occurrence.stream), occurrence.version]
        event = AlertRaised.in_stream(
            alert_id([*source, rule.name, destination, occasion]),
            1,
            rule=rule.name,
            destination=destination,
            occasion=occasion,
            kind=occurrence.kind,
            situation=occurrence.situation,
            feature=occurrence.feature,
            owner=whose.owner,
            severity=occurrence.severity,
            title=occurrence.title,
            text=occurrence.text,
            facts=occurrence.facts,
            raised_at=self.now,
            source_stream=occurrence.stream,
            source_version=occurrence.version,
            metadata=self.metadata,
        )
        self._raise(event, rule)

    def _raise(self, event: AlertRaised, rule: AlertRuleSet | None) -> None:
        """Record that an alert is raised: to be sent with what was held back, or held back."""
        if event.originator_id in self.state.alerts:  # the same was decided before
            return
        reason = None if rule is None else self._too_many(event, rule)
        if reason is None:
            untold = self.state.untold(event.destination)
            self._record(with_held_back(event, [brief(each) for each in untold], untold))
            return
        why, until = reason
        held = AlertHeldBack.in_stream(
            event.originator_id, 2, why=why, until=until, metadata=self.metadata
        )
        self._record(event, held)

    def _too_many(self, event: AlertRaised, rule: AlertRuleSet) -> tuple[str, datetime] | None:
        """Return why an alert is held back and until when, ``None`` when it is not."""
        sent = self._sent(event.destination)
        if rule.at_most_an_hour is not None and len(sent) >= rule.at_most_an_hour:
            until = sorted(sent)[-rule.at_most_an_hour] + HOUR
            return f"{event.destination} had {len(sent)} alerts in an hour", until
        if rule.once_in_microseconds is None or event.occasion != "worse":
            return None
        where = (event.rule, event.destination, event.situation)
        messages = self.state.messages(where)
        sent_at = [each.said.raised_at for each in messages if each.status != "held back"]
        if not sent_at:
            return None
        until = max(sent_at) + timedelta(microseconds=rule.once_in_microseconds)
        return None if until <= self.now else (f"{event.situation} was told of before", until)

    def _sent(self, destination: str) -> list[datetime]:
        return self.state.sent_in_last_hour(destination, self.now)

    def _told(self, where: Place) -> int:
        """Return the greatest severity that was told, or will be, of a situation."""
        return max(rank(each.said.severity) for each in self.state.messages(where))

    def _destinations(self, rule: AlertRuleSet, owner: str | None) -> list[str]:
        names: dict[str, None] = {}
        for name in rule.destinations:
            own = self._routes(owner) if name == OWNER else [name]
            names.update(dict.fromkeys(own))
        return list(names)

    def _routes(self, owner: str | None) -> Sequence[str]:
        """Return the owner's destinations; one that lacks them is told by failing visibly."""
        known = self.routes.get(owner or EVERYONE_ELSE) or self.routes.get(EVERYONE_ELSE)
        return known or [f"owner:{owner or EVERYONE_ELSE}"]

    def _by_name(self) -> dict[str, AlertRuleSet]:
        return {rule.name: rule.said for rule in self.rules if rule.said is not None}

    def _record(self, *events: AlertEvent) -> None:
        self.events.extend(events)
        self.state = self.state.evolve((0, event) for event in events)
