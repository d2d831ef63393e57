"""Parents as callers give them: references, texts that begin with a kind, or objects."""

from collections.abc import Iterable

from featuretrail.domain.errors import InvalidInputError
from featuretrail.domain.inputs import several, shown
from featuretrail.domain.names import FeatureReference
from featuretrail.domain.parents import Parent
from featuretrail.domain.registry import Registry

GivenParent = str | FeatureReference | Parent


def pinned_parents(registry: Registry, given: Iterable[GivenParent]) -> tuple[Parent, ...]:
    """Return ``given`` as parents; features are looked up and pinned to a version.

    A version is what follows the last ``@`` of a source's or stream's name; a name that holds one
    itself is given as ``Parent("source", name, version)``. Raises ``NotFoundError`` with near
    names and ``InvalidInputError``.
    """
    return tuple(_parent(registry, each) for each in several("parents", given))


def _parent(registry: Registry, given: object) -> Parent:
    match given:
        case Parent(kind="feature"):
            return _feature(registry, f"{given.name}@{given.version}")
        case Parent():
            return given
        case FeatureReference():
            return _feature(registry, given)
        case str():
            return _named(registry, given)
        case _:
            raise InvalidInputError(
                f"a parent is {shown(given)}; give 'group.feature', 'source NAME', 'stream NAME' "
                "or a Parent"
            )


def _named(registry: Registry, text: str) -> Parent:
    kind, space, rest = text.partition(" ")
    if space and kind in ("source", "stream"):
        name, at, version = rest.strip().rpartition("@")
        parts = (name, version) if at and name and version else (rest.strip(), None)
        return Parent("source" if kind == "source" else "stream", *parts)
    return _feature(registry, text.removeprefix("feature ").strip())


def _feature(registry: Registry, reference: str | FeatureReference) -> Parent:
    return Parent.feature(registry.resolve(reference).reference)
