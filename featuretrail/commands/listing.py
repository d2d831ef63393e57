"""What the command line offers: each command's and group's modules, and its line in ``--help``.

The modules are loaded when the command is chosen, so the lines stand here too; a test holds them
equal to what the commands say of themselves.
"""

from collections.abc import Mapping
from typing import Final

COMMANDS: Final[Mapping[str, tuple[str, str]]] = {
    "plan": ("definitions", "Show what applying FILE would change, and change nothing."),
    "apply": (
        "definitions",
        "Register the definitions in FILE together; what is registered already makes no event.",
    ),
    "ingest": (
        "ingest",
        "Store the rows of FILES in GROUP, each file as one batch: all of its rows or none.",
    ),
    "retract": (
        "ingest",
        "Declare that the values of one entity, from an event time on, do not hold.",
    ),
    "erase": (
        "erase",
        "Really delete all rows of one entity: values, served rows, outcomes, rows of snapshots.",
    ),
    "compute": (
        "compute",
        "Compute features by their rules, and first whatever is due of the features they read.",
    ),
    "maintain": (
        "retention",
        "Remove what retention has due; as often as you like, and several may do it at once.",
    ),
    "doctor": (
        "doctor",
        (
            "Examine the store: connection, tables, snapshot, lineage, quality, consistency, "
            "performance."
        ),
    ),
    "version": ("version", "Show the version of featuretrail."),
}
"""The commands of the root: the module whose ``add_commands`` adds each, and its line."""

GROUPS: Final[Mapping[str, tuple[tuple[str, ...], str]]] = {
    "db": (("db", "retention"), "The database: migrate, roles, status, maintain."),
    "group": (("groups",), "Feature groups: features that arrive together."),
    "feature": (("features",), "Features: named, typed, versioned columns."),
    "set": (("sets",), "Feature sets: selections for training."),
    "snapshot": (("snapshots",), "Snapshots: frozen training data that can be proven."),
    "lineage": (
        ("lineage", "lineage_export"),
        "Lineage: what comes from what, and what a change would touch.",
    ),
    "projections": (
        ("projections", "rebuild"),
        "The read side: the tables and views derived from the log.",
    ),
    "audit": (
        ("audit", "past"),
        "The log: what happened, who decided it, what was so when, proof.",
    ),
    "retention": (
        ("retention",),
        "How long the read side keeps rows that are past: show, set.",
    ),
    "performance": (
        ("performance",),
        "What features cost to read and to compute: figures, hints, budgets.",
    ),
    "quality": (("quality",), "How good features are, and baselines to compare them with."),
    "drift": (
        ("drift", "drift_past"),
        "Drift of features from their baselines, and its incidents.",
    ),
    "alerts": (("alerts",), "Alerts: who is told of what, and whether it reached them."),
    "monitor": (("monitor",), "Monitors: quality and drift checked by schedule, and told of."),
    "stream": (("stream",), "Streams: messages of brokers, stored as they come."),
    "outcomes": (("outcomes",), "Outcomes: what really happened, and what it judges."),
    "consistency": (
        ("consistency",),
        "Snapshots against what served, judged or else holds the same values.",
    ),
    "docs": (("docs",), "Documentation that writes itself, from events and values."),
}
"""The groups: the module whose ``app`` each is, the modules that add commands to it, its line."""
