"""The documentation of one version of a feature, as its users get it."""

from collections.abc import Mapping
from typing import Any, Self

from attrs import field, frozen

from featuretrail.domain.documentation.completeness import Item, Missing, completeness, items
from featuretrail.domain.documentation.content import content
from featuretrail.domain.documentation.facts import FeatureFacts, HistoryEntry
from featuretrail.domain.documentation.scoring import Criterion, criteria, mean_score
from featuretrail.domain.results import Result


@frozen
class FeatureDocumentation(Result):
    """What is known of a version of a feature, as text, with how good and how complete that is.

    ``content`` is Markdown; ``examples`` are rows of the store and a call that was executed, with
    what it returned; ``change_history`` its events, oldest first. Scores are 0 to 100, ``None``
    where nothing could be evaluated. ``revision`` counts from 1 how often that version was
    documented, ``position`` is that of the event that says so; both are ``None`` where it was not
    recorded. ``written`` tells whether this call made the event.
    """

    feature_name: str
    version: str
    content: str = field(repr=False)
    examples: tuple[Mapping[str, Any], ...] = field(repr=False)
    change_history: tuple[HistoryEntry, ...] = field(repr=False)
    documentation_quality_score: float | None
    completeness_score: float | None
    criteria: tuple[Criterion, ...] = field(repr=False)
    items: tuple[Item, ...] = field(repr=False)
    author: str | None
    tags: tuple[str, ...]
    revision: int | None = None
    position: int | None = None
    written: bool = False

    @classmethod
    def of(cls, facts: FeatureFacts) -> Self:
        """Return the documentation that ``facts`` give, not recorded."""
        found, judged = items(facts), criteria(facts)
        complete, quality = completeness(found), mean_score(judged)
        return cls(
            feature_name=facts.feature.path,
            version=str(facts.feature.version),
            content=content(facts, found, judged, (complete, quality)),
            examples=() if facts.example is None else tuple(facts.example.to_list()),
            change_history=facts.changes,
            documentation_quality_score=quality,
            completeness_score=complete,
            criteria=judged,
            items=found,
            author=None if facts.owner is None else _storable(facts.owner),
            tags=tuple(sorted({_storable(each) for each in facts.tags})),
        )

    @property
    def missing(self) -> tuple[Missing, ...]:
        """What is missing, each with what mends it."""
        return tuple(each.missing for each in self.items if each.missing is not None)

    @property
    def authored(self) -> tuple[str, ...]:
        """The items that somebody wrote."""
        return tuple(each.name for each in self.items if each.authored and each.present)

    @property
    def generated(self) -> tuple[str, ...]:
        """The items that events and values tell."""
        return tuple(each.name for each in self.items if not each.authored and each.present)

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON object."""
        return {
            "feature_name": self.feature_name,
            "version": self.version,
            "content": self.content,
            "examples": [dict(each) for each in self.examples],
            "change_history": [each.to_dict() for each in self.change_history],
            "documentation_quality_score": self.documentation_quality_score,
            "completeness_score": self.completeness_score,
            "criteria": [each.to_dict() for each in self.criteria],
            "missing": [each.to_dict() for each in self.missing],
            "authored": list(self.authored),
            "generated": list(self.generated),
            "author": self.author,
            "tags": list(self.tags),
            "revision": self.revision,
            "position": self.position,
            "written": self.written,
        }

    def __str__(self) -> str:
        return self.content


def _storable(text: str) -> str:
    """Return a text of a definition without NUL, which PostgreSQL cannot store."""
    return text.replace("\0", "\ufffd")
