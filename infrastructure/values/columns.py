"""Which column of a group's table each given column is meant for."""

from collections.abc import Sequence

from attrs import frozen

from featuretrail.domain.definitions import FeatureGroup
from featuretrail.domain.errors import (
    InvalidNameError,
    InvalidValuesError,
    NotFoundError,
)
from featuretrail.domain.names import FeatureReference
from featuretrail.domain.registry import Registry, ResolvedFeature

EVENT_TIME = "event_time"


@frozen
class Target:
    """Where a given column goes: a column of the table, its type; of a feature, its version."""

    given: str
    column: str
    dtype: str
    feature: ResolvedFeature | None = None


def match_columns(
    group: FeatureGroup,
    features: Sequence[ResolvedFeature],
    registry: Registry,
    names: Sequence[str],
    *,
    partial: bool,
    computed: bool = False,
) -> tuple[Target, ...]:
    """Return the target of each of ``names``, in the table's order.

    Keys come first, then event time and known time, then the features by column name. A feature is
    named ``temp`` (its latest version) or ``temp@1.0.0``. Raises ``InvalidValuesError`` for a
    column that is unknown, missing (features may be, if ``partial``, and those with rules), or
    given twice; and, unless the values are ``computed``, for features with rules.
    """
    targets = {name: _target(group, features, registry, name) for name in names}
    if not computed:
        _refuse_computed(group, targets)
    _refuse_missing(group, features, targets, partial=partial)
    by_column: dict[str, Target] = {}
    for target in targets.values():
        other = by_column.setdefault(target.column, target)
        if other is not target:
            raise InvalidValuesError(
                group.name,
                f"columns {other.given!r} and {target.given!r} are both stored in "
                f"{target.column!r}, the column those versions share; give one of them",
                column=target.given,
            )
    fixed = fixed_columns(group)
    written = sorted(column for column in by_column if column not in fixed)
    return tuple(by_column[column] for column in (*fixed, *written))


def fixed_columns(group: FeatureGroup) -> dict[str, str]:
    """Return the columns each row of ``group`` has, in order: keys, event time, known time."""
    known_time = {} if group.known_time is None else {group.known_time: "timestamptz"}
    return {**group.keys, EVENT_TIME: "timestamptz", **known_time}


def _target(
    group: FeatureGroup, features: Sequence[ResolvedFeature], registry: Registry, name: str
) -> Target:
    fixed = fixed_columns(group)
    if name in fixed:
        return Target(name, name, fixed[name])
    latest = {feature.name: feature for feature in features}
    feature = latest.get(name)
    if feature is None and "@" in name:
        feature = _pinned(group, registry, name)
    if feature is None:
        unknown = NotFoundError("column", name, [*fixed, *latest])
        raise InvalidValuesError(group.name, f"the group has {unknown}", column=name)
    return Target(name, feature.column, feature.dtype, feature)


def _pinned(group: FeatureGroup, registry: Registry, name: str) -> ResolvedFeature:
    try:
        return registry.resolve(FeatureReference.parse(f"{group.name}.{name}"))
    except (NotFoundError, InvalidNameError) as error:
        raise InvalidValuesError(group.name, str(error), column=name) from error


def _refuse_computed(group: FeatureGroup, targets: dict[str, Target]) -> None:
    for target in targets.values():
        if target.feature is not None and target.feature.version.definition.rule is not None:
            raise InvalidValuesError(
                group.name,
                f"{target.given!r} has a rule, so its values are computed and never given; leave "
                "the column out, and compute it",
                column=target.given,
            )


def _refuse_missing(
    group: FeatureGroup,
    features: Sequence[ResolvedFeature],
    targets: dict[str, Target],
    *,
    partial: bool,
) -> None:
    absent = [name for name in fixed_columns(group) if name not in targets]
    if absent:
        raise InvalidValuesError(
            group.name,
            f"column {absent[0]!r} is missing; every row needs "
            + ", ".join(repr(name) for name in fixed_columns(group)),
            column=absent[0],
        )
    given = {target.feature.name for target in targets.values() if target.feature is not None}
    lacking = [
        feature.name
        for feature in features
        if feature.name not in given and feature.version.definition.rule is None
    ]
    if lacking and not partial:
        raise InvalidValuesError(
            group.name,
            f"column {lacking[0]!r} is missing"
            + (f" and {len(lacking) - 1} more" if len(lacking) > 1 else "")
            + "; give every feature, or partial=True to write only the given ones "
            "(the others keep what earlier batches wrote)",
            column=lacking[0],
        )
    if not given:
        raise InvalidValuesError(group.name, "no feature is given; name at least one")
