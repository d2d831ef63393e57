"""Drift incidents: listed, acknowledged, resolved by someone's action."""

from collections.abc import Callable, Sequence
from uuid import UUID

from attrs import frozen

from featuretrail.domain.aggregates import DriftIncident
from featuretrail.domain.aggregates.drift_incident import decide_acknowledge, decide_resolve
from featuretrail.domain.errors import ConcurrencyError, InvalidInputError
from featuretrail.domain.events import Event, Metadata
from featuretrail.domain.inputs import shown
from featuretrail.domain.names import FeatureReference
from featuretrail.domain.quality.incident import Incident
from featuretrail.quality.sources import QualitySources

Named = UUID | str | Incident
ATTEMPTS = 10


@frozen(eq=False)
class Incidents:
    """Reads drift incidents and records what people do about them."""

    _sources: QualitySources

    def list(self, *, is_open: bool | None, feature: str | None) -> list[Incident]:
        """Return incidents, oldest first; ``feature`` is a path, or a group's name."""
        found = self._sources.reader.incidents(is_open=is_open)
        if feature is None:
            return found
        if not isinstance(feature, str):
            raise InvalidInputError(f"feature is {shown(feature)}; give 'group.feature' or 'group'")
        if "." not in feature:
            return [each for each in found if each.feature_name.startswith(f"{feature}.")]
        path = FeatureReference.parse(feature).path
        return [each for each in found if each.feature_name == path]

    def get(self, incident: Named) -> Incident:
        """Return one incident; raise ``NotFoundError``."""
        return self._sources.reader.told(incident_id(incident))

    def acknowledge(self, incident: Named, metadata: Metadata) -> Incident:
        """Record that the metadata's actor took notice; again by anyone changes nothing."""

        def decide(state: DriftIncident) -> Sequence[Event]:
            if state.acknowledged is not None and state.resolved is None:
                return []
            return decide_acknowledge(state, metadata)

        return self._decided(incident, decide)

    def resolve(self, incident: Named, action: str, metadata: Metadata) -> Incident:
        """Record what ended an incident."""
        return self._decided(incident, lambda state: decide_resolve(state, action, metadata))

    def _decided(
        self, incident: Named, decide: Callable[[DriftIncident], Sequence[Event]]
    ) -> Incident:
        own_id = incident_id(incident)
        for attempt in range(ATTEMPTS):
            state, _ = self._sources.reader.incident(own_id)
            decided = decide(state)
            try:
                if decided:
                    self._sources.log.append(*decided)
            except ConcurrencyError:  # a check moved it meanwhile: decide anew
                if attempt == ATTEMPTS - 1:
                    raise
            else:
                break
        return self._sources.reader.told(own_id)


def incident_id(given: object) -> UUID:
    """Return the id of an incident that is given as such, as text or as ``Incident``."""
    if isinstance(given, Incident):
        return given.incident_id
    if isinstance(given, UUID):
        return given
    try:
        return UUID(str(given))
    except ValueError:
        raise InvalidInputError(
            f"incident is {shown(given)}; give its id, as `store.quality.incidents()` lists them"
        ) from None
