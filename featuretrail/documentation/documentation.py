"""Documentation of features, as users meet it: ``store.documentation``."""

from collections.abc import Iterable
from pathlib import Path

from attrs import evolve

from featuretrail.audit.moments import Moment, Moments
from featuretrail.audit.reading import LogReader
from featuretrail.documentation.costs import read_costs
from featuretrail.documentation.folder import SiteFolder
from featuretrail.documentation.gathering import read_facts
from featuretrail.documentation.moments import MomentReader
from featuretrail.documentation.pictures import Pictures
from featuretrail.documentation.site import Progress, SiteBuilder, SiteReport
from featuretrail.documentation.values import ValueReader
from featuretrail.domain.aggregates.documentation import DocumentationAggregate, decide_generate
from featuretrail.domain.documentation.policy import (
    Definition,
    DocumentationPolicy,
    PolicyFinding,
    policy_findings,
)
from featuretrail.domain.documentation.record import FeatureDocumentation
from featuretrail.domain.errors import ConcurrencyError, InvalidInputError
from featuretrail.domain.events import DocumentationGenerated, Metadata
from featuretrail.domain.names import FeatureReference
from featuretrail.domain.registry import Registry, ResolvedFeature
from featuretrail.domain.versions import Version
from featuretrail.infrastructure.access import needs
from featuretrail.infrastructure.lineage.reading import LineageReader
from featuretrail.projections.projections import Projections
from featuretrail.quality.baselines import Baselines
from featuretrail.quality.sources import QualitySources

_ATTEMPTS = 5


class Documentation:
    """Writes documentation from events and values; ``store.documentation``."""

    def __init__(
        self, sources: QualitySources, lineage: LineageReader, projections: Projections
    ) -> None:
        self._sources = sources
        self._database = sources.database
        self._log = sources.log
        self._registry = sources.registry
        self._decided_by = sources.decided_by
        self._projections = projections
        self._moments = Moments(sources.log)
        self._reader = MomentReader(sources.database, sources.log, sources.registry, lineage)
        self._values = ValueReader(sources.database, sources.historical)

    @needs("writer")
    def generate(
        self,
        feature: str | FeatureReference,
        version: str | Version | None = None,
        *,
        reason: str | None = None,
        actor: str | None = None,
    ) -> FeatureDocumentation:
        """Write and record the documentation of a version of a feature, by default the latest.

        The text is Markdown; its example call is executed. The same content again makes no event.
        Raises ``NotFoundError`` with near names, or ``InvalidInputError``.
        """
        written = self.describe(feature, version)
        return self._recorded(written, self._decided_by(actor, reason))

    @needs("auditor")
    def describe(
        self,
        feature: str | FeatureReference,
        version: str | Version | None = None,
        *,
        at: Moment | None = None,
    ) -> FeatureDocumentation:
        """Return the documentation as it is now, or was at a moment; nothing is recorded."""
        moment = self._reader.at(self._moments.position(at))
        resolved = _resolved(moment.registry, feature, version)
        facts, _ = read_facts(moment, self._values, resolved)
        return FeatureDocumentation.of(facts)

    @needs("auditor")
    def build(
        self,
        folder: str | Path,
        *,
        at: Moment | None = None,
        progress: Progress | None = None,
    ) -> SiteReport:
        """Write the site of everything in the store, as it is now or was at a moment.

        Files that need no server and ask for nothing from elsewhere. Equal positions give equal
        files; only what changed since the last build into ``folder`` is written, and only what a
        build wrote is ever replaced or removed. Raises ``InvalidInputError`` for a folder that
        cannot be written to, or that holds a file of somebody else where a page goes.
        """
        moment = self._reader.at(self._moments.position(at))
        builder = SiteBuilder(
            moment,
            self._values,
            read_costs(self._database, self._projections, moment.chronicle, moment.position),
            Pictures(moment, Baselines(self._sources)),
            LogReader(self._database, self._log),
            SiteFolder(Path(folder)),
            _silent if progress is None else progress,
        )
        return builder.build()

    @needs("auditor")
    def findings(self, policy: DocumentationPolicy) -> tuple[PolicyFinding, ...]:
        """Return what the registered definitions do not say and ``policy`` asks for."""
        registry = self._registry.current()
        return policy_findings(registered(registry), policy)

    def __repr__(self) -> str:
        return f"Documentation({self._database.address!r})"

    def _recorded(self, written: FeatureDocumentation, metadata: Metadata) -> FeatureDocumentation:
        for attempt in range(_ATTEMPTS):
            state = DocumentationAggregate.initial(written.feature_name)
            positions: dict[str, int] = {}
            for each in self._log.history(state.id):
                if isinstance(each.event, DocumentationGenerated):
                    state = state.evolve(each.event)
                    positions[each.event.documentation_version] = each.position
            decided = decide_generate(
                state,
                written.version,
                written.content,
                metadata,
                examples=written.examples,
                change_history=[each.to_dict() for each in written.change_history],
                documentation_quality_score=written.documentation_quality_score,
                completeness_score=written.completeness_score,
                author=written.author,
                tags=written.tags,
            )
            if not decided:
                revision = state.latest[written.version].revision
                position = positions[written.version]
                return evolve(written, revision=revision, position=position)
            try:
                appended = self._log.append(*decided)
            except ConcurrencyError:  # another process documented it at the same time
                if attempt == _ATTEMPTS - 1:
                    raise
                continue
            return evolve(
                written,
                revision=decided[0].revision,
                position=appended.last_position,
                written=True,
            )
        raise AssertionError("unreachable: the last attempt returns or raises")


def _silent(what: str, done: int, total: int) -> None:
    """Take a report of progress that nobody asked for."""


def registered(registry: Registry) -> Iterable[Definition]:
    """Yield the latest definition of each group, with its features, and of each set."""
    for name in sorted(registry.groups):
        features = tuple(each.version.definition for each in registry.features_of(name))
        yield evolve(registry.group(name), features=features)
    for name in sorted(registry.sets):
        yield registry.sets[name].latest.definition


def _resolved(
    registry: Registry, feature: str | FeatureReference, version: str | Version | None
) -> ResolvedFeature:
    reference = FeatureReference.parse(feature)
    if version is not None:
        wanted = Version.parse(version)
        if reference.version not in (None, wanted):
            raise InvalidInputError(
                f"feature {str(reference)!r} names another version than version {str(wanted)!r}; "
                "give one of them"
            )
        reference = reference.pinned(wanted)
    return registry.resolve(reference)
