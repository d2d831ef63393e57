"""Registering definitions: decide, make tables, declare lineage, append; in one transaction."""

from collections.abc import Iterator, Sequence

import psycopg
from attrs import frozen

from featuretrail.domain import rule_parents
from featuretrail.domain.aggregates import (
    FeatureAggregate,
    FeatureSetAggregate,
    GroupAggregate,
    feature,
    feature_set,
    group,
)
from featuretrail.domain.aggregates.versioning import differences
from featuretrail.domain.changes import Change, Kind, Registration
from featuretrail.domain.definitions import Feature, FeatureGroup, FeatureSet
from featuretrail.domain.errors import ConcurrencyError, InvalidDefinitionError
from featuretrail.domain.events import (
    Event,
    FeatureDefined,
    FeatureSetDefined,
    GroupDefined,
    JsonObject,
    Metadata,
)
from featuretrail.domain.names import FeatureReference
from featuretrail.domain.registry import Registry
from featuretrail.domain.rule_units import rule_of
from featuretrail.domain.versions import Version
from featuretrail.infrastructure.computing.expression_check import check_registered
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.lineage.declaring import LineageDeclarer
from featuretrail.infrastructure.lineage.reading import LineageReader
from featuretrail.infrastructure.log.application import EventLog
from featuretrail.infrastructure.queries import query
from featuretrail.infrastructure.registry import RegistryReader
from featuretrail.infrastructure.values import tables

Definition = FeatureGroup | FeatureSet

_ATTEMPTS = 5


@frozen
class _Decision:
    change: Change
    events: Sequence[Event]


class Registrar:
    """Turns definitions into events and tables; registering an equal definition changes nothing."""

    def __init__(
        self,
        database: Database,
        log: EventLog,
        registry: RegistryReader,
        lineage: LineageDeclarer | None = None,
    ) -> None:
        self._database = database
        self._log = log
        self._registry = registry
        self._lineage = lineage or LineageDeclarer(database, log, LineageReader(database))

    def plan(self, definitions: Sequence[Definition]) -> Registration:
        """Return what registering ``definitions`` would change, without changing it."""
        registry = self._registry.current()
        decisions = decide(registry, definitions, Metadata())
        events = [event for decision in decisions for event in decision.events]
        after = registry.evolve(events, registry.position)
        self._lineage.of_rules(events, after, Metadata())
        if any(_has_expression(event) for event in events):
            with self._database.transaction() as connection:
                _check_expressions(connection, registry, events)
        return Registration(
            tuple(decision.change for decision in decisions), self._log.head().position
        )

    def register(self, definitions: Sequence[Definition], metadata: Metadata) -> Registration:
        """Register ``definitions`` together; a race with another writer is decided anew."""
        for attempt in range(_ATTEMPTS):
            try:
                return self._register(definitions, metadata)
            except (
                ConcurrencyError,
                psycopg.errors.DuplicateTable,
                psycopg.errors.DuplicateColumn,
            ):
                if attempt == _ATTEMPTS - 1:
                    raise
        raise AssertionError("unreachable: the last attempt returns or raises")

    def _register(self, definitions: Sequence[Definition], metadata: Metadata) -> Registration:
        registry = self._registry.current()
        decisions = decide(registry, definitions, metadata)
        events = [event for decision in decisions for event in decision.events]
        if events:
            with self._database.transaction() as connection:
                connection.execute(query("registry/lock"))
                _check_expressions(connection, registry, events)
                _make_tables(connection, registry, events, definitions)
                after = registry.evolve(events, registry.position)
                declared = self._lineage.of_rules(events, after, metadata, connection)
                self._log.save(*events, *declared, connection=connection)
        changes = tuple(decision.change for decision in decisions)
        return Registration(changes, self._log.head().position)


def decide(
    registry: Registry, definitions: Sequence[Definition], metadata: Metadata
) -> list[_Decision]:
    """Return each definition's change and events; later definitions see the earlier ones."""
    decisions: list[_Decision] = []
    rule_parents.refuse_circles(item for item in definitions if isinstance(item, FeatureGroup))
    for definition in definitions:
        match definition:
            case FeatureGroup():
                made = list(_decide_group(registry, definition, metadata))
            case FeatureSet():
                made = [_decide_set(registry, definition, metadata)]
            case _:
                raise InvalidDefinitionError(
                    f"cannot register {definition!r}; give a FeatureGroup or a FeatureSet"
                )
        events = [event for decision in made for event in decision.events]
        registry = registry.evolve(events, registry.position)
        decisions += made
    return decisions


def _decide_group(
    registry: Registry, definition: FeatureGroup, metadata: Metadata
) -> Iterator[_Decision]:
    state = registry.groups.get(definition.name) or GroupAggregate.initial(definition.name)
    _check_width(registry, definition)
    events = group.decide_define(state, definition, metadata)
    before = state.latest.to_dict() if state.definitions else None
    yield _Decision(
        _change("group", definition.name, str(definition.version), events, before), events
    )
    new: list[Event] = list(events)
    for item in rule_parents.parents_first(definition):
        if item.rule is not None:  # it may read what the group defines as well
            registry, new = registry.evolve(new, registry.position), []
        decision = _decide_feature(registry, definition, item, metadata)
        new += decision.events
        yield decision


def _decide_feature(
    registry: Registry, owner: FeatureGroup, definition: Feature, metadata: Metadata
) -> _Decision:
    path = f"{owner.name}.{definition.name}"
    definition = rule_parents.pinned(registry, owner, definition)
    state = registry.features.get(path) or FeatureAggregate.initial(owner.name, definition.name)
    events = feature.decide_define(state, definition, metadata)
    before = state.latest.definition.to_dict() if state.versions else None
    if events and definition.rule is not None:
        reference = FeatureReference(owner.name, definition.name, definition.version)
        rule_parents.check_no_circle(registry.evolve(events, registry.position), reference)
    return _Decision(_change("feature", path, str(definition.version), events, before), events)


def _decide_set(registry: Registry, definition: FeatureSet, metadata: Metadata) -> _Decision:
    latest = {
        reference.path: registry.resolve(reference).version.version
        for reference in definition.features
    }
    if definition.label is not None:
        registry.resolve(definition.label)
    state = registry.sets.get(definition.name) or FeatureSetAggregate.initial(definition.name)
    events = feature_set.decide_define(state, definition, latest, metadata)
    before = state.latest.definition.to_dict() if state.versions else None
    return _Decision(
        _change("set", definition.name, str(definition.version), events, before), events
    )


def _change(
    kind: Kind,
    name: str,
    version: str,
    events: Sequence[GroupDefined | FeatureDefined | FeatureSetDefined],
    before: JsonObject | None,
) -> Change:
    if not events:
        return Change(kind, name, version, "unchanged")
    if before is None:
        return Change(kind, name, version, "created")
    return Change(
        kind, name, version, "new version", tuple(differences(before, events[0].definition))
    )


def _check_width(registry: Registry, definition: FeatureGroup) -> None:
    """Refuse a group whose registered and new columns together pass PostgreSQL's row size."""
    given = {item.name for item in definition.features}
    kept = [
        version.definition
        for known in registry.features.values()
        if known.group == definition.name and known.name not in given
        for version in known.versions[-1:]
    ]
    FeatureGroup(definition.name, definition.keys, (*definition.features, *kept))


def _has_expression(event: Event) -> bool:
    return (
        isinstance(event, FeatureDefined) and event.definition.get("rule", {}).get("kind") == "sql"
    )


def _check_expressions(
    connection: psycopg.Connection, registry: Registry, events: Sequence[Event]
) -> None:
    """Ask the database whether it understands the SQL rules that ``events`` define."""
    defined = registry.evolve(events, registry.position)
    for event in events:
        if isinstance(event, FeatureDefined) and _has_expression(event):
            reference = FeatureReference(event.group, event.name, Version.parse(event.version))
            item = defined.resolve(reference)
            parents = [defined.resolve(parent) for parent in rule_of(item).parents]
            check_registered(connection, item, parents)


def _make_tables(
    connection: psycopg.Connection,
    registry: Registry,
    events: Sequence[Event],
    definitions: Sequence[Definition],
) -> None:
    groups = {item.name: item for item in definitions if isinstance(item, FeatureGroup)}
    stored = {
        (known.group, version.column)
        for known in registry.features.values()
        for version in known.versions
    }
    added: dict[str, dict[str, str]] = {}
    for event in events:
        if isinstance(event, GroupDefined) and event.name not in registry.groups:
            tables.create_group(connection, groups[event.name])
            registry = registry.evolve([event], registry.position)
        elif isinstance(event, FeatureDefined) and (event.group, event.column) not in stored:
            added.setdefault(event.group, {})[event.column] = event.definition["dtype"]
    for name, columns in added.items():
        tables.add_columns(connection, name, columns)
