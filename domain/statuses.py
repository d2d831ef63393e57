"""The five answers to "what was this feature worth for this entity at this time?"."""

from collections.abc import Sequence
from typing import Final

PRESENT: Final = 0
NULL: Final = 1
MISSING: Final = 2
EXPIRED: Final = 3
RETRACTED: Final = 4

STATUS_NAMES: Sequence[str] = ("present", "null", "missing", "expired", "retracted")
"""Names by code: the value holds; it was recorded as NULL; nothing is known at that time; it was
known but is older than the group's TTL; it was known and has been retracted."""
