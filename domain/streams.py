"""From what people call a thing, such as ``feature weather.temp``, to its stream."""

import re
from uuid import UUID

from attrs import frozen

from featuretrail.domain.errors import NotFoundError
from featuretrail.domain.events import (
    ALERT_EVENTS,
    ALERT_RULE_EVENTS,
    MONITOR_EVENTS,
    AlertsEvaluated,
    BaselineCreated,
    ComputeFailed,
    ConsistencyChecked,
    DocumentationGenerated,
    DriftAcknowledged,
    DriftChecked,
    DriftDetected,
    DriftResolved,
    DriftUpdated,
    Event,
    FeatureDefined,
    FeatureSetDefined,
    GroupDefined,
    LineageDeclared,
    LineageRetired,
    MessagesDiscarded,
    MetadataRecorded,
    OnlineRefreshed,
    OutcomesRecorded,
    PerformanceSampled,
    QualityChecked,
    RetentionApplied,
    RetentionSet,
    ServedLogged,
    SnapshotAssessed,
    SnapshotCreated,
    SnapshotErased,
    TrainingRunRecorded,
    ValuesErased,
    ValuesIngested,
    ValuesRemoved,
    ValuesRetracted,
    stream_id,
)
from featuretrail.domain.inputs import check_text, shown

KINDS: dict[str, tuple[type[Event], ...]] = {
    "group": (GroupDefined,),
    "feature": (FeatureDefined,),
    "set": (FeatureSetDefined,),
    "batch": (ValuesIngested, ValuesRetracted),
    "snapshot": (SnapshotCreated, SnapshotAssessed, SnapshotErased),
    "computation": (ComputeFailed,),
    "parked messages": (MessagesDiscarded,),
    "training run": (TrainingRunRecorded,),
    "lineage": (LineageDeclared, LineageRetired),
    "quality": (QualityChecked,),
    "consistency": (ConsistencyChecked,),
    "online": (OnlineRefreshed,),
    "documentation": (DocumentationGenerated,),
    "metadata": (MetadataRecorded,),
    "baseline": (BaselineCreated,),
    "drift check": (DriftChecked,),
    "drift incident": (DriftDetected, DriftUpdated, DriftAcknowledged, DriftResolved),
    "performance sample": (PerformanceSampled,),
    "retention": (RetentionSet, RetentionApplied, ValuesRemoved),
    "erasure": (ValuesErased,),
    "alert rule": ALERT_RULE_EVENTS,
    "alert": ALERT_EVENTS,
    "alert evaluation": (AlertsEvaluated,),
    "monitor": MONITOR_EVENTS,
    "served batch": (ServedLogged,),
    "outcomes": (OutcomesRecorded,),
    "stream": (),
}
"""The kinds of subjects, each with the events that are about one; ``stream`` is any, by its id."""

_SHORT = {
    "drift": "drift incident",
    "performance": "performance sample",
    "training": "training run",
}

_WHOLE = {
    "group": r"(?P<name>[^@]+)(@.*)?",
    "set": r"(?P<name>[^@]+)(@.*)?",
    "feature": r"(?P<name>[^@.]+\.[^@]+)(@.*)?",
    "documentation": r"(?P<name>[^@.]+\.[^@]+)(@.*)?",
    "snapshot": r"(?P<name>[^@]+@.+)",
    "training run": r"(?P<name>[^@]+@.+)",
    "baseline": r"(?P<name>.+)",
    "drift check": r"(?P<name>.+)",
    "lineage": r"(?P<name>[^@.]+\.[^@]+@.+)",
    "alert rule": r"(?P<name>.+)",
    "alert evaluation": r"(?P<name>)",
    "monitor": r"(?P<name>.+)",
    "erasure": r"(?P<name>.+)",
}
"""The names that determine a stream; a version behind them chooses among its events."""


@frozen
class Subject:
    """A thing by its kind and name; ``stream`` is its stream, if the name determines one.

    ``version`` is a version that a name whose stream holds several asks for.
    """

    kind: str
    name: str
    stream: UUID | None = None
    version: str | None = None

    @property
    def topics(self) -> list[str]:
        """The topics of the events that can be about it; none: of any."""
        return [kind.TOPIC for kind in KINDS[self.kind]]

    def covers(self, subject: str) -> bool:
        """Tell whether ``subject``, as the log names it, is this or a part of it."""
        wanted = str(self)
        return subject == wanted or subject.startswith(tuple(wanted + sign for sign in "@ #."))

    def chooses(self, subject: str) -> bool:
        """Tell whether an event of the stream, about ``subject``, is of the version asked for."""
        return self.version is None or subject == str(self)

    def __str__(self) -> str:
        return f"{self.kind} {self.name}" if self.name else self.kind


def parse_subject(given: object) -> Subject:
    """Read ``feature weather.temp``, ``snapshot delay@1.0.0``, ``drift incident UUID``, a UUID...

    A kind alone, or the beginning of a name (``feature weather``), stands for all that begin so.
    Raises ``NotFoundError`` for an unknown kind and ``InvalidInputError`` for what is no text.
    """
    if isinstance(given, UUID):
        return Subject("stream", str(given), given)
    text = check_text("a subject", given).strip()
    own_id = _uuid(text)
    if own_id is not None:
        return Subject("stream", str(own_id), own_id)
    kind = _kind(text)
    name = text[len(kind) :].strip()
    kind = _SHORT.get(kind, kind)
    own_id = _uuid(name)
    if own_id is not None:
        return Subject(kind, str(own_id), own_id)
    return _named(kind, name)


def _kind(text: str) -> str:
    for kind in sorted([*KINDS, *_SHORT], key=len, reverse=True):
        if text == kind or text.startswith(f"{kind} "):
            return kind
    raise NotFoundError("kind of subject", shown(text.partition(" ")[0])[1:-1], sorted(KINDS))


def _named(kind: str, name: str) -> Subject:
    if kind == "metadata" and len(parts := name.split(" ", 2)) == 3:
        return Subject(kind, name, stream_id(kind, "/".join(parts)))
    match = re.fullmatch(_WHOLE[kind], name, re.DOTALL) if kind in _WHOLE else None
    if match is None:
        return Subject(kind, name)
    base = match["name"]
    version = name[len(base) + 1 :] or None
    return Subject(kind, name, stream_id(kind, base), version)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text) if re.fullmatch(r"[0-9a-fA-F-]{32,36}", text) else None
    except ValueError:
        return None
