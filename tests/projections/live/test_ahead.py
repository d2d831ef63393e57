"""A long way is prepared in a process of its own, and changes nothing but the time it takes."""

import subprocess
import sys

import pytest

from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.log.application import EventLog
from featuretrail.projections.preparing import Prepared
from featuretrail.projections.preparing_process import COMMAND, PreparingProcess
from featuretrail.projections.projections import Projections
from tests.projections.live.conftest import Rows
from tests.projections.live.events import one_a_table, recorded
from tests.projections.live.refusals import KEY, refusing
from tests.projections.live.test_poison import VAST

Elsewhere = list[PreparingProcess]


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> Elsewhere:
    """Every way is long, every page small; lists the process of each page it prepared."""
    monkeypatch.setattr("featuretrail.projections.ahead.LONG_WAY", 0)
    served: Elsewhere = []
    prepare = PreparingProcess.prepare

    def noted(self: PreparingProcess, after: int, until: int, parked: object) -> Prepared:
        # no page of that process is small: its end is brought near instead
        prepared = prepare(self, after, min(until, after + 4), parked)  # type: ignore[arg-type]
        served.append(self)
        return prepared

    monkeypatch.setattr(PreparingProcess, "prepare", noted)
    return served


def told(log: EventLog, times: int = 3) -> int:
    """Append events for every table but that of snapshots, several times; return the head."""
    return [log.append(*one_a_table()[1:]).last_position for _ in range(times)][-1]


def test_the_tables_are_the_same_wherever_their_pages_are_prepared(
    log: EventLog, side: Projections, elsewhere: Elsewhere
) -> None:
    head = told(log)

    assert side.catch_up() == head
    assert len(elsewhere) == -(-head // 4)
    assert len({id(process) for process in elsewhere}) == 1

    with pytest.MonkeyPatch.context() as here:
        here.setattr("featuretrail.projections.ahead.LONG_WAY", head + 1)
        assert side.verify().ok
    assert len(elsewhere) == -(-head // 4)


def test_the_process_ends_with_the_way(
    log: EventLog, side: Projections, elsewhere: Elsewhere
) -> None:
    told(log)
    side.catch_up()

    assert elsewhere[0]._process.returncode is not None


def test_a_process_that_is_killed_on_the_way_leaves_the_rest_to_this_one(
    log: EventLog,
    side: Projections,
    elsewhere: Elsewhere,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    head = told(log)
    noted = PreparingProcess.prepare

    def killed_after(self: PreparingProcess, *request: object) -> Prepared:
        prepared = noted(self, *request)  # type: ignore[arg-type]
        self._process.kill()
        self._process.wait()
        return prepared

    monkeypatch.setattr(PreparingProcess, "prepare", killed_after)

    assert side.catch_up() == head
    assert len(elsewhere) == 1
    assert side.verify().ok


@pytest.mark.parametrize("program", ["/nowhere/python", "/bin/false"])
def test_a_process_that_cannot_run_is_done_without(
    program: str,
    log: EventLog,
    side: Projections,
    elsewhere: Elsewhere,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    head = told(log)
    monkeypatch.setattr(sys, "executable", program)

    assert side.catch_up() == head
    assert elsewhere == []


def test_an_event_that_cannot_be_packed_there_is_parked_here(
    log: EventLog, side: Projections, elsewhere: Elsewhere
) -> None:
    head = [told(log), log.append(VAST).last_position, told(log)]

    assert side.catch_up() == head[-1]

    assert elsewhere
    assert [letter.position for letter in side.dead_letters()] == [head[1]]


def test_an_event_that_the_database_refuses_is_found_in_a_page_prepared_there(
    log: EventLog, side: Projections, pool: Database, rows: Rows, elsewhere: Elsewhere
) -> None:
    told(log)
    refused = log.append(recorded(metadata_key="first"), recorded(metadata_key=KEY))
    head = told(log)

    with refusing(pool):
        assert side.catch_up() == head

    assert elsewhere
    assert [letter.position for letter in side.dead_letters()] == [refused.last_position]
    assert (refused.first_position,) in rows("feature_metadata", "position")


def test_the_process_ends_when_nobody_asks_any_more(pool: Database) -> None:
    process = PreparingProcess(pool, ["feature_metadata"])._process
    assert process.stdin is not None

    process.stdin.close()  # as when the process that asks is killed

    assert process.wait(timeout=30) == 0
    assert process.stdout is not None
    process.stdout.close()


def test_what_is_asked_for_is_run_by_this_very_library() -> None:
    program = COMMAND[-1].replace("main()", "print(main.__module__)")

    done = subprocess.run(
        [sys.executable, *COMMAND[:-1], program], check=True, stdout=subprocess.PIPE, text=True
    )

    assert done.stdout.strip() == "featuretrail.projections.preparing_process"
