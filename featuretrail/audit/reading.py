"""Reading the log: filtered, one event, the history of one thing."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice
from uuid import UUID

from attrs import evolve, frozen

from featuretrail.audit.entries import Entries, LogEntry
from featuretrail.audit.moments import Moment, Moments, check_time
from featuretrail.audit.naming import Naming
from featuretrail.domain.errors import NotFoundError
from featuretrail.domain.events.registry import topics as known_topics
from featuretrail.domain.inputs import check_count, check_flag, optional
from featuretrail.domain.streams import Subject, parse_subject
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.log.application import EventLog
from featuretrail.infrastructure.log.links import broken_link, check_links
from featuretrail.infrastructure.log.records import RecordedEvent

_INSTANT = timedelta(microseconds=1)


@frozen
class Stretch:
    """The positions in ``(after, until]``, and which way they are read."""

    after: int
    until: int
    newest_first: bool = False

    def holds(self, position: int) -> bool:
        """Tell whether the stretch has ``position``."""
        return self.after < position <= self.until


class LogReader:
    """Reads entries of the log, by a stream's index wherever the subject names one stream."""

    def __init__(self, database: Database, log: EventLog) -> None:
        self._database = database
        self._log = log
        self._moments = Moments(log)
        self.entries = Entries(database)
        self.naming = Naming(database, log)

    def log(
        self,
        after: int,
        limit: int | None,
        subject: str | UUID | None,
        actor: str | None,
        *,
        until: Moment | None,
        since: datetime | None,
        topic: str | None,
        newest_first: bool,
    ) -> list[LogEntry]:
        """Return the entries that pass every filter; see ``Audit.log``."""
        count = optional(check_count, "limit", limit)
        stretch = self._stretch(after, until, since, newest_first=newest_first)
        chosen = None if topic is None else [_known(topic)]
        wanted = None if subject is None else parse_subject(subject)
        found = self._about(wanted, stretch, chosen)
        kept = (entry for entry in found if actor is None or entry.actor == actor)
        answer = list(islice(kept, count))
        if not answer and wanted is not None and wanted.name:
            self.naming.check_known(wanted)
        return answer

    def show(self, position: int) -> LogEntry:
        """Return the entry at ``position``, its link of the chain checked; see ``Audit.show``."""
        wanted = check_count("position", position)
        for recorded in self._log.read(after=wanted - 1, limit=1, until=wanted):
            entry = self.entries.one(recorded)
            broken = broken_link(self._database, [recorded])
            return entry if entry.fault or broken is None else evolve(entry, fault=str(broken))
        head = self._log.head().position
        raise NotFoundError("event at position", position, [f"1 to {head}"] if head else [])

    def check(self, events: Iterable[RecordedEvent]) -> None:
        """Raise ``ChainBrokenError`` for the first event that disagrees with its digest."""
        check_links(self._database, events)

    def history(self, given: str | UUID) -> list[LogEntry]:
        """Return everything recorded about a subject, oldest first; raise ``NotFoundError``."""
        subject = parse_subject(given)
        head = self._log.head().position
        found = list(self._about(subject, Stretch(0, head), None))
        if not found:
            self.naming.check_known(subject)
            raise NotFoundError("event about", str(subject))
        return found

    def _stretch(
        self, after: int, until: Moment | None, since: datetime | None, *, newest_first: bool
    ) -> Stretch:
        start = check_count("after", after)
        if since is not None:
            start = max(start, self._before(check_time("since", since)))
        end = self._log.head().position
        if isinstance(until, datetime):
            end = self._moments.position(until, "until")
        elif until is not None:
            end = min(end, check_count("until", until))
        return Stretch(start, end, check_flag("newest_first", newest_first))

    def _before(self, moment: datetime) -> int:
        """Return the last position recorded before ``moment``."""
        try:
            return self._log.position_at(moment - _INSTANT)
        except OverflowError:  # nothing is before the first moment that there is
            return 0

    def _about(
        self, subject: Subject | None, stretch: Stretch, topics: list[str] | None
    ) -> Iterator[LogEntry]:
        """Yield the entries about ``subject`` (``None``: about anything) in the stretch."""
        if subject is None:
            yield from self.entries.of(self._events(stretch, topics or []))
            return
        stream = self.naming.stream(subject)
        if stream is not None:
            events = self.naming.history(subject, stream)
            found = self.entries.of(events[::-1] if stretch.newest_first else events)
            yield from (
                entry
                for entry in found
                if stretch.holds(entry.position)
                and (topics is None or entry.topic in topics)
                and subject.chooses(entry.subject)
            )
            return
        possible = [each for each in subject.topics if topics is None or each in topics]
        if possible:
            found = self.entries.of(self._events(stretch, possible))
            yield from (entry for entry in found if subject.covers(entry.subject))

    def _events(self, stretch: Stretch, topics: Sequence[str]) -> Iterator[RecordedEvent]:
        if stretch.newest_first:
            return self._log.read_backwards(stretch.until, stretch.after, topics)
        return self._log.read(stretch.after, until=stretch.until, topics=topics)


def _known(topic: object) -> str:
    """Return a topic, its first word ``featuretrail.`` added if it lacks that."""
    for name in (topic, f"featuretrail.{topic}"):
        if name in known_topics():
            return str(name)
    raise NotFoundError("event topic", topic, known_topics())
