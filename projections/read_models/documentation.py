"""``feature_documentation``: one row a documented version of a feature."""

from featuretrail.domain.events import DocumentationGenerated
from featuretrail.projections.read_model import Change, Place, ReadModel, Revision, Row, row_id

FEATURE_DOCUMENTATION = ReadModel("feature_documentation", time="created_at")


@FEATURE_DOCUMENTATION.on(DocumentationGenerated)
def generated(event: DocumentationGenerated, at: Place) -> list[Change]:
    """The first revision makes the row, a later one replaces what it says."""
    own_id = row_id(event.originator_id, event.documentation_version)
    said: Row = {
        "content": event.content,
        "examples": event.examples,
        "change_history": event.change_history,
        "updated_at": at.recorded_at,
        "documentation_quality_score": event.documentation_quality_score,
        "completeness_score": event.completeness_score,
        "author": event.author,
        "tags": event.tags,
        "revision": event.revision,
    }
    if event.revision > 1:
        return [Revision(own_id, said)]
    first = {
        "id": own_id,
        "created_at": at.recorded_at,
        "feature_name": event.feature_name,
        "documentation_version": event.documentation_version,
    }
    return [first | said]
