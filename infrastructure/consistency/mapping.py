"""Which column of a source holds which key, time or feature."""

from collections.abc import Mapping, Sequence

from featuretrail.domain.errors import InvalidInputError, NotFoundError
from featuretrail.domain.inputs import check_label, shown
from featuretrail.infrastructure.consistency.source import SourceRequest


def check_mapping(given: object) -> dict[str, str]:
    """Return a mapping of names (``weather.temp``, ``event_time``) to a source's columns."""
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise InvalidInputError(
            f"columns is {shown(given)}; give a mapping such as {{'weather.temp': 'temp_f'}}"
        )
    return {
        check_label("a name in columns", name): check_label(f"the column of {name}", column)
        for name, column in given.items()
    }


def choose_columns(
    request: SourceRequest, mapping: Mapping[str, str], available: Sequence[str], source: str
) -> dict[str, str]:
    """Return the source's column for each name of the request that it has.

    Without a mapping a feature is looked for as ``group.feature``, then as it is called in the
    matrix. A feature that is in neither is left out. Raises ``NotFoundError`` for a key, a time or
    a mapped column that is not there, and ``InvalidInputError`` when no feature is.
    """
    _refuse_unknown(request, mapping, source)
    chosen = {}
    for name in request.names:
        chosen[name] = _existing(mapping.get(name, name), available, source, name)
    for feature in request.features:
        output = request.outputs[feature]
        given = mapping.get(feature, mapping.get(output))
        if given is not None:
            chosen[feature] = _existing(given, available, source, feature)
            continue
        found = next((each for each in (feature, output) if each in available), None)
        if found is not None and found not in request.names:
            chosen[feature] = found
    if len(chosen) == len(request.names):
        raise InvalidInputError(
            f"source {source!r} has none of the features {', '.join(request.features)}; its "
            f"columns are {', '.join(available)}; map them, as in "
            "columns={'weather.temp': 'temp_f'}"
        )
    return chosen


def _existing(column: str, available: Sequence[str], source: str, name: str) -> str:
    if column not in available:
        raise NotFoundError(f"column of source {source!r} for {name}", column, list(available))
    return column


def _refuse_unknown(request: SourceRequest, mapping: Mapping[str, str], source: str) -> None:
    known = {*request.names, *request.features, *request.outputs.values()}
    for name in mapping:
        if name not in known and "." not in name:  # a feature of other snapshots has a dot
            raise NotFoundError(f"key, time or feature to map in {source!r}", name, sorted(known))
