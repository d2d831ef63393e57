"""The two proofs of a snapshot: its stored bytes, and its derivation from the values."""

from collections.abc import Mapping
from typing import Any

import pyarrow as pa
from attrs import asdict, evolve, field, frozen
from psycopg import errors

from featuretrail.domain.digest import table_digest
from featuretrail.domain.errors import (
    ChainBrokenError,
    DatabaseUnavailableError,
    FeatureTrailError,
    NotFoundError,
    RetentionError,
)
from featuretrail.domain.events import SnapshotCreated, SnapshotErased
from featuretrail.domain.names import FeatureReference
from featuretrail.domain.results import Result
from featuretrail.domain.splits import Split
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.log.verification import verify_chain
from featuretrail.infrastructure.registry import RegistryReader
from featuretrail.infrastructure.retrieval.historical import HistoricalReader
from featuretrail.infrastructure.snapshots.catalogue import RecordedSnapshot
from featuretrail.infrastructure.snapshots.differences import (
    CellDifference,
    cell_differences,
    differing_columns,
)
from featuretrail.infrastructure.snapshots.matrix import MatrixSource, derive
from featuretrail.infrastructure.snapshots.request import MatrixRequest
from featuretrail.infrastructure.snapshots.snapshot import SPLIT_COLUMN
from featuretrail.infrastructure.snapshots.storage import SnapshotStorage
from featuretrail.infrastructure.values.removals import removal_faults
from featuretrail.infrastructure.values.verification import verify_batches

_EXAMPLES = 20


@frozen
class Cause:
    """An event that no longer agrees with what is stored, and how."""

    position: int
    reason: str


@frozen
class SnapshotVerification(Result):
    """The outcome of both proofs, and of the log's up to the snapshot's event.

    ``chain_ok``: no event up to the snapshot's own was altered or is missing.
    ``stored_ok``: the stored rows have the recorded digest. ``rederived_ok``: deriving them again
    at the recorded position gives the same digest; ``None`` when that was not evaluated, because
    the stored spine is unusable or retention removed values: ``not_evaluated`` says why. ``faults``
    are what is wrong. ``changed_cells`` counts differing cells by column, ``differences`` shows the
    first, ``causes`` names the events whose stored values or bytes were altered. ``erased`` says
    that rows were erased, when and by whom: the matrix that was frozen can no longer be proven, and
    all else is told of what is left of it, whose digest the event of the erasure states.
    """

    snapshot_id: str
    digest: str
    position: int
    stored_ok: bool
    rederived_ok: bool | None = None
    chain_ok: bool = True
    faults: tuple[str, ...] = ()
    not_evaluated: str | None = None
    changed_cells: Mapping[str, int] = field(factory=dict)
    differences: tuple[CellDifference, ...] = ()
    causes: tuple[Cause, ...] = ()
    erased: str | None = None

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong with what could be evaluated; ``proven`` asks for all of it.

        A snapshot of which rows were erased is not ok, and without ``faults`` nothing is wrong.
        """
        return self.left_ok and self.erased is None

    @property
    def left_ok(self) -> bool:
        """The same of what erasures left of it; of most snapshots that is all of it."""
        return self.stored_ok and self.rederived_ok is not False and self.chain_ok

    @property
    def proven(self) -> bool:
        """Whether both proofs were made and hold, and the log that they rest on."""
        return self.ok and self.rederived_ok is True

    def to_dict(self) -> dict[str, Any]:
        """Return the outcome as a JSON object."""
        return asdict(self) | {
            "ok": self.ok,
            "proven": self.proven,
            "left_ok": self.left_ok,
            "differences": [difference.to_dict() for difference in self.differences],
        }


def verify(
    database: Database,
    registry: RegistryReader,
    reader: HistoricalReader,
    storage: SnapshotStorage,
    recorded: RecordedSnapshot,
) -> SnapshotVerification:
    """Prove a snapshot twice; see ``SnapshotVerification``."""
    chain = verify_chain(database)
    outcome, position = _proofs(database, registry, reader, storage, recorded)
    fault = chain.first_fault_position
    if fault is None or fault > position:
        return outcome
    return evolve(
        outcome,
        chain_ok=False,
        faults=(*outcome.faults, f"the log is broken at position {fault}: {chain.reason}"),
        causes=(Cause(fault, chain.reason), *outcome.causes),
    )


def _proofs(
    database: Database,
    registry: RegistryReader,
    reader: HistoricalReader,
    storage: SnapshotStorage,
    recorded: RecordedSnapshot,
) -> tuple[SnapshotVerification, int]:
    """Return the outcome of both proofs, and up to where they rest on the log."""
    position = max([recorded.event_position, *(each.position for each in recorded.erasures)])
    try:
        return _proven(database, registry, reader, storage, recorded), position
    except RetentionError as error:
        return _without_values(database, recorded, error), max(position, error.position)


def _proven(
    database: Database,
    registry: RegistryReader,
    reader: HistoricalReader,
    storage: SnapshotStorage,
    recorded: RecordedSnapshot,
) -> SnapshotVerification:
    created, digest = recorded.created, recorded.content.digest
    outcome = SnapshotVerification(
        recorded.info.snapshot_id,
        digest,
        created.position,
        stored_ok=True,
        erased=_erased(recorded),
    )
    try:
        stored = storage.read(recorded)
    except DatabaseUnavailableError:
        raise
    except FeatureTrailError as error:
        return evolve(
            outcome,
            stored_ok=False,
            faults=(str(error),),
            not_evaluated="not derived again: the stored spine cannot be trusted",
            causes=(
                Cause(recorded.event_position, str(error)),
                *_causes(database, registry, created),
            ),
        )
    try:
        source = _source(registry, created, stored)
        if recorded.erased is not None and source.split is not None:
            # parts were drawn row by row, of all rows that there were
            source, stored = evolve(source, split=None), stored.drop_columns([SPLIT_COLUMN])
            digest = table_digest(stored)
        rederived, _ = derive(database, reader, source)
    except (DatabaseUnavailableError, RetentionError):
        raise
    except (FeatureTrailError, KeyError, TypeError, errors.ProgrammingError) as error:
        return evolve(
            outcome,
            rederived_ok=False,
            faults=(f"cannot be derived again: {error}",),
            causes=_causes(database, registry, created),
        )
    if table_digest(rederived) == digest:
        return evolve(outcome, rederived_ok=True)
    columns = differing_columns(stored, rederived)
    counts, examples = cell_differences(stored, rederived, columns, _EXAMPLES)
    return evolve(
        outcome,
        rederived_ok=False,
        faults=(f"derived again, {sum(counts.values())} cells differ in {', '.join(columns)}",),
        changed_cells=counts,
        differences=examples,
        causes=_causes(database, registry, created),
    )


def _without_values(
    database: Database, recorded: RecordedSnapshot, error: RetentionError
) -> SnapshotVerification:
    """Return the outcome for a snapshot whose values retention removed, if the log says so too."""
    created = recorded.created
    outcome = SnapshotVerification(
        recorded.info.snapshot_id,
        recorded.content.digest,
        created.position,
        stored_ok=True,
        erased=_erased(recorded),
        not_evaluated=f"not derived again: {error}",
    )
    claims = tuple(removal_faults(database, error.group))
    if not claims:
        return outcome
    return evolve(
        outcome,
        rederived_ok=False,
        faults=tuple(claim.reason for claim in claims),
        causes=tuple(Cause(claim.position, claim.reason) for claim in claims),
    )


def _erased(recorded: RecordedSnapshot) -> str | None:
    """Return the sentence that says what was erased, ``None`` where nothing was."""
    told = "; ".join(
        f"{_rows(each.event.erased)} erased on {each.recorded_at:%Y-%m-%d} by "
        f"{each.event.metadata.actor} (event at position {each.position})"
        for each in recorded.erasures
        if isinstance(each.event, SnapshotErased)
    )
    return f"{told}: what was frozen can no longer be proven" if told else None


def _rows(count: int) -> str:
    return "1 row was" if count == 1 else f"{count} rows were"


def _source(registry: RegistryReader, created: SnapshotCreated, stored: pa.Table) -> MatrixSource:
    known = registry.at(created.position)
    request = MatrixRequest.from_dict(created.request)
    return MatrixSource(
        spine=stored.select(created.spine_columns),
        features=[known.resolve(item["reference"]) for item in created.features],
        label=None if request.label_reference is None else known.resolve(request.label_reference),
        position=created.position,
        request=request,
        split=None if created.split is None else Split.from_dict(created.split),
    )


def _causes(
    database: Database, registry: RegistryReader, created: SnapshotCreated
) -> tuple[Cause, ...]:
    """Return the events that the store no longer agrees with, of the snapshot's groups."""
    references = [item["reference"] for item in created.features]
    if created.request["label_reference"] is not None:
        references.append(created.request["label_reference"])
    groups = sorted({FeatureReference.parse(reference).group for reference in references})
    try:
        batches = verify_batches(database, registry.current(), groups)
        return tuple(Cause(fault.position, fault.reason) for fault in batches)
    except ChainBrokenError as error:
        return (Cause(error.position, str(error)),)
    except NotFoundError as error:  # the event of a definition is gone
        return (Cause(0, str(error)),)
