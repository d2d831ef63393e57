"""The colours of the kinds of things: they help, but nothing is told by them alone."""

from featuretrail.domain.lineage.node import NodeKind

COLOURS: dict[NodeKind, str] = {
    "source": "#64748b",
    "stream": "#0891b2",
    "feature": "#6366f1",
    "set": "#9333ea",
    "snapshot": "#0d9488",
    "training_run": "#d97706",
    "outcome": "#e11d48",
}
"""Colours with a contrast of 3 or more to white and to black, for lines and bars."""
