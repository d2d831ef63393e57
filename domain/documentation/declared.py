"""What the definitions of a feature and its group say of owner, tags, unit and privacy."""

from featuretrail.domain.definitions import Feature, FeatureGroup

NUMERIC = ("float64", "int64")
"""Types whose values have a unit."""
PRIVATE_TAGS = frozenset({"personal", "pii", "private", "sensitive"})
"""Tags of features and groups whose rows are shown in no documentation, see decision 37."""


def said(text: str | None) -> bool:
    """Tell whether a text of a definition says anything."""
    return text is not None and bool(text.strip())


def owner_of(definition: Feature, group: FeatureGroup) -> str | None:
    """Return the owner of a feature, or else that of its group; a blank one is none."""
    return next((each for each in (definition.owner, group.owner) if said(each)), None)


def tags_of(definition: Feature, group: FeatureGroup) -> tuple[str, ...]:
    """Return the tags of a feature and of its group, sorted; a blank one is none."""
    return tuple(sorted({each for each in (*definition.tags, *group.tags) if said(each)}))


def is_private(definition: Feature, group: FeatureGroup) -> bool:
    """Tell whether a tag of a feature or of its group keeps its rows out of documentation."""
    return any(tag.strip().casefold() in PRIVATE_TAGS for tag in (*definition.tags, *group.tags))
