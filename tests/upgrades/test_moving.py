"""TimescaleDB comes later: tables become hypertables, and nothing that anybody sees changes."""

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

import featuretrail as ft
from featuretrail.domain.errors import DatabaseError, SchemaError
from featuretrail.domain.events import (
    ConsistencyChecked,
    DocumentationGenerated,
    DriftDetected,
    MetadataRecorded,
    PerformanceSampled,
)
from featuretrail.infrastructure.log.application import EventLog
from featuretrail.infrastructure.migrations import migrate, migrations
from featuretrail.infrastructure.queries import query
from featuretrail.infrastructure.values import moving
from featuretrail.upgrading import Upgrade, upgrade
from tests.engines.database import Database
from tests.projections.rebuilding.histories import round_of
from tests.projections.schema import described
from tests.upgrades.filling import fill, hourly
from tests.upgrades.questions import answers

# Community has no session without the extension: test_upgrading.py moves its tables out of dumps
pytestmark = pytest.mark.tiers("apache")

FREE = (
    ConsistencyChecked,
    DocumentationGenerated,
    DriftDetected,
    MetadataRecorded,
    PerformanceSampled,
)
"""Events of the read side that need no definition or snapshot of the store's own."""

OURS = "^featuretrail(_values)?$"
CONTENT = (
    "SELECT count(*), sum(hash_record_extended(t, 0)::numeric) "
    "FROM featuretrail_values.weather AS t"
)


@pytest.fixture
def plain(empty_database: Database) -> Database:
    """A filled database that got TimescaleDB after its tables were made."""
    with empty_database.connect() as connection:
        connection.execute("DROP EXTENSION timescaledb")
    with empty_database.connect() as connection:  # as on a server that has no TimescaleDB
        connection.execute(query("migrations/bootstrap"))
        first = migrations()[0]
        facts = {"name": first.name, "sha256": first.sha256}
        connection.execute(query("migrations/record"), facts)
    migrate(empty_database.url)
    with ft.connect(empty_database.url, artifacts="database:", record_performance=False) as store:
        fill(store)
        EventLog(store._database).append(
            *(event for event in round_of(0) if isinstance(event, FREE))
        )
        store.projections.catch_up()
    with empty_database.connect() as connection:
        connection.execute("CREATE EXTENSION timescaledb")
    return empty_database


def test_every_answer_row_and_rule_is_as_before(plain: Database) -> None:
    with plain.connect() as connection:
        connection.execute(
            "CREATE VIEW seen AS SELECT origin, temp FROM featuretrail_values.weather"
        )
        connection.execute("CREATE ROLE moving_reader")
        connection.execute(
            "GRANT SELECT (origin, temp) ON featuretrail_values.weather TO moving_reader"
        )
        connection.execute("GRANT SELECT ON featuretrail.feature_lineage TO moving_reader")
        try:
            before, shape = looked(plain), described(connection, OURS)
            granted = grants(connection)

            done = upgrade(plain.url, quiet)

            assert looked(plain) == before
            assert described(connection, OURS) == shape
            assert grants(connection) == granted
            assert connection.execute("SELECT count(*) FROM seen").fetchone() == (
                next(each.rows for each in done.moved if each.table.endswith("weather")),
            )
        finally:
            connection.execute(
                "DROP VIEW seen; DROP OWNED BY moving_reader; DROP ROLE moving_reader"
            )
    assert done.read_side is not None
    assert done.read_side.swapped
    with ft.connect(plain.url, artifacts="database:", record_performance=False) as store:
        assert store.projections.verify().ok
        assert store.audit.verify().ok


def test_what_was_served_and_what_happened_move_too(plain: Database) -> None:
    with ft.connect(plain.url, artifacts="database:", serve_log=1.0) as store:
        store.register(
            ft.FeatureGroup("judged", keys={"k": "int64"}, features=[ft.Feature("y", "float64")])
        )
        moment = datetime.now(UTC)
        times = [moment - timedelta(days=40 * n) for n in range(3)]
        store.record_outcomes(
            "judged.y", {"k": [1, 2, 3], "event_time": times, "y": [1.0] * 3}, unjudged=True
        )
        store.get_online_features("judged.y", {"k": [1, 2]})
        store.served.flush()
        outcomes, served = store.outcomes.rows("judged.y"), store.served.rows("judged.y")
        waits = {each["table"] for each in store.status()["waiting"]}
        assert {"featuretrail.outcomes", "featuretrail.served"} < waits

        done = upgrade(plain.url, quiet)

        moved = {each.table: each.rows for each in done.moved}
        assert moved["featuretrail.outcomes"] == len(store.outcomes.records()) > 3
        assert moved["featuretrail.served"] == 2
        assert store.outcomes.rows("judged.y").equals(outcomes)
        assert store.served.rows("judged.y").equals(served)
        assert store.status()["waiting"] == []
        assert store.audit.verify().ok
        found = {each["table"]: each["chunks"] for each in store.status()["hypertables"]}
        assert (found["featuretrail.outcomes"], found["featuretrail.served"]) == (4, 1)


def test_what_is_written_and_removed_during_a_move_is_moved_too(
    plain: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(moving, "BLOCKS", 1)
    written: list[ft.Receipt] = []

    with ft.connect(plain.url, artifacts="database:") as store, plain.connect() as connection:

        def write(what: str, done: int, total: int) -> None:
            if what == "moving weather" and not written:
                written.append(store.ingest("weather", hourly(5), partial=True))
            if what == "moving weather" and done == total:
                written.append(store.ingest("weather", hourly(6), partial=True))
                connection.execute("DELETE FROM featuretrail_values.weather WHERE batch = 2")

        upgrade(plain.url, write)
        counts = dict(
            connection.execute(
                "SELECT batch, count(*) FROM featuretrail_values.weather GROUP BY batch"
            ).fetchall()
        )
    assert {receipt.batch: counts[receipt.batch] for receipt in written} == {
        receipt.batch: receipt.rows for receipt in written
    }
    assert 2 not in counts
    assert 1 in counts


def test_a_column_added_during_a_move_begins_it_anew(plain: Database) -> None:
    changed = ft.FeatureGroup(
        "flights", keys={"carrier": "text", "number": "int64"}, known_time="published",
        version="1.1.0", features=[ft.Feature("gate", "text", "Where it leaves")],
    )  # fmt: skip
    with ft.connect(plain.url, artifacts="database:", record_performance=False) as store:

        def register(what: str, done: int, total: int) -> None:
            if (
                what == "moving flights"
                and done == total
                and "flights.gate" not in store.registry().features
            ):
                store.register(changed)

        done = upgrade(plain.url, register)

    assert values_moved(done) == [
        "featuretrail_values.flights",
        "featuretrail_values.weather",
    ]
    with plain.connect() as connection:
        connection.execute("SELECT gate FROM featuretrail_values.flights")


def test_an_interrupted_move_goes_on_where_it_was(
    plain: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(moving, "BLOCKS", 1)
    before = looked(plain)
    steps = []

    def interrupt(what: str, done: int, _total: int) -> None:
        if what == "moving weather" and done == 2:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        upgrade(plain.url, interrupt)
    middle = looked(plain)
    upgrade(plain.url, lambda what, done, _: steps.append((what, done)))

    assert middle == before
    assert looked(plain) == before
    assert ("moving weather", 0) not in steps
    assert ("moving weather", 2) in steps
    with plain.connect() as connection:
        left = connection.execute("SELECT to_regnamespace('featuretrail_moving')").fetchone()
    assert left == (None,)


def test_a_reader_in_the_way_is_waited_for_and_named(
    plain: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(moving, "READERS_PATIENCE_SECONDS", 0.0)

    with plain.connect() as reader:
        with reader.transaction():
            reader.execute(CONTENT)
            with pytest.raises(DatabaseError, match=r"weather.*is read in transactions"):
                upgrade(plain.url, quiet)
        held = reader.execute(CONTENT).fetchone()
        done = upgrade(plain.url, quiet)
        assert reader.execute(CONTENT).fetchone() == held
    assert values_moved(done) == ["featuretrail_values.weather"]


def test_readers_and_writers_go_on_during_a_move(plain: Database) -> None:
    failures: list[BaseException] = []
    over = threading.Event()

    def read_and_write() -> None:
        try:
            with ft.connect(plain.url, artifacts="database:", record_performance=False) as store:
                week = 10
                while not over.is_set():
                    store.get_online_features(["weather.temp"], {"origin": ["EWR"]})
                    store.ingest("weather", hourly(week), partial=True)
                    answers_now = store.get_historical_features(
                        hourly(week).select(["origin", "event_time"]), ["weather.temp"]
                    )
                    assert answers_now["temp"].null_count == 9
                    week += 1
        except BaseException as error:
            failures.append(error)
            raise

    thread = threading.Thread(target=read_and_write)
    thread.start()
    try:
        upgrade(plain.url, quiet)
    finally:
        over.set()
        thread.join()
    assert failures == []
    with ft.connect(plain.url, artifacts="database:", record_performance=False) as store:
        assert store.audit.verify().ok


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        (
            (
                "CREATE TRIGGER mine AFTER INSERT ON featuretrail_values.weather "
                "EXECUTE FUNCTION featuretrail.refuse_change()"
            ),
            "trigger mine would be lost",
        ),
        (
            "CREATE MATERIALIZED VIEW kept AS SELECT * FROM featuretrail_values.weather",
            r"materialized view public\.kept",
        ),
    ],
)
def test_what_cannot_go_with_a_table_keeps_it_and_is_named(
    plain: Database, statement: str, reason: str
) -> None:
    with plain.connect() as connection:
        connection.execute(statement.encode())
        content = connection.execute(CONTENT).fetchone()
        with pytest.raises(SchemaError, match=reason):
            upgrade(plain.url, quiet)
        assert connection.execute(CONTENT).fetchone() == content


def test_a_rebuild_begun_on_plain_tables_is_not_gone_on_with(plain: Database) -> None:
    def interrupt(_what: str, _done: int, _total: int) -> None:
        raise InterruptedError

    with plain.connect() as connection:
        connection.execute("DROP EXTENSION timescaledb")
    with (
        ft.connect(plain.url, artifacts="database:") as store,
        pytest.raises(InterruptedError),
    ):
        store.projections.rebuild(progress=interrupt)
    with plain.connect() as connection:
        connection.execute("CREATE EXTENSION timescaledb")

        upgrade(plain.url, quiet)

        assert moving.waiting(connection, "featuretrail") == []


def values_moved(done: Upgrade) -> list[str]:
    """The tables of values among those that moved."""
    tables = [each.table for each in done.moved]
    return [table for table in tables if table.startswith("featuretrail_values.")]


def looked(database: Database) -> Any:
    """What the public questions say, and the bytes of each table of the read side."""
    with ft.connect(database.url, artifacts="database:", record_performance=False) as store:
        said = answers(store)
        proof = store.projections.verify().verification
        assert proof is not None
        said["read side"] = [each.digest for each in proof.tables]
    with database.connect() as connection:
        said["content"] = connection.execute(CONTENT).fetchone()
    return said


def grants(connection: psycopg.Connection[Any]) -> list[Any]:
    return connection.execute(
        "SELECT n.nspname, c.relname, a.attname, c.relacl::text, a.attacl::text "
        "FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
        "LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attacl IS NOT NULL "
        "WHERE n.nspname IN ('featuretrail', 'featuretrail_values') AND c.relkind = 'r' "
        "ORDER BY 1, 2, 3"
    ).fetchall()


def quiet(what: str, done: int, total: int) -> None:
    assert 0 <= done <= total, what
