"""What the doctor found: check by check findings, times, facts, and what was not evaluated."""

from datetime import datetime
from typing import Any, Literal

from attrs import asdict, field, frozen

from featuretrail.domain.results import Result

Level = Literal["error", "warning"]
Status = Literal["passed", "warning", "failed", "not evaluated"]


@frozen
class Finding:
    """Something that is wrong (``error``), or that somebody should look at (``warning``)."""

    level: Level
    words: str


@frozen
class Timing:
    """How long a work took here, the best of some tries, and how long it may take, if that is said.

    Milliseconds. ``limit_ms`` is section 15's of the specification, for the work as it is named.
    """

    work: str
    milliseconds: float
    limit_ms: float | None = None

    @property
    def slow(self) -> bool:
        """Whether there is a limit and it took longer."""
        return self.limit_ms is not None and self.milliseconds > self.limit_ms


@frozen
class NotEvaluated:
    """A part of a check that could not be evaluated, and why."""

    part: str
    reason: str


@frozen
class CheckReport(Result):
    """What one check found; ``duration_ms`` is how long it took itself."""

    name: str
    findings: tuple[Finding, ...]
    timings: tuple[Timing, ...]
    not_evaluated: tuple[NotEvaluated, ...]
    facts: dict[str, Any] = field(repr=False)
    duration_ms: float

    @property
    def status(self) -> Status:
        """``failed`` with an error, ``not evaluated`` where nothing was, else by the warnings."""
        levels = {each.level for each in self.findings}
        if "error" in levels:
            return "failed"
        if "warning" in levels:
            return "warning"
        evaluated = self.facts or self.timings or not self.not_evaluated
        return "passed" if evaluated else "not evaluated"

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON object."""
        return {
            "name": self.name,
            "status": self.status,
            "findings": [asdict(each) for each in self.findings],
            "timings": [{**asdict(each), "slow": each.slow} for each in self.timings],
            "not_evaluated": [asdict(each) for each in self.not_evaluated],
            "facts": self.facts,
            "duration_ms": self.duration_ms,
        }


@frozen
class Namespace:
    """The throw-away database of the trials: its name, or the reason why there was none.


    ``removed`` tells whether one was made and dropped.
    ``abandoned`` are those that doctors who were killed had left behind: now dropped, or in
    ``refused`` with why they could not be.
    """

    database: str | None
    reason: str | None = None
    removed: bool = False
    abandoned: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()


@frozen
class DoctorReport(Result):
    """The eight checks of the store at ``address``, begun at ``began_at``.

    ``rows`` is how many rows the trials worked with, ``reached`` whether the database answered.
    """

    address: str
    began_at: datetime
    rows: int
    reached: bool
    namespace: Namespace
    checks: tuple[CheckReport, ...]

    @property
    def ok(self) -> bool:
        """Whether no check failed; warnings do not count."""
        return all(each.status != "failed" for each in self.checks)

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON object."""
        return {
            "ok": self.ok,
            "address": self.address,
            "began_at": self.began_at.isoformat(),
            "rows": self.rows,
            "reached": self.reached,
            "namespace": {
                **asdict(self.namespace),
                "abandoned": list(self.namespace.abandoned),
                "refused": list(self.namespace.refused),
            },
            "checks": [each.to_dict() for each in self.checks],
        }
