"""Which stream has a name, and which names are like one that nothing has."""

import re
from uuid import UUID

from featuretrail.audit.entries import Entries
from featuretrail.domain.errors import FeatureTrailError, InvalidInputError, NotFoundError
from featuretrail.domain.streams import Subject, parse_subject
from featuretrail.domain.subjects import subject as subject_of
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.log.application import EventLog
from featuretrail.infrastructure.log.records import RecordedEvent
from featuretrail.infrastructure.queries import query

LOOKED_THROUGH = 10_000
"""Events, the newest of a kind, among which names like an unknown one are looked for."""

SHOWN = 8
"""How many streams an error lists, of those that a name stands for."""

_BATCH = re.compile(r"(?P<group>[^#]+)#(?P<batch>[0-9]{1,18})")


class Naming:
    """Finds streams by their names."""

    def __init__(self, database: Database, log: EventLog) -> None:
        self._database = database
        self._log = log
        self._entries = Entries(database)

    def stream(self, subject: Subject) -> UUID | None:
        """Return the stream that ``subject`` names, ``None`` when it may name several."""
        if subject.stream is not None or subject.kind != "batch":
            return subject.stream
        return self._batch(subject)

    def single(self, subject: Subject) -> UUID:
        """Return the one stream that ``subject`` names.

        Raises ``NotFoundError`` for a name without events, ``InvalidInputError`` for one of many.
        """
        stream = self.stream(subject)
        if stream is None:
            streams = self._covered(subject)
            if len(streams) > 1:
                names = [repr(_name_of(own_id, about)) for own_id, about in streams.items()]
                more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
                raise InvalidInputError(
                    f"{str(subject)!r} stands for {len(names)} streams; name one of them: "
                    f"{', '.join(names[:SHOWN])}{more}"
                )
            stream = next(iter(streams), None)
        if stream is None or not self.history(subject, stream):
            raise self._unknown(subject)
        return stream

    def history(
        self, subject: Subject, stream: UUID, until: int | None = None
    ) -> list[RecordedEvent]:
        """Return the events of a stream if it is one of the subject's kind, oldest first."""
        events = self._log.history(stream, until)
        topics = subject.topics
        return events if not topics or any(each.topic in topics for each in events) else []

    def check_known(self, subject: Subject) -> None:
        """Raise ``NotFoundError``, with near names, if no event is about ``subject``."""
        stream = self.stream(subject)
        if stream is None:
            known = bool(self._covered(subject))
        else:
            about = [each.subject for each in self._entries.of(self.history(subject, stream))]
            known = any(map(subject.chooses, about))
        if not known:
            raise self._unknown(subject)

    def _covered(self, subject: Subject) -> dict[UUID, str]:
        """Return the streams that ``subject`` stands for, with what their first event is about."""
        found: dict[UUID, str] = {}
        for entry in self._entries.of(self._log.read(topics=subject.topics)):
            if subject.covers(entry.subject):
                found.setdefault(entry.stream, entry.subject)
        return found

    def _unknown(self, subject: Subject) -> NotFoundError:
        if subject.kind == "stream":
            return NotFoundError("event of stream", subject.name)
        return NotFoundError(subject.kind, subject.name, self._names(subject))

    def _names(self, subject: Subject) -> list[str]:
        """Return the names of the kind, without versions where none was asked for."""
        names: dict[str, None] = {}
        end = self._log.head().position
        events = self._log.read_backwards(end, topics=subject.topics)
        for _, entry in zip(range(LOOKED_THROUGH), self._entries.of(events), strict=False):
            if entry.fault is None:
                names[self._name(entry.subject, subject)] = None
        return sorted(names)

    def _name(self, about: str, subject: Subject) -> str:
        name = about.removeprefix(f"{subject.kind} ")
        versioned = "@" in subject.name or subject.kind in ("snapshot", "training run", "lineage")
        return name if versioned else name.partition("@")[0]

    def _batch(self, subject: Subject) -> UUID | None:
        """Return the stream of a batch by the table of batches, if the log agrees with that."""
        match = _BATCH.fullmatch(subject.name)
        if match is None:
            return None
        facts = {"group": match["group"], "batch": int(match["batch"])}
        with self._database.connection() as connection:
            row = connection.execute(query("audit/batch_stream"), facts).fetchone()
        if row is None:
            return None
        stream: UUID = row[0]
        events = self._log.history(stream)
        try:
            agrees = bool(events) and subject_of(events[0].event) == str(subject)
        except FeatureTrailError:  # the event was altered: it may still be another's
            return None
        return stream if agrees else None


def _name_of(stream: UUID, about: str) -> str:
    """Return the name by which a stream is found again: its subject's, or its kind and id."""
    subject = parse_subject(about)
    if subject.stream != stream and subject.kind != "batch":
        return f"{subject.kind} {stream}"
    return about if subject.version is None else about.removesuffix(f"@{subject.version}")
