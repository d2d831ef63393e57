"""What a check writes down while it examines."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import psycopg
from attrs import define, field
from psycopg import errors

from featuretrail.doctor.report import CheckReport, Finding, Level, NotEvaluated, Timing
from featuretrail.domain.errors import (
    AccessDeniedError,
    DatabaseUnavailableError,
    FeatureTrailError,
    SchemaError,
)

T = TypeVar("T")

TRIES = 3
RESTORE = "restore it from a backup, or run the statements of sql/migrations that make it again"
"""What to do about a thing of the schema that is gone or altered."""
_LACKING = (
    SchemaError,
    errors.InvalidSchemaName,
    errors.UndefinedColumn,
    errors.UndefinedFunction,
    errors.UndefinedTable,
)


@define
class Notes:
    """The findings, times, facts and gaps of one check, in the order they came up."""

    name: str
    findings: list[Finding] = field(factory=list)
    timings: list[Timing] = field(factory=list)
    not_evaluated: list[NotEvaluated] = field(factory=list)
    facts: dict[str, Any] = field(factory=dict)
    spent: float = 0.0
    migrated: bool = False
    """Whether every migration was applied: then what is lacking was taken away."""

    def find(self, level: Level, words: str) -> None:
        """Write down what is wrong."""
        self.findings.append(Finding(level, words))

    def expect(self, holds: bool, words: str) -> None:  # noqa: FBT001 - reads as an assertion
        """Write down an error unless something holds."""
        if not holds:
            self.find("error", words)

    def leave_out(self, part: str, reason: str) -> None:
        """Write down what could not be evaluated, and why."""
        self.not_evaluated.append(NotEvaluated(part, reason))

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        """Examine a part: what stops it is written down, and the check goes on with the next.

        A right that the role lacks, or a schema that was never migrated, leaves it out; what
        else the block raises on purpose is an error. A lost database stops the check.
        """
        try:
            yield
        except DatabaseUnavailableError:
            raise
        except (errors.InsufficientPrivilege, AccessDeniedError) as error:
            self.leave_out(name, said(error))
        except _LACKING as error:
            if not self.migrated:
                self.leave_out(name, said(error))
            elif isinstance(error, SchemaError):
                self.find("error", f"{name}: {said(error)}")
            else:
                self.find("error", f"{name}: the schema was altered, {said(error)}: {RESTORE}")
        except (FeatureTrailError, psycopg.Error) as error:
            self.find("error", f"{name}: {said(error)}")

    def time(
        self, work: str, call: Callable[[], T], *, limit_ms: float | None = None, tries: int = TRIES
    ) -> T:
        """Return what the last of ``tries`` calls returned; write down how long the best took."""
        best = float("inf")
        for _ in range(tries):
            began = time.perf_counter()
            result = call()
            best = min(best, time.perf_counter() - began)
        self.took(work, best * 1e3, limit_ms)
        return result

    def took(self, work: str, milliseconds: float, limit_ms: float | None = None) -> None:
        """Write down how long a work took; longer than its limit is a warning."""
        timing = Timing(work, round(milliseconds, 3), limit_ms)
        self.timings.append(timing)
        if timing.slow:
            self.find(
                "warning",
                f"{work} took {milliseconds:,.0f} ms, where {limit_ms:g} ms are the target: this "
                "machine's figure",
            )

    def report(self) -> CheckReport:
        """Return what was written down."""
        return CheckReport(
            self.name,
            tuple(self.findings),
            tuple(self.timings),
            tuple(self.not_evaluated),
            dict(self.facts),
            round(self.spent * 1e3, 3),
        )


def said(error: BaseException) -> str:
    """Return the message of an error, of the server's its first line."""
    primary = getattr(getattr(error, "diag", None), "message_primary", None)
    return str(error).strip() if primary is None else str(primary)
