"""Taking secrets out of what is recorded: an address may be quoted by whatever fails at it."""

from urllib.parse import unquote, unquote_plus, urlsplit

HIDDEN = "***"
SHORTEST = 4
"""Characters from which on a part of an address may be a secret."""

LONGEST_TEXT = 500


def redacted(text: str, address: str) -> str:
    """Return ``text`` on one line, cut, without any part of ``address`` but scheme and host.

    >>> redacted("401 for https://h/T0KEN/x", "slack://h/T0KEN/x?key=abcd")
    '401 for https://h***'
    """
    for secret in _secrets(address):
        text = text.replace(secret, HIDDEN)
    return " ".join(text.split())[:LONGEST_TEXT]


def _secrets(address: str) -> list[str]:
    """Return the parts of an address that may be secret, the longest first."""
    scheme, _, rest = address.partition("://")
    parts = urlsplit(f"http://{rest}")
    user, at, host = parts.netloc.rpartition("@")
    queries = [each.partition("=")[2] for each in parts.query.split("&")]
    found = [address, rest, parts.path, parts.query, parts.fragment, *parts.path.split("/")]
    found += [*queries, *([user, *user.split(":", 1)] if at else [])]
    if scheme not in ("mailto", "mailtos", "webhook+http", "webhook+https"):
        found.append(host)  # services without a host have their first token in its place
    spelled = {form for each in found for form in (each, unquote(each), unquote_plus(each))}
    return sorted((each for each in spelled if len(each) >= SHORTEST), key=len, reverse=True)
