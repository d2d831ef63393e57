"""The change history of a feature, a group or a set: who decided what, when and why."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from featuretrail.domain.aggregates.versioning import differences
from featuretrail.domain.documentation.chronicle import Chronicle, DefinitionTold, IncidentTold
from featuretrail.domain.documentation.facts import HistoryEntry
from featuretrail.domain.events import (
    DriftDetected,
    DriftResolved,
    Event,
    FeatureDefined,
    LineageRetired,
)


def feature_changes(chronicle: Chronicle, path: str) -> tuple[HistoryEntry, ...]:
    """Return what the log says of the life of a feature, oldest first."""
    group = path.partition(".")[0]
    found = [
        *definition_changes(chronicle.features.get(path, ())),
        *(
            _entry(each.position, each.recorded_at, each.event, f"group {group}: {what}")
            for each, what in _told(chronicle.groups.get(group, ()))
        ),
        *_lineage(chronicle, path),
        *_uses(chronicle, path),
        *(entry for each in chronicle.incidents_of.get(path, ()) for entry in _incident(each)),
    ]
    return tuple(sorted(found, key=lambda each: (each.position, each.what)))


def definition_changes(told: Sequence[DefinitionTold]) -> tuple[HistoryEntry, ...]:
    """Return the versions of a group, a feature or a set: what each changed."""
    return tuple(
        _entry(
            each.position,
            each.recorded_at,
            each.event,
            what,
            version=each.event.version,
            definition=True,
        )
        for each, what in _told(told)
    )


def _told(told: Sequence[DefinitionTold]) -> Iterator[tuple[DefinitionTold, str]]:
    before: DefinitionTold | None = None
    for each in told:
        version = each.event.version
        if before is None:
            kind = ""
            if isinstance(each.event, FeatureDefined):
                kind = f" as {each.event.definition['dtype']}"
            yield each, f"version {version} defined{kind}"
        else:
            changed = differences(before.event.definition, each.event.definition)
            yield each, f"version {version}: {'; '.join(changed) or 'no other difference'}"
        before = each


def _lineage(chronicle: Chronicle, path: str) -> Iterator[HistoryEntry]:
    for each in chronicle.lineage.get(path, ()):
        event = each.event
        if isinstance(event, LineageRetired):
            what = f"version {event.version} retired"
        else:
            parents = ", ".join(_parent(said) for said in event.parents) or "no parent"
            what = f"lineage of version {event.version} declared: {parents}"
        yield _entry(each.position, each.recorded_at, event, what, version=event.version)


def _parent(said: dict[str, str | None]) -> str:
    version = "" if said["version"] is None else f"@{said['version']}"
    return f"{said['kind']} {said['name']}{version}"


def _uses(chronicle: Chronicle, path: str) -> Iterator[HistoryEntry]:
    for baseline in chronicle.baselines_of.get(path, ()):
        what = f"profiled for baseline {baseline.event.name}"
        yield _entry(baseline.position, baseline.recorded_at, baseline.event, what)
    for snapshot in chronicle.snapshots_of.get(path, ()):
        what = f"frozen in snapshot {snapshot.snapshot_id}"
        yield _entry(snapshot.position, snapshot.recorded_at, snapshot.event, what)


def _incident(told: IncidentTold) -> Iterable[HistoryEntry]:
    state = told.state
    if state.detected is not None:
        words = state.detected.details.get("words", "it no longer looks as its baseline")
        what = f"drift detected, {state.detected.severity}: {words}"
        yield _entry(told.detected_at, told.times[DriftDetected], state.detected, what)
    if state.resolved is not None:
        what = f"drift resolved: {state.resolved.action_taken}"
        yield _entry(told.position, told.times[DriftResolved], state.resolved, what)


def _entry(
    position: int,
    recorded_at: datetime,
    event: Event,
    what: str,
    *,
    version: str | None = None,
    definition: bool = False,
) -> HistoryEntry:
    metadata = event.metadata
    return HistoryEntry(
        position, recorded_at, metadata.actor, metadata.reason, what, version, definition
    )
