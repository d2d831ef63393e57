"""The state of an aggregate as people read it: a JSON object of its facts."""

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from featuretrail.domain.aggregates import (
    Alert,
    DocumentationAggregate,
    DriftIncident,
    FeatureAggregate,
    FeatureMetadataAggregate,
    FeatureSetAggregate,
    GroupAggregate,
    LineageAggregate,
    Monitor,
    Record,
    SnapshotAggregate,
)
from featuretrail.domain.events import Event, JsonObject
from featuretrail.domain.replay import Aggregate
from featuretrail.domain.versions import Version


class _Versioned(Protocol):
    @property
    def version(self) -> Version: ...


def facts(state: Aggregate) -> JsonObject:
    """Return what ``state`` says: of a definition its latest version, and which there are.

    ``None`` is what is not known, as in the events.
    """
    match state:
        case GroupAggregate():
            found = state.latest.to_dict() | {"versions": _names(state.definitions)}
        case FeatureAggregate():
            found = _feature(state)
        case FeatureSetAggregate():
            found = _feature_set(state)
        case SnapshotAggregate():
            found = _snapshot(state)
        case LineageAggregate():
            found = _said(state.declared) | {"retired": state.retired}
        case DriftIncident():
            found = _incident(state)
        case DocumentationAggregate():
            documented = {version: _said(event) for version, event in state.latest.items()}
            found = {"feature_name": state.feature_name, "documented": documented}
        case FeatureMetadataAggregate():
            found = _said(state.recorded)
        case Record():
            found = _said(state.event)
        case Alert() | Monitor():
            found = _watching(state)
        case _:
            raise TypeError(f"{type(state).__qualname__} is no aggregate")
    return found


def changed_fields(before: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Return each field that differs with both values, objects in objects by their paths.

    >>> changed_fields({"unit": "F", "details": {"p": 0.1}}, {"unit": "F", "details": {"p": 0.2}})
    {'details.p': (0.1, 0.2)}
    """
    old, new = _flat(before), _flat(now)
    return {
        name: (old.get(name), new.get(name))
        for name in dict.fromkeys([*old, *new])
        if not _same(old.get(name), new.get(name))
    }


def _feature(state: FeatureAggregate) -> JsonObject:
    latest = state.latest
    return {
        "group": state.group,
        **latest.definition.to_dict(),
        "column": latest.column,
        "digest": latest.digest,
        "versions": _names(state.versions),
    }


def _feature_set(state: FeatureSetAggregate) -> JsonObject:
    latest = state.latest
    return {
        **latest.definition.to_dict(),
        "pinned": [str(reference) for reference in latest.pinned],
        "digest": latest.digest,
        "versions": _names(state.versions),
    }


def _snapshot(state: SnapshotAggregate) -> JsonObject:
    return {
        "snapshot_id": state.snapshot_id,
        "validation_status": state.validation_status,
        "quality_score": state.quality_score,
        "drift_detected": state.drift_detected,
        **_said(state.created),
    }


def _incident(state: DriftIncident) -> JsonObject:
    found = _said(state.detected)
    if state.updated is not None:
        found |= _said(state.updated)
    acknowledged, resolved = state.acknowledged, state.resolved
    return {
        "status": state.status,
        **found,
        "current_snapshot_id": state.current_snapshot_id,
        "acknowledged_by": None if acknowledged is None else acknowledged.metadata.actor,
        "action_taken": None if resolved is None else resolved.action_taken,
    }


def _watching(state: Alert | Monitor) -> JsonObject:
    if isinstance(state, Monitor):
        scheduled = state.said is not None
        return {"scheduled": scheduled, **_said(state.said), "last": _said(state.last)}
    return {
        "status": state.status,
        **_said(state.raised),
        "attempts": state.attempts,
        "error": state.error,
        "acknowledged": state.acknowledged,
        "resolved": state.resolved,
    }


def _said(event: Event | None) -> JsonObject:
    """Return the event's own fields; who decided it and why is the entry's of the log."""
    return {} if event is None else event.model_dump(mode="json", exclude={"metadata"})


def _names(definitions: Iterable[_Versioned]) -> list[str]:
    return [str(definition.version) for definition in definitions]


def _flat(value: Mapping[str, Any], path: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, each in value.items():
        if isinstance(each, Mapping) and each:
            flat |= _flat(each, f"{path}{name}.")
        else:
            flat[f"{path}{name}"] = each
    return flat


def _same(old: object, new: object) -> bool:
    return type(old) is type(new) and old == new
