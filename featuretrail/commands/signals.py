"""Ending a loop by SIGTERM or Ctrl-C."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager

from featuretrail.infrastructure.stopping import Stop


@contextmanager
def stopped_by_signals() -> Iterator[Stop]:
    """Yield what the first SIGTERM or SIGINT sets; a second one acts as usual."""
    stop = Stop()
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}

    def ask(number: int, frame: object) -> None:  # noqa: ARG001 - the signature of a handler
        stop.set()
        for each, handler in before.items():
            signal.signal(each, handler)

    for number in before:
        signal.signal(number, ask)
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
