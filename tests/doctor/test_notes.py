"""What a check writes down, and what becomes of it."""

import json
from datetime import UTC, datetime
from itertools import count

import pytest
from psycopg import errors

from featuretrail.doctor.notes import Notes
from featuretrail.doctor.report import CheckReport, DoctorReport, Namespace, Timing
from featuretrail.domain.errors import (
    AccessDeniedError,
    DatabaseUnavailableError,
    NotFoundError,
    SchemaError,
)


def test_an_error_fails_a_check_and_a_warning_does_not() -> None:
    notes = Notes("tables")
    statuses = [notes.report().status]
    notes.find("warning", "look at this")
    statuses.append(notes.report().status)
    notes.expect(True, "this holds")
    statuses.append(notes.report().status)
    notes.expect(False, "this does not")
    statuses.append(notes.report().status)

    assert statuses == ["passed", "warning", "warning", "failed"]


def test_a_check_that_could_do_nothing_is_not_evaluated() -> None:
    notes = Notes("tables")
    notes.leave_out("the trial", "no right to")
    assert notes.report().status == "not evaluated"

    notes.facts["position"] = 0
    assert notes.report().status == "passed"


@pytest.mark.parametrize(
    "error",
    [
        errors.InsufficientPrivilege("permission denied"),
        AccessDeniedError("permission denied", "reading", "the role reader"),
        SchemaError("there is no schema"),
        errors.UndefinedTable("no such table"),
    ],
)
def test_what_a_role_or_a_schema_does_not_let_do_is_left_out(error: Exception) -> None:
    notes = Notes("tables")
    with notes.part("the log"):
        raise error

    assert [each.part for each in notes.not_evaluated] == ["the log"]
    assert notes.findings == []


@pytest.mark.parametrize("error", [SchemaError("gone"), errors.UndefinedTable("no such table")])
def test_what_is_lacking_where_every_migration_was_applied_is_an_error(error: Exception) -> None:
    notes = Notes("tables", migrated=True)
    with notes.part("the log"):
        raise error

    assert [each.level for each in notes.findings] == ["error"]
    assert notes.not_evaluated == []


def test_what_else_is_raised_on_purpose_is_an_error_and_a_lost_database_or_a_defect_goes_on() -> (
    None
):
    notes = Notes("tables")
    with notes.part("the log"):
        raise NotFoundError("snapshot", "a@1.0.0")
    with pytest.raises(DatabaseUnavailableError), notes.part("the log"):
        raise DatabaseUnavailableError("gone")
    with pytest.raises(KeyError), notes.part("the log"):
        raise KeyError("a")

    [found] = notes.findings
    assert found.level == "error"
    assert found.words.startswith("the log: no snapshot 'a@1.0.0'")


def test_a_slow_work_is_a_warning_with_the_figure_and_the_target() -> None:
    notes = Notes("quality")
    notes.took("a quick one", 99.9, 100)
    notes.took("one without target", 1e6)
    notes.took("a slow one", 1234.5, 200)

    [found] = notes.findings
    assert found.level == "warning"
    assert "1,234 ms" in found.words
    assert "200 ms" in found.words
    assert [each.slow for each in notes.timings] == [False, False, True]


def test_the_best_of_some_tries_counts() -> None:
    notes, calls = Notes("quality"), count(1)
    assert notes.time("counting", lambda: next(calls), tries=5) == 5
    assert len(notes.timings) == 1


def test_a_report_is_json_and_fails_with_any_of_its_checks() -> None:
    began = datetime(2025, 7, 1, tzinfo=UTC)
    good = CheckReport("tables", (), (Timing("a round trip", 0.1),), (), {"position": 3}, 1.0)
    notes = Notes("lineage")
    notes.find("error", "a cycle")

    def report(*checks: CheckReport) -> DoctorReport:
        return DoctorReport("h/d", began, 1000, True, Namespace(None, "no right"), checks)

    assert report(good).ok
    assert not report(good, notes.report()).ok
    told = json.loads(json.dumps(report(good, notes.report()).to_dict()))
    assert [each["status"] for each in told["checks"]] == ["passed", "failed"]
    assert told["namespace"]["reason"] == "no right"
    assert "position" in good._repr_html_()
