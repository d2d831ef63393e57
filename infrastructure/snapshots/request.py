"""What a snapshot was derived with: enough to derive it again."""

from typing import Any, Literal, Self

from attrs import asdict, frozen

Knowledge = Literal["latest", "row"]
Closed = Literal["right", "left"]


@frozen
class MatrixRequest:
    """The arguments of a join, as a snapshot records them.

    ``label_column`` is the matrix's label column; ``label_reference`` the pinned feature it was
    looked up from, or ``None`` when the caller brought the labels in the spine.
    """

    time_column: str
    knowledge: Knowledge
    closed: Closed
    label_column: str | None = None
    label_reference: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the request as a JSON object."""
        return asdict(self)

    @classmethod
    def from_dict(cls, stored: dict[str, Any]) -> Self:
        """Return the request that ``to_dict`` wrote."""
        return cls(**stored)
