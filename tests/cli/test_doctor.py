"""``featuretrail doctor``: what it prints and writes, its codes, and that nothing is left."""

import json
import re
import signal
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

import featuretrail as ft
from featuretrail.cli import app
from tests.cli.conftest import Run, finish, start
from tests.cli.test_documentation import blocks
from tests.doctor.conftest import contents, throwaways
from tests.engines.database import Database

FEW = ("doctor", "--rows", "1000")


@pytest.mark.tiers("embedded")
def test_it_is_terminated_or_killed_and_run_again_and_leaves_nothing(
    filled: Run, database: Database, folder: Path
) -> None:
    before = contents(database)
    signals = (signal.SIGTERM, signal.SIGKILL)
    running = [start(["doctor", "--url", database.url], folder) for _ in signals]
    try:
        made = wait_for(database, 2)
        for process, number in zip(running, signals, strict=True):
            process.send_signal(number)
        terminated, killed = (finish(process) for process in running)
    finally:
        for process in running:
            process.kill()

    assert (terminated.code, killed.code) == (130, -signal.SIGKILL)
    assert terminated.err.startswith("error: interrupted")
    assert "Traceback" not in terminated.err
    [left] = throwaways(database)
    assert left in made

    again = filled(*FEW)

    assert again.code == 0, again.out
    assert f"dropped {left}, which a doctor who was killed had left\n" in again.out
    assert throwaways(database) == []
    assert contents(database) == before


@pytest.mark.tiers("embedded")
def test_a_finding_is_in_table_report_and_code(
    filled: Run, database: Database, folder: Path
) -> None:
    (folder / "featuretrail.toml").write_text(
        '[documentation.policy]\nmissing_unit = "error"\nmissing_set_owner = "warning"\n', "utf-8"
    )
    [_, typed] = blocks("how-to/doctor.md", "console")
    told = filled(*typed.split()[2:], "--rows", "1000")

    assert told.code == 1
    report = json.loads((folder / "doctor.json").read_text("utf-8"))
    assert report == told.json
    statuses = {each["name"]: each["status"] for each in report["checks"]}
    assert statuses.pop("documentation") == "failed"
    assert set(statuses.values()) <= {"passed", "warning"}, told.out
    assert re.fullmatch(r"featuretrail_doctor_\d+_[0-9a-f]{12}", report["namespace"]["database"])
    assert report["namespace"]["removed"] is True
    assert throwaways(database) == []

    with database.connect() as connection:
        connection.execute("ALTER TABLE featuretrail.events RENAME TO happenings")
    shown = filled("doctor", "--url", f"{database.url}&options=-c%20role%3Dpg_monitor")

    assert shown.code == 0, shown.out  # what a role may not see is no finding
    assert "not evaluated: the trial of connection, the trial of tables," in shown.out
    assert "CREATEDB" in shown.out


@pytest.mark.tiers("embedded")
def test_wrong_usage_ends_with_2_before_anything_is_made(run: Run, folder: Path) -> None:
    for options in (
        ["--rows", "999"],
        ["--rows", "1000001"],
        ["--rows", "many"],
        ["--report", "nowhere/report.json"],
        ["--report", str(folder)],
        ["--report", f"{'r' * 300}.json"],
        ["--url", "postgresql://[bad"],
        ["sick"],
    ):
        told = run("doctor", *options)
        assert (told.code, told.out) == (2, ""), options
    assert not any(folder.iterdir())


def test_a_database_that_does_not_answer_ends_with_3_and_a_report(folder: Path) -> None:
    url = "postgresql://ann:secret@127.0.0.1:1/x"
    told = CliRunner().invoke(app, ["doctor", "--url", url, "--report", "r.json"])

    assert told.exit_code == 3
    assert "connection     failed" in told.stdout
    assert "the database does not answer" in told.stdout
    written = (folder / "r.json").read_text("utf-8")
    assert json.loads(written)["reached"] is False
    assert "secret" not in told.output + written
    assert [each.name for each in folder.iterdir()] == ["r.json"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no full device")
def test_what_was_found_is_told_where_the_report_cannot_be_written(folder: Path) -> None:
    options = ["--url", "postgresql://127.0.0.1:1/x", "--report", "/dev/full"]
    process = start(["doctor", *options], folder)
    told = finish(process)

    assert told.code == 74
    assert "connection     failed" in told.out
    assert "No space left on device" in told.err


@pytest.mark.tiers("embedded")
def test_the_session_of_the_page_is_what_happens(filled: Run) -> None:
    with ft.connect(artifacts="database:", record_performance=False) as store:
        store.projections.catch_up()
    [shown, _] = blocks("how-to/doctor.md", "console")
    first, _, expected = shown.partition("\n")
    assert first == "$ featuretrail doctor"

    assert masked(filled(*FEW).out) == masked(expected)


def masked(text: str) -> list[str]:
    """The lines without numbers, targets and widths, and without what is slow on a busy machine."""
    lines = [line for line in text.splitlines() if "are the target" not in line]
    lines = [re.sub(r"featuretrail_doctor_\w+", "DATABASE", line) for line in lines]
    lines = [re.sub(r"^(\w+ +)warning ", r"\1passed ", line) for line in lines]
    lines = [re.sub(r"-?\d[\d,.]*", "N", line) for line in lines]
    return [re.sub(r" (N|-)$", "", re.sub(r" +", " ", line)) for line in lines]


def wait_for(database: Database, count: int) -> list[str]:
    """Wait until so many doctors work in throw-away databases of their own."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        found = throwaways(database)
        with database.connect() as connection:
            [(working,)] = connection.execute(
                "SELECT count(DISTINCT datname) FROM pg_stat_activity WHERE datname = ANY (%s)",
                [found],
            )
        if len(found) == working == count:
            return found
        time.sleep(0.05)
    raise AssertionError(f"{count} doctors did not begin in a minute")
