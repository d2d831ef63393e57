"""The command line as a process: exit codes, pipes, signals, an unreachable database."""

import os
import shlex
import signal
import socket
import subprocess
import sys
import time
from importlib.metadata import version as installed_version
from pathlib import Path

import pytest

from tests.cli.conftest import finish, start
from tests.engines.database import Database


def test_help_and_version_need_no_database(tmp_path: Path) -> None:
    shown = finish(start(["--help"], tmp_path))
    version = finish(start(["version"], tmp_path))

    assert (shown.code, version.code) == (0, 0)
    assert "snapshot" in shown.out
    assert shown.out.isascii()
    assert version.out.count(".") == 2
    assert not any(tmp_path.iterdir())


@pytest.mark.parametrize(
    "arguments",
    [["nope"], ["group", "show"], ["audit", "show", "first"], ["ingest", "g", "f", "--nope"]],
)
def test_wrong_usage_ends_with_2_and_says_so(tmp_path: Path, arguments: list[str]) -> None:
    finished = finish(start(arguments, tmp_path))

    assert finished.code == 2
    assert "Error" in finished.err
    assert finished.out == ""


def test_bad_settings_end_with_2_and_show_no_value(tmp_path: Path) -> None:
    finished = finish(start(["group", "list"], tmp_path, {"FEATURETRAIL_POOL_SIZE": "hunter2"}))

    assert finished.code == 2
    assert "pool_size" in finished.err
    assert "hunter2" not in finished.err


def test_a_refused_connection_ends_with_3_soon_and_keeps_the_password(tmp_path: Path) -> None:
    begun = time.monotonic()
    url = "postgresql://user:hunter2@127.0.0.1:1/nothing"

    finished = finish(start(["group", "list", "--json", "--url", url], tmp_path))

    assert finished.code == 3
    assert finished.out == ""
    assert finished.err.startswith("error: ")
    assert "Traceback" not in finished.err
    assert "hunter2" not in finished.err
    assert time.monotonic() - begun < 30


def test_a_server_that_never_answers_ends_with_3_in_bounded_time(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"postgresql://127.0.0.1:{silent.getsockname()[1]}/nothing"
        begun = time.monotonic()

        finished = finish(start(["group", "list"], tmp_path, {"FEATURETRAIL_URL": url}), seconds=90)

    assert finished.code == 3
    assert time.monotonic() - begun < 60


@pytest.mark.parametrize("url", ["not a url", "postgresql://[::1", "mysql://h/d"])
def test_a_url_that_cannot_be_read_ends_with_2(tmp_path: Path, url: str) -> None:
    finished = finish(start(["group", "list", "--url", url], tmp_path))

    assert finished.code == 2
    assert "postgresql://" in finished.err


def test_debug_adds_the_traceback(tmp_path: Path) -> None:
    finished = finish(start(["plan", "absent.toml", "--debug"], tmp_path))

    assert finished.code == 2
    assert "Traceback" in finished.err
    assert "error: absent.toml cannot be read" in finished.err


def test_an_interrupt_ends_with_130_and_one_line(tmp_path: Path) -> None:
    pipe = tmp_path / "definitions.toml"
    os.mkfifo(pipe)
    process = start(["plan", "definitions.toml"], tmp_path)
    with pipe.open("wb"):  # opens only when the command has opened its end to read
        time.sleep(0.5)  # until it waits in its read: a signal just before that is not seen
        process.send_signal(signal.SIGINT)
        finished = finish(process)

    assert finished.code == 130
    assert finished.err.startswith("error: interrupted")
    assert "Traceback" not in finished.err


def test_a_reader_that_left_is_no_noise(tmp_path: Path) -> None:
    process = start(["version"], tmp_path)
    assert process.stdout is not None
    process.stdout.close()
    process.wait(timeout=60)
    assert process.stderr is not None
    with process.stderr as err:
        assert err.read() == ""
    assert process.returncode == 141


def test_text_that_the_locale_cannot_show_is_escaped(tmp_path: Path) -> None:
    environment = {"PYTHONIOENCODING": "latin-1"}

    finished = finish(start(["plan", "東.toml"], tmp_path, environment))

    assert finished.code == 2
    assert "\\u6771.toml" in finished.err


def test_options_before_and_after_the_command_mean_the_same(
    tmp_path: Path, database: Database
) -> None:
    before = finish(start(["--url", database.url, "group", "list", "--json"], tmp_path))
    after = finish(start(["group", "list", "--json", "--url", database.url], tmp_path))

    assert before.code == after.code == 0, before.err + after.err
    assert before.json == after.json == {"groups": []}


def test_without_a_url_the_embedded_server_of_the_folder_is_used(tmp_path: Path) -> None:
    migrated = finish(start(["db", "migrate", "--json"], tmp_path), seconds=120)
    listed = finish(start(["group", "list", "--json"], tmp_path), seconds=120)

    assert migrated.code == listed.code == 0, migrated.err + listed.err
    assert migrated.json["applied"]
    assert listed.json == {"groups": []}
    assert (tmp_path / ".featuretrail").is_dir()


@pytest.mark.parametrize("arguments", [["version"], ["version", "--json"]])
def test_a_full_disk_behind_the_output_ends_with_74_and_no_traceback(arguments: list[str]) -> None:
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        ended = subprocess.run(
            [sys.executable, "-m", "featuretrail", *arguments],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )

    assert ended.returncode == 74
    assert ended.stderr == (
        "error: the operating system refused: [Errno 28] No space left on device\n"
    )


def test_a_closed_output_is_no_defect() -> None:
    command = f"{shlex.quote(sys.executable)} -m featuretrail version"
    ended = subprocess.run(
        ["bash", "-c", f"{command} >&-; echo $?; {command} 2>&-"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert ended.stderr == ""
    assert ended.stdout.split() == ["0", installed_version("featuretrail")]
