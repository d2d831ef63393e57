"""Building the site: feature by feature, then what lists them; only what changed is made."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from attrs import asdict, evolve, field, frozen

from featuretrail.audit.reading import LogReader
from featuretrail.documentation import addresses
from featuretrail.documentation.costs import Costs
from featuretrail.documentation.digesting import digest_of
from featuretrail.documentation.feature_pages import FeaturePage, FeaturePages
from featuretrail.documentation.folder import SiteFolder
from featuretrail.documentation.listing import (
    FeatureRow,
    drift_words,
    feature_row,
    parts,
    search_index,
    summary,
)
from featuretrail.documentation.moments import StoreMoment
from featuretrail.documentation.overviews import Overviews
from featuretrail.documentation.pictures import Pictures
from featuretrail.documentation.rendering import assets, made_by, render
from featuretrail.documentation.timeline import Timeline
from featuretrail.documentation.values import TOGETHER, ValueReader
from featuretrail.domain.registry import ResolvedFeature
from featuretrail.domain.results import Result

Progress = Callable[[str, int, int], None]
"""Told what is made, how far, and how far it goes."""


@frozen
class SiteReport(Result):
    """What a build did: how many pages there are, which files it changed or removed.

    ``behind`` is how many events the read side, which tells what features cost, had not taken in.
    """

    folder: Path
    position: int
    pages: int
    changed: tuple[str, ...] = field(repr=False)
    removed: tuple[str, ...] = field(repr=False)
    behind: int = 0

    @property
    def index(self) -> Path:
        """The page to begin with."""
        return self.folder / "index.html"

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON object."""
        return asdict(self) | {
            "folder": str(self.folder),
            "index": str(self.index),
            "changed": list(self.changed),
            "removed": list(self.removed),
        }


@frozen(eq=False)
class SiteBuilder:
    """Builds the site of a moment of the store into a folder."""

    _at: StoreMoment
    _values: ValueReader
    _costs: Costs
    _pictures: Pictures
    _log: LogReader
    _folder: SiteFolder
    _progress: Progress
    _pages: list[str] = field(factory=list, init=False)

    def build(self) -> SiteReport:
        """Write the pages that changed; remove those of what is not there any more."""
        timeline = Timeline(self._log, self._at.position)
        features = [
            each for name in sorted(self._at.registry.groups)
            for each in self._at.registry.features_of(name)
        ]  # fmt: skip
        with self._folder.writing(self._planned(features, timeline)):
            rows = self._features(features)
            self._lists(rows)
            self._things()
            self._timeline(timeline)
            self._write_assets(rows)
        return SiteReport(
            folder=self._folder.root,
            position=self._at.position,
            pages=len(self._pages),
            changed=tuple(self._folder.changed),
            removed=tuple(self._folder.removed),
            behind=self._costs.behind,
        )

    def _planned(self, features: Sequence[ResolvedFeature], timeline: Timeline) -> list[str]:
        """Return every file that the build will write."""
        lists = ("index", "sets", "snapshots", "lineage", "drift", "performance", "consistency",
                 "audit")  # fmt: skip
        return [
            *(f"{name}.html" for name in lists),
            *(addresses.part_page("features", 1 + n) for n in range(len(parts(features)))),
            *(f"assets/{name}" for name in [*assets(), "search-index.js"]),
            *(addresses.feature_page(each.reference.path) for each in features),
            *(addresses.group_page(name) for name in self._at.registry.groups),
            *(addresses.set_page(name) for name in self._at.registry.sets),
            *(addresses.snapshot_page(name) for name in self._at.chronicle.snapshots),
            *(addresses.audit_page(stretch) for stretch in timeline.stretches),
        ]

    def _features(self, features: Sequence[ResolvedFeature]) -> list[FeatureRow]:
        made = FeaturePages(self._at, self._costs, self._pictures)
        told: dict[str, Mapping[str, Any]] = {}
        done = 0
        for together in _by_group(features):
            stale = []
            for feature in together:
                page = made.page(feature)
                path = addresses.feature_page(feature.reference.path)
                known = self._folder.fresh(path, page.inputs)
                if known is None:
                    stale.append(page)
                    continue
                self._folder.keep(path, known)
                self._pages.append(path)
                told[feature.reference.path] = known.told
            told |= self._write_features(made, stale)
            done += len(together)
            self._progress("features", done, len(features))
        drift = drift_words(self._at)
        return [
            evolve(
                feature_row(self._at, each, told[each.reference.path]),
                drift=drift.get(each.reference.path, "not checked"),
            )
            for each in features
        ]

    def _write_features(
        self, made: FeaturePages, stale: Sequence[FeaturePage]
    ) -> dict[str, Mapping[str, Any]]:
        if not stale:
            return {}
        features = [page.feature for page in stale]
        read = self._values.read(self._at, features[0].group.name, features)
        told: dict[str, Mapping[str, Any]] = {}
        for page in stale:
            name = page.feature.reference.path
            context = made.context(page, read[name])
            told[name] = summary(context["written"])
            path = addresses.feature_page(name)
            self._write(path, "feature.html", context, page.inputs, told[name])
        return told

    def _lists(self, rows: Sequence[FeatureRow]) -> None:
        overviews = Overviews(self._at, self._costs, self._pictures, rows)
        for path, template, context in overviews.pages():
            self._write(path, template, context)

    def _things(self) -> None:
        """Write the pages of snapshots, which hardly ever change."""
        chronicle = self._at.chronicle
        for name, snapshot in sorted(chronicle.snapshots.items()):
            checks = chronicle.consistency.get(name, ())
            runs = chronicle.runs.get(name, ())
            inputs = digest_of(
                made_by(),
                snapshot.last_position,
                snapshot.event.statistics,
                [each.position for each in checks],
                [each.position for each in runs],
            )
            path = addresses.snapshot_page(name)
            known = self._folder.fresh(path, inputs)
            if known is not None:
                self._folder.keep(path, known)
                self._pages.append(path)
                continue
            context = {"snapshot": snapshot, "checks": checks[::-1], "runs": runs[::-1]}
            self._write(path, "snapshot.html", context, inputs)

    def _timeline(self, timeline: Timeline) -> None:
        stretches = list(timeline.stretches)
        linked = digest_of(sorted(self._pages))  # an event may be about what came later
        for done, stretch in enumerate(stretches, 1):
            path = addresses.audit_page(stretch)
            bounds = timeline.bounds(stretch)
            beside = [stretch - 1 in stretches, stretch + 1 in stretches]
            inputs = digest_of(made_by(), bounds, beside, linked)
            known = self._folder.fresh(path, inputs)
            if known is not None:
                self._folder.keep(path, known)
                self._pages.append(path)
            else:
                context = {
                    "lines": self._known(timeline.lines(stretch)),
                    "bounds": bounds,
                    "older": stretch - 1 if beside[0] else None,
                    "newer": stretch + 1 if beside[1] else None,
                }
                self._write(path, "timeline.html", context, inputs)
            self._progress("audit timeline", done, len(stretches))
        newest = timeline.lines(stretches[-1])[:100] if stretches else []
        self._write(
            "audit.html",
            "audit.html",
            {
                "lines": self._known(newest),
                "stretches": [(each, *timeline.bounds(each)) for each in reversed(stretches)],
                "position": self._at.position,
            },
        )

    def _known(self, lines: Sequence[Any]) -> list[Any]:
        """Leave out links to pages that the site does not have."""
        known = set(self._pages)
        return [each if each.page in known else evolve(each, page=None) for each in lines]

    def _write_assets(self, rows: Sequence[FeatureRow]) -> None:
        index = json.dumps(search_index(rows, self._at, addresses), ensure_ascii=True,
                           separators=(",", ":"))  # fmt: skip
        for name, text in {
            **assets(),
            "search-index.js": f"window.featuretrailIndex = {index};\n",
        }.items():
            self._folder.write(f"assets/{name}", text, "", {})

    def _write(
        self,
        path: str,
        template: str,
        context: Mapping[str, Any],
        inputs: str = "",
        told: Mapping[str, Any] | None = None,
    ) -> None:
        self._folder.write(path, render(template, path, context), inputs, told or {})
        self._pages.append(path)


def _by_group(features: Sequence[ResolvedFeature]) -> Iterator[Sequence[ResolvedFeature]]:
    """Yield features of one group at a time, no more than are read at once."""
    of_group: dict[str, list[ResolvedFeature]] = {}
    for each in features:
        of_group.setdefault(each.group.name, []).append(each)
    for together in of_group.values():
        yield from (
            together[start : start + TOGETHER] for start in range(0, len(together), TOGETHER)
        )
