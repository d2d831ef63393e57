"""Thresholds as callers give them, by feature, and as events record them."""

from collections.abc import Mapping, Sequence
from typing import Any

from featuretrail.domain.drift.thresholds import Thresholds
from featuretrail.domain.errors import InvalidInputError, NotFoundError
from featuretrail.domain.inputs import shown
from featuretrail.domain.names import FeatureReference

OTHERS = "*"
"""Stands for every feature that has no thresholds of its own."""

Limits = Thresholds | Mapping[str, Any]
"""Thresholds for all features, some of their names, or a mapping of features to either."""


def read_limits(given: Limits | None, paths: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Return what a caller gave as an event records it: by feature, ``*`` for all others.

    Raises ``InvalidInputError`` (``InvalidDefinitionError`` for a threshold that is none), and
    ``NotFoundError`` for a feature that is not among ``paths``.
    """
    if given is None:
        return {}
    if isinstance(given, Thresholds):
        return {OTHERS: given.to_dict()}
    if not isinstance(given, Mapping):
        raise InvalidInputError(
            f"thresholds is {shown(given)}; give Thresholds(...), a mapping such as {{'ks': 0.1}}, "
            "or one of features to those"
        )
    if not any(isinstance(each, Thresholds | Mapping) for each in given.values()):
        return {OTHERS: _one(given)} if given else {}
    return {_path(name, paths): _one(each) for name, each in given.items()}


def thresholds_of(
    path: str, *recorded: Mapping[str, Mapping[str, Any]], alpha: float | None = None
) -> Thresholds:
    """Return the thresholds of a feature; of several records the later ones go before.

    In a record a feature's own go before those for all others.
    """
    said: dict[str, Any] = {}
    for record in recorded:
        said |= record.get(OTHERS, {})
        said |= record.get(path, {})
    return Thresholds.from_dict(said if alpha is None else said | {"alpha": alpha})


def _one(given: object) -> dict[str, Any]:
    if isinstance(given, Thresholds):
        return given.to_dict()
    if not isinstance(given, Mapping):
        raise InvalidInputError(
            f"the thresholds of a feature are {shown(given)}; give Thresholds(...) or a mapping "
            "such as {'ks': 0.1}"
        )
    checked = Thresholds.from_dict(given).to_dict()
    return {name: checked[name] for name in given}


def _path(name: str, paths: Sequence[str]) -> str:
    if name == OTHERS:
        return name
    path = FeatureReference.parse(name).path
    if path not in paths:
        raise NotFoundError("feature with thresholds", name, [*paths, OTHERS])
    return path
