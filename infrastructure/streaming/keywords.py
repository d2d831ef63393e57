"""What can be said of a stream when it is opened."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Literal, TypedDict

from featuretrail.infrastructure.streaming.message import Decode


class StreamKeywords(TypedDict, total=False):
    """The options of ``store.stream``; times are timedeltas or seconds.

    * ``columns``: the features that messages have; by default all of the group without a rule.
    * ``max_rows`` (5,000), ``max_delay`` (0.1 s): a micro-batch has so many messages at most, and
      its first waits so long at most.
    * ``max_pending_rows`` (ten times ``max_rows``): so many may wait; ``put`` then waits up to
      ``timeout`` (60 s). Of undecoded messages at most 128 MiB wait.
    * ``allowed_lateness`` (a minute, a timedelta): rows further behind count as late.
    * ``compute``: features with rules, computed after micro-batches.
    * ``on_poison``: ``"park"`` messages that cannot be stored, or ``"stop"`` at the first.
    * ``decode`` (JSON): makes a mapping of columns of a message's bytes.
    * ``actor``, ``reason``: for the audit trail.
    """

    columns: Sequence[str] | None
    max_rows: int
    max_delay: timedelta | float
    max_pending_rows: int | None
    timeout: timedelta | float
    allowed_lateness: timedelta
    compute: str | Sequence[str]
    on_poison: Literal["park", "stop"]
    decode: Decode
    actor: str | None
    reason: str | None
