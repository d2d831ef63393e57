"""Events sent over HTTP to a real server on this machine, by the client's own transport."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import create_server
from threading import Thread
from typing import Any

import pytest

import featuretrail as ft
from tests.lineage.openlineage.client import read
from tests.store.weather import hourly, weather


class Collector(ThreadingHTTPServer):
    """A collector of lineage that answers with ``status``, from the request number ``failing``."""

    daemon_threads = True

    def __init__(self, status: int = 201, failing: int | None = None) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.status = status
        self.failing = failing
        self.taken: list[tuple[str, dict[str, str], dict[str, Any]]] = []
        self.asked = 0

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Handler(BaseHTTPRequestHandler):
    server: Collector

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked += 1
        failing = self.server.failing
        if failing is not None and len(self.server.taken) >= failing:
            self._answer(self.server.status, b"no more room")
            return
        self.server.taken.append((self.path, dict(self.headers), body))
        self._answer(201, b"")

    def do_GET(self) -> None:
        self._answer(200, b"please log in")

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        if status == 302:
            self.send_header("Location", "/login")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def collecting(status: int = 201, failing: int | None = None) -> Iterator[Collector]:
    with Collector(status, failing) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def filled(
    store: ft.TimescaleDBFeatureStore, monkeypatch: pytest.MonkeyPatch
) -> ft.TimescaleDBFeatureStore:
    """A store with one run, and no proxy on the way."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.delenv("OPENLINEAGE_API_KEY", raising=False)
    store.register(weather())
    store.ingest("weather", hourly())
    return store


def test_events_arrive_as_they_are_exported(filled: ft.TimescaleDBFeatureStore) -> None:
    with collecting() as collector:
        assert filled.lineage.send(collector.address) == 2
    exported = filled.lineage.export("openlineage").text.splitlines()
    assert [body for _, _, body in collector.taken] == [json.loads(line) for line in exported]
    assert all(read(body) for _, _, body in collector.taken)
    path, headers, _ = collector.taken[0]
    assert path == "/api/v1/lineage"
    assert headers["Content-Type"] == "application/json"
    assert "Authorization" not in headers


def test_a_path_of_the_address_and_the_key_of_the_environment_are_used(
    filled: ft.TimescaleDBFeatureStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENLINEAGE_API_KEY", "hunter2")
    with collecting() as collector:
        filled.lineage.send(f"{collector.address}/lineage?team=a")
    path, headers, _ = collector.taken[0]
    assert path == "/lineage?team=a"
    assert headers["Authorization"] == "Bearer hunter2"


def test_a_refusal_says_what_the_server_said_and_how_far_it_got(
    filled: ft.TimescaleDBFeatureStore,
) -> None:
    with (
        collecting(422, failing=1) as collector,
        pytest.raises(ft.EndpointError, match=r"event 2: HTTP 422 .*no more room") as refused,
    ):
        filled.lineage.send(f"{collector.address}/?token=hunter2")
    assert refused.value.sent == 1
    assert "hunter2" not in str(refused.value)
    assert collector.asked == 2


def test_a_server_that_is_broken_is_asked_again_a_few_times(
    filled: ft.TimescaleDBFeatureStore,
) -> None:
    with (
        collecting(503, failing=0) as collector,
        pytest.raises(ft.EndpointError, match="event 1: too many 503 error responses"),
    ):
        filled.lineage.send(collector.address)
    assert collector.asked == 4


def test_a_page_to_log_in_takes_nothing(filled: ft.TimescaleDBFeatureStore) -> None:
    with (
        collecting(302, failing=0) as collector,
        pytest.raises(ft.EndpointError, match="redirects elsewhere"),
    ):
        filled.lineage.send(collector.address)


def test_an_address_where_nobody_listens_is_said_without_its_query(
    filled: ft.TimescaleDBFeatureStore,
) -> None:
    with create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(ft.EndpointError, match=r"event 1: .*refused") as away:
        filled.lineage.send(f"http://127.0.0.1:{port}/lineage?token=hunter2")
    assert "hunter2" not in str(away.value)
