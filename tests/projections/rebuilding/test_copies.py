"""A copy of the read side as of a position, in a schema of its own, with its views."""

from datetime import timedelta

import pytest

from featuretrail.domain.errors import (
    ConflictError,
    InvalidInputError,
    InvalidNameError,
    NotFoundError,
)
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.log.application import EventLog
from featuretrail.projections.plans import TABLES
from featuretrail.projections.projections import Projections
from tests.projections.rebuilding.conftest import digests, rows, schemas
from tests.projections.rebuilding.histories import EVENTS_A_ROUND, fill

pytestmark = pytest.mark.tiers("embedded", "apache", "community")


class InterruptedByTestError(Exception):
    """What stops a copy in the middle."""


def test_a_copy_is_what_the_tables_were_at_that_position(
    side: Projections, log: EventLog, pool: Database
) -> None:
    then = fill(log, 1)
    side.catch_up()
    before = digests(pool)
    fill(log, 2, first=1)
    side.catch_up()

    report = side.rebuild(until=then, into="as_of_then")

    assert (report.schema, report.position, report.swapped) == ("as_of_then", then, False)
    assert (report.verification, report.ok) == (None, True)
    assert digests(pool, "as_of_then") == before
    assert digests(pool) != before


def test_a_copy_has_views_over_its_own_tables(filled: Projections, pool: Database) -> None:
    filled.rebuild(until=EVENTS_A_ROUND, into="before")

    for view in ("feature_snapshot_summary", "feature_quality_dashboard"):
        assert rows(pool, f"SELECT count(*) FROM before.{view}") == [(1,)]
        assert rows(pool, f"SELECT count(*) FROM featuretrail.{view}") == [(3,)]
    rows(pool, "UPDATE featuretrail.feature_performance_metrics SET computation_time_ms = 99")
    longest = "SELECT max(max_time_ms) FROM before.feature_performance_summary"
    columns = (
        "SELECT column_name FROM information_schema.columns WHERE table_schema = 'before' "
        "AND table_name = 'feature_performance_summary' AND column_name LIKE 'max%time%'"
    )
    [(name,)] = rows(pool, columns)
    assert rows(pool, longest.replace("max_time_ms", name)) == [(0.5,)]


def test_without_a_schema_the_copy_gets_one_of_its_own(filled: Projections, pool: Database) -> None:
    first, second = (filled.rebuild(until=20) for _ in range(2))

    assert schemas(pool) == [first.schema, second.schema]
    assert digests(pool, str(first.schema)) == digests(pool, str(second.schema))


def test_without_a_position_the_copy_ends_at_the_head(
    filled: Projections, log: EventLog, pool: Database
) -> None:
    report = filled.rebuild(into="whole")
    fill(log, 1, first=3)

    assert report.position == 3 * EVENTS_A_ROUND
    assert digests(pool, "whole") == digests(pool)


def test_a_copy_of_nothing_is_empty(filled: Projections, pool: Database) -> None:
    report = filled.rebuild(until=0, into="nothing")

    assert (report.position, report.events) == (0, 0)
    for table in TABLES:
        assert rows(pool, f"SELECT count(*) FROM nothing.{table}") == [(0,)]


def test_a_copy_of_some_tables_has_those_and_no_views(filled: Projections, pool: Database) -> None:
    filled.rebuild(tables=["feature_lineage"], into="part")

    made = "SELECT relname FROM pg_class WHERE relnamespace = 'part'::regnamespace AND relkind"
    assert rows(pool, f"{made} IN ('r', 'v', 'p')") == [("feature_lineage",)]


@pytest.mark.parametrize("into", ["resumed", None])
def test_an_interrupted_copy_goes_on_to_where_it_was_to_end(
    filled: Projections, log: EventLog, pool: Database, small_pages: int, into: str | None
) -> None:
    def interrupt(what: str, done: int, _aim: int) -> None:
        if what == "building" and done >= 2 * small_pages:
            raise InterruptedByTestError

    end = 3 * EVENTS_A_ROUND
    with pytest.raises(InterruptedByTestError):
        filled.rebuild(until=end, into=into, progress=interrupt)
    fill(log, 1, first=3)

    report = filled.rebuild(until=None if into else end, into=into)

    assert (report.resumed_from, report.position) == (2 * small_pages, end)
    assert digests(pool, str(report.schema)) == digests(pool)


def test_a_copy_is_dropped_by_its_name_and_never_pruned(
    filled: Projections, pool: Database
) -> None:
    filled.rebuild(into="kept")
    pruned = filled.prune(timedelta(0))

    dropped = filled.drop_copy("kept")

    assert (pruned, dropped.schema_name) == ([], "kept")
    assert rows(pool, "SELECT to_regnamespace('kept')") == [(None,)]
    with pytest.raises(NotFoundError, match="no copy 'kept'"):
        filled.drop_copy("kept")


def test_live_tables_are_no_copy_to_drop(filled: Projections) -> None:
    with pytest.raises(NotFoundError, match="no copy 'featuretrail'"):
        filled.drop_copy("featuretrail")


@pytest.mark.parametrize("until", [-1, True, 1.5, "7"])
@pytest.mark.tiers("embedded")
def test_a_position_is_an_integer_from_0(filled: Projections, until: object) -> None:
    with pytest.raises(InvalidInputError, match=r"give a position, 0 to 45"):
        filled.rebuild(until=until)  # type: ignore[arg-type]


def test_a_position_past_the_head_is_not_there(filled: Projections, pool: Database) -> None:
    with pytest.raises(NotFoundError, match="no position 46; there are '0 to 45'"):
        filled.rebuild(until=46, into="later")

    assert rows(pool, "SELECT to_regnamespace('later')") == [(None,)]


@pytest.mark.parametrize("schema", ["", "a b", 'x"; DROP SCHEMA public', "1st", "ö" * 32, "a__b"])
@pytest.mark.tiers("embedded")
def test_a_schema_has_the_name_of_a_thing(filled: Projections, schema: str) -> None:
    with pytest.raises(InvalidNameError):
        filled.rebuild(into=schema)


@pytest.mark.parametrize("schema", ["public", "featuretrail", "featuretrail_g9", "pg_copy"])
@pytest.mark.tiers("embedded")
def test_schemas_of_others_are_not_for_copies(filled: Projections, schema: str) -> None:
    with pytest.raises(InvalidInputError, match="choose another name"):
        filled.rebuild(into=schema)


def test_a_schema_that_exists_is_not_touched(filled: Projections, pool: Database) -> None:
    rows(pool, "CREATE SCHEMA taken")
    rows(pool, "CREATE TABLE taken.feature_lineage (id integer)")

    with pytest.raises(ConflictError, match="'taken' exists already"):
        filled.rebuild(into="taken")

    assert rows(pool, "SELECT count(*) FROM taken.feature_lineage") == [(0,)]


def test_a_finished_copy_is_not_written_again(filled: Projections) -> None:
    filled.rebuild(until=20, into="done")

    with pytest.raises(ConflictError, match=r"as of position 20.*prune --copy done"):
        filled.rebuild(until=20, into="done")
    with pytest.raises(ConflictError, match="as of position 20"):
        filled.rebuild(until=30, into="done")
