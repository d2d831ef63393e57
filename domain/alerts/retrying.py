"""When a failed delivery is tried again: exponential backoff, spread so that few coincide."""

from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

ATTEMPTS = 12
"""Attempts before an alert is given up: over five hours."""

FIRST_DELAY, LONGEST_DELAY = timedelta(seconds=30), timedelta(hours=1)
SPREAD = 0.25


def next_attempt(alert: UUID, attempt: int, failed_at: datetime) -> datetime | None:
    """Return when an alert is tried again after its ``attempt``-th failure, ``None`` for never.

    The delay doubles from 30 seconds up to an hour, and is spread by up to a quarter either way;
    alert and attempt determine it, so that a replay gives the same times.
    """
    if attempt >= ATTEMPTS:
        return None
    doublings = int(2 ** (attempt - 1))
    delay = min(FIRST_DELAY * doublings, LONGEST_DELAY)
    return failed_at + delay * (1 + SPREAD * _jitter(alert, attempt))


def _jitter(alert: UUID, attempt: int) -> float:
    """Return a number from -1 to 1 that looks random."""
    digest = sha256(alert.bytes + attempt.to_bytes(4, "big")).digest()
    return int.from_bytes(digest[:8], "big") / 2**63 - 1
