"""The stream of the documentation of one feature: what was written for each of its versions."""

from collections.abc import Iterable, Mapping
from typing import Any, Self
from uuid import UUID

from attrs import evolve, frozen

from featuretrail.domain.errors import InvalidInputError
from featuretrail.domain.events.base import JsonObject, Metadata, stream_id
from featuretrail.domain.events.documentation import DocumentationGenerated
from featuretrail.domain.inputs import (
    check_feature,
    check_score,
    check_text,
    check_version,
    optional,
    several,
)
from featuretrail.domain.json_values import check_json_object


@frozen
class DocumentationAggregate:
    """The documentation of a feature: the latest revision of each version documented."""

    id: UUID
    feature_name: str
    version: int = 0
    latest: Mapping[str, DocumentationGenerated] = {}

    @classmethod
    def initial(cls, feature_name: str) -> Self:
        """Return the documentation of ``group.feature`` before its first event."""
        path = check_feature(feature_name)
        return cls(stream_id("documentation", path), path)

    def evolve(self, event: DocumentationGenerated) -> Self:
        """Return the state after ``event``."""
        latest = {**self.latest, event.documentation_version: event}
        return evolve(self, version=event.originator_version, latest=latest)


def decide_generate(
    state: DocumentationAggregate,
    documentation_version: str,
    content: str,
    metadata: Metadata,
    *,
    examples: Iterable[Mapping[str, Any]] = (),
    change_history: Iterable[Mapping[str, Any]] = (),
    documentation_quality_score: float | None = None,
    completeness_score: float | None = None,
    author: str | None = None,
    tags: Iterable[str] = (),
) -> list[DocumentationGenerated]:
    """Return the next revision of a version's documentation, or none when the latest is equal.

    ``documentation_version`` is the version of the feature. Revisions count from 1; tags are
    sorted, each once. Raises ``InvalidInputError``.
    """
    documented = check_version("documentation_version", documentation_version)
    latest = state.latest.get(documented)
    revision = 1 if latest is None else latest.revision
    event = DocumentationGenerated.in_stream(
        state.id,
        state.version + 1,
        feature_name=state.feature_name,
        documentation_version=documented,
        revision=revision,
        content=_said("content", content),
        examples=_objects("examples", examples),
        change_history=_objects("change_history", change_history),
        documentation_quality_score=optional(
            check_score, "documentation_quality_score", documentation_quality_score
        ),
        completeness_score=optional(check_score, "completeness_score", completeness_score),
        author=optional(_said, "author", author),
        tags=sorted({_said("one of tags", tag) for tag in several("tags", tags)}),
        metadata=metadata,
    )
    if latest is None:
        return [event]
    return [] if event.repeats(latest) else [event.model_copy(update={"revision": revision + 1})]


def _said(what: str, given: object) -> str:
    """Return text of any length, as a definition may hold it, that is not blank."""
    text = check_text(what, given)
    if not text.strip():
        raise InvalidInputError(f"{what} is empty; give some text")
    return text


def _objects(what: str, given: object) -> list[JsonObject]:
    return [check_json_object(f"{what}[{n}]", item) for n, item in enumerate(several(what, given))]
