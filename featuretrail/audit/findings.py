"""Findings: what an audit found at fault, and what it could not look at."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Literal, get_args

import psycopg
from attrs import Factory, define, evolve, frozen
from psycopg import errors

from featuretrail.domain.errors import (
    ChainBrokenError,
    ConflictError,
    DatabaseError,
    DatabaseUnavailableError,
    FeatureTrailError,
    ProjectionError,
    SchemaError,
)

Check = Literal["chain", "values", "snapshots", "read-side"]

CHECKS: tuple[Check, ...] = get_args(Check)

KINDS: dict[Check, str] = {
    "chain": "chain",
    "values": "values",
    "snapshots": "snapshot",
    "read-side": "read side",
}
"""What a fault of each check is called."""


@frozen
class AuditFault:
    """Something stored that the log does not certify; ``position`` is the event concerned.

    ``affects`` names what can no longer be relied on because of it.
    """

    position: int
    kind: str
    reason: str
    affects: tuple[str, ...] = ()


@frozen
class NotEvaluated:
    """A check, or a part of one, that was not made, and why; ``on_request`` if it was left out."""

    check: Check
    reason: str
    on_request: bool = False


@define
class Findings:
    """What is found, check by check; what stops one check does not stop the next."""

    faults: list[AuditFault] = Factory(list)
    not_evaluated: list[NotEvaluated] = Factory(list)

    def add(self, check: Check, position: int, reason: str, affects: Sequence[str] = ()) -> None:
        """Add a fault of the event at ``position``, 0 for none in particular."""
        self.faults.append(AuditFault(position, KINDS[check], reason, tuple(affects)))

    def leave(self, check: Check, reason: str, *, on_request: bool = False) -> None:
        """Say what was not checked."""
        self.not_evaluated.append(NotEvaluated(check, reason, on_request))

    @contextmanager
    def collected(
        self, check: Check, position: int = 0, affects: Sequence[str] = ()
    ) -> Iterator[None]:
        """Take an error of the block for what it tells: a fault, or that it could not be checked.

        A fault of the event at ``position`` is that of one thing among others; without it, the
        check ended there. A lost connection is neither, and goes on up.
        """
        try:
            yield
        except DatabaseUnavailableError:
            raise
        except (ChainBrokenError, ProjectionError) as error:
            if position:
                self.add(check, error.position, str(error), affects)
            else:
                self.add(check, error.position, f"this check ended here: {error}", affects)
                self.leave(check, f"what follows position {error.position}, where it ended")
        except (FeatureTrailError, psycopg.Error) as error:
            reason = str(error).strip()
            if _prevented(error):
                self.leave(check, reason)
            elif isinstance(error, psycopg.OperationalError):
                raise
            else:
                self.add(check, position, reason, affects)
                if not position:
                    self.leave(check, f"what follows the fault that ended it: {reason}")

    def explain(self, effects: Callable[[int], Sequence[str]]) -> None:
        """Say what the faults of events affect that do not say so yet."""
        self.faults = [
            evolve(fault, affects=tuple(effects(fault.position)))
            if fault.position and not fault.affects
            else fault
            for fault in self.faults
        ]


def _prevented(error: Exception) -> bool:
    """Tell whether an error comes from who asks, or when, rather than from what is stored."""
    match error:
        case SchemaError():
            return False
        case ConflictError() | DatabaseError():
            return True
        case errors.InsufficientPrivilege() | errors.QueryCanceled() | errors.LockNotAvailable():
            return True
        case _:
            return False
