"""The swap: short, under readers and writers; grants and views stay; it can be taken back."""

import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from threading import Thread

import psycopg
import pytest

from featuretrail.domain.errors import (
    ConflictError,
    DatabaseError,
    InvalidInputError,
    NotFoundError,
)
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.log.application import EventLog
from featuretrail.infrastructure.stopping import Stop
from featuretrail.projections.plans import TABLES
from featuretrail.projections.projections import Projections
from featuretrail.projections.read_models import VIEWS
from tests.engines.database import Database as GivenDatabase
from tests.projections.rebuilding.conftest import digests, rows, schemas
from tests.projections.rebuilding.histories import fill, poison

pytestmark = pytest.mark.tiers("embedded", "apache", "community")


@pytest.fixture
def role(database: GivenDatabase) -> Iterator[str]:
    """A role of the test's own."""
    name = f"reader_{uuid.uuid4().hex[:12]}"
    with database.connect() as connection:
        connection.execute(f"CREATE ROLE {name}".encode())
    yield name
    with database.connect() as connection:
        connection.execute(f"DROP OWNED BY {name}".encode())
        connection.execute(f"DROP ROLE {name}".encode())


def in_background(work: Callable[[], None], errors: list[BaseException]) -> Thread:
    def run() -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001 - the test asserts that there is none
            errors.append(error)

    thread = Thread(target=run)
    thread.start()
    return thread


@pytest.mark.tiers(without="community")
def test_readers_and_writers_notice_nothing_of_swaps(
    side: Projections, log: EventLog, pool: Database, database: GivenDatabase
) -> None:
    fill(log, 10)
    side.catch_up()
    stop, errors, read, written = Stop(), list[BaseException](), [0], [10]

    def reader() -> None:
        names = [*TABLES, *VIEWS, "feature_lineage, featuretrail.feature_snapshot_summary"]
        with database.connect() as connection:
            while not stop.is_set():
                for name in names:
                    statement = f"SELECT count(*) FROM featuretrail.{name}".encode()
                    [(count,)] = connection.execute(statement, prepare=True)
                    assert count > 0
                    read[0] += 1
                stop.wait(0.005)  # two cores for everybody

    def writer() -> None:
        while not stop.is_set():
            fill(log, 1, first=written[0])
            written[0] += 1
            stop.wait(0.02)

    threads = [
        in_background(work, errors) for work in (reader, reader, writer, lambda: side.run(stop))
    ]
    try:
        reports = [side.rebuild() for _ in range(2)]
        reports.append(side.rebuild(tables=["feature_lineage", "feature_metadata"]))
        side.swap_back()
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    side.catch_up()

    assert errors == []
    assert read[0] > 100
    assert [(report.ok, report.swapped) for report in reports] == [(True, True)] * 3
    assert all(report.swap_seconds for report in reports)
    assert rows(pool, "SELECT count(*) FROM featuretrail.feature_lineage") == [(written[0],)]
    assert side.verify().ok


@pytest.mark.tiers(without="community")
def test_a_long_reader_is_named_and_the_swap_goes_on_later(
    filled: Projections,
    pool: Database,
    database: GivenDatabase,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("featuretrail.projections.swapping.PATIENCE_SECONDS", 0.6)
    before = digests(pool)
    with psycopg.connect(database.url, application_name="nightly export") as reader:
        reader.execute("SELECT count(*) FROM featuretrail.feature_quality_dashboard")

        with pytest.raises(DatabaseError) as refused:
            filled.rebuild()
        others = rows(pool, "SELECT count(*) FROM featuretrail.feature_lineage")
        pid = reader.info.backend_pid
    report = filled.rebuild()

    assert f"server process {pid} (nightly export of " in str(refused.value)
    assert "idle in transaction" in str(refused.value)
    assert others == [(3,)]
    assert (report.swapped, report.resumed_from) == (True, report.position)
    assert digests(pool) == before


def test_what_was_live_soaks_and_can_be_swapped_back(
    filled: Projections, log: EventLog, pool: Database
) -> None:
    rows(pool, "UPDATE featuretrail.feature_lineage SET computation_rule = 'forged'")
    filled.rebuild(accept_differences=True)
    fill(log, 1, first=3)
    filled.catch_up()

    back = filled.swap_back()

    assert (back.generation, back.state, back.schema_name) == (1, "live", "featuretrail")
    assert filled.status().position == log.head().position
    rules = "SELECT computation_rule FROM featuretrail.feature_lineage ORDER BY position"
    assert [rule for (rule,) in rows(pool, rules)] == [*["forged"] * 3, "computation_rule – é"]
    assert filled.swap_back().generation == 2
    assert filled.verify().ok


def test_swapping_back_a_part_gives_the_old_tables_back(
    filled: Projections, pool: Database
) -> None:
    rows(pool, "UPDATE featuretrail.feature_lineage SET computation_rule = 'forged'")
    part = ["feature_lineage"]
    filled.rebuild(tables=part, accept_differences=True)
    mended = filled.verify().ok

    back = filled.swap_back()

    assert mended
    assert (back.generation, back.state) == (1, "live")
    assert not filled.verify(tables=part).ok


def test_dead_letters_go_with_the_tables_that_lack_them(
    side: Projections, log: EventLog, pool: Database
) -> None:
    part = ["feature_consistency_checks"]
    table = "featuretrail.feature_consistency_checks"
    rows(pool, f"ALTER TABLE {table} ADD CONSTRAINT no CHECK (false)")
    fill(log, 1)
    poison(log, "a")
    side.catch_up()
    parked = [letter.position for letter in side.dead_letters()]
    rows(pool, f"ALTER TABLE {table} DROP CONSTRAINT no")

    side.rebuild(tables=part, accept_differences=True)
    after = [letter.position for letter in side.dead_letters()]
    fill(log, 1, first=1)
    side.catch_up()
    mended = side.verify().ok
    side.swap_back()

    assert after == parked[1:]
    assert mended
    assert [letter.position for letter in side.dead_letters()] == parked
    assert side.replay_dead_letters().replayed == 1
    assert side.verify().ok


def test_nothing_to_swap_back_to_is_an_error(filled: Projections) -> None:
    with pytest.raises(NotFoundError, match="soaking generation"):
        filled.swap_back()


def test_what_soaked_long_enough_is_pruned(filled: Projections, pool: Database) -> None:
    filled.rebuild()

    kept = filled.prune()
    dropped = filled.prune(timedelta(0))

    assert kept == []
    assert [each.generation for each in dropped] == [1]
    assert schemas(pool) == []
    assert [each.generation for each in filled.status().generations] == [2]


def test_a_rebuild_prunes_what_soaked_before_it(filled: Projections) -> None:
    filled.rebuild()

    filled.rebuild(soak=timedelta(0))

    states = {each.generation: each.state for each in filled.status().generations}
    assert states == {2: "soaking", 3: "live"}


@pytest.mark.parametrize("state", ["verifying", "building"])
def test_what_nobody_goes_on_with_is_pruned(
    filled: Projections, pool: Database, state: str
) -> None:
    rows(pool, "DELETE FROM featuretrail.feature_lineage")
    filled.rebuild()
    rows(pool, f"UPDATE featuretrail.generations SET state = '{state}' WHERE generation = 2")

    dropped = filled.prune(timedelta(0))

    assert [each.state for each in dropped] == [state]
    assert schemas(pool) == []


@pytest.mark.parametrize("soak", [timedelta(seconds=-1), 3600, None])
@pytest.mark.tiers("embedded")
def test_a_soak_time_is_a_length_of_time(side: Projections, soak: object) -> None:
    with pytest.raises(InvalidInputError, match="give a timedelta"):
        side.prune(soak)  # type: ignore[arg-type]


def test_grants_stay_with_the_names(filled: Projections, pool: Database, role: str) -> None:
    rows(pool, f"GRANT SELECT ON featuretrail.feature_lineage TO {role} WITH GRANT OPTION")
    rows(pool, f"GRANT SELECT (id, content) ON featuretrail.feature_documentation TO {role}")
    rows(pool, "GRANT SELECT ON featuretrail.feature_metadata TO PUBLIC")
    filled.rebuild()
    rows(pool, f"REVOKE ALL ON featuretrail.feature_lineage FROM {role}")
    after = grants(pool, role)

    filled.swap_back()

    assert after == (False, True, False, True)
    assert grants(pool, role) == after


def grants(pool: Database, role: str) -> tuple[bool, ...]:
    """Tell whether the role may read lineage, documentation's content, its author, metadata."""
    documentation = f"has_column_privilege('{role}', 'featuretrail.feature_documentation'"
    [granted] = rows(
        pool,
        f"SELECT has_table_privilege('{role}', 'featuretrail.feature_lineage', 'SELECT'), "
        f"{documentation}, 'content', 'SELECT'), {documentation}, 'author', 'SELECT'), "
        f"has_table_privilege('{role}', 'featuretrail.feature_metadata', 'SELECT')",
    )
    return tuple(granted)


def test_a_grant_survives_a_swap_with_its_option(
    filled: Projections, pool: Database, role: str
) -> None:
    rows(pool, f"GRANT SELECT ON featuretrail.feature_lineage TO {role} WITH GRANT OPTION")

    filled.rebuild()

    option = f"'{role}', 'featuretrail.feature_lineage', 'SELECT WITH GRANT OPTION'"
    assert rows(pool, f"SELECT has_table_privilege({option})") == [(True,)]


def test_an_owner_stays_whoever_rebuilds(filled: Projections, pool: Database, role: str) -> None:
    rows(pool, f"ALTER TABLE featuretrail.feature_lineage OWNER TO {role}")

    filled.rebuild()
    filled.prune(timedelta(0))

    owner = "SELECT relowner::regrole::text FROM pg_class WHERE oid = "
    assert rows(pool, f"{owner}'featuretrail.feature_lineage'::regclass") == [(role,)]


def test_views_of_users_read_the_new_tables(
    filled: Projections, log: EventLog, pool: Database, role: str
) -> None:
    rows(
        pool,
        'CREATE VIEW public."My ""Rules""" WITH (security_barrier = true) AS '
        "SELECT l.feature_name, s.snapshot_id FROM featuretrail.feature_lineage AS l "
        "CROSS JOIN featuretrail.feature_snapshot_summary AS s",
    )
    rows(pool, 'CREATE VIEW public.nested AS SELECT * FROM public."My ""Rules"""')
    rows(pool, f"GRANT SELECT ON public.nested TO {role}")

    filled.rebuild()
    filled.prune(timedelta(0))
    fill(log, 1, first=3)
    filled.catch_up()

    assert rows(pool, "SELECT count(*) FROM public.nested") == [(16,)]
    assert rows(pool, f"SELECT has_table_privilege('{role}', 'public.nested', 'SELECT')") == [
        (True,)
    ]
    assert rows(pool, "SELECT reloptions FROM pg_class WHERE relname LIKE 'My%'") == [
        (["security_barrier=true"],)
    ]


def test_a_materialized_view_is_refused_by_its_name(filled: Projections, pool: Database) -> None:
    rows(
        pool,
        "CREATE MATERIALIZED VIEW public.frozen_lineage AS "
        "SELECT id FROM featuretrail.feature_lineage",
    )

    with pytest.raises(psycopg.errors.FeatureNotSupported, match=r"public\.frozen_lineage"):
        filled.rebuild()

    assert filled.status().generation == 1
    rows(pool, "DROP MATERIALIZED VIEW public.frozen_lineage")
    assert filled.rebuild().swapped


def test_tables_of_another_shape_are_not_swapped_back(filled: Projections, pool: Database) -> None:
    filled.rebuild()
    rows(pool, "ALTER TABLE featuretrail.feature_lineage RENAME COLUMN dependency_count TO parents")

    with pytest.raises(ConflictError, match=r"other columns .* in feature_lineage"):
        filled.swap_back()


def test_tables_stay_hypertables_with_their_keys_and_indexes(
    filled: Projections, pool: Database, database: GivenDatabase
) -> None:
    indexes = (
        "SELECT tablename, regexp_replace(indexdef, 'INDEX [^ ]+ ON', 'INDEX ON') "
        "FROM pg_indexes WHERE schemaname = 'featuretrail' AND tablename LIKE 'feature%' "
        "ORDER BY 1, 2"
    )
    before = rows(pool, indexes)

    filled.rebuild()

    assert rows(pool, indexes) == before
    if database.timescale:
        hypertables = (
            "SELECT count(*) FROM timescaledb_information.hypertables "
            "WHERE hypertable_schema = 'featuretrail' AND hypertable_name LIKE 'feature%'"
        )
        assert rows(pool, hypertables) == [(7,)]
