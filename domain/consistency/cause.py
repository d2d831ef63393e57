"""Probable causes: what explains most of a disagreement, with the evidence."""

from typing import Any

from attrs import frozen

EXPLAINS = 0.9
"""The share of disagreeing rows that a pattern must hold for to be their probable cause."""

LEAST = 3
"""The fewest rows that can show a pattern."""


@frozen
class Cause:
    """A probable cause: its ``name``, how many ``rows`` it explains, and the ``evidence``.

    ``share`` is that of the rows it was tried on, which may be a sample of those that disagree.
    """

    name: str
    rows: int
    evidence: str
    share: float = 1.0

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON object."""
        return {"name": self.name, "rows": self.rows, "evidence": self.evidence}
