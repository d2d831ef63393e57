"""Our own webhook: JSON by POST, signed as https://www.standardwebhooks.com says."""

import base64
import binascii
import hashlib
import hmac
import http.client
import socket
import ssl
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from threading import Timer
from urllib.parse import SplitResult, urlsplit

from attrs import field, frozen

from featuretrail.domain.errors import DeliveryError, InvalidInputError

SCHEMES = {"webhook+https": "https", "webhook+http": "http"}
PORTS = {"webhook+https": 443, "webhook+http": 80}
PREFIX = "whsec_"
SECONDS = 10.0
"""How long connecting may take, and each wait for the answer."""
IN_ALL = 30.0
"""How long an answer may take that comes in drops."""

_SECRET_BYTES = range(24, 65)
_READ = 4_096


@frozen
class Webhook:
    """A receiver: where it is, and the secret that its messages are signed with."""

    secure: bool
    host: str
    port: int
    target: str
    key: bytes = field(repr=False)

    def send(self, message_id: str, timestamp: int, body: bytes) -> None:
        """Post a message; raise ``DeliveryError`` unless the answer is one of success.

        Redirections are not followed: what they lead to was not configured.
        """
        headers = {
            "content-type": "application/json",
            "webhook-id": message_id,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": signature(self.key, message_id, timestamp, body),
        }
        try:
            with closing(self._connection()) as connection:
                connection.connect()
                with _deadline(connection.sock):
                    connection.request("POST", self.target, body, headers)
                    with connection.getresponse() as answer:
                        told = answer.read(_READ).decode("utf-8", "replace")
        except (OSError, UnicodeError, http.client.HTTPException) as error:
            reason = str(error) or type(error).__name__
            raise DeliveryError(self.host, reason) from error
        if not 200 <= answer.status < 300:
            raise DeliveryError(self.host, f"HTTP {answer.status} {answer.reason} {told}")

    def _connection(self) -> http.client.HTTPConnection:
        if self.secure:
            return http.client.HTTPSConnection(
                self.host, self.port, timeout=SECONDS, context=ssl.create_default_context()
            )
        return http.client.HTTPConnection(self.host, self.port, timeout=SECONDS)


@contextmanager
def _deadline(connected: socket.socket) -> Iterator[None]:
    """Cut the connection where the block takes longer than ``IN_ALL`` seconds."""

    def cut() -> None:
        with suppress(OSError):  # it was closed in the same moment
            connected.shutdown(socket.SHUT_RDWR)

    timer = Timer(IN_ALL, cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def signature(key: bytes, message_id: str, timestamp: int, body: bytes) -> str:
    """Return the value of the header ``webhook-signature``: HMAC-SHA256 of id.timestamp.body.

    >>> key = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    >>> signature(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE='
    """
    signed = b".".join([message_id.encode(), str(timestamp).encode(), body])
    return "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()


def parse_webhook(address: str) -> Webhook:
    """Return the receiver of ``webhook+https://host/path#whsec_SECRET``.

    The secret is base64 of 24 to 64 bytes. Raises ``InvalidInputError``, which never repeats it.
    """
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        raise InvalidInputError("the address of the webhook is no URL") from None
    if parts.scheme not in SCHEMES or parts.hostname is None or "@" in parts.netloc:
        raise InvalidInputError(
            "a webhook is webhook+https://host/path#whsec_SECRET, without user or password"
        )
    return Webhook(
        secure=SCHEMES[parts.scheme] == "https",
        host=parts.hostname,
        port=PORTS[parts.scheme] if port is None else port,
        target=_target(parts),
        key=_key(parts.fragment),
    )


def _target(parts: SplitResult) -> str:
    query = f"?{parts.query}" if parts.query else ""
    return f"{parts.path or '/'}{query}"


def _key(secret: str) -> bytes:
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not secret.startswith(PREFIX) or len(key) not in _SECRET_BYTES:
        raise InvalidInputError(
            "a webhook's address ends with #whsec_ and its secret: base64 of 24 to 64 random "
            "bytes, which `openssl rand -base64 32` makes"
        )
    return key
