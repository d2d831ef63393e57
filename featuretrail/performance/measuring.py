"""Measuring a block or a function of the caller's: what it costs a feature."""

from collections.abc import Callable
from functools import wraps
from inspect import isasyncgenfunction, iscoroutinefunction, isgeneratorfunction
from types import TracebackType
from typing import ParamSpec, Self, TypeVar

from featuretrail.domain.errors import InvalidInputError
from featuretrail.infrastructure.performance.meter import Meter, Reading
from featuretrail.infrastructure.performance.recorder import Recorder
from featuretrail.infrastructure.performance.usage import Use

P = ParamSpec("P")
T = TypeVar("T")


class Measure:
    """One block that is measured, or a function each of whose calls is; see ``measure``.

    After the block ``reading`` tells what it took. A block that raises is not recorded: what it
    took is not what the feature costs.
    """

    def __init__(self, recorder: Recorder, use: Use, rows: int | None = None) -> None:
        self._recorder = recorder
        self._use = use
        self._rows = rows
        self._meter: Meter | None = None
        self.reading: Reading | None = None

    def __call__(self, function: Callable[P, T]) -> Callable[P, T]:
        """Measure each call of ``function``; raise ``InvalidInputError`` if it returns early."""
        for returns_early in (iscoroutinefunction, isgeneratorfunction, isasyncgenfunction):
            if returns_early(function):
                raise InvalidInputError(
                    f"{function.__qualname__} returns before its work is done, so its calls "
                    "cannot be measured; use `with store.performance.measure(...)` inside it"
                )

        @wraps(function)
        def measured(*args: P.args, **kwargs: P.kwargs) -> T:
            with Measure(self._recorder, self._use, self._rows):
                return function(*args, **kwargs)

        return measured

    def __enter__(self) -> Self:
        if self._meter is not None:
            raise InvalidInputError("this block is measured already; make a `measure` for each")
        self._meter = Meter.start().watch_memory()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        meter, self._meter = self._meter, None
        if meter is None:
            return
        self.reading = meter.stop()
        if kind is None:
            cpu = self.reading.cpu_seconds
            self._recorder.add(
                self._use,
                self.reading.seconds * 1e3,
                cpu_ms=None if cpu is None else cpu * 1e3,
                memory_mb=self.reading.memory_mb,
                rows=self._rows,
            )
