"""Features as lists show them: one row each, with how well each is documented."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from attrs import frozen

from featuretrail.documentation.moments import StoreMoment
from featuretrail.domain.documentation.record import FeatureDocumentation
from featuretrail.domain.registry import ResolvedFeature

ROWS = 150
"""Rows of a list on one page."""
SHORT = 140
_VERDICTS = ("empty", "insufficient", "stable", "drift", "critical")
"""What a check says of a feature, from what says least to the worst."""


@frozen
class FeatureRow:
    """A feature in a list; scores are 0 to 100, ``None`` where not evaluated."""

    path: str
    group: str
    name: str
    version: str
    dtype: str
    unit: str | None
    owner: str | None
    tags: tuple[str, ...]
    description: str
    computed: bool
    completeness: float | None
    documentation: float | None
    missing: int
    checked: float | None
    drift: str


def summary(written: FeatureDocumentation) -> dict[str, Any]:
    """Return what lists tell of a feature's documentation."""
    return {
        "completeness": written.completeness_score,
        "documentation": written.documentation_quality_score,
        "missing": len(written.missing),
    }


def feature_row(at: StoreMoment, feature: ResolvedFeature, told: Mapping[str, Any]) -> FeatureRow:
    """Return the row of a feature; ``told`` is the summary of its documentation."""
    definition, path = feature.version.definition, feature.reference.path
    checks = at.chronicle.quality.get(path, ())
    return FeatureRow(
        path=path,
        group=feature.group.name,
        name=feature.name,
        version=str(definition.version),
        dtype=definition.dtype,
        unit=definition.unit,
        owner=definition.owner or feature.group.owner,
        tags=tuple(sorted({*definition.tags, *feature.group.tags})),
        description=" ".join(definition.description.split())[:SHORT],
        computed=definition.rule is not None,
        checked=checks[-1].event.score if checks else None,
        drift="",
        **told,
    )


def drift_words(at: StoreMoment) -> dict[str, str]:
    """Return of each feature whether it drifts: the worst open incident, or what checks say.

    Of several baselines the worst verdict counts, of each baseline the newest on the feature.
    """
    told: dict[str, str] = {}
    for checks in at.chronicle.drift.values():
        newest = {path: each for check in checks for path, each in check.verdicts.items()}
        for path, verdict in newest.items():
            if path not in told or _VERDICTS.index(verdict.status) > _VERDICTS.index(told[path]):
                told[path] = verdict.status
    worst = ("low", "medium", "high", "critical")
    for each in at.chronicle.incidents.values():
        state = each.state
        if state.detected is None or state.resolved is not None:
            continue
        severity = state.latest.severity if state.latest is not None else state.detected.severity
        path = state.detected.feature_name
        if told.get(path) not in worst or worst.index(severity) > worst.index(told[path]):
            told[path] = severity
    return told


def parts(rows: Sequence[Any], size: int = ROWS) -> list[Sequence[Any]]:
    """Return rows in parts that each fit on a page; one empty part where there are none."""
    return [rows[start : start + size] for start in range(0, len(rows), size)] or [rows]


def search_index(rows: Iterable[FeatureRow], at: StoreMoment, pages: Any) -> list[list[str]]:  # noqa: ANN401 - the module of addresses
    """Return what the search in the pages knows: kind, name, page, words."""
    found = [
        ["feature", row.path, pages.feature_page(row.path),
         " · ".join(filter(None, [row.description, row.owner, *row.tags]))[: 2 * SHORT]]
        for row in rows
    ]  # fmt: skip
    for name, group in sorted(at.registry.groups.items()):
        known = group.latest
        words = " ".join([known.description, known.owner or "", *known.tags])
        found.append(["group", name, pages.group_page(name), words[: 2 * SHORT]])
    for name, feature_set in sorted(at.registry.sets.items()):
        definition = feature_set.latest.definition
        words = f"{definition.description} {definition.owner or ''}"
        found.append(["set", name, pages.set_page(name), words[: 2 * SHORT]])
    found += [
        ["snapshot", each, pages.snapshot_page(each), ""] for each in sorted(at.chronicle.snapshots)
    ]
    return found
