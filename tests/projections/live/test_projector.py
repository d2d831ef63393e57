"""The projector: one position for all tables, one transaction a page, fenced by its position."""

from collections import Counter
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg.pq import TransactionStatus

from featuretrail.domain.events import DocumentationGenerated, LineageRetired, MetadataRecorded
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.log.application import EventLog
from featuretrail.projections import generations
from featuretrail.projections.live import claim_live
from featuretrail.projections.packing import PackedChanges, Packer
from featuretrail.projections.pages import EventPages
from featuretrail.projections.poison import MissingRowError
from featuretrail.projections.projections import Projections
from featuretrail.projections.projector import FencedError, Projector
from featuretrail.projections.read_model import Change, Place, ReadModel
from featuretrail.projections.read_models import READ_MODELS
from featuretrail.projections.writing import TableWriter
from tests.log.events import counted
from tests.projections.live.conftest import Rows
from tests.projections.live.events import incident, one_a_table, recorded, sampled

pytestmark = pytest.mark.tiers("embedded", "apache", "community")

TABLES = [model.table for model in READ_MODELS]


def position(pool: Database) -> int:
    with pool.connection() as connection:
        return generations.live(connection).position


def watching(told: list[tuple[str, TransactionStatus]], projector: Projector) -> ReadModel:
    """A read model that makes no rows, and tells in what state it found the projector's session."""
    model = ReadModel("feature_metadata", time="created_at")

    @model.on(MetadataRecorded)
    def noticed(event: MetadataRecorded, at: Place) -> list[Change]:  # noqa: ARG001
        told.append((event.metadata_key, projector.connection.info.transaction_status))
        return []

    return model


def test_one_pass_feeds_every_table_at_one_position(
    log: EventLog, side: Projections, rows: Rows
) -> None:
    head = log.append(*one_a_table()).last_position

    assert side.catch_up() == head

    filled = {table: [place for (place,) in rows(table, "position")] for table in TABLES}
    assert filled == {table: [place] for place, table in enumerate(TABLES, start=1)}


def test_no_reader_ever_sees_two_tables_at_two_positions(
    pool: Database, log: EventLog, projector: Projector, rows: Rows
) -> None:
    log.append(*one_a_table(), *one_a_table()[1:])
    pages = EventPages(pool, [], events=3)
    seen = []

    for after in range(0, 13, 3):
        projector.deliver(pages.read(after, 13))
        held = [place for table in TABLES for (place,) in rows(table, "position")]
        seen.append((position(pool), sorted(held)))

    assert seen == [(at, list(range(1, at + 1))) for at in (3, 6, 9, 12, 13)]


def test_a_long_stretch_that_tells_the_tables_nothing_is_passed_step_by_step(
    log: EventLog, projector: Projector, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("featuretrail.projections.pages.SPAN", 3)
    head = log.append(*counted(*range(10)), sampled()).last_position
    reached: list[int] = []

    projector.advance(head, lambda position, _: reached.append(position))

    assert reached == [3, 6, 9, 11]
    assert [place for (place,) in rows("feature_performance_metrics", "position")][-1] == head


def test_new_rows_are_copied_and_changed_ones_updated_together(
    log: EventLog, side: Projections, rows: Rows
) -> None:
    stream, keys = uuid4(), [uuid4() for _ in range(300)]
    log.append(*incident(stream)[:1], *(recorded(key) for key in keys), sampled(500))
    side.catch_up()
    log.append(*incident(stream)[1:], *(recorded(key, 2) for key in keys))
    side.catch_up()

    assert rows(
        "feature_drift_detection", "drift_score", "severity", "action_taken", "position",
        "last_position",
    ) == [(0.5, "critical", "sensor replaced", 1, 305)]  # fmt: skip
    found = rows("feature_metadata", "id", "metadata_value", "version", "last_position")
    assert found == [(key, 2, 2, 306 + place) for place, key in enumerate(keys)]
    assert len(rows("feature_performance_metrics", "id")) == 500


def test_a_page_is_one_copy_a_table_and_one_update_a_set_of_columns(
    pool: Database, log: EventLog, projector: Projector
) -> None:
    keys, incidents = [uuid4() for _ in range(50)], [uuid4() for _ in range(20)]
    with pool.connection() as connection:
        connection.execute("CREATE TABLE featuretrail.statements (relation text, kind text)")
        connection.execute(
            "CREATE FUNCTION featuretrail.count_statement() RETURNS trigger LANGUAGE plpgsql AS "
            "$$BEGIN INSERT INTO featuretrail.statements VALUES (TG_TABLE_NAME, TG_OP); "
            "RETURN NULL; END$$"
        )
        for table in ("feature_metadata", "feature_drift_detection"):
            connection.execute(
                f"CREATE TRIGGER counted AFTER INSERT OR UPDATE ON featuretrail.{table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION featuretrail.count_statement()"
            )
    log.append(*(incident(each)[0] for each in incidents), *(recorded(key) for key in keys))
    projector.advance(70)
    later = [event for each in incidents for event in incident(each)[1:3]]
    log.append(*later[:-1], *(recorded(key, 2) for key in keys), *(recorded() for _ in keys))
    projector.advance(log.head().position)

    with pool.connection() as connection:
        found = connection.execute("SELECT relation, kind FROM featuretrail.statements").fetchall()
    assert Counter(found) == {
        ("feature_metadata", "INSERT"): 2,
        ("feature_metadata", "UPDATE"): 1,
        ("feature_drift_detection", "INSERT"): 1,
        ("feature_drift_detection", "UPDATE"): 2,  # one incident was not acknowledged
    }


def test_events_are_decoded_and_folded_outside_the_transaction(
    pool: Database, log: EventLog, projector: Projector
) -> None:
    log.append(recorded(metadata_key="first"), recorded(metadata_key="second"))
    told: list[tuple[str, TransactionStatus]] = []
    models = [watching(told, projector)]

    Projector(pool, projector.connection, projector.generation, models=models).advance(2)

    idle = TransactionStatus.IDLE
    assert told == [("first", idle), ("second", idle)]


def test_a_long_log_is_taken_in_by_pages_that_are_each_whole(
    log: EventLog, projector: Projector, rows: Rows
) -> None:
    log.append(*(recorded() for _ in range(6_000)))
    steps: list[tuple[int, int]] = []

    projector.advance(6_000, lambda done, total: steps.append((done, total)))

    assert steps == [(5_000, 6_000), (6_000, 6_000)]
    assert [place for (place,) in rows("feature_metadata", "position")] == list(range(1, 6_001))


def test_events_of_no_table_move_the_position_and_write_nothing(
    log: EventLog, side: Projections, rows: Rows
) -> None:
    log.append(*counted(1, 2, 3))

    assert side.catch_up() == 3
    assert side.dead_letters() == []
    assert all(rows(table, "id") == [] for table in TABLES)


@pytest.mark.tiers(without="community")
def test_a_stale_projector_writes_nothing_and_doubles_nothing(
    pool: Database, log: EventLog, projector: Projector, rows: Rows
) -> None:
    log.append(*(recorded() for _ in range(3)), sampled(4))
    with pool.dedicated() as connection:
        stale = Projector(pool, connection, projector.generation)
        page = stale.read_ahead()
        projector.advance(2)

        with pytest.raises(FencedError, match="no longer at 0"):
            stale.deliver(page)

        assert position(pool) == 2
        assert len(rows("feature_metadata", "id")) == 2
        assert rows("feature_performance_metrics", "id") == []
        stale.advance(4)  # it reads anew where the generation is, and may go on
    projector.advance(4)

    assert len(rows("feature_metadata", "id")) == 3
    assert len(rows("feature_performance_metrics", "id")) == 4


@pytest.mark.tiers(without="community")
def test_a_projector_that_missed_a_replay_is_fenced_although_the_position_is_the_same(
    pool: Database, log: EventLog, projector: Projector
) -> None:
    log.append(recorded())
    page = projector.read_ahead()
    with pool.connection() as connection:
        connection.execute("UPDATE featuretrail.generations SET replays = replays + 1")

    with pytest.raises(FencedError):
        projector.deliver(page)

    projector.refresh()
    projector.deliver(page)
    assert position(pool) == 1


@pytest.mark.tiers(without="community")
def test_a_page_that_breaks_in_the_middle_leaves_neither_rows_nor_position(
    pool: Database, log: EventLog, projector: Projector, rows: Rows
) -> None:
    log.append(*one_a_table())
    page = projector.read_ahead()
    with pool.connection() as connection:
        connection.execute(
            "CREATE FUNCTION featuretrail.die() RETURNS trigger LANGUAGE plpgsql AS "
            "'BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NEW; END'"
        )
        connection.execute(
            "CREATE TRIGGER die BEFORE INSERT ON featuretrail.feature_drift_detection "
            "FOR EACH ROW EXECUTE FUNCTION featuretrail.die()"
        )

    with pytest.raises(psycopg.OperationalError):
        projector.deliver(page)

    assert position(pool) == 0
    assert all(rows(table, "id") == [] for table in TABLES)


@pytest.mark.tiers(without="community")
def test_a_generation_has_one_owner_until_that_gives_it_up(
    pool: Database, projector: Projector
) -> None:
    assert claim_live(pool, "park") is None
    assert Projector.claim(pool, projector.generation.generation) is None

    projector.close()

    second = claim_live(pool, "park")
    assert second is not None
    second.close()


def test_an_event_that_changes_no_row_that_exists_says_so(projector: Projector) -> None:
    packer = Packer.over(projector.connection, TABLES)
    writer = TableWriter.of(projector.connection, packer)
    changes = PackedChanges(revised={UUID(int=7): {"version": 2}})

    with pytest.raises(MissingRowError, match=r"1 rows of feature_metadata .* 0 exist"):
        writer.write("featuretrail", "feature_metadata", changes)


def test_later_revisions_of_a_row_in_one_page_win_column_by_column(
    log: EventLog, side: Projections, rows: Rows
) -> None:
    lineage = one_a_table()[1]
    log.append(lineage)
    side.catch_up()
    retired = LineageRetired.in_stream(
        lineage.originator_id, 2, feature_name="weather.dew", version="1.0.0"
    )
    document = next(each for each in one_a_table() if isinstance(each, DocumentationGenerated))
    log.append(
        retired,
        document,
        document.model_copy(update={"originator_version": 2, "revision": 2, "content": "new"}),
        document.model_copy(update={"originator_version": 3, "revision": 3, "content": "newer"}),
    )
    side.catch_up()

    assert rows("feature_lineage", "last_position") == [(2,)]
    found = rows("feature_documentation", "content", "revision", "position", "last_position")
    assert found == [("newer", 3, 3, 5)]
