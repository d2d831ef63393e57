"""Each check fails on a read model that breaks its law, and says where."""

import gc
import time
from datetime import UTC, datetime
from uuid import UUID

import pytest

from featuretrail.domain.errors import InvalidInputError, SchemaError
from featuretrail.domain.events import DriftDetected, DriftResolved, Event, LineageDeclared
from featuretrail.infrastructure.database import Database
from featuretrail.projections.checks import (
    CHECKS,
    Check,
    CheckFailedError,
    check_all,
    check_deterministic_bytes,
    check_incremental_equals_rebuild,
    check_order_matters_only_within_a_stream,
    check_redelivery_changes_nothing,
    log_of,
)
from featuretrail.projections.checks.watching import Watch
from featuretrail.projections.read_model import Change, Place, ReadModel
from featuretrail.projections.read_models.drift import FEATURE_DRIFT_DETECTION
from tests.engines.database import Database as GivenDatabase
from tests.projections import sins
from tests.projections.streams import every_kind

FIRST, SECOND, LINEAGE = UUID(int=1), UUID(int=2), UUID(int=3)


def detected(stream: UUID, score: float = 0.3) -> Event:
    found = {"drift_type": "concept", "threshold_value": 0.1, "severity": "low", "version": None}
    return DriftDetected.in_stream(
        stream, 1, feature_name="a.b", drift_score=score, details={"measure": "ks"}, **found
    )


def declared(version: int, feature: str) -> Event:
    facts = {"feature_name": feature, "version": "1.0.0", "parents": []}
    return LineageDeclared.in_stream(LINEAGE, version, **facts)


LOG = log_of(
    [
        declared(1, "a.b"),
        detected(FIRST),
        declared(2, "c.d"),
        detected(SECOND, 2.5),
        DriftResolved.in_stream(FIRST, 2, action_taken="retrained"),
    ]
)

PAGES, AGAIN, ORDER, BYTES = CHECKS


def failure(check: Check, model: ReadModel) -> CheckFailedError:
    with pytest.raises(CheckFailedError) as caught:
        check(model, LOG)
    return caught.value


@pytest.mark.parametrize(
    ("model", "check", "finding", "positions"),
    [
        (sins.CLOCK, BYTES, "clock of reads_the_clock reads the clock (time)", (2,)),
        (sins.UNUSED_CLOCK, BYTES, "reads the clock (datetime.now)", (2,)),
        (sins.RANDOM_IDS, PAGES, "is missing with pages", (2,)),
        (sins.RANDOM_IDS, AGAIN, "is missing when pages are delivered again", (2,)),
        (sins.RANDOM_IDS, BYTES, "draws random bytes (urandom)", (2,)),
        (sins.RANDOM_NUMBERS, BYTES, "draws random numbers", (2,)),
        (sins.OTHER_STREAM, ORDER, "is not the same with the events in the order", (2,)),
        (sins.FOREIGN_ROW, ORDER, f"belongs to stream {FIRST}, but event 4", (2, 4)),
        (sins.COUNTER, PAGES, "is not the same with pages up to 1, 2, 3, 4, 5", (2,)),
        (sins.COUNTER, AGAIN, "is not the same when pages are delivered again", (2,)),
        (sins.COUNTER, BYTES, "is not the same when folded again", (2,)),
        (sins.SAME_DICT, PAGES, "is not the same with pages", (2, 4)),
        (sins.SAME_DICT, BYTES, "returns a dict that it returned before", (4,)),
        (sins.CHANGED_EVENT, BYTES, "changes the event that it is given", (2,)),
        (sins.SET_ORDER, BYTES, "with another hash seed and time zone", (2,)),
        (sins.LOCAL_TIME, BYTES, "with another hash seed and time zone", (2,)),
        (sins.FAULT_ELSEWHERE, BYTES, "unlike here, event 2 cannot be taken in: ValueError", ()),
        (sins.UPSERT, PAGES, "DuplicateRowError", (5,)),
        (sins.NO_ROW, PAGES, "is revised, but no earlier event made it (event 5)", (5,)),
        (sins.NEW_COLUMN, PAGES, "has no sen to revise", (5,)),
        (sins.MOVED_TIME, PAGES, "the time of a row never changes", (5,)),
        (sins.NO_TIME, PAGES, "has no detected_at", (2,)),
        (sins.FAULT, PAGES, "event 2 cannot be taken in: KeyError: 'nothing'", (2,)),
    ],
    ids=lambda value: getattr(value, "table", getattr(value, "__name__", "")),
)
def test_a_check_finds_the_sin_and_names_the_events(
    model: ReadModel, check: Check, finding: str, positions: tuple[int, ...]
) -> None:
    found = failure(check, model)

    assert finding in str(found)
    assert found.positions == positions


def test_what_only_the_order_of_streams_betrays_passes_the_check_of_pages() -> None:
    check_incremental_equals_rebuild(sins.OTHER_STREAM, LOG)


def test_a_failure_shows_the_row_its_columns_and_its_events() -> None:
    found = failure(check_order_matters_only_within_a_stream, sins.OTHER_STREAM)

    assert (found.table, found.row) == ("remembers_another_stream", str(FIRST))
    assert found.columns == {"seen": ("'a.b'", "'c.d'")}
    assert str(found).splitlines() == [
        f"order only matters within a stream: {found.finding}",
        "  seen: 'a.b', then 'c.d'",
        "  event 2 is 'featuretrail.drift.detected'",
    ]
    assert found.finding.endswith("is not the same with the events in the order 1, 3, 2, 5, 4")
    assert isinstance(found, AssertionError)


def test_a_long_failure_shows_the_first_columns_and_events() -> None:
    columns = {f"column_{number}": ("1", "2") for number in range(7)}
    log = log_of(event for stream in every_kind() for event in stream)

    lines = str(CheckFailedError("law", "finding", columns=columns, events=log)).splitlines()

    assert len(lines) == 1 + 5 + 1 + 5 + 1
    assert lines[6] == "  and 2 columns more"
    assert lines[-1] == f"  and {len(log) - 5} events more"


def test_every_check_of_a_sinner_ends_with_the_first_broken_law() -> None:
    assert failure(check_all, sins.COUNTER).law == "incremental equals rebuild"
    assert failure(check_all, sins.FOREIGN_ROW).law == "order only matters within a stream"


def test_a_log_that_says_nothing_to_a_read_model_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="none of the 2 events of the log changes"):
        check_all(FEATURE_DRIFT_DETECTION, LOG[:1] + LOG[2:3])
    with pytest.raises(InvalidInputError, match="changes no read model"):
        check_all([], LOG)


def test_handlers_that_no_other_process_can_import_are_refused() -> None:
    local = ReadModel("local", time="detected_at")

    @local.on(DriftDetected)
    def handle(event: DriftDetected, at: Place) -> list[Change]:
        return [{"id": event.originator_id, "detected_at": at.recorded_at}]

    with pytest.raises(InvalidInputError, match="plain functions of a module"):
        check_deterministic_bytes(local, LOG)


@pytest.mark.tiers("embedded")
def test_a_read_model_without_its_table_is_told_to_create_it(database: GivenDatabase) -> None:
    with (
        Database(database.url) as opened,
        pytest.raises(SchemaError, match=r"no table featuretrail\.remembers_another_stream"),
    ):
        check_incremental_equals_rebuild(sins.OTHER_STREAM, LOG, database=opened)


@pytest.mark.tiers("embedded")
def test_rows_with_other_columns_than_their_table_are_found(database: GivenDatabase) -> None:
    table = sins.OTHER_STREAM.table
    with database.connect() as connection, Database(database.url) as opened:
        connection.execute(
            f"""CREATE TABLE featuretrail.{table} (id uuid, detected_at timestamptz,
            sen text, position bigint, last_position bigint, PRIMARY KEY (id, detected_at))"""
        )
        with pytest.raises(CheckFailedError, match=r"lacks the columns \['sen'\].*has \['seen'\]"):
            check_incremental_equals_rebuild(sins.OTHER_STREAM, LOG, database=opened)


@pytest.mark.tiers("embedded")
def test_an_event_that_only_the_database_refuses_is_named(database: GivenDatabase) -> None:
    with database.connect() as connection, Database(database.url) as opened:
        connection.execute(
            "ALTER TABLE featuretrail.feature_drift_detection ADD CHECK (drift_score < 2)"
        )
        with pytest.raises(CheckFailedError, match="event 4 cannot be taken in") as caught:
            check_redelivery_changes_nothing(FEATURE_DRIFT_DETECTION, LOG, database=opened)

        left = connection.execute("SELECT count(*) FROM featuretrail.generations").fetchall()

    assert caught.value.positions == (4,)
    assert left == [(1,)]


def test_what_others_do_at_a_collection_of_garbage_is_no_deed_of_the_handler() -> None:
    watch = Watch()
    [watched] = watch.over([FEATURE_DRIFT_DETECTION])
    handle = watched.handlers[DriftDetected]

    def look_at_the_clock(_phase: str, _facts: dict[str, int]) -> None:
        time.perf_counter()

    before = gc.get_threshold()
    gc.callbacks.append(look_at_the_clock)
    gc.set_threshold(1)
    try:
        handle(detected(FIRST), Place(1, datetime(2026, 1, 1, tzinfo=UTC)))
    finally:
        gc.set_threshold(*before)
        gc.callbacks.remove(look_at_the_clock)

    assert watch.found is None
