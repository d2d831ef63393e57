"""What registering definitions changes, or would change."""

from typing import Any, Literal

from attrs import asdict, frozen

from featuretrail.domain.results import Result

Kind = Literal["group", "feature", "set"]
Action = Literal["created", "new version", "unchanged"]


@frozen
class Change(Result):
    """One definition of a registration: what it is, and how it differs from what was there."""

    kind: Kind
    name: str
    version: str
    action: Action
    differences: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the change as a JSON object."""
        return asdict(self)


@frozen
class Registration(Result):
    """The changes of one ``register`` or ``plan`` call.

    ``position`` is the log's head after registering; of a plan it is the position planned against.
    """

    changes: tuple[Change, ...]
    position: int

    @property
    def changed(self) -> tuple[Change, ...]:
        """The changes that make (or would make) events."""
        return tuple(change for change in self.changes if change.action != "unchanged")

    def to_dict(self) -> dict[str, Any]:
        """Return the registration as a JSON object."""
        return asdict(self)
