"""Nodes: the things that lineage connects, and what is known of each."""

import re
from typing import Any, Literal, get_args

from attrs import frozen

from featuretrail.domain.errors import InvalidInputError
from featuretrail.domain.inputs import check_choice, check_label, optional
from featuretrail.domain.names import FeatureReference
from featuretrail.domain.parents import Parent

NodeKind = Literal["source", "stream", "feature", "set", "snapshot", "training_run", "outcome"]
KINDS: tuple[NodeKind, ...] = get_args(NodeKind)
"""The kinds in the order in which data flows."""

Rank = tuple[int, str, tuple[int, ...], str]

_NUMBERS = re.compile(r"\d{1,9}(\.\d{1,9})*", re.ASCII)


@frozen(cache_hash=True)
class Node:
    """A thing that lineage connects, such as ``feature weather.temp@1.0.0``.

    A source (a table, a file), a stream or an outcome is named by its owner and may have no
    version; a training run has the name and the version of the model it made. Raises
    ``InvalidInputError``.
    """

    kind: NodeKind
    name: str
    version: str | None = None

    def __attrs_post_init__(self) -> None:
        check_choice("the kind of a node", self.kind, KINDS)
        check_label(f"the name of a {self.kind}", self.name)
        optional(check_label, f"the version of {self.kind} {self.name!r}", self.version)
        if self.version is None and self.kind not in ("source", "stream", "outcome"):
            raise InvalidInputError(f"{self.kind} {self.name!r} has no version; give one")

    @classmethod
    def feature(cls, reference: FeatureReference) -> "Node":
        """Return the node of a pinned reference."""
        return cls("feature", reference.path, str(reference.version))

    @classmethod
    def of_parent(cls, parent: Parent) -> "Node":
        """Return the node of a parent."""
        return cls(parent.kind, parent.name, parent.version)

    @property
    def label(self) -> str:
        """The name with its version, without the kind."""
        return self.name if self.version is None else f"{self.name}@{self.version}"

    @property
    def rank(self) -> Rank:
        """What nodes are sorted by: kinds as data flows, names, then versions as numbers."""
        text = self.version or ""
        numbers = tuple(map(int, text.split("."))) if _NUMBERS.fullmatch(text) else ()
        return KINDS.index(self.kind), self.name, numbers, text

    def to_dict(self) -> dict[str, Any]:
        """Return the node as a JSON object."""
        return {"kind": self.kind, "name": self.name, "version": self.version}

    def __str__(self) -> str:
        return f"{self.kind.replace('_', ' ')} {self.label}"


@frozen
class NodeFacts:
    """What the log says of a node.

    ``position`` is that of the event that made it (a definition, a snapshot, a run), ``None`` of
    what is only named by others; ``declared`` that of the latest declaration of its lineage, or of
    its retirement. ``digest`` is that of its definition or content. ``source`` is that of the rule
    in its definition, which ``reads`` these features (``None`` without a rule); ``declared_rule``
    is what the declaration says instead.
    """

    position: int | None = None
    declared: int | None = None
    digest: str | None = None
    source: str | None = None
    reads: tuple[FeatureReference, ...] | None = None
    declared_rule: str | None = None
    score: float | None = None
    complexity: str | None = None
    estimated_ms: float | None = None
    retired: bool = False

    @property
    def rule(self) -> str | None:
        """The text of the rule that computes it: as declared, else that of its definition."""
        return self.source if self.declared_rule is None else self.declared_rule

    def to_dict(self) -> dict[str, Any]:
        """Return the facts as a JSON object."""
        return {
            "position": self.position,
            "declared": self.declared,
            "digest": self.digest,
            "computation_rule": self.rule,
            "lineage_quality_score": self.score,
            "computation_complexity": self.complexity,
            "estimated_computation_time_ms": self.estimated_ms,
            "retired": self.retired,
        }


NOTHING = NodeFacts()
