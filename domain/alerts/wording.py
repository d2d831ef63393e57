"""What an alert says: to people in a title and a text, to programs in a JSON object."""

from collections.abc import Sequence
from typing import Any

from featuretrail.domain.aggregates.alert import Alert
from featuretrail.domain.events.alerts import AlertRaised

LISTED = 20
"""Of the alerts that were held back, those that a message lists."""

_TOLD = "Not sent before this"
_BEFORE = {"opened": "", "worse": "worse: ", "repeated": "still: ", "resolved": "resolved: "}


def title(said: AlertRaised) -> str:
    """Return the one line that a message begins with."""
    return f"[{said.severity}] {_BEFORE.get(said.occasion, '')}{said.title}"


def body(alert: Alert) -> str:
    """Return the text of a message; its last line has the id by which a repetition is known."""
    said = alert.said
    owner = [] if said.owner is None else [f"Owner: {said.owner}"]
    lines = [said.text, "", *owner, f"Rule: {said.rule}", f"About: {said.situation}"]
    return "\n".join([*lines, f"Alert: {alert.id}"])


def brief(alert: Alert) -> str:
    """Return one line about an alert that is not sent by itself."""
    when = alert.said.raised_at.strftime("%Y-%m-%d %H:%M UTC")
    since = ", resolved since" if alert.resolved else ""
    return f"{when} {title(alert.said)} ({alert.status}{since})"


def with_held_back(event: AlertRaised, lines: Sequence[str], held: Sequence[Alert]) -> AlertRaised:
    """Return ``event`` saying what was held back before it too."""
    if not held:
        return event
    more = [f"and {len(lines) - LISTED} more"] if len(lines) > LISTED else []
    told = "\n".join([f"{_TOLD} ({len(lines)}):", *lines[:LISTED], *more])
    return event.model_copy(
        update={"text": f"{event.text}\n\n{told}", "held_back": tuple(each.id for each in held)}
    )


def own_text(said: AlertRaised) -> str:
    """Return what an alert says itself, without what was held back before it."""
    text, listed, _ = said.text.rpartition(f"\n\n{_TOLD} (")
    return text if said.held_back and listed else said.text


def payload(alert: Alert) -> dict[str, Any]:
    """Return the JSON object that a webhook receives."""
    said = alert.said
    return {
        "type": f"featuretrail.alert.{said.occasion}",
        "timestamp": said.raised_at.isoformat(),
        "data": {
            "alert": str(alert.id),
            "rule": said.rule,
            "destination": said.destination,
            "kind": said.kind,
            "situation": said.situation,
            "feature": said.feature,
            "owner": said.owner,
            "severity": said.severity,
            "title": said.title,
            "text": said.text,
            "facts": said.facts,
            "held_back": [str(each) for each in said.held_back],
        },
    }
