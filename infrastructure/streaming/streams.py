"""Streams of a store: opened for writing, looked at, followed."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial

from featuretrail.domain.errors import InvalidInputError
from featuretrail.domain.events.base import Metadata
from featuretrail.domain.inputs import (
    check_amount,
    check_choice,
    check_count,
    check_label,
    shown,
)
from featuretrail.infrastructure.access import needs
from featuretrail.infrastructure.computing.computer import RuleComputer
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.log.application import EventLog
from featuretrail.infrastructure.registry import RegistryReader
from featuretrail.infrastructure.streaming.message import Decode, decode_json
from featuretrail.infrastructure.streaming.storing import Source
from featuretrail.infrastructure.streaming.writer import StreamOptions, StreamWriter
from featuretrail.infrastructure.values.ingestion import ValueStore

Decided = Callable[[str | None, str | None], Metadata]


class Streams:
    """Opens writers of streams, and tells how far they are."""

    def __init__(
        self,
        database: Database,
        log: EventLog,
        registry: RegistryReader,
        values: ValueStore,
        rules: RuleComputer,
        decided: Decided,
    ) -> None:
        self._database = database
        self._log = log
        self._registry = registry
        self._values = values
        self._rules = rules
        self._decided = decided

    @needs("writer")
    def open(
        self,
        group: str,
        *,
        source: str,
        columns: Sequence[str] | None = None,
        max_rows: int = 5_000,
        max_delay: timedelta | float = 0.1,
        max_pending_rows: int | None = None,
        timeout: timedelta | float = 60.0,
        allowed_lateness: timedelta = timedelta(minutes=1),
        compute: Sequence[str] = (),
        on_poison: str = "park",
        decode: Decode = decode_json,
        actor: str | None = None,
        reason: str | None = None,
    ) -> StreamWriter:
        """Open a writer of ``source`` into ``group``; see ``TimescaleDBFeatureStore.stream``."""
        check_choice("on_poison", on_poison, ("park", "stop"))
        if not isinstance(allowed_lateness, timedelta) or allowed_lateness < timedelta(0):
            raise InvalidInputError(
                f"allowed_lateness is {shown(allowed_lateness)}; give a timedelta from 0"
            )
        rows = check_count("max_rows", max_rows, 1)
        pending = max(10 * rows, 1) if max_pending_rows is None else max_pending_rows
        options = StreamOptions(
            columns=columns,
            max_rows=rows,
            max_delay=_seconds("max_delay", max_delay),
            max_pending_rows=check_count("max_pending_rows", pending, rows),
            timeout=_seconds("timeout", timeout),
            allowed_lateness=allowed_lateness,
            on_poison="stop" if on_poison == "stop" else "park",
            decode=decode,
            metadata=self._decided(actor, reason),
        )
        named = Source(group, check_label("source", source))
        run = self._computing(compute, options.metadata)
        return StreamWriter(self._database, self._registry, self._values, named, options, run)

    def _computing(
        self, features: Sequence[str], metadata: Metadata
    ) -> Callable[[], object] | None:
        wanted = [features] if isinstance(features, str) else list(features)
        if not wanted:
            return None
        self._rules.check(wanted)
        return partial(self._rules.compute, wanted, metadata=metadata)


def _seconds(what: str, given: object) -> float:
    return check_amount(what, given.total_seconds() if isinstance(given, timedelta) else given)
