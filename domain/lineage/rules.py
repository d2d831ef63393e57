"""The rule in a feature's definition: what lineage needs to know of it."""

from collections.abc import Mapping
from typing import Any

from attrs import frozen

from featuretrail.domain.errors import InvalidDefinitionError
from featuretrail.domain.inputs import shown
from featuretrail.domain.names import FeatureReference


@frozen
class RuleFacts:
    """What a rule is and reads: its source text, its digest, its parents, pinned or not."""

    kind: str
    name: str | None
    source: str
    digest: str | None
    parents: tuple[FeatureReference, ...]


def rule_facts(definition: Mapping[str, Any]) -> RuleFacts | None:
    """Return the rule of a feature's definition, ``None`` when it has none.

    Definitions made before there were rules have no key ``rule``. Raises
    ``InvalidDefinitionError`` for a rule that lacks its source or its parents, and
    ``InvalidNameError`` for a parent that is no reference to a feature.
    """
    rule = definition.get("rule")
    if rule is None:
        return None
    source = rule.get("source") if isinstance(rule, Mapping) else None
    parents = rule.get("parents") if isinstance(rule, Mapping) else None
    if not isinstance(source, str) or not isinstance(parents, list | tuple):
        raise InvalidDefinitionError(
            f"the rule of {definition.get('name')!r} is {shown(rule)}; it needs source and parents"
        )
    return RuleFacts(
        kind=str(rule.get("kind", "python")),
        name=rule.get("name"),
        source=source,
        digest=rule.get("digest"),
        parents=tuple(FeatureReference.parse(parent) for parent in parents),
    )
