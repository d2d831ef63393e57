"""Events of documentation."""

from typing import Annotated, ClassVar

from pydantic import Field

from featuretrail.domain.events.base import Event, JsonObject, Score
from featuretrail.domain.events.registry import register_events


class DocumentationGenerated(Event):
    """The documentation of a feature was written.

    ``documentation_version`` is the version of the feature it documents; ``revision`` counts from
    1 how often that version's was written. Scores are 0 to 100, null when not evaluated.
    """

    TOPIC: ClassVar[str] = "featuretrail.documentation.generated"

    feature_name: str
    documentation_version: str
    revision: Annotated[int, Field(ge=1, lt=2**31)]
    content: str
    examples: list[JsonObject]
    change_history: list[JsonObject]
    documentation_quality_score: Score | None
    completeness_score: Score | None
    author: str | None
    tags: list[str]


DOCUMENTATION_EVENTS = (DocumentationGenerated,)

register_events(*DOCUMENTATION_EVENTS)
