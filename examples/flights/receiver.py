"""Whoever is on call: a web server on the loopback that takes signed messages, and checks them."""

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, Final

from attrs import define, field

PATH: Final = "/on-call"


@define
class Pager:
    """The messages that a receiver took, in order; ``address`` is secret, as it holds the key."""

    address: str = field(repr=False)
    taken: list[dict[str, Any]] = field(factory=list)
    refused: int = 0


@contextmanager
def on_call() -> Iterator[Pager]:
    """Run a receiver on a free port until the block ends."""
    key = secrets.token_bytes(32)
    server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    secret = base64.b64encode(key).decode()
    pager = Pager(f"webhook+http://127.0.0.1:{server.server_port}{PATH}#whsec_{secret}")
    server.RequestHandlerClass = _handler(pager, key)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield pager
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _handler(pager: Pager, key: bytes) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        """Takes what is signed with the key, and refuses the rest."""

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            signed = _signed(self, key, body)
            if signed:
                pager.taken.append(json.loads(body))
            else:
                pager.refused += 1
            self.send_response(204 if signed else 401)
            self.end_headers()

        def log_message(self, *_: Any) -> None:  # noqa: ANN401 - the server's signature
            """Say nothing: the story does."""

    return Handler


def _signed(request: BaseHTTPRequestHandler, key: bytes, body: bytes) -> bool:
    """Verify a signature as https://www.standardwebhooks.com tells receivers to."""
    stamp = ".".join([request.headers["webhook-id"], request.headers["webhook-timestamp"], ""])
    digest = hmac.digest(key, stamp.encode() + body, hashlib.sha256)
    wanted = f"v1,{base64.b64encode(digest).decode()}"
    return hmac.compare_digest(request.headers["webhook-signature"], wanted)
