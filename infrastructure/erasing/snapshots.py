"""Erasing from snapshots: what is stored is written anew without the rows, and the old goes.

Files take no part in the database's transaction, so there are two steps. The new files are written
first, then one transaction records what holds from now on, and what was stored before goes after
it. A crash in between leaves files that no snapshot names: ``remove_former`` finds them by the log,
whenever anything is erased.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import pyarrow as pa
from attrs import define, evolve, frozen

from featuretrail.domain.digest import digest_table
from featuretrail.domain.errors import (
    ConcurrencyError,
    ContentAlteredError,
    NotFoundError,
    StorageError,
)
from featuretrail.domain.events import Metadata, SnapshotErased
from featuretrail.domain.names import FeatureReference
from featuretrail.domain.statistics import column_statistics
from featuretrail.infrastructure.database import AnyConnection, Database
from featuretrail.infrastructure.erasing.entities import Entities
from featuretrail.infrastructure.queries import query
from featuretrail.infrastructure.snapshots.catalogue import (
    RecordedSnapshot,
    SnapshotCatalogue,
    former_contents,
)
from featuretrail.infrastructure.snapshots.storage import SnapshotStorage


@frozen
class HeldSnapshot:
    """A snapshot that holds rows to erase: how many, of which groups, and what is left of it."""

    recorded: RecordedSnapshot
    groups: tuple[str, ...]
    erased: int
    rows: int
    facts: dict[str, Any]

    @property
    def snapshot_id(self) -> str:
        """The snapshot's name."""
        return self.recorded.info.snapshot_id


@frozen
class HeldSnapshots:
    """The snapshots that hold rows to erase, and the digests of all contents that were read."""

    found: tuple[HeldSnapshot, ...] = ()
    read: frozenset[str] = frozenset()


@define
class SnapshotEraser:
    """Takes rows of entities of some groups out of the snapshots derived from these."""

    database: Database
    storage: SnapshotStorage
    catalogue: SnapshotCatalogue

    def held(
        self,
        groups: Sequence[str],
        entities: Entities,
        connection: AnyConnection | None = None,
        known: HeldSnapshots = HeldSnapshots(),
    ) -> HeldSnapshots:
        """Return the snapshots that hold rows to erase, as ``connection`` sees them.

        A content that several have, or that was read for ``known``, is not read again. Raises
        ``StorageError`` for one that cannot be read, ``ConcurrencyError`` for one that is erased
        from meanwhile.
        """
        contents: dict[str, HeldSnapshot | None] = dict.fromkeys(known.read)
        contents |= {each.recorded.content.digest: each for each in known.found}
        found = []
        for recorded in self.catalogue.all(connection=connection):
            uses = tuple(name for name in groups if name in groups_of(recorded))
            digest = recorded.content.digest
            if not uses:
                continue
            if digest not in contents:
                contents[digest] = self._held(recorded, uses, entities, connection)
            held = contents[digest]
            if held is not None:
                found.append(evolve(held, recorded=recorded, groups=uses))
        return HeldSnapshots(tuple(found), frozenset(contents))

    def write(
        self,
        held: Iterable[HeldSnapshot],
        entities: Entities,
        connection: AnyConnection | None = None,
    ) -> None:
        """Store what is left: in files at once, in the database through ``connection``.

        One table after another is read again, so that memory is bounded by the largest.
        """
        for each in held:
            if self.storage.in_database and connection is None:
                continue
            digest = str(each.facts["digest"])
            if "stored_bytes" in each.facts and self.storage.has(
                digest, self.storage.url, connection
            ):
                continue
            table = self._read(each.recorded, connection)
            rest = table.filter(pa.array(~entities.among(table)))
            each.facts["stored_bytes"] = self.storage.write(digest, rest, connection)

    def record(
        self, connection: AnyConnection, held: Iterable[HeldSnapshot], metadata: Metadata
    ) -> list[SnapshotErased]:
        """Return the events, and remove what the database stored before; files go later."""
        events = [self._event(connection, each, metadata) for each in held]
        kept = self._named(connection, {each.snapshot_id: each.digest for each in events})
        for event in events:
            if event.former_digest not in kept:
                self.storage.remove(
                    event.former_digest, event.former_storage, connection, files=False
                )
        return events

    def remove_former(self) -> list[str]:
        """Remove all that was stored before erasures and that no snapshot names now.

        Returns the digests of what was still there. Nobody records a snapshot meanwhile.
        """
        with self.database.transaction() as connection:
            connection.execute(query("snapshots/lock"))
            return [
                each.digest
                for each in former_contents(self.catalogue.all(connection=connection))
                if self.storage.remove(each.digest, each.storage, connection)
            ]

    def _named(self, connection: AnyConnection, changed: dict[str, str]) -> set[str]:
        return {
            changed.get(each.info.snapshot_id, each.content.digest)
            for each in self.catalogue.all(connection=connection)
        }

    def _held(
        self,
        recorded: RecordedSnapshot,
        groups: tuple[str, ...],
        entities: Entities,
        connection: AnyConnection | None,
    ) -> HeldSnapshot | None:
        table = self._read(recorded, connection)
        gone = entities.among(table)
        if not gone.any():
            return None
        rest = table.filter(pa.array(~gone))
        digests = digest_table(rest)
        facts = {
            "digest": digests.digest,
            "column_digests": {column.name: column.digest for column in digests.columns},
            "statistics": column_statistics(rest),
        }
        return HeldSnapshot(recorded, groups, int(gone.sum()), rest.num_rows, facts)

    def _read(self, recorded: RecordedSnapshot, connection: AnyConnection | None) -> pa.Table:
        now, name = recorded.content, recorded.info.snapshot_id
        try:
            return self.storage.fetch(now.digest, now.storage, "stored snapshot", name, connection)
        except (ContentAlteredError, NotFoundError) as error:
            newer = self.catalogue.find(name)
            if newer.content != now:  # rows were erased meanwhile
                versions = now.originator_version, newer.content.originator_version
                raise ConcurrencyError(now.originator_id, *versions) from error
            raise StorageError(
                f"nothing was erased: snapshot {name} may hold rows of the entities, and what is "
                f"stored of it cannot be read ({error}); erase where it can be, or restore it first"
            ) from error

    def _event(
        self, connection: AnyConnection, held: HeldSnapshot, metadata: Metadata
    ) -> SnapshotErased:
        stream = held.recorded.created.originator_id
        [(version,)] = connection.execute(query("erasing/version"), {"stream": stream})
        former = held.recorded.content
        return SnapshotErased.in_stream(
            stream,
            version + 1,
            snapshot_id=held.snapshot_id,
            groups=list(held.groups),
            erased=held.erased,
            rows=held.rows,
            storage=self.storage.url,
            former_digest=former.digest,
            former_storage=former.storage,
            metadata=metadata,
            **held.facts,
        )


def groups_of(recorded: RecordedSnapshot) -> set[str]:
    """Return the groups that a snapshot's features and its label are of."""
    references = [item["reference"] for item in recorded.created.features]
    references.append(recorded.created.request.get("label_reference"))
    return {
        FeatureReference.parse(reference).group for reference in references if reference is not None
    }
