"""The four laws of projections, each as a check of read models over a log."""

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from featuretrail.domain.errors import InvalidInputError
from featuretrail.infrastructure.database import Database
from featuretrail.projections.checks.elsewhere import WHERE, built_elsewhere
from featuretrail.projections.checks.failure import CheckFailedError
from featuretrail.projections.checks.orders import (
    Log,
    Pages,
    chance_cuttings,
    cuttings,
    interleavings,
    quarters,
)
from featuretrail.projections.checks.real_tables import RealTables
from featuretrail.projections.checks.tables import MemoryTables, Tables, compare, events_at
from featuretrail.projections.checks.watching import Watch
from featuretrail.projections.folding import Folding
from featuretrail.projections.read_model import ReadModel

Models = ReadModel | Sequence[ReadModel]

INCREMENTAL = "incremental equals rebuild"
REDELIVERY = "redelivery changes nothing"
ORDER = "order only matters within a stream"
BYTES = "deterministic bytes"


class Check(Protocol):
    """A check of ``models`` over ``log``; with ``database`` on real tables too."""

    def __call__(
        self, models: Models, log: Log, *, database: Database | None = None, tries: int = 3
    ) -> None:
        """Return if the law holds; raise ``CheckFailedError`` if not."""


class Builder(Protocol):
    """Where tables are built: in memory or in a database."""

    def built(self, pages: Pages) -> Tables:
        """Return new tables after ``pages``."""

    def built_with_redeliveries(self, pages: Pages) -> Tables:
        """Return new tables after ``pages``, each of them also lost and delivered again."""


def check_all(
    models: Models, log: Log, *, database: Database | None = None, tries: int = 3
) -> None:
    """Make every check; raise ``CheckFailedError`` for the first law that is broken."""
    for check in CHECKS:
        check(models, log, database=database, tries=tries)


def check_incremental_equals_rebuild(
    models: Models, log: Log, *, database: Database | None = None, tries: int = 3
) -> None:
    """Check that the rows do not depend on how the log is cut into pages.

    One page is compared with single events and with ``tries`` cuttings by chance.
    """
    chosen = _chosen(models, log)
    for builder in _builders(chosen, INCREMENTAL, database):
        whole = builder.built([log])
        for pages in cuttings(log, tries):
            ends = ", ".join(str(page[-1].position) for page in pages)
            compare(INCREMENTAL, log, whole, builder.built(pages), f"with pages up to {ends}")


def check_redelivery_changes_nothing(
    models: Models, log: Log, *, database: Database | None = None, tries: int = 3
) -> None:
    """Check that a page that is lost and delivered again leaves the rows of one delivery.

    The log is cut into four pages, and in ``tries`` ways by chance. In memory each page is folded
    twice and the first result thrown away, as by a projector that died before it wrote. What guards
    the tables themselves is that a page moves the position on: in ``database`` each page is written
    and undone, delivered by the next projector, and again by one that is late and must be refused.
    """
    chosen = _chosen(models, log)
    for builder in _builders(chosen, REDELIVERY, database):
        once = builder.built([log])
        for pages in (quarters(log), *chance_cuttings(log, tries)):
            again = builder.built_with_redeliveries(pages)
            compare(REDELIVERY, log, once, again, "when pages are delivered again")


def check_order_matters_only_within_a_stream(
    models: Models, log: Log, *, database: Database | None = None, tries: int = 3
) -> None:
    """Check that every row belongs to one stream, and that the order of streams says nothing.

    The events are delivered stream by stream and in ``tries`` orders by chance, each event with
    its own position and time, so that the rows must be the very same. Removals by retention keep
    their places.
    """
    chosen = _chosen(models, log)
    _check_owners(chosen, log)
    for builder in _builders(chosen, ORDER, database):
        rows = builder.built([log])
        for order in interleavings(log, tries):
            begin = ", ".join(str(event.position) for event in order[:8])
            how = f"with the events in the order {begin}{', ...' if len(order) > 8 else ''}"
            compare(ORDER, log, rows, builder.built([[event] for event in order]), how)


def check_deterministic_bytes(
    models: Models,
    log: Log,
    *,
    database: Database | None = None,
    tries: int = 3,  # noqa: ARG001 - every check is called alike
) -> None:
    """Check that folding a log again gives the same bytes, in any process.

    The handlers are watched for clocks, randomness, and for dicts and events that they share or
    change; the log is folded again here and in two processes with other hash seeds and time zones,
    which import the handlers; in ``database`` the bytes of the tables are compared.
    """
    chosen = _chosen(models, log)
    _check_purity(chosen, log)
    memory = MemoryTables(chosen, BYTES)
    here = memory.built([log])
    compare(BYTES, log, here, memory.built([log]), "when folded again")
    for there in built_elsewhere(chosen, log, BYTES):
        compare(BYTES, log, here, there, WHERE)
    if database is not None:
        real = RealTables(chosen, BYTES, database)
        compare(BYTES, log, real.built([log]), real.built([log]), "in a second build")


CHECKS: tuple[Check, ...] = (
    check_incremental_equals_rebuild,
    check_redelivery_changes_nothing,
    check_order_matters_only_within_a_stream,
    check_deterministic_bytes,
)
"""Every check, for ``@pytest.mark.parametrize("check", CHECKS)``."""


def _chosen(models: Models, log: Log) -> tuple[ReadModel, ...]:
    """Return the models; raise ``InvalidInputError`` when there is nothing to check."""
    chosen = (models,) if isinstance(models, ReadModel) else tuple(models)
    topics = set[str]().union(*(model.topics for model in chosen))
    if not any(event.topic in topics for event in log):
        tables = ", ".join(model.table for model in chosen) or "no read model"
        raise InvalidInputError(
            f"none of the {len(log)} events of the log changes {tables}; give a log with events "
            f"of {', '.join(sorted(topics)) or 'its handlers'}"
        )
    return chosen


def _builders(models: Sequence[ReadModel], law: str, database: Database | None) -> list[Builder]:
    memory = MemoryTables(models, law)
    return [memory] if database is None else [memory, RealTables(models, law, database)]


def _check_owners(models: Sequence[ReadModel], log: Log) -> None:
    """Raise for the first event that makes or revises a row of another stream."""
    folding = Folding(models)
    ignored = set(folding.ignored)
    owners: dict[tuple[str, UUID], int] = {}
    streams = {event.position: event.originator_id for event in log}
    for event in log:
        if event.topic in ignored:
            continue
        for table, changes in folding.fold([event], {}).changes.items():
            for own_id in (*changes.inserted, *changes.revised):
                first = owners.setdefault((table, own_id), event.position)
                if streams[first] != event.originator_id:
                    raise CheckFailedError(
                        ORDER,
                        f"row {own_id} of {table} belongs to stream {streams[first]}, but event "
                        f"{event.position} of stream {event.originator_id} changes it",
                        table=table,
                        row=str(own_id),
                        events=events_at(log, [first, event.position]),
                    )


def _check_purity(models: Sequence[ReadModel], log: Log) -> None:
    watch = Watch()
    MemoryTables(watch.over(models), BYTES).built([log])
    deed = watch.found
    if deed is not None:
        raise CheckFailedError(
            BYTES,
            f"the handler {deed.handler} of {deed.table} {deed.what} when it is given event "
            f"{deed.position}",
            table=deed.table,
            events=events_at(log, [deed.position]),
        )
