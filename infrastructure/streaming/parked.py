"""Parked messages: read, replayed once mended, discarded."""

from collections.abc import Mapping, Sequence
from uuid import uuid4

from featuretrail.domain.errors import InvalidInputError, NotFoundError
from featuretrail.domain.events.base import Metadata
from featuretrail.domain.events.streaming import MessagePlace, MessagesDiscarded, StreamFacts
from featuretrail.domain.inputs import shown
from featuretrail.domain.receipts import Receipt
from featuretrail.domain.streaming.offsets import offset_key
from featuretrail.domain.streaming.results import ParkedMessage, ReplayReport
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.log.application import EventLog
from featuretrail.infrastructure.queries import query
from featuretrail.infrastructure.registry import RegistryReader
from featuretrail.infrastructure.streaming.layout import Layout, layout_of
from featuretrail.infrastructure.streaming.message import Decode, Message
from featuretrail.infrastructure.streaming.sorting import sort_out
from featuretrail.infrastructure.streaming.storing import append_streamed, place_of
from featuretrail.infrastructure.values.batches import lock_group
from featuretrail.infrastructure.values.ingestion import ValueStore, batch_event


class ParkedMessages:
    """The messages that could not be stored."""

    def __init__(
        self, database: Database, log: EventLog, registry: RegistryReader, values: ValueStore
    ) -> None:
        self._database = database
        self._log = log
        self._registry = registry
        self._values = values

    def find(
        self,
        group: str | None = None,
        source: str | None = None,
        numbers: Sequence[int] | None = None,
    ) -> list[ParkedMessage]:
        """Return those of ``group`` and ``source``, oldest first; raise ``NotFoundError``.

        That is for one of ``numbers`` that is not parked.
        """
        for number in numbers or ():
            if type(number) is not int or not 0 < number < 2**63:
                raise InvalidInputError(
                    f"the number of a parked message is {shown(number)}; give a whole number that "
                    "`parked` shows"
                )
        facts = {
            "group": group,
            "source": source,
            "numbers": None if numbers is None else list(numbers),
        }
        with self._database.connection() as connection:
            rows = connection.execute(query("streams/parked"), facts).fetchall()
        found = [ParkedMessage(*row) for row in rows]
        for number in numbers or ():
            if all(each.number != number for each in found):
                raise NotFoundError("parked message", number, [str(each.number) for each in found])
        return found

    def replay(
        self,
        group: str,
        source: str,
        numbers: Sequence[int] | None,
        columns: Sequence[str] | None,
        decode: Decode,
        metadata: Metadata,
    ) -> ReplayReport:
        """Store what can be stored now; each message once, also when several replay at a time."""
        parked = self.find(group, source, numbers)
        layout = layout_of(self._registry.current(), group, columns)
        pairs = [
            (Message(each.partition, offset_key(each.offset), each.payload), each)
            for each in sorted(parked, key=lambda p: (p.partition, offset_key(p.offset)))
        ]
        receipts: list[Receipt] = []
        errors: dict[int, str] = {}
        stored = self._replay(layout, source, pairs, decode, metadata, receipts, errors)
        with self._database.connection() as connection:
            failed = {"numbers": list(errors), "errors": list(errors.values())}
            connection.execute(query("streams/failed_again"), failed)
        still = self.find(group, source, sorted(errors)) if errors else []
        return ReplayReport(stored, tuple(receipts), tuple(still))

    def _replay(
        self,
        layout: Layout,
        source: str,
        pairs: Sequence[tuple[Message, ParkedMessage]],
        decode: Decode,
        metadata: Metadata,
        receipts: list[Receipt],
        errors: dict[int, str],
    ) -> int:
        numbers = {id(message): each.number for message, each in pairs}
        found = sort_out(layout, [message for message, _ in pairs], decode)
        errors.update({numbers[id(each.message)]: each.error for each in found.poison})
        if not found.good:
            return 0
        good = [numbers[id(message)] for message in found.good]
        facts = StreamFacts(
            partitions=[],
            superseded=found.superseded,
            replayed=[place_of(message) for message in found.good],
        )
        event = batch_event(uuid4(), found.batch, metadata, source=source, facts=facts)
        try:
            with self._database.begun() as connection:
                lock_group(connection, layout.group.name)
                rows = connection.execute(query("streams/still_parked"), {"numbers": good})
                left = {number for (number,) in rows}
                if left == set(good):
                    written = self._values.write(connection, found.batch, event)
                    receipts.append(
                        append_streamed(
                            connection, written, source=source, facts=facts, replayed=good
                        )
                    )
                    return len(good)
        except InvalidInputError as error:
            if len(good) == 1:
                errors[good[0]] = str(error)
                return 0
            left = set(good[: len(good) // 2])
            first = [pair for pair in pairs if pair[1].number in left]
            rest = [pair for pair in pairs if pair[1].number in set(good) - left]
            halves = [first, rest]
        else:  # another replay was first with some of them
            halves = [[pair for pair in pairs if pair[1].number in left]]
        return sum(
            self._replay(layout, source, half, decode, metadata, receipts, errors)
            for half in halves
        )

    def discard(self, numbers: Sequence[int], metadata: Metadata) -> int:
        """Give up messages, with an event a group and source; return the last one's position.

        Raises ``NotFoundError`` and discards none if one of them is not parked.
        """
        if not numbers:
            raise InvalidInputError("no parked message is named; give the numbers of some")
        found = self.find(numbers=numbers)
        with self._database.transaction() as connection:
            for group in sorted({each.group for each in found}):
                lock_group(connection, group)
            rows = connection.execute(query("streams/still_parked"), {"numbers": list(numbers)})
            left = [number for (number,) in rows]
            gone = sorted(set(numbers) - set(left))
            if gone:
                raise NotFoundError("parked message", gone[0], [str(number) for number in left])
            connection.execute(query("streams/discard"), {"numbers": list(numbers)})
            events = [
                MessagesDiscarded.in_stream(
                    uuid4(), 1, group=group, source=source, messages=places, metadata=metadata
                )
                for (group, source), places in _by_source(found).items()
            ]
            return self._log.append(*events, connection=connection).last_position


def _by_source(
    found: Sequence[ParkedMessage],
) -> Mapping[tuple[str, str], list[MessagePlace]]:
    places: dict[tuple[str, str], list[MessagePlace]] = {}
    for each in found:
        place = MessagePlace(partition=each.partition, offset=each.offset)
        places.setdefault((each.group, each.source), []).append(place)
    return places
