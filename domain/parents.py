"""Parents: what a version of a feature is made from."""

from typing import Literal, Self, get_args

from attrs import frozen

from featuretrail.domain.errors import InvalidInputError
from featuretrail.domain.events.base import JsonObject
from featuretrail.domain.inputs import (
    check_choice,
    check_feature_version,
    check_label,
    optional,
)
from featuretrail.domain.names import FeatureReference

ParentKind = Literal["feature", "source", "stream"]


@frozen(order=True)
class Parent:
    """A version of a feature, a source (a table, a file) or a stream.

    The parent of kind ``feature`` has a name ``group.feature`` and a version ``1.0.0``; names and
    versions of the others are their owner's. Raises ``InvalidInputError``.
    """

    kind: ParentKind
    name: str
    version: str | None = None

    def __attrs_post_init__(self) -> None:
        check_choice("the kind of a parent", self.kind, get_args(ParentKind))
        if self.kind == "feature":
            given = self.name if self.version is None else f"{self.name}@{self.version}"
            reference = check_feature_version(given)
            if (reference.path, str(reference.version)) != (self.name, self.version):
                raise InvalidInputError(
                    f"the parent {given!r} has name {self.name!r}; give name {reference.path!r} "
                    f"and version '{reference.version}'"
                )
        else:
            check_label(f"the name of a parent {self.kind}", self.name)
            optional(check_label, f"the version of parent {self.name!r}", self.version)

    @classmethod
    def feature(cls, reference: str | FeatureReference) -> Self:
        """Return the parent ``group.feature@1.0.0``."""
        parsed = check_feature_version(reference)
        return cls("feature", parsed.path, str(parsed.version))

    def to_dict(self) -> JsonObject:
        """Return the parent as a JSON object, as events hold it."""
        return {"kind": self.kind, "name": self.name, "version": self.version}
