"""A rebuild is built beside the live tables, proven equal and put in their place."""

import json
import subprocess
import sys
from threading import Thread

import pytest

from featuretrail.domain.errors import ConflictError, InvalidInputError, NotFoundError
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.log.application import EventLog
from featuretrail.infrastructure.stopping import Stop
from featuretrail.projections.generations import library_version
from featuretrail.projections.plans import Plan, undertaken
from featuretrail.projections.projections import Projections
from featuretrail.projections.verification import verify
from tests.engines.database import Database as GivenDatabase
from tests.projections.rebuilding.conftest import digests, rows, schemas
from tests.projections.rebuilding.histories import EVENTS_A_ROUND, fill

pytestmark = pytest.mark.tiers("embedded", "apache", "community")

OTHER_SETTINGS = ("DateStyle = 'SQL, DMY'", "TimeZone = 'Asia/Kathmandu'", "extra_float_digits = 0")
OTHER_ENVIRONMENT = {
    "LC_ALL": "C",
    "TZ": "America/St_Johns",
    "PGCLIENTENCODING": "LATIN1",
    "PYTHONHASHSEED": "7",
}
ELSEWHERE = """
import json, sys
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.log.application import EventLog
from featuretrail.projections.pages import EventPages
from featuretrail.projections.projections import Projections

EventPages.__init__.__defaults__ = (4,)
with Database(sys.argv[1]) as database:
    report = Projections(database, EventLog(database)).rebuild()
print(json.dumps({proof.table: proof.rebuilt_digest for proof in report.verification.tables}))
"""


class InterruptedByTestError(Exception):
    """What stops a rebuild in the middle."""


def test_a_rebuild_equals_the_live_tables_and_takes_their_place(
    filled: Projections, pool: Database
) -> None:
    before = digests(pool)

    report = filled.rebuild()

    assert report.verification is not None
    assert {proof.table: proof.digest for proof in report.verification.tables} == before
    assert [proof.table for proof in report.verification.tables if proof.rows < 3] == []
    assert (report.ok, report.swapped) == (True, True)
    assert (report.generation, report.schema) == (2, "featuretrail")
    assert (report.events, report.position) == (3 * EVENTS_A_ROUND, 3 * EVENTS_A_ROUND)
    assert digests(pool) == before
    states = {each.generation: each.state for each in filled.status().generations}
    assert states == {1: "soaking", 2: "live"}


def test_live_tables_that_lag_are_brought_level_first(
    side: Projections, log: EventLog, pool: Database
) -> None:
    head = fill(log, 2)

    report = side.rebuild()

    assert (report.ok, report.position) == (True, head)
    assert rows(pool, "SELECT count(*) FROM featuretrail.feature_lineage") == [(2,)]


def test_the_next_event_goes_into_the_rebuilt_tables(
    filled: Projections, log: EventLog, pool: Database
) -> None:
    filled.rebuild()

    fill(log, 1, first=3)
    filled.catch_up()

    assert rows(pool, "SELECT count(*) FROM featuretrail.feature_lineage") == [(4,)]
    assert filled.verify().ok


def test_a_rebuild_of_an_empty_log_is_empty_and_equal(side: Projections) -> None:
    report = side.rebuild()

    assert report.ok
    assert report.swapped
    assert report.verification is not None
    assert {proof.rows for proof in report.verification.tables} == {0}


def test_progress_tells_each_phase_from_where_it_begins_to_where_it_goes(
    side: Projections, log: EventLog, small_pages: int
) -> None:
    head = fill(log, 3)
    told: list[tuple[str, int, int]] = []

    side.rebuild(progress=lambda *step: told.append(step))

    building = [(done, aim) for what, done, aim in told if what == "building"]
    assert building[0] == (0, head)
    assert building[-1] == (head, head)
    assert len(building) > head // small_pages
    assert building == sorted(building)
    assert {what for what, *_ in told} == {"catching up", "building", "comparing"}
    assert [step for step in told if step[0] == "comparing"][-1] == ("comparing", 7, 7)


def test_an_interrupted_rebuild_goes_on_where_it_was(
    filled: Projections, pool: Database, small_pages: int
) -> None:
    before = digests(pool)

    def interrupt(what: str, done: int, _aim: int) -> None:
        if what == "building" and done >= 2 * small_pages:
            raise InterruptedByTestError

    with pytest.raises(InterruptedByTestError):
        filled.rebuild(progress=interrupt)
    report = filled.rebuild()

    assert report.resumed_from == 2 * small_pages
    assert report.events == report.position - report.resumed_from
    assert (report.ok, report.swapped) == (True, True)
    assert digests(pool) == before


def test_what_other_code_began_is_begun_anew(
    filled: Projections, pool: Database, small_pages: int
) -> None:
    def interrupt(what: str, done: int, _aim: int) -> None:
        if what == "building" and done >= 2 * small_pages:
            raise InterruptedByTestError

    with pytest.raises(InterruptedByTestError):
        filled.rebuild(progress=interrupt)
    rows(pool, "UPDATE featuretrail.generations SET library_version = '0.1.0' WHERE generation = 2")

    report = filled.rebuild()

    assert (report.ok, report.resumed_from) == (True, 0)
    assert schemas(pool) == [filled.status().generations[0].schema_name]
    assert library_version().startswith("0.1.0+")


def test_a_proof_alone_leaves_nothing_behind(filled: Projections, pool: Database) -> None:
    report = filled.verify()

    assert (report.ok, report.swapped, report.schema) == (True, False, None)
    assert [each.generation for each in filled.status().generations] == [1]
    assert schemas(pool) == []


def test_one_table_is_proven_and_rebuilt_alone(filled: Projections, pool: Database) -> None:
    before = digests(pool)

    proof = filled.verify(tables=["feature_lineage"]).verification
    report = filled.rebuild(tables=["feature_lineage", "feature_metadata", "feature_lineage"])

    assert proof is not None
    assert [each.table for each in proof.tables] == ["feature_lineage"]
    assert (report.ok, report.swapped, report.schema) == (True, True, "featuretrail")
    assert filled.status().generation == 1
    assert digests(pool) == before


@pytest.mark.tiers(without="community")
def test_rebuilds_follow_the_head_while_it_is_written(
    side: Projections, log: EventLog, pool: Database
) -> None:
    fill(log, 20)
    written, stop = 20, Stop()
    daemon = Thread(target=side.run, args=(stop,))

    def write() -> None:
        nonlocal written
        while not stop.is_set():
            fill(log, 1, first=written)
            written += 1
            stop.wait(0.01)  # two cores for everybody

    writer = Thread(target=write)
    daemon.start()
    writer.start()
    try:
        reports = [side.rebuild() for _ in range(2)]
    finally:
        stop.set()
        writer.join()
        daemon.join()
    side.catch_up()

    assert [(report.ok, report.swapped) for report in reports] == [(True, True)] * 2
    assert reports[0].position < reports[1].position
    assert rows(pool, "SELECT count(*) FROM featuretrail.feature_lineage") == [(written,)]
    assert side.verify().ok


def test_rebuilds_are_the_same_bytes_whoever_makes_them(
    filled: Projections, pool: Database, database: GivenDatabase
) -> None:
    before = digests(pool)
    if database.tier != "community":  # whose one session has the settings of its start
        for setting in OTHER_SETTINGS:
            name = pool.address.rpartition("/")[2]
            rows(pool, f'ALTER DATABASE "{name}" SET {setting}')

    elsewhere = subprocess.run(
        [sys.executable, "-c", ELSEWHERE, database.url],
        env=OTHER_ENVIRONMENT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert elsewhere.returncode == 0, elsewhere.stderr
    assert json.loads(elsewhere.stdout) == before
    assert filled.rebuild().ok
    assert digests(pool) == before


@pytest.mark.tiers(without="community")
def test_two_rebuilds_of_the_same_at_once_are_refused(filled: Projections, pool: Database) -> None:
    with (
        undertaken(pool, Plan.of("building", None), "park"),
        pytest.raises(ConflictError, match=r"generation 2 .* another process"),
    ):
        filled.rebuild()

    assert filled.rebuild().swapped


@pytest.mark.tiers(without="community")
def test_a_rebuild_and_a_proof_at_once_do_not_meet(filled: Projections, pool: Database) -> None:
    with undertaken(pool, Plan.of("building", None), "park"):
        assert filled.verify().ok


@pytest.mark.usefixtures("filled")
def test_a_generation_past_the_live_one_is_refused_with_what_to_do(pool: Database) -> None:
    with undertaken(pool, Plan.of("building", None), "park") as projector:
        projector.advance(3 * EVENTS_A_ROUND)
    rows(pool, "UPDATE featuretrail.generations SET position = 7 WHERE generation = 1")

    with (
        undertaken(pool, Plan.of("building", None), "park") as projector,
        pytest.raises(ConflictError, match="past the live one at 7"),
    ):
        verify(pool, projector)


@pytest.mark.parametrize("tables", [["feature_linage"], ["feature_lineage", "x; DROP TABLE y"]])
def test_an_unknown_table_is_named_with_those_that_there_are(
    side: Projections, tables: list[str]
) -> None:
    for work in (side.rebuild, side.verify):
        with pytest.raises(NotFoundError, match="no table of the read side"):
            work(tables=tables)


@pytest.mark.parametrize("tables", ["feature_lineage", [], 7])
@pytest.mark.tiers("embedded")
def test_tables_are_a_list_of_names(side: Projections, tables: object) -> None:
    with pytest.raises(InvalidInputError, match="give a list of names"):
        side.rebuild(tables=tables)  # type: ignore[arg-type]
