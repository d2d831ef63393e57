"""The messages taken and not stored yet: bounded, so that a slow database slows the source."""

from collections import Counter, deque
from collections.abc import Sequence
from threading import Condition
from time import monotonic

from featuretrail.domain.errors import FeatureTrailError, StreamBlockedError
from featuretrail.domain.streaming.offsets import OffsetKey, is_after
from featuretrail.infrastructure.streaming.message import Message

BATCH_BYTES = 1 << 24
PENDING_BYTES = 1 << 27
"""However few: large messages must not use up the memory, nor what one statement can hold."""


class Buffer:
    """Takes messages from any thread, gives micro-batches to one.

    A micro-batch is due with ``max_rows`` messages or 16 MiB of them, or when its first one has
    waited for ``max_delay`` seconds. At most ``max_pending`` messages, of at most 128 MiB and the
    last one, are in here or being stored.
    """

    def __init__(self, group: str, max_rows: int, max_delay: float, max_pending: int) -> None:
        self.accepted: dict[str, OffsetKey] = {}
        self.redelivered: Counter[str] = Counter()
        self._group = group
        self._max_rows = max_rows
        self._max_delay = max_delay
        self._max_pending = max_pending
        self._changed = Condition()
        self._waiting: deque[Message] = deque()
        self._waiting_bytes = 0
        self._in_hand = self._in_hand_bytes = 0
        self._since = 0.0
        self._taken = self._done = 0
        self._flush_to = 0
        self._closed = False
        self._error: BaseException | None = None

    @property
    def pending(self) -> int:
        """How many messages are not stored yet."""
        return len(self._waiting) + self._in_hand

    def put(self, messages: Sequence[Message], timeout: float) -> int:
        """Take ``messages`` in their order, waiting for room; return how many were new.

        A message at or below the last one taken from its partition is dropped. Raises
        ``StreamBlockedError`` after ``timeout`` seconds, and what ended the writer.
        """
        deadline = monotonic() + timeout
        new = 0
        with self._changed:
            for message in messages:
                self._await_room(deadline, timeout)
                if not is_after(message.key, self.accepted.get(message.partition)):
                    self.redelivered[message.partition] += 1
                    continue
                self.accepted[message.partition] = message.key
                if not self._waiting:
                    self._since = monotonic()
                self._waiting.append(message)
                self._waiting_bytes += message.size
                new += 1
                if len(self._waiting) == 1 or self._full():
                    self._changed.notify_all()
        return new

    def offer(self, messages: Sequence[Message]) -> bool:
        """Take ``messages`` if there is room for all of them now; never waits.

        Where it tells that there was none, some may have been taken: give them all again.
        """
        with self._changed:
            self._raise()
            if self.pending + len(messages) > self._max_pending or not self._has_room():
                return False
        try:
            self.put(messages, timeout=0.0)
        except StreamBlockedError:  # another thread took the room
            return False
        return True

    def take(self) -> list[Message] | None:
        """Wait for a micro-batch that is due and return it; ``None`` when closed and empty."""
        with self._changed:
            while not self._due():
                if self._closed and not self._waiting:
                    return None
                left = self._since + self._max_delay - monotonic() if self._waiting else None
                self._changed.wait(left)
            taken: list[Message] = []
            size = 0
            while self._waiting and len(taken) < self._max_rows and size < BATCH_BYTES:
                taken.append(self._waiting.popleft())
                size += taken[-1].size
            self._since = monotonic()
            self._waiting_bytes -= size
            self._in_hand, self._in_hand_bytes = len(taken), size
            self._taken += len(taken)
            return taken

    def take_redelivered(self) -> Counter[str]:
        """Return how many messages of each partition came again since this was last asked."""
        with self._changed:
            counted, self.redelivered = self.redelivered, Counter()
            return counted

    def done(self) -> None:
        """Say that the micro-batch taken last is stored."""
        with self._changed:
            self._done += self._in_hand
            self._in_hand = self._in_hand_bytes = 0
            self._changed.notify_all()

    def fail(self, error: BaseException) -> None:
        """End it: ``error`` is raised by every call from here on."""
        with self._changed:
            self._error = error
            self._closed = True
            self._changed.notify_all()

    def flush(self, timeout: float) -> None:
        """Wait until all that was taken is stored; raises as ``put``."""
        deadline = monotonic() + timeout
        with self._changed:
            wanted = self._taken + len(self._waiting)
            self._flush_to = max(self._flush_to, wanted)
            self._changed.notify_all()
            while self._done < wanted:
                self._raise()
                left = deadline - monotonic()
                if left <= 0:
                    raise StreamBlockedError(self._group, "storing", self.pending, timeout)
                self._changed.wait(left)
            self._raise()

    def check(self) -> None:
        """Raise what ended the writer, if anything did."""
        with self._changed:
            self._raise()

    def close(self) -> None:
        """Take no more; what is here still becomes micro-batches, at once."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _due(self) -> bool:
        if not self._waiting:
            return False
        return (
            self._full()
            or self._closed
            or self._taken < self._flush_to
            or monotonic() - self._since >= self._max_delay
        )

    def _full(self) -> bool:
        """Whether what waits is a micro-batch, or more."""
        return len(self._waiting) >= self._max_rows or self._waiting_bytes >= BATCH_BYTES

    def _has_room(self) -> bool:
        size = self._waiting_bytes + self._in_hand_bytes
        return self.pending < self._max_pending and size < PENDING_BYTES

    def _await_room(self, deadline: float, timeout: float) -> None:
        while True:
            self._raise()
            if self._closed:
                raise FeatureTrailError(
                    f"the stream's writer for {self._group!r} was closed; open another"
                )
            if self._has_room():
                return
            left = deadline - monotonic()
            if left <= 0:
                raise StreamBlockedError(self._group, "taking a message", self.pending, timeout)
            self._changed.wait(left)

    def _raise(self) -> None:
        if self._error is not None:
            raise self._error
