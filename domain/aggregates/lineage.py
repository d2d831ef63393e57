"""The stream of the lineage of one version of a feature: declared, declared anew, retired."""

from collections.abc import Iterable
from typing import Self, get_args
from uuid import UUID

from attrs import evolve, frozen

from featuretrail.domain.errors import InvalidInputError, NotFoundError
from featuretrail.domain.events.base import JsonObject, Metadata, stream_id
from featuretrail.domain.events.lineage import Complexity, LineageDeclared, LineageRetired
from featuretrail.domain.inputs import (
    check_amount,
    check_choice,
    check_feature_version,
    check_label,
    check_score,
    check_text,
    optional,
    several,
    shown,
)
from featuretrail.domain.names import FeatureReference
from featuretrail.domain.parents import Parent
from featuretrail.domain.versions import Version


@frozen
class LineageAggregate:
    """The lineage of ``feature`` (pinned) as its events tell it; ``declared`` is the latest."""

    id: UUID
    feature: FeatureReference
    version: int = 0
    declared: LineageDeclared | None = None
    retired: bool = False

    @classmethod
    def initial(cls, feature: str | FeatureReference) -> Self:
        """Return the lineage of ``group.feature@1.0.0`` before its first event."""
        reference = check_feature_version(feature)
        return cls(stream_id("lineage", str(reference)), reference)

    @property
    def parents(self) -> tuple[Parent, ...]:
        """The parents declared last, sorted."""
        return () if self.declared is None else tuple(Parent(**p) for p in self.declared.parents)

    def evolve(self, event: LineageDeclared | LineageRetired) -> Self:
        """Return the state after ``event``."""
        if isinstance(event, LineageRetired):
            return evolve(self, version=event.originator_version, retired=True)
        return evolve(self, version=event.originator_version, declared=event, retired=False)


def decide_declare(
    state: LineageAggregate,
    parents: Iterable[Parent],
    metadata: Metadata,
    *,
    computation_rule: str | None = None,
    streaming_source: str | None = None,
    outcome_tracking_version: str | None = None,
    cross_system_consistency: str | None = None,
    computation_complexity: Complexity | None = None,
    estimated_computation_time_ms: float | None = None,
    lineage_quality_score: float | None = None,
) -> list[LineageDeclared]:
    """Return the event that declares a lineage, or none when the latest declaration is equal.

    The order of ``parents`` does not count. Declaring the lineage of a retired version brings it
    back into use. Raises ``InvalidInputError``.
    """
    event = LineageDeclared.in_stream(
        state.id,
        state.version + 1,
        feature_name=state.feature.path,
        version=str(state.feature.version),
        parents=_parents(state.feature, parents),
        computation_rule=optional(check_text, "computation_rule", computation_rule),
        streaming_source=optional(check_label, "streaming_source", streaming_source),
        outcome_tracking_version=optional(
            check_label, "outcome_tracking_version", outcome_tracking_version
        ),
        cross_system_consistency=optional(
            check_label, "cross_system_consistency", cross_system_consistency
        ),
        computation_complexity=optional(
            _check_complexity, "computation_complexity", computation_complexity
        ),
        estimated_computation_time_ms=optional(
            check_amount, "estimated_computation_time_ms", estimated_computation_time_ms
        ),
        lineage_quality_score=optional(check_score, "lineage_quality_score", lineage_quality_score),
        metadata=metadata,
    )
    return [] if event.repeats(state.declared) and not state.retired else [event]


def decide_retire(state: LineageAggregate, metadata: Metadata) -> list[LineageRetired]:
    """Return the event that retires a version of a feature, or none when it is retired already.

    Raises ``NotFoundError`` for a lineage that was never declared.
    """
    if state.declared is None:
        raise NotFoundError("declared lineage of feature", str(state.feature))
    if state.retired:
        return []
    return [
        LineageRetired.in_stream(
            state.id,
            state.version + 1,
            feature_name=state.feature.path,
            version=str(state.feature.version),
            metadata=metadata,
        )
    ]


def _check_complexity(what: str, given: object) -> str:
    return check_choice(what, given, get_args(Complexity))


def _parents(feature: FeatureReference, given: Iterable[Parent]) -> list[JsonObject]:
    parents: set[Parent] = set()
    for parent in several("parents", given):
        if not isinstance(parent, Parent):
            raise InvalidInputError(
                f"a parent is {shown(parent)}; give Parent.feature('group.feature@1.0.0'), "
                "Parent('source', name) or Parent('stream', name)"
            )
        if parent in parents:
            raise InvalidInputError(f"parent {parent.name!r} is given twice")
        _refuse_itself(feature, parent)
        parents.add(parent)
    ordered = sorted(parents, key=lambda parent: (parent.kind, parent.name, parent.version or ""))
    return [parent.to_dict() for parent in ordered]


def _refuse_itself(feature: FeatureReference, parent: Parent) -> None:
    """Refuse a cycle within one feature; an earlier version may well be a parent."""
    if parent.kind != "feature" or parent.name != feature.path:
        return
    if feature.version is None or Version.parse(parent.version) >= feature.version:
        raise InvalidInputError(
            f"{str(feature)!r} cannot be made from '{parent.name}@{parent.version}': a feature is "
            "not its own parent, only an earlier version can be"
        )
