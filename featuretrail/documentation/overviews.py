"""The pages that list: the index, features, groups, sets, snapshots, and what concerns them all."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from attrs import frozen

from featuretrail.documentation import addresses
from featuretrail.documentation.costs import Costs
from featuretrail.documentation.listing import FeatureRow, parts
from featuretrail.documentation.moments import StoreMoment
from featuretrail.documentation.pictures import Pictures
from featuretrail.domain.documentation.changes import definition_changes
from featuretrail.domain.lineage.node import KINDS

MOST = 150
"""Rows of a table that is not continued on a next page; templates cut them and say so."""
SPARKS = 50
"""Rows of drift that have a little picture."""
FEW = 8

Made = tuple[str, str, Mapping[str, Any]]
"""A page, its template, and what that shows."""


@frozen(eq=False)
class Overviews:
    """Makes what the lists of a moment show."""

    _at: StoreMoment
    _costs: Costs
    _pictures: Pictures
    _rows: Sequence[FeatureRow]

    def pages(self) -> Iterator[Made]:
        """Yield every page."""
        yield "index.html", "index.html", self._index()
        found = parts(self._rows)
        for part, rows in enumerate(found, 1):
            yield (
                addresses.part_page("features", part),
                "features.html",
                {"rows": rows, "part": part, "parts": len(found), "total": len(self._rows)},
            )
        for name in sorted(self._at.registry.groups):
            yield addresses.group_page(name), "group.html", self._group(name)
        yield "sets.html", "sets.html", {"sets": self._sets()}
        for name in sorted(self._at.registry.sets):
            yield addresses.set_page(name), "set.html", self._set(name)
        yield "snapshots.html", "snapshots.html", {"snapshots": self._snapshots()}
        yield "lineage.html", "lineage.html", self._lineage()
        yield "drift.html", "drift.html", self._drift()
        yield "performance.html", "performance.html", self._performance()
        yield "consistency.html", "consistency.html", self._consistency()

    def _index(self) -> Mapping[str, Any]:
        complete = [each.completeness for each in self._rows if each.completeness is not None]
        weakest = sorted(
            (each for each in self._rows if each.missing),
            key=lambda each: (each.completeness or 0.0, each.path),
        )
        return {
            "position": self._at.position,
            "groups": self._groups(),
            "counts": {
                "features": len(self._rows),
                "groups": len(self._at.registry.groups),
                "sets": len(self._at.registry.sets),
                "snapshots": len(self._at.chronicle.snapshots),
            },
            "complete": sum(complete) / len(complete) if complete else None,
            "open": self._incidents(is_open=True),
            "weakest": weakest[:FEW],
            "newest": self._snapshots()[:FEW],
            "few": FEW,
        }

    def _groups(self) -> list[Mapping[str, Any]]:
        of_group: dict[str, list[FeatureRow]] = {}
        for row in self._rows:
            of_group.setdefault(row.group, []).append(row)
        found: list[Mapping[str, Any]] = []
        for name in sorted(self._at.registry.groups):
            own = of_group.get(name, [])
            complete = [each.completeness for each in own if each.completeness is not None]
            found.append(
                {
                    "group": self._at.registry.group(name),
                    "features": len(own),
                    "values": self._at.values(name),
                    "completeness": sum(complete) / len(complete) if complete else None,
                }
            )
        return found

    def _group(self, name: str) -> Mapping[str, Any]:
        return {
            "group": self._at.registry.group(name),
            "rows": [each for each in self._rows if each.group == name],
            "values": self._at.values(name),
            "changes": definition_changes(self._at.chronicle.groups.get(name, ()))[::-1],
        }

    def _sets(self) -> list[Mapping[str, Any]]:
        taken: dict[str, int] = {}
        for each in self._at.chronicle.snapshots.values():
            taken[each.event.feature_set] = taken.get(each.event.feature_set, 0) + 1
        return [
            {"name": name, "latest": known.latest, "snapshots": taken.get(name, 0)}
            for name, known in sorted(self._at.registry.sets.items())
        ]

    def _set(self, name: str) -> Mapping[str, Any]:
        known = self._at.registry.sets[name]
        snapshots = [each for each in self._snapshots() if each.event.feature_set == name]
        return {
            "name": name,
            "latest": known.latest,
            "pinned": [(each, self._row_of.get(each.path)) for each in known.latest.pinned],
            "snapshots": snapshots,
            "changes": definition_changes(self._at.chronicle.sets.get(name, ()))[::-1],
        }

    @cached_property
    def _row_of(self) -> Mapping[str, FeatureRow]:
        return {each.path: each for each in self._rows}

    def _snapshots(self) -> list[Any]:
        found = self._at.chronicle.snapshots.values()
        return sorted(found, key=lambda each: -each.position)

    def _lineage(self) -> Mapping[str, Any]:
        graph = self._at.lineage.graph
        unknown, retired = graph.unknown, graph.retired
        things = [
            {
                "node": node,
                "above": len(graph.parents(node)),
                "below": len(graph.children(node)),
                "page": None if node in unknown else addresses.node_page(node),
                "retired": node in retired,
            }
            for node in sorted(graph.nodes, key=lambda each: each.rank)
            if node.kind != "feature"
        ]
        without = [
            node.name for node in graph.nodes
            if node.kind == "feature" and node not in unknown and not graph.parents(node)
        ]  # fmt: skip
        return {
            "picture": self._pictures.lineage(None),
            "counts": {
                kind.replace("_", " "): sum(node.kind == kind for node in graph.nodes)
                for kind in KINDS
            },
            "things": things,
            "without": sorted(set(without)),
        }

    def _incidents(self, *, is_open: bool | None) -> list[Any]:
        found = [each.told() for each in self._at.chronicle.incidents.values()]
        chosen = [each for each in found if is_open is None or each.open == is_open]
        return sorted(chosen, key=lambda each: (not each.open, -each.position))

    def _drift(self) -> Mapping[str, Any]:
        chronicle = self._at.chronicle
        judged = [
            (name, checks[-1].until, verdict, len(checks))
            for name, checks in sorted(chronicle.drift.items())
            for verdict in checks[-1].verdicts.values()
        ]
        judged.sort(key=lambda each: (not each[2].drifted, each[0], each[2].feature_name))
        rows = []
        for place, (name, until, verdict, count) in enumerate(judged[:MOST]):
            picture = None
            if place < SPARKS:
                picture = self._pictures.drift(verdict.feature_name, name)
            rows.append(
                {
                    "baseline": name,
                    "until": until,
                    "verdict": verdict,
                    "checks": count,
                    "spark": "" if picture is None else picture.spark(),
                }
            )
        return {
            "incidents": self._incidents(is_open=None),
            "rows": rows,
            "total": len(judged),
            "baselines": sorted(chronicle.baselines.values(), key=lambda each: -each.position),
        }

    def _performance(self) -> Mapping[str, Any]:
        found = [each for each in self._costs.features.values() if each.total is not None]
        found.sort(key=lambda each: (-(each.total.p95_ms if each.total else 0), each.feature_name))
        known = set(self._at.registry.features)
        return {
            "rows": [(each, each.feature_name in known) for each in found],
            "unused": len(known - {each.feature_name for each in found}),
            "behind": self._costs.behind,
        }

    def _consistency(self) -> Mapping[str, Any]:
        found = [each for checks in self._at.chronicle.consistency.values() for each in checks]
        found.sort(key=lambda each: -each.position)
        return {"checks": found}
