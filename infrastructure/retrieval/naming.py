"""Features asked for: by group, and under which names they come out."""

from collections import Counter
from collections.abc import Collection, Sequence

from featuretrail.domain.errors import InvalidInputError
from featuretrail.domain.registry import ResolvedFeature


def output_names(features: Sequence[ResolvedFeature], taken: Collection[str]) -> list[str]:
    """Return the output column of each feature; ``taken`` are the columns carried along.

    A feature whose name another group's feature or a carried column has is named
    ``group__feature``. Raises ``InvalidInputError`` for a feature asked for twice, and for a
    name that is taken even so.
    """
    paths = Counter(feature.reference.path for feature in features)
    for path, count in paths.items():
        if count > 1:
            asked = [str(f.reference) for f in features if f.reference.path == path]
            raise InvalidInputError(
                f"feature {path!r} is asked for {count} times ({', '.join(asked)}); "
                "a table holds it once, so ask for its versions in separate calls"
            )
    shared = {name for name, count in Counter(f.name for f in features).items() if count > 1}
    names = [
        f"{feature.group.name}__{feature.name}"
        if feature.name in shared or feature.name in taken
        else feature.name
        for feature in features
    ]
    refuse_taken(names, taken)
    refuse_repeated(names)
    return names


def refuse_repeated(names: Sequence[str]) -> None:
    """Raise ``InvalidInputError`` if two output columns would have one name."""
    for name, count in Counter(names).items():
        if count > 1:
            raise InvalidInputError(
                f"the output would have {count} columns named {name!r}; ask for some of the "
                "features, or for statuses, in a separate call"
            )


def refuse_taken(names: Sequence[str], taken: Collection[str]) -> None:
    """Raise ``InvalidInputError`` if an output column would have the name of a carried one."""
    for name in names:
        if name in taken:
            raise InvalidInputError(
                f"the output needs a column {name!r}, and the given rows have one of that name; "
                "rename or drop theirs"
            )


def by_group(features: Sequence[ResolvedFeature]) -> dict[str, list[ResolvedFeature]]:
    """Return ``features`` by the names of their groups; raise ``InvalidInputError`` for none."""
    if not features:
        raise InvalidInputError("no feature is asked for; name at least one")
    groups: dict[str, list[ResolvedFeature]] = {}
    for feature in features:
        groups.setdefault(feature.group.name, []).append(feature)
    return groups
