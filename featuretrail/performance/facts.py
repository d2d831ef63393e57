"""The facts that hints are made of: definitions, what selects a feature, tables, what was used."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from attrs import frozen
from psycopg import sql

from featuretrail.domain.definitions import FeatureGroup
from featuretrail.domain.performance.distribution import Bucket
from featuretrail.domain.performance.hints import FeatureFacts, GroupFacts, Period
from featuretrail.domain.performance.summary import CostSummary
from featuretrail.domain.registry import Registry, ResolvedFeature
from featuretrail.infrastructure.database import AnyConnection, Database
from featuretrail.infrastructure.queries import query
from featuretrail.infrastructure.values.tables import online_table, values_table
from featuretrail.performance.reading import Found


@frozen
class _Known:
    """What the database knows of a feature: first definition, last use, batches of the period."""

    defined_at: datetime | None
    last_used: datetime | None
    batches: int


def read_facts(
    database: Database, registry: Registry, found: Found, budgets: Mapping[str, float]
) -> tuple[list[FeatureFacts], Period]:
    """Return the facts of all features of ``registry``, by name, and of the period of ``found``."""
    features = [registry.resolve(path) for path in sorted(registry.features)]
    with database.connection() as connection:
        [(recorded_since,)] = connection.execute(query("performance/first_recorded"))
        known = _known(connection, features, found.starts[0])
        groups = _groups(connection, [registry.group(name) for name in sorted(registry.groups)])
    needed = _needed_by(registry)
    period = Period(
        found.starts[0],
        found.moment.until,
        recorded_since,
        sum(each.uses for each in found.buckets),
    )
    return [
        FeatureFacts(
            path := each.reference.path,
            groups[each.group.name],
            budgets[path],
            _contexts(found.of(path), budgets[path]),
            computed=_rule(each) is not None,
            unbounded_rule=_looks_back_for_ever(each),
            needed_by=tuple(sorted(needed.get(path, ()))),
            batches_in_period=known[path].batches,
            last_used=known[path].last_used,
            defined_at=known[path].defined_at,
        )
        for each in features
    ], period


def _contexts(buckets: Sequence[Bucket], budget_ms: float) -> dict[str, CostSummary]:
    return {
        context: CostSummary.of([each for each in buckets if each.context == context], budget_ms)
        for context in sorted({each.context for each in buckets})
    }


def _known(
    connection: AnyConnection, features: Sequence[ResolvedFeature], since: datetime
) -> dict[str, _Known]:
    facts = {
        "features": [each.reference.path for each in features],
        "groups": [each.group.name for each in features],
        "columns": [each.column for each in features],
        "since": since,
    }
    rows = connection.execute(query("performance/feature_facts"), facts).fetchall()
    return {name: _Known(*of_feature) for name, *of_feature in rows}


def _groups(connection: AnyConnection, groups: Sequence[FeatureGroup]) -> dict[str, GroupFacts]:
    names = {"groups": [each.name for each in groups]}
    rows = {
        name: count
        for name, count, *_ in connection.execute(query("status/groups"), names).fetchall()
    }
    missing: dict[str, list[str]] = {}
    definitions = {each.name: each for each in groups}
    for name, schema in connection.execute(query("performance/missing_indexes"), names).fetchall():
        missing.setdefault(name, []).append(_index(definitions[name], schema))
    return {
        each.name: GroupFacts(
            each.name, each.ttl, rows[each.name], tuple(missing.get(each.name, ()))
        )
        for each in groups
    }


def _index(group: FeatureGroup, schema: str) -> str:
    """Return the statement that makes the index of a table of ``group`` again."""
    keys = [sql.Identifier(key) for key in group.keys]
    if schema == "featuretrail_values":
        table = values_table(group.name)
        further = [sql.SQL("event_time DESC"), sql.SQL("batch DESC")]
    else:
        table = online_table(group.name)
        further = [sql.SQL("layout")]
    columns = sql.SQL(", ").join([*keys, *further])
    return sql.SQL("CREATE UNIQUE INDEX ON {} ({})").format(table, columns).as_string()


def _needed_by(registry: Registry) -> dict[str, set[str]]:
    """Return, by feature, the names of the sets and of the computed features that need it."""
    needed: dict[str, set[str]] = {}
    for name in registry.sets:
        latest = registry.feature_set(name)
        label = latest.definition.label
        for reference in (*latest.pinned, *(() if label is None else (label,))):
            needed.setdefault(reference.path, set()).add(f"set {name}")
    for path in registry.features:
        for parent in _parents(_rule(registry.resolve(path))):
            needed.setdefault(parent, set()).add(f"feature {path}")
    return needed


def _rule(feature: ResolvedFeature) -> Mapping[str, Any] | None:
    """Return the rule that computes a feature, as its definition says it."""
    rule = feature.version.definition.to_dict().get("rule")
    return rule if isinstance(rule, Mapping) else None


def _parents(rule: Mapping[str, Any] | None) -> Iterable[str]:
    parents = () if rule is None else rule.get("parents", ())
    return (str(parent).partition("@")[0] for parent in parents)


def _looks_back_for_ever(feature: ResolvedFeature) -> bool:
    rule = _rule(feature)
    if rule is None:
        return False
    return all(value is None for name, value in rule.items() if name.startswith("history"))
