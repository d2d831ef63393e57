"""A long way is prepared in a process of its own, and changes nothing but the time it takes."""

import sys

import pytest

from featuretrail.domain.errors import ProjectionError
from featuretrail.domain.events import MetadataRecorded
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.log.application import EventLog
from featuretrail.projections.live import claim_live
from featuretrail.projections.preparing import Prepared
from featuretrail.projections.preparing_process import COMMAND, PreparingProcess
from featuretrail.projections.projections import Projections
from featuretrail.projections.projector import Projector
from featuretrail.projections.read_model import ReadModel
from tests.projections.live.conftest import Rows
from tests.projections.live.events import append_raw, one_a_table, recorded
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
    with PreparingProcess(pool, ["feature_metadata"]) as asked:
        process = asked._process
        assert process.stdin is not None

        process.stdin.close()  # as when the process that asks is killed

        assert process.wait(timeout=30) == 0


def test_a_short_way_after_a_long_one_is_gone_by_the_same_projector(
    log: EventLog, projector: Projector, elsewhere: Elsewhere, monkeypatch: pytest.MonkeyPatch
) -> None:
    head = told(log)
    projector.advance(head)
    monkeypatch.setattr("featuretrail.projections.ahead.LONG_WAY", 50)
    served = len(elsewhere)

    later = told(log, 1)

    assert projector.advance(later).position == later
    assert len(elsewhere) == served > 0


def test_a_long_way_that_is_broken_off_ends_its_process_and_can_be_gone_again(
    log: EventLog, projector: Projector, elsewhere: Elsewhere
) -> None:
    head = told(log)

    def enough(position: int, until: int) -> None:
        if position < until:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        projector.advance(head, enough)
    first = elsewhere[0]._process

    assert first.returncode is not None
    assert projector.advance(head).position == head
    assert elsewhere[-1]._process is not first


def test_an_event_stops_the_projector_before_it_wherever_its_page_was_prepared(
    pool: Database, log: EventLog, elsewhere: Elsewhere
) -> None:
    told(log)
    broken = append_raw(log, MetadataRecorded.TOPIC, b"[1]")
    told(log)
    stopping = claim_live(pool, "stop")
    assert stopping is not None

    with stopping, pytest.raises(ProjectionError):
        stopping.advance(broken + 1)

    assert elsewhere
    assert stopping.generation.position == broken - 1


def test_other_code_than_this_release_prepares_nothing(
    log: EventLog, side: Projections, elsewhere: Elsewhere, monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    head = told(log)
    monkeypatch.setattr(
        "featuretrail.projections.preparing_process.library_version", lambda: "another release"
    )

    assert side.catch_up() == head

    assert elsewhere == []
    assert "not another release" in caplog.text


def test_what_is_printed_over_there_harms_no_reply(
    log: EventLog, side: Projections, elsewhere: Elsewhere, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "featuretrail.projections.preparing_process.COMMAND",
        (*COMMAND[:-1], COMMAND[-1].replace("; main(", "; print('hello'); main(")),
    )
    head = told(log)

    assert side.catch_up() == head
    assert elsewhere


def test_read_models_of_ones_own_are_prepared_in_this_process(
    pool: Database, log: EventLog, projector: Projector, elsewhere: Elsewhere
) -> None:
    own = ReadModel("feature_metadata", time="created_at")
    alone = Projector(pool, projector.connection, projector.generation, models=[own])
    head = told(log)

    assert alone.advance(head).position == head
    assert elsewhere == []


def test_a_page_that_does_not_follow_is_refused(
    log: EventLog, projector: Projector, elsewhere: Elsewhere
) -> None:
    head = told(log)
    prepared = projector._preparer.prepare(4, head, {})

    with pytest.raises(RuntimeError, match="a page after 4 cannot follow position 0"):
        projector._take(prepared)
    assert elsewhere == []
