"""``projections``: the read side's state, its rebuild and proof, what it could not take in."""

import os
import pty
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Finished, Run, finish, start
from tests.engines.database import Database

CHANGE = "UPDATE featuretrail.feature_metadata SET version = 7 WHERE metadata_key = 'unit'"
REFUSE = "ALTER TABLE featuretrail.feature_metadata ADD CONSTRAINT no CHECK (false)"
ALLOW = "ALTER TABLE featuretrail.feature_metadata DROP CONSTRAINT no"


@pytest.fixture
def projected(filled: Run) -> Run:
    """The command line, its read side level with the log by a first rebuild."""
    rebuilt = filled("projections", "rebuild", "--json")
    assert (rebuilt.code, rebuilt.err) == (0, "")
    return filled


def tamper(database: Database, statement: str) -> None:
    with database.connect() as connection:
        connection.execute(statement.encode())


def test_the_status_says_how_far_the_tables_are(filled: Run) -> None:
    before = filled("projections", "status", "--json").json
    filled("projections", "rebuild")

    after = filled("projections", "status", "--json").json
    told = filled("projections", "status")

    assert (before["position"], before["lag_events"]) == (0, 5)
    assert (after["position"], after["lag_events"], after["generation"]) == (5, 0, 2)
    assert [each["state"] for each in after["generations"]] == ["soaking", "live"]
    assert "nobody: start featuretrail projections run" in told.out


def test_a_schema_that_somebody_altered_is_told_so(filled: Run, database: Database) -> None:
    tamper(database, "ALTER TABLE featuretrail.dead_letters RENAME TO letters")

    status = filled("projections", "status")

    assert status.code == 3
    assert "featuretrail.dead_letters" in status.err
    assert "the schema was altered: restore what is missing" in status.err


def test_a_rebuild_reports_its_proof_in_plain_text(projected: Run) -> None:
    told = projected("projections", "rebuild")

    assert (told.code, told.err) == (0, "")
    assert told.out.startswith("the live tables are what the log makes\n")
    assert re.search(r"^  swapped within +[\d.]+ ms$", told.out, re.MULTILINE)
    assert re.search(r"^feature_metadata +\d+ +(\w{16}) +\1 +yes$", told.out, re.MULTILINE)
    assert told.out.isascii()


def test_a_proof_in_json_swaps_nothing(projected: Run) -> None:
    proof = projected("projections", "rebuild", "--verify-only", "--json")

    assert proof.code == 0
    assert (proof.json["ok"], proof.json["swapped"], proof.json["schema"]) == (True, False, None)
    assert proof.json["swap_ms"] is None
    assert {each["ok"] for each in proof.json["verification"]["tables"]} == {True}
    assert projected("projections", "status", "--json").json["generation"] == 2


def test_differences_end_with_1_and_are_swapped_only_when_accepted(
    projected: Run, database: Database
) -> None:
    tamper(database, CHANGE)

    found = projected("projections", "rebuild")
    proof = projected("projections", "rebuild", "--verify-only", "--json")
    accepted = projected("projections", "rebuild", "--accept-differences", "--json")
    mended = projected("projections", "rebuild", "--verify-only")

    assert (found.code, proof.code, accepted.code, mended.code) == (1, 1, 1, 0)
    assert "feature_metadata: 2 rows differ\n" in found.out
    assert re.search(r"row \S+ of feature_metadata: version is 7, not 1\n", found.out)
    assert "--accept-differences puts the rebuilt ones in their place" in found.out
    [first, _] = proof.json["verification"]["differences"]
    assert (first["kind"], first["columns"]) == ("changed", {"version": ["7", "1"]})
    assert (accepted.json["ok"], accepted.json["swapped"]) == (False, True)


def test_some_tables_can_be_proven_alone(projected: Run, database: Database) -> None:
    tamper(database, CHANGE)

    other = projected("projections", "rebuild", "--verify-only", "--table", "feature_lineage")
    same = projected("projections", "rebuild", "--verify-only", "--table", "feature_metadata")

    assert (other.code, same.code) == (0, 1)


def test_a_copy_as_of_a_position_is_kept_until_dropped(projected: Run) -> None:
    made = projected("projections", "rebuild", "--until", "2", "--into", "before", "--json")
    again = projected("projections", "rebuild", "--until", "2", "--into", "before")
    dropped = projected("projections", "prune", "--copy", "before", "--json")
    gone = projected("projections", "prune", "--copy", "before")

    assert (made.code, made.json["schema"], made.json["position"]) == (0, "before", 2)
    assert again.code == 2
    assert "holds a copy" in again.err
    assert [each["schema"] for each in dropped.json["dropped"]] == ["before"]
    assert gone.code == 2


def test_swapping_back_and_pruning(projected: Run) -> None:
    back = projected("projections", "swap-back", "--json")
    told = projected("projections", "swap-back")
    early = projected("projections", "prune")
    pruned = projected("projections", "prune", "--soak-hours", "0")
    nothing = projected("projections", "swap-back")

    assert (back.json["generation"], back.json["state"]) == (1, "live")
    assert told.out.startswith("swapped back\n")
    assert early.out == "nothing to drop\n"
    assert pruned.code == 0
    assert "soaking" in pruned.out
    assert (nothing.code, nothing.out) == (2, "")


def test_dead_letters_are_told_until_they_are_replayed(filled: Run, database: Database) -> None:
    tamper(database, REFUSE)
    filled("projections", "rebuild", "--verify-only")
    failing = filled("projections", "replay-dead-letters")
    tamper(database, ALLOW)
    proof = filled("projections", "rebuild", "--verify-only")
    replayed = filled("projections", "replay-dead-letters", "--json")
    mended = filled("projections", "rebuild", "--verify-only")

    assert failing.code == 1
    assert "CheckViolation" in failing.out
    assert proof.code == 1
    assert "dead letters: 2 live, 0 rebuilt, 2 of them of one side only" in proof.out
    assert "is a dead letter of the live tables" in proof.out
    assert (replayed.code, replayed.json["remaining"]) == (0, 0)
    assert mended.code == 0


@pytest.mark.parametrize(
    "options",
    [
        ["--until", "-1"],
        ["--until", "99"],
        ["--until", "soon"],
        ["--into", "public"],
        ["--into", "a b"],
        ["--table", "feature_linage"],
        ["--verify-only", "--until", "3"],
        ["--verify-only", "--accept-differences"],
        ["--accept-differences", "--into", "there"],
        ["--soak-hours", "nan"],
        ["--soak-hours", "inf"],
        ["--soak-hours", "-1"],
    ],
)
def test_wrong_usage_of_rebuild_ends_with_2(filled: Run, options: list[str]) -> None:
    refused = filled("projections", "rebuild", *options)

    assert (refused.code, refused.out) == (2, "")
    assert "rror" in refused.err


def test_a_database_that_is_away_ends_with_3(run: Run) -> None:
    for name in ("rebuild", "swap-back", "prune", "status", "run", "replay-dead-letters"):
        refused = run("projections", name, "--url", "postgresql://127.0.0.1:1/nothing")

        assert (refused.code, refused.out) == (3, "")
        assert refused.err.startswith("error: cannot connect")


def test_the_daemon_takes_in_what_comes_and_stops_on_a_signal(
    filled: Run, folder: Path, database: Database
) -> None:
    process = start(["projections", "run", "--url", database.url], folder)
    assert process.stderr is not None
    lines = [process.stderr.readline(), process.stderr.readline()]
    waited = filled("projections", "rebuild", "--verify-only", "--json")
    owner = filled("projections", "status", "--json").json["owner"]

    process.send_signal(signal.SIGTERM)
    ended: Finished = finish(process)

    assert "following the log" in lines[0]
    assert "owns generation 1" in lines[1]
    assert waited.json["ok"] is True
    assert owner["pid"] > 0
    assert (ended.code, ended.out) == (0, "")
    assert "stopped at position" in ended.err


def test_progress_is_seen_on_a_terminal_only(filled: Run, folder: Path, database: Database) -> None:
    reader, terminal = pty.openpty()
    kept = {name: value for name, value in os.environ.items() if "FEATURETRAIL" not in name}
    process = subprocess.Popen(
        [sys.executable, "-m", "featuretrail", "projections", "rebuild", "--url", database.url],
        cwd=folder,
        env=kept | {"TERM": "xterm-256color", "COLUMNS": "120"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=terminal,
    )
    os.close(terminal)
    shown = b""
    while chunk := _chunk(reader):
        shown += chunk
    os.close(reader)
    out, _ = process.communicate(timeout=60)

    assert process.returncode == 0
    assert b"building" in shown
    assert b"5/5" in shown
    assert b"building" not in out
    assert filled("projections", "rebuild").err == ""


def _chunk(reader: int) -> bytes:
    try:
        return os.read(reader, 65_536)
    except OSError:  # how Linux says that the other end of a terminal is closed
        return b""
