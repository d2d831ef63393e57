"""Erasing entities from everything that the store holds of a group."""

import secrets
from collections.abc import Sequence
from typing import Any

import psycopg
from attrs import evolve, frozen

from featuretrail.domain.definitions import FeatureGroup
from featuretrail.domain.erasing import SALT_BYTES, check_erasing_reason, derived_groups
from featuretrail.domain.errors import ConcurrencyError
from featuretrail.domain.events import Metadata, SnapshotErased, ValuesErased, stream_id
from featuretrail.domain.registry import Registry
from featuretrail.infrastructure.database import AnyConnection, Database
from featuretrail.infrastructure.erasing.entities import Entities
from featuretrail.infrastructure.erasing.erasure import ErasedSnapshot, Erasure, StillHeld
from featuretrail.infrastructure.erasing.mentions import erased_before, mentions
from featuretrail.infrastructure.erasing.outcomes import HeldOutcomes, erase_outcomes, held_outcomes
from featuretrail.infrastructure.erasing.parked import HeldMessages, erase_messages, held_messages
from featuretrail.infrastructure.erasing.served import HeldServed, erase_served, held_served
from featuretrail.infrastructure.erasing.snapshots import (
    HeldSnapshot,
    HeldSnapshots,
    SnapshotEraser,
)
from featuretrail.infrastructure.erasing.values import (
    HeldValues,
    erase_values,
    held_values,
    rows_held,
)
from featuretrail.infrastructure.log.application import EventLog
from featuretrail.infrastructure.queries import query
from featuretrail.infrastructure.registry import RegistryReader
from featuretrail.infrastructure.snapshots.catalogue import SnapshotCatalogue
from featuretrail.infrastructure.snapshots.storage import SnapshotStorage
from featuretrail.infrastructure.values.batches import lock_group
from featuretrail.infrastructure.values.retraction import Keys
from featuretrail.infrastructure.values.tables import values_table

_TRIES = 5
"""How often to begin anew when somebody assesses a snapshot, or erases from it, meanwhile."""


@frozen
class ErasureOrder:
    """What is to be erased: entities, from their group and those computed from it, or a plan."""

    group: FeatureGroup
    entities: Entities
    groups: tuple[FeatureGroup, ...]
    derived: tuple[str, ...]
    registry: Registry
    metadata: Metadata
    dry_run: bool


@frozen
class _Held:
    """What one group holds of the entities."""

    group: FeatureGroup
    values: HeldValues
    served: HeldServed
    outcomes: HeldOutcomes
    parked: HeldMessages

    @property
    def found(self) -> bool:
        """Whether it holds anything."""
        return bool(
            self.values.known or self.served.rows or self.outcomes.rows or self.parked.numbers
        )


class Eraser:
    """Erases entities: in one transaction, but for files of snapshots."""

    def __init__(
        self,
        database: Database,
        log: EventLog,
        registry: RegistryReader,
        storage: SnapshotStorage,
    ) -> None:
        self._database = database
        self._log = log
        self._registry = registry
        self._snapshots = SnapshotEraser(database, storage, SnapshotCatalogue(database))

    def erase(
        self,
        group: str,
        keys: Keys,
        metadata: Metadata,
        *,
        cascade: bool = False,
        dry_run: bool = False,
    ) -> Erasure:
        """Erase the entities ``keys`` of ``group``; see the facade's method."""
        order = self._order(group, keys, metadata, cascade=cascade, dry_run=dry_run)
        names = [each.name for each in order.groups]
        if not dry_run:
            with self._database.connection() as connection:
                for name in names:
                    may = query("erasing/may_erase").format(table=values_table(name))
                    connection.execute(may)
        for attempt in range(_TRIES):
            try:
                ahead = self._snapshots.held(names, order.entities)
                if not dry_run:
                    self._snapshots.write(ahead.found, order.entities)
                done = self._once(order, ahead)
                break
            except ConcurrencyError:
                if attempt == _TRIES - 1:
                    raise
        if not dry_run:
            self._snapshots.remove_former()
        return done

    def _order(
        self, name: str, keys: Keys, metadata: Metadata, *, cascade: bool, dry_run: bool
    ) -> ErasureOrder:
        registry = self._registry.current()
        group = registry.group(name)
        entities = Entities.of(group, keys)
        check_erasing_reason(metadata.reason, entities.rows)
        derived = derived_groups(registry, name)
        groups = [group]
        if cascade:
            groups += [each for each in map(registry.group, derived) if entities.fit(each)]
        groups.sort(key=lambda each: each.name)
        return ErasureOrder(
            group, entities, tuple(groups), tuple(derived), registry, metadata, dry_run
        )

    def _once(self, order: ErasureOrder, ahead: HeldSnapshots) -> Erasure:
        """Erase all in one transaction; of a plan, only count. Of snapshots ``ahead`` was read."""
        names = [each.name for each in order.groups]
        position: int | None = None
        with self._database.transaction() as connection:
            connection.execute(query("erasing/take_time"))
            if not order.dry_run:
                for name in names:  # sorted, so that two of these wait for one another
                    lock_group(connection, name)
            held = [_held(connection, group, order.entities) for group in order.groups]
            if not order.dry_run:
                connection.execute(query("snapshots/lock"))
            snapshots = self._snapshots.held(names, order.entities, connection, ahead).found
            done = _told(connection, order, held, snapshots)
            if done.found and not order.dry_run:
                position = self._delete(connection, order, held, snapshots)
        return evolve(done, position=position)

    def _delete(
        self,
        connection: AnyConnection,
        order: ErasureOrder,
        held: Sequence[_Held],
        snapshots: Sequence[HeldSnapshot],
    ) -> int:
        """Delete what is held, append the events and return the position of the last one."""
        salt = secrets.token_bytes(SALT_BYTES)
        self._snapshots.write(snapshots, order.entities, connection)
        erased = self._snapshots.record(connection, snapshots, order.metadata)
        events: list[ValuesErased] = []
        for each in held:
            if each.found or any(each.group.name in event.groups for event in erased):
                events.append(_erase(connection, order, each, salt, erased, events))
        last = self._log.append(*erased, *events, connection=connection).last_position
        for event, position in zip(reversed(events), range(last, 0, -1), strict=False):
            facts = {"position": position, "group": event.group, "salt": salt}
            connection.execute(query("erasing/keep_salt"), facts)
        return last


def _held(connection: AnyConnection, group: FeatureGroup, entities: Entities) -> _Held:
    return _Held(
        group,
        held_values(connection, group.name, entities),
        held_served(connection, group.name, entities),
        held_outcomes(connection, group.name, entities),
        held_messages(connection, group.name, entities),
    )


def _erase(
    connection: AnyConnection,
    order: ErasureOrder,
    held: _Held,
    salt: bytes,
    snapshots: Sequence[SnapshotErased],
    earlier: Sequence[ValuesErased],
) -> ValuesErased:
    """Delete what one group holds and return the event that says so, after ``earlier`` ones."""
    name = held.group.name
    stream = stream_id("erasure", name)
    [(version,)] = connection.execute(query("erasing/version"), {"stream": stream})
    batches = erase_values(connection, order.registry, held.group, order.entities, held.values)
    # of two groups' rows, the first may have taken the second's: they are looked for again
    served = held_served(connection, name, order.entities)
    served_batches = erase_served(connection, order.registry, served, earlier)
    outcomes = held_outcomes(connection, name, order.entities)
    outcome_batches = erase_outcomes(connection, order.registry, outcomes)
    erase_messages(connection, held.parked)
    return ValuesErased.in_stream(
        stream,
        version + 1,
        group=name,
        key_columns=list(order.entities.types),
        entities=order.entities.digests(salt),
        values=held.values.rows,
        retractions=held.values.retractions.total(),
        online=held.values.online,
        served=len(served.rows),
        outcomes=len(outcomes.rows),
        parked=len(held.parked.numbers),
        batches=batches,
        served_batches=served_batches,
        outcome_batches=outcome_batches,
        snapshots=[each.snapshot_id for each in snapshots if name in each.groups],
        metadata=order.metadata,
    )


def _told(
    connection: AnyConnection,
    order: ErasureOrder,
    held: Sequence[_Held],
    snapshots: Sequence[HeldSnapshot],
) -> Erasure:
    names = tuple(each.group.name for each in held)
    return Erasure(
        groups=names,
        entities=len(order.entities.rows),
        unknown=len(order.entities.rows) - max(each.values.known for each in held),
        values=sum(each.values.rows for each in held),
        retractions=sum(each.values.retractions.total() for each in held),
        online=sum(each.values.online for each in held),
        served=len({row for each in held for row in each.served.rows}),
        outcomes=len({row for each in held for row in each.outcomes.rows}),
        parked=sum(len(each.parked.numbers) for each in held),
        batches=sum(len(each.values.batches) for each in held),
        snapshots=tuple(
            ErasedSnapshot(each.snapshot_id, each.erased, each.rows, str(each.facts["digest"]))
            for each in snapshots
        ),
        position=None,
        dry_run=order.dry_run,
        erased_before=erased_before(connection, order.group.name, order.entities),
        still_held=tuple(_elsewhere(connection, order, names)),
        in_log=mentions(connection, order.entities),
        unread_messages=sum(each.parked.unread for each in held),
    )


def _elsewhere(
    connection: psycopg.Connection[Any], order: ErasureOrder, erased: Sequence[str]
) -> list[StillHeld]:
    """Return the other groups that have, or may have, rows of the entities."""
    found = []
    for name in sorted(set(order.registry.groups) - set(erased)):
        derived = name in order.derived
        if order.entities.fit(order.registry.group(name)):
            rows = rows_held(connection, name, order.entities)
            if rows:
                found.append(StillHeld(name, rows, derived))
        elif derived:
            found.append(StillHeld(name, None, derived))
    return found
