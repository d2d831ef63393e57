"""Sending events to an OpenLineage endpoint over HTTP, through the client's transport."""

import os
from collections.abc import Iterable
from urllib.parse import urlsplit, urlunsplit

import requests
from openlineage.client.event_v2 import RunEvent
from openlineage.client.transport.http import (
    ApiKeyTokenProvider,
    HttpConfig,
    HttpTransport,
    TokenProvider,
)

from featuretrail.domain.errors import EndpointError, InvalidInputError

API_KEY = "OPENLINEAGE_API_KEY"
"""The environment variable that holds the key of the endpoint, where it needs one."""

PATH = "/api/v1/lineage"
"""Where collectors of lineage listen, if the address names no path."""

SECONDS = 5.0
_RETRIES = {
    "total": 3,
    "connect": 3,
    "read": 3,
    "backoff_factor": 0.1,
    "status_forcelist": [500, 502, 503, 504],
    "allowed_methods": ["POST"],
}


def send(events: Iterable[RunEvent], address: str) -> int:
    """Post ``events`` to ``address``, one after another; return how many there were.

    Each is tried up to four times, with at most five seconds for an answer. Raises
    ``EndpointError``, with the number of those taken, and ``InvalidInputError`` for what is no
    address.
    """
    url = endpoint(address)
    shown = url.partition("?")[0]
    key = os.environ.get(API_KEY)
    auth = ApiKeyTokenProvider({"api_key": key}) if key else TokenProvider({})
    transport = HttpTransport(
        HttpConfig(url=url, endpoint="", timeout=SECONDS, auth=auth, retry=_RETRIES)
    )
    sent = 0
    try:
        for event in events:
            try:
                answer = transport.emit(event)
            except requests.RequestException as error:
                raise EndpointError(shown, _reason(error), sent) from error
            if answer.history:  # what was redirected may have been read, but was not taken
                raise EndpointError(shown, "it redirects elsewhere", sent)
            sent += 1
    finally:
        transport.close()
    return sent


def endpoint(address: str) -> str:
    """Return the URL that events are posted to.

    >>> endpoint("http://marquez:5000"), endpoint("https://collector/lineage?team=a")
    ('http://marquez:5000/api/v1/lineage', 'https://collector/lineage?team=a')
    """
    try:
        parts = urlsplit(address)
        host = parts.hostname
        known = parts.port  # noqa: F841 - raises where it is no number
    except ValueError:
        host = None
    if host is None or parts.scheme not in ("http", "https"):
        raise InvalidInputError(
            "lineage is sent to an address such as http://marquez:5000 or "
            "https://collector.example/api/v1/lineage; another was given"
        )
    if "@" in parts.netloc:  # not repeated: it may hold a password
        raise InvalidInputError(
            f"the address of {host} holds a user or a password, which others could see; put the "
            f"endpoint's key into the environment variable {API_KEY}"
        )
    return urlunsplit(parts._replace(path=PATH if parts.path in ("", "/") else parts.path))


def _reason(error: requests.RequestException) -> str:
    """Return why a request failed, without its address, whose query may hold a secret."""
    if error.response is not None:
        told = " ".join(error.response.text.split())[:200]
        return f"HTTP {error.response.status_code} {error.response.reason} {told}".strip()
    cause = error.args[0] if error.args else error
    text = str(getattr(cause, "reason", type(error).__name__))
    return text.partition("): ")[2] or text
