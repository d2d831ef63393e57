"""The statement of an online read: one for a list of features, prepared once a connection."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Self

from attrs import field, frozen
from psycopg import sql

from featuretrail.domain.definitions import FeatureGroup
from featuretrail.domain.registry import ResolvedFeature
from featuretrail.infrastructure.performance.usage import SELECTIONS, Use
from featuretrail.infrastructure.queries import query
from featuretrail.infrastructure.retrieval.naming import by_group
from featuretrail.infrastructure.values.tables import online_table

_ARRAYS = {"text": sql.SQL("text[]"), "int64": sql.SQL("bigint[]")}
_MICROSECOND = timedelta(microseconds=1)

HEAD = 4
"""Arrays of a group before those of its columns: ordinals, layouts, event times, batches."""

Key = tuple[str, str]
"""A key column: its name and type."""


@frozen(eq=False)
class GroupPlan:
    """One group of a plan: the columns read of it, and where its arrays begin in the answer."""

    group: FeatureGroup
    columns: tuple[str, ...]
    dtypes: tuple[str, ...]
    start: int

    @property
    def ttl(self) -> int | None:
        """The group's TTL in microseconds."""
        return None if self.group.ttl is None else self.group.ttl // _MICROSECOND

    def head(self, answers: Sequence[bytes | None]) -> Sequence[bytes | None]:
        """Return the group's arrays before those of its columns."""
        return answers[self.start : self.start + HEAD]

    def values(self, answers: Sequence[bytes | None]) -> Sequence[bytes | None]:
        """Return the arrays of its columns."""
        first = self.start + HEAD
        return answers[first : first + len(self.columns)]


@frozen(eq=False)
class OnlinePlan:
    """The statement for ``features``, its parameters (arrays of ``keys``) and its groups."""

    features: tuple[ResolvedFeature, ...] = field(repr=False)
    keys: tuple[Key, ...]
    groups: tuple[GroupPlan, ...]
    statement: bytes = field(repr=False)
    use: Use = field(repr=False)
    """What reading it counts as."""

    @classmethod
    def of(cls, features: Sequence[ResolvedFeature], *, logged: bool) -> Self:
        """Plan the read of ``features``; where answers are ``logged`` it tells the log's head."""
        grouped = by_group(features)
        keys = tuple(dict.fromkeys(k for fs in grouped.values() for k in fs[0].group.keys.items()))
        groups: list[GroupPlan] = []
        start = 0
        for of_group in grouped.values():
            columns = tuple(feature.column for feature in of_group)
            dtypes = tuple(feature.dtype for feature in of_group)
            groups.append(GroupPlan(of_group[0].group, columns, dtypes, start))
            start += HEAD + len(columns)
        statement = _statement(keys, groups, logged=logged).as_bytes()
        use = Use(SELECTIONS.of(features), "inference", "serve")
        return cls(tuple(features), keys, tuple(groups), statement, use)


def _statement(keys: Sequence[Key], groups: Sequence[GroupPlan], *, logged: bool) -> sql.Composed:
    aliases = [sql.Identifier(f"g{n}") for n in range(len(groups))]
    tuples = list(dict.fromkeys(_keys(plan) for plan in groups))
    nothing = sql.SQL("NULL::bigint")
    return query("retrieval/online").format(
        known_position=query("retrieval/online_known") if logged else nothing,
        entities=sql.SQL(", ").join(
            _entities(keys, own, _entities_alias(tuples, own)) for own in tuples
        ),
        columns=sql.SQL(", ").join(sql.SQL("{}.*").format(alias) for alias in aliases),
        groups=sql.SQL(" CROSS JOIN ").join(
            _group(plan, _entities_alias(tuples, _keys(plan)), alias)
            for plan, alias in zip(groups, aliases, strict=True)
        ),
    )


def _keys(plan: GroupPlan) -> tuple[Key, ...]:
    return tuple(plan.group.keys.items())


def _entities_alias(tuples: Sequence[tuple[Key, ...]], own: tuple[Key, ...]) -> sql.Identifier:
    return sql.Identifier(f"s{tuples.index(own)}")


def _entities(keys: Sequence[Key], own: tuple[Key, ...], alias: sql.Identifier) -> sql.Composed:
    return query("retrieval/online_entities").format(
        alias=alias,
        names=sql.SQL(", ").join(sql.Identifier(f"key{n}") for n in range(len(own))),
        arrays=sql.SQL(", ").join(_parameter(keys, key) for key in own),
    )


def _group(plan: GroupPlan, entities: sql.Identifier, alias: sql.Identifier) -> sql.Composed:
    return query("retrieval/online_group").format(
        values=sql.SQL("").join(
            sql.SQL(", array_agg({}) AS {}").format(
                sql.Identifier("o", column), sql.Identifier(f"value{n}")
            )
            for n, column in enumerate(plan.columns)
        ),
        entities=entities,
        table=online_table(plan.group.name),
        same_entity=sql.SQL(" AND ").join(
            sql.SQL("{} = {}").format(sql.Identifier("o", key), sql.Identifier("s", f"key{n}"))
            for n, (key, _) in enumerate(_keys(plan))
        ),
        alias=alias,
    )


def _parameter(keys: Sequence[Key], key: Key) -> sql.Composed:
    number = sql.SQL(f"${keys.index(key) + 1}::")
    return number + _ARRAYS[key[1]]
