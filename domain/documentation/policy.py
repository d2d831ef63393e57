"""The policy of documentation: what definitions must say, and how bad it is where they do not."""

from collections.abc import Iterable, Iterator
from typing import Any, Literal, get_args

from attrs import asdict, field, frozen

from featuretrail.domain.definitions import Feature, FeatureGroup, FeatureSet
from featuretrail.domain.documentation.declared import NUMERIC, owner_of, said, tags_of
from featuretrail.domain.errors import InvalidInputError
from featuretrail.domain.inputs import shown
from featuretrail.domain.results import Result

Level = Literal["error", "warning", "ignore"]


def _level(given: object) -> Level:
    levels: tuple[Level, ...] = get_args(Level)
    for level in levels:
        if level == given:
            return level
    raise InvalidInputError(
        f"a level of the policy of documentation is {shown(given)}; there are {', '.join(levels)}"
    )


@frozen
class DocumentationPolicy:
    """How bad it is that something is not said: ``error``, ``warning`` or ``ignore``, the default.

    Owners are those of features, or else of their groups; units are asked of numbers.
    """

    missing_owner: Level = field(default="ignore", converter=_level)
    missing_description: Level = field(default="ignore", converter=_level)
    missing_unit: Level = field(default="ignore", converter=_level)
    missing_constraints: Level = field(default="ignore", converter=_level)
    missing_tags: Level = field(default="ignore", converter=_level)
    missing_group_description: Level = field(default="ignore", converter=_level)
    missing_set_description: Level = field(default="ignore", converter=_level)
    missing_set_owner: Level = field(default="ignore", converter=_level)


@frozen
class PolicyFinding(Result):
    """Something that a definition does not say, how bad that is, and the line that says it."""

    level: Level
    item: str
    kind: Literal["group", "feature", "set"]
    name: str
    line: str

    @property
    def words(self) -> str:
        """The finding in one sentence."""
        return f"{self.kind} {self.name} has no {self.item}: add {self.line}"

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON object."""
        return asdict(self)


Definition = FeatureGroup | FeatureSet


def policy_findings(
    definitions: Iterable[Definition], policy: DocumentationPolicy
) -> tuple[PolicyFinding, ...]:
    """Return what ``definitions`` do not say and ``policy`` asks for, errors first."""
    found = [each for one in definitions for each in _of(one, policy) if each.level != "ignore"]
    return tuple(sorted(found, key=lambda each: each.level != "error"))


def _of(definition: Definition, policy: DocumentationPolicy) -> Iterator[PolicyFinding]:
    name, described = definition.name, said(definition.description)
    if isinstance(definition, FeatureSet):
        if not described:
            line = 'description = "..."'
            yield PolicyFinding(policy.missing_set_description, "description", "set", name, line)
        if not said(definition.owner):
            yield PolicyFinding(policy.missing_set_owner, "owner", "set", name, 'owner = "..."')
        return
    if not described:
        line = 'description = "..."'
        yield PolicyFinding(policy.missing_group_description, "description", "group", name, line)
    for feature in definition.features:
        yield from _of_feature(definition, feature, policy)


def _of_feature(
    group: FeatureGroup, feature: Feature, policy: DocumentationPolicy
) -> Iterator[PolicyFinding]:
    path = f"{group.name}.{feature.name}"
    asked: list[tuple[Level, str, bool, str]] = [
        (policy.missing_owner, "owner", owner_of(feature, group) is not None, 'owner = "..."'),
        (
            policy.missing_description,
            "description",
            said(feature.description),
            'description = "..."',
        ),
        (
            policy.missing_unit,
            "unit",
            said(feature.unit) or feature.dtype not in NUMERIC,
            'unit = "..."',
        ),
        (
            policy.missing_constraints,
            "constraints",
            bool(feature.constraints),
            'constraints = [{kind = "not_null"}]',
        ),
        (policy.missing_tags, "tags", bool(tags_of(feature, group)), 'tags = ["..."]'),
    ]
    for level, item, is_said, line in asked:
        if not is_said:
            yield PolicyFinding(level, item, "feature", path, line)
