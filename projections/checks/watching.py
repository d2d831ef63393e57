"""Watching handlers: what a pure function does not do."""

import gc
import random
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import Any

from attrs import frozen

from featuretrail.domain.events import Event
from featuretrail.infrastructure.log.decoding import encode
from featuretrail.projections.read_model import Change, Handler, Place, ReadModel, Revision

_IMPURE = {
    ("time", "time"): "reads the clock",
    ("time", "time_ns"): "reads the clock",
    ("time", "monotonic"): "reads the clock",
    ("time", "monotonic_ns"): "reads the clock",
    ("time", "perf_counter"): "reads the clock",
    ("time", "perf_counter_ns"): "reads the clock",
    (None, "datetime.now"): "reads the clock",
    (None, "datetime.utcnow"): "reads the clock",
    (None, "date.today"): "reads the clock",
    ("posix", "urandom"): "draws random bytes",
    ("nt", "urandom"): "draws random bytes",
    ("_uuid", "generate_time_safe"): "makes an id from the clock",
    ("_uuid", "UuidCreate"): "makes an id from the clock",
}
_SHARED_RANDOM = random.random.__self__  # type: ignore[attr-defined] # a bound method of it


@frozen
class Deed:
    """What the handler of a table does, given the event at ``position``."""

    table: str
    handler: str
    what: str
    position: int


class Watch:
    """Notes the first thing that a watched handler does and a pure function does not."""

    def __init__(self) -> None:
        self.found: Deed | None = None
        self._returned: dict[int, object] = {}

    def over(self, models: Sequence[ReadModel]) -> list[ReadModel]:
        """Return ``models`` with watched handlers."""
        watched = []
        for model in models:
            twin = ReadModel(model.table, model.time)
            for kind, handler in model.handlers.items():
                twin.handlers[kind] = self._watched(model.table, handler)
            watched.append(twin)
        return watched

    def _watched(self, table: str, handler: Handler) -> Handler:
        name = getattr(handler, "__qualname__", repr(handler))

        def handle(event: Event, at: Place) -> list[Change]:
            before = encode(event)
            with _impure_calls() as impure:
                changes = list(handler(event, at))
            deeds = list(impure)
            if encode(event) != before:
                deeds.append("changes the event that it is given")
            if any(self._again(change) for change in changes):
                deeds.append("returns a dict that it returned before")
            if deeds and self.found is None:
                self.found = Deed(table, name, deeds[0], at.position)
            return changes

        return handle

    def _again(self, change: Change) -> bool:
        """Tell whether a dict was returned before; all are kept, so none's id is given anew."""
        values = change.values if isinstance(change, Revision) else change
        again = isinstance(values, dict) and id(values) in self._returned
        self._returned[id(values)] = values
        return again


@contextmanager
def _impure_calls() -> Iterator[list[str]]:
    """Give a list that names the calls of clocks and of shared randomness made meanwhile.

    No garbage is collected meanwhile: what others hang on to a collection is not the handler's.
    """
    made: list[str] = []

    def note(_frame: FrameType, what: str, called: Any) -> None:  # noqa: ANN401
        if what != "c_call":
            return
        name = getattr(called, "__qualname__", "")
        deed = _IMPURE.get((getattr(called, "__module__", None), name))
        if getattr(called, "__self__", None) is _SHARED_RANDOM:
            deed = "draws random numbers"
        if deed is not None:
            made.append(f"{deed} ({name})")

    before, collecting = sys.getprofile(), gc.isenabled()
    gc.disable()
    sys.setprofile(note)
    try:
        yield made
    finally:
        sys.setprofile(before)
        if collecting:
            gc.enable()
