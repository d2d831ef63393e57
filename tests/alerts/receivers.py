"""Real receivers on the loopback: a web server that verifies signatures, and a mail server."""

import base64
import hashlib
import hmac
import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

from aiosmtpd.controller import Controller
from attrs import define, field

SECRET = base64.b64encode(bytes(range(32))).decode()
"""The secret of a webhook's address, without its prefix."""


@define
class Receiver:
    """A web server that answers with ``answers`` in turn (then 200) and keeps what it was sent.

    ``hang`` answers once ``release`` is set, ``close`` not at all.
    """

    port: int = 0
    answers: list[int | str] = field(factory=list)
    received: list[dict[str, Any]] = field(factory=list)
    release: Event = field(factory=Event)

    @property
    def address(self) -> str:
        """The address as it is configured."""
        return f"webhook+http://127.0.0.1:{self.port}/hook?team=a#whsec_{SECRET}"

    @property
    def titles(self) -> list[str]:
        """What the messages said that were taken, in order."""
        return [each["data"]["title"] for each in self.taken]

    @property
    def taken(self) -> list[dict[str, Any]]:
        """The messages that were taken."""
        return [each for each in self.received if each["answer"] == 200]


@contextmanager
def receiver(*answers: int | str) -> Iterator[Receiver]:
    """Run a web server until the block ends."""
    state = Receiver(answers=list(answers))

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            answer = state.answers.pop(0) if state.answers else 200
            facts = {"answer": answer, "path": self.path, "id": self.headers["webhook-id"]}
            state.received.append({**json.loads(body), **facts, "signed": _signed(self, body)})
            if answer == "hang":
                state.release.wait(20)
            if isinstance(answer, str):
                self.close_connection = True
                return
            self.send_response(answer)
            self.send_header("location", "http://127.0.0.1:1/elsewhere")
            self.end_headers()
            self.wfile.write(f"the answer to {self.path} is {answer}".encode())

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.port = server.server_port
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield state
    finally:
        state.release.set()
        server.shutdown()
        thread.join()
        server.server_close()


def _signed(request: BaseHTTPRequestHandler, body: bytes) -> bool:
    """Verify a signature as https://www.standardwebhooks.com tells receivers to."""
    content = f"{request.headers['webhook-id']}.{request.headers['webhook-timestamp']}.".encode()
    wanted = hmac.new(base64.b64decode(SECRET), content + body, hashlib.sha256).digest()
    version, _, given = request.headers["webhook-signature"].partition(",")
    return version == "v1" and hmac.compare_digest(base64.b64decode(given), wanted)


@define
class Mailbox:
    """A mail server that keeps what it was sent, and refuses with ``refusal`` if that is set."""

    port: int = 0
    refusal: str | None = None
    mails: list[Message] = field(factory=list)

    @property
    def address(self) -> str:
        """The address as it is configured."""
        return (
            f"mailto://127.0.0.1:{self.port}/?mode=insecure&from=alerts@example.com"
            "&to=ops@example.com&name=featuretrail"
        )

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: ARG002, N802
        """Take a mail."""
        if self.refusal is not None:
            return self.refusal
        self.mails.append(message_from_bytes(envelope.content))
        return "250 taken"


@contextmanager
def mailbox() -> Iterator[Mailbox]:
    """Run a mail server until the block ends."""
    box = Mailbox()
    with socket.create_server(("127.0.0.1", 0)) as free:  # a port: the controller needs one
        box.port = free.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=box.port)
    controller.start()
    try:
        yield box
    finally:
        controller.stop()
