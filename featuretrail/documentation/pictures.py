"""The pictures of a site: values against their baseline, drift, costs, lineage."""

import re
from collections.abc import Mapping

from attrs import field, frozen

from featuretrail.documentation.moments import StoreMoment
from featuretrail.domain.charts.picture import FeaturePicture
from featuretrail.domain.documentation.chronicle import BaselineTold
from featuretrail.domain.errors import (
    IntegrityError,
    InvalidInputError,
    NotFoundError,
    StorageError,
)
from featuretrail.domain.lineage.node import Node
from featuretrail.domain.lineage.pictures.boxing import picture_of
from featuretrail.domain.lineage.pictures.svg import svg
from featuretrail.domain.quality.baseline import Baseline
from featuretrail.domain.quality.pictures import drift_history, feature_chart
from featuretrail.domain.quality.profiles import Profiled, profiled
from featuretrail.domain.quality.values import FeatureValues
from featuretrail.quality.baselines import Baselines

LARGEST = 90_000
"""Bytes of a picture of the lineage on a page; a larger one is drawn by groups, or not."""
NEWEST = "newest values"


@frozen
class Drawn:
    """A picture, or the reason why there is none."""

    svg: str = ""
    reason: str = ""

    @property
    def wide(self) -> int:
        """How many pixels wide it is as it was drawn."""
        found = re.match(r"<svg\b[^>]*? width=\"(\d+)", self.svg)
        return 0 if found is None else int(found[1])


@frozen(eq=False)
class Pictures:
    """Draws what a moment of the store tells; the profiles of a baseline are read once."""

    at: StoreMoment
    _baselines: Baselines
    _profiles: dict[str, Mapping[str, Profiled]] = field(factory=dict, init=False)

    def values(self, values: FeatureValues | None, baseline: BaselineTold | None, unit: str | None
    ) -> Drawn:  # fmt: skip
        """Draw values against a baseline, or alone where there is none that they can be held to."""
        if values is None or values.rows == 0:
            return Drawn(reason="no value is stored")
        note = ""
        if baseline is not None:
            name = baseline.event.name
            try:
                known = self._profiles_of(baseline)[values.path]
                title = f"{values.path} against baseline {name}"
                names = (f"baseline {name}", NEWEST)
                chart = feature_chart(known, values, title, names, unit)
                return Drawn(FeaturePicture(chart).svg())
            except (InvalidInputError, IntegrityError, NotFoundError, StorageError) as error:
                note = f"Not against baseline {name}: {error}"
        [own] = profiled([values], None, None)
        chart = feature_chart(own, None, values.path, (NEWEST, ""), unit)
        return Drawn(FeaturePicture(chart).svg(), note)

    def drift(self, path: str, baseline: str) -> FeaturePicture | None:
        """Return the history of the drift of a feature against a baseline, if it was checked."""
        checks = [
            each for each in self.at.chronicle.drift.get(baseline, ()) if path in each.verdicts
        ]
        if not checks:
            return None
        still_open = {
            own_id
            for own_id, each in self.at.chronicle.incidents.items()
            if each.state.resolved is None
        }
        title = f"{path} against baseline {baseline}"
        return FeaturePicture(drift_history(path, checks, title, None, still_open))

    def lineage(self, path: str | None) -> Drawn:
        """Draw what the versions of a feature come from and what comes from them, or all."""
        graph = self.at.lineage.graph
        if path is not None:
            near = around(self.at, path)
            if not near:
                return Drawn(reason="nothing is known of where it comes from")
            graph = graph.subgraph(near)
        if not len(graph):
            return Drawn(reason="nothing is declared yet")
        for detail in ("auto", "groups"):
            try:
                drawn = svg(picture_of(graph, detail))
            except InvalidInputError as error:
                return Drawn(reason=str(error))
            if len(drawn.encode()) <= LARGEST:
                return Drawn(drawn)
        return Drawn(
            reason=f"a picture of {len(graph):,} things is too large for a page; "
            "`featuretrail lineage export --format svg` draws it"
        )

    def _profiles_of(self, baseline: BaselineTold) -> Mapping[str, Profiled]:
        name = baseline.event.name
        if name not in self._profiles:
            known = Baseline.of(baseline.event, baseline.recorded_at)
            self._profiles[name] = self._baselines.profiles(known)
        return self._profiles[name]


def versions_of(at: StoreMoment, path: str) -> list[Node]:
    """Return the nodes of the versions of a feature, oldest first."""
    known = at.registry.features[path].versions
    nodes = (Node("feature", path, str(each.version)) for each in known)
    return [node for node in nodes if node in at.lineage.graph]


def around(at: StoreMoment, path: str) -> frozenset[Node]:
    """Return the versions of a feature with all they come from and all that comes from them."""
    graph = at.lineage.graph
    return frozenset(
        near
        for node in versions_of(at, path)
        for near in (node, *graph.upstream(node), *graph.downstream(node))
    )
