"""What each role may do, statement by statement, whatever way it takes into the database."""

from collections.abc import Iterator

import psycopg
import pytest
from psycopg import sql
from psycopg.errors import InsufficientPrivilege, RestrictViolation

from featuretrail.domain.roles import ROLES, Role
from tests.projections.contract import TABLES
from tests.roles.conftest import Roled

pytestmark = pytest.mark.tiers("embedded", "apache", "community")

EVERYBODY = frozenset(ROLES)
READING = {"owner", "writer", "auditor"}
WRITING = {"owner", "writer"}
PROJECTING = {"owner", "projector"}
OWNING = {"owner"}

APPEND = "featuretrail.append_event(gen_random_uuid(), 1, 'x', '{}')"
ARRAYS = "ARRAY[gen_random_uuid()], ARRAY[1], ARRAY['x'], ARRAY['{}'::bytea]"
BATCH = (
    "VALUES ('weather', 9, 'retraction', 99, now(), 0, '{}', 0, NULL, NULL, '', gen_random_uuid())"
)
FACTS = ("served", "outcomes", "outcome_batches")
OFFSET = "VALUES ('weather', 's', '0', '1', 1, 1, now(), NULL, 1, 0, 0, 0, 0)"
PARKED = "VALUES (1, 'weather', 's', '0', '1', '', '', 1, now(), 1)"
LETTER = "VALUES (1, 1, gen_random_uuid(), 1, 'x', 'x', 1, NULL)"

MAY = {
    # the read side
    **{f"SELECT FROM featuretrail.{table}": EVERYBODY for table in TABLES},
    "SELECT FROM featuretrail.feature_snapshot_summary": EVERYBODY,
    "SELECT FROM featuretrail.feature_performance_summary": EVERYBODY,
    "SELECT FROM featuretrail.feature_quality_dashboard": EVERYBODY,
    "SELECT FROM featuretrail.generations": EVERYBODY,
    "SELECT FROM featuretrail.dead_letters": EVERYBODY,
    "SELECT FROM featuretrail.log_head": EVERYBODY,
    "SELECT FROM featuretrail.roles": EVERYBODY,
    "SELECT featuretrail.recorded_after(0)": EVERYBODY,
    **{f"UPDATE featuretrail.{table} SET position = position": PROJECTING for table in TABLES},
    **{f"DELETE FROM featuretrail.{table}": OWNING for table in TABLES},
    **{f"TRUNCATE featuretrail.{table}": OWNING for table in TABLES},
    "UPDATE featuretrail.generations SET position = position": PROJECTING,
    "UPDATE featuretrail.generations SET state = state": OWNING,
    "INSERT INTO featuretrail.dead_letters (generation, position, originator_id,"
    f" originator_version, topic, error, attempts, waits_for) {LETTER}": PROJECTING,
    # the log
    "SELECT FROM featuretrail.events": READING | {"projector"},
    "SELECT FROM featuretrail.events_readable": READING,
    "SELECT featuretrail.position_at(now())": READING,
    "SELECT FROM featuretrail.read_side_dimensions()": OWNING | {"auditor"},
    f"SELECT {APPEND}": WRITING,
    f"SELECT featuretrail.append_events({ARRAYS})": WRITING,
    "INSERT INTO featuretrail.events SELECT position + 99, gen_random_uuid(), 1, topic, state,"
    " recorded_at, digest FROM featuretrail.events LIMIT 1": OWNING,
    "UPDATE featuretrail.log_head SET position = 1": OWNING,
    # the values
    "SELECT FROM featuretrail.batches": READING,
    "SELECT FROM featuretrail_values.weather": READING,
    "SELECT FROM featuretrail_online.weather": READING,
    "SELECT FROM featuretrail_retracted.weather": READING,
    "SELECT FROM featuretrail.blobs": READING,
    "INSERT INTO featuretrail_values.weather VALUES ('LGA', now(), 9)": WRITING,
    "INSERT INTO featuretrail_retracted.weather VALUES ('LGA', now(), 9)": WRITING,
    f"INSERT INTO featuretrail.batches {BATCH}": WRITING,
    "INSERT INTO featuretrail.blobs VALUES (decode(repeat('00', 32), 'hex'), 0, '')": WRITING,
    "UPDATE featuretrail_online.weather SET batch = batch": WRITING,
    "DELETE FROM featuretrail_online.weather": WRITING,
    "UPDATE featuretrail_values.weather SET temp = 0": OWNING,
    "DELETE FROM featuretrail_values.weather": OWNING,
    "DELETE FROM featuretrail_retracted.weather": OWNING,
    "UPDATE featuretrail.batches SET rows = 0": OWNING,
    "DELETE FROM featuretrail.batches": OWNING,
    "DELETE FROM featuretrail.blobs": OWNING,
    # what was served, and what really happened
    **{f"SELECT FROM featuretrail.{table}": READING for table in FACTS},
    "INSERT INTO featuretrail.served VALUES"
    " (now(), gen_random_uuid(), 9, 9, '{}', '{}', '[]', '{}', '{}')": WRITING,
    "INSERT INTO featuretrail.outcomes VALUES (now(), gen_random_uuid(), 0, 'a.b', '1.0.0', '{}',"
    " '1', NULL, NULL, NULL, '{}', false, false)": WRITING,
    "INSERT INTO featuretrail.outcome_batches VALUES"
    " (gen_random_uuid(), 99, now(), 'a.b', '1.0.0', 1, now(), now())": WRITING,
    "UPDATE featuretrail.served SET position = 1": OWNING,
    "UPDATE featuretrail.outcomes SET late = true": OWNING,
    "UPDATE featuretrail.outcome_batches SET rows = 0": OWNING,
    **{f"DELETE FROM featuretrail.{table}": OWNING for table in FACTS},
    "SELECT featuretrail.create_group_tables('own', '{k}', '{int64}', NULL, '7 days')": WRITING,
    "SELECT featuretrail.add_feature_columns('weather', '{more}', '{text}')": WRITING,
    # streams
    "SELECT FROM featuretrail.stream_offsets": EVERYBODY,
    f"INSERT INTO featuretrail.stream_offsets {OFFSET}": WRITING,
    "UPDATE featuretrail.stream_offsets SET batch = batch": WRITING,
    "DELETE FROM featuretrail.stream_offsets": OWNING,
    "SELECT number, source FROM featuretrail.parked_messages": EVERYBODY,
    "SELECT payload FROM featuretrail.parked_messages": READING,
    f"INSERT INTO featuretrail.parked_messages {PARKED}": WRITING,
    "UPDATE featuretrail.parked_messages SET attempts = attempts": WRITING,
    "DELETE FROM featuretrail.parked_messages": WRITING,
    # what retention removed
    "SELECT FROM featuretrail.value_removals": READING,
    # the salts of what was erased
    "SELECT FROM featuretrail.erasures": {"owner", "auditor"},
    "INSERT INTO featuretrail.erasures VALUES (9, 'weather', decode(repeat('00', 32), 'hex'))": (
        OWNING
    ),
    "DELETE FROM featuretrail.erasures": OWNING,
    "SELECT FROM featuretrail.retention_tables": {"owner", "projector", "auditor"},
    "SELECT FROM featuretrail.retention": {"owner", "auditor"},
    "SELECT featuretrail.remove_past_rows('featuretrail.feature_drift_detection', 'detected_at',"
    " 'resolved_at', now())": PROJECTING,
    # the schema
    "ALTER TABLE featuretrail.events DISABLE TRIGGER events_append_only": OWNING,
    "ALTER TABLE featuretrail_values.weather ADD COLUMN mine int": OWNING,
    "ALTER TABLE featuretrail.feature_lineage ADD COLUMN mine int": OWNING,
    "DROP TABLE featuretrail_values.weather": OWNING,
    "DROP VIEW featuretrail.feature_snapshot_summary": OWNING,
    "CREATE TABLE featuretrail.mine (x int)": OWNING,
    "CREATE TABLE featuretrail_values.mine (x int)": OWNING,
    "CREATE TABLE featuretrail_online.mine (x int)": OWNING,
    "CREATE INDEX ON featuretrail.feature_lineage (position)": OWNING,
    "CREATE FUNCTION featuretrail.mine() RETURNS int LANGUAGE sql RETURN 1": OWNING,
    "UPDATE featuretrail.roles SET name = name": OWNING,
    "DELETE FROM featuretrail.schema_migrations": OWNING,
    "COMMENT ON TABLE featuretrail.events IS 'mine'": OWNING,
}

NEVER = [
    "UPDATE featuretrail.events SET topic = topic",
    "DELETE FROM featuretrail.events",
    "TRUNCATE featuretrail.events",
    "DELETE FROM featuretrail.log_head",
    "TRUNCATE featuretrail.log_head",
]


@pytest.fixture
def connection(roled: Roled) -> Iterator[psycopg.Connection]:
    """A superuser's connection to the database, to act as any role."""
    with roled.database.connect() as opened:
        yield opened


def refusal(connection: psycopg.Connection, roled: Roled, role: Role, statement: str) -> str | None:
    """The SQLSTATE with which the role is refused a statement, that is undone in any case."""
    with connection.transaction(force_rollback=True):
        connection.execute(sql.SQL("SET LOCAL ROLE {}").format(sql.Identifier(roled.name(role))))
        try:
            with connection.transaction():
                connection.execute(statement)
        except psycopg.Error as error:
            return error.sqlstate
    return None


def test_each_role_may_do_what_it_is_for_and_nothing_else(
    roled: Roled, connection: psycopg.Connection
) -> None:
    expected = {
        (statement, role): None if role in allowed else InsufficientPrivilege.sqlstate
        for statement, allowed in MAY.items()
        for role in ROLES
    }

    found = {
        (statement, role): refusal(connection, roled, role, statement)
        for statement, role in expected
    }

    assert {key: got for key, got in found.items() if got != expected[key]} == {}


@pytest.mark.tiers(without="community")  # whose database has another name than it answers to
def test_the_owner_alone_makes_schemas(roled: Roled, connection: psycopg.Connection) -> None:
    may = {role for role in ROLES if refusal(connection, roled, role, "CREATE SCHEMA mine") is None}

    assert may == {"owner"}


def test_nobody_changes_or_removes_events(roled: Roled, connection: psycopg.Connection) -> None:
    for statement in NEVER:
        for role in ROLES:
            expected = RestrictViolation if role == "owner" else InsufficientPrivilege
            assert refusal(connection, roled, role, statement) == expected.sqlstate, statement
        with pytest.raises(RestrictViolation):  # nor does a superuser
            connection.execute(statement)


def test_every_table_is_in_the_table_of_rights_above(connection: psycopg.Connection) -> None:
    named = " ".join(MAY)
    tables = connection.execute(
        "SELECT schemaname || '.' || tablename FROM pg_tables "
        "WHERE schemaname LIKE 'featuretrail%' "
        "UNION ALL SELECT schemaname || '.' || viewname FROM pg_views "
        "WHERE schemaname LIKE 'featuretrail%'"
    ).fetchall()

    assert {name for (name,) in tables if name not in named} == set()


def test_functions_with_the_owners_rights_look_nothing_up_in_the_callers_schemas(
    connection: psycopg.Connection,
) -> None:
    found = connection.execute(
        "SELECT proname, proconfig FROM pg_proc "
        "WHERE pronamespace = 'featuretrail'::regnamespace AND prosecdef"
    ).fetchall()

    assert len(found) >= 5
    assert {
        name for name, config in found if config != ["search_path=pg_catalog, pg_temp"]
    } == set()
