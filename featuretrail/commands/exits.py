"""Exit codes, and the block that ends a command with one of them."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import typer

from featuretrail.domain.errors import (
    BrokerError,
    DatabaseError,
    DeliveryError,
    EndpointError,
    EngineError,
    FeatureTrailError,
    IntegrityError,
    ProjectionError,
    ProjectionTimeoutError,
    SourceError,
    StorageError,
)

FINE: Final = 0
FINDING: Final = 1
"""The command worked and found what it looks for: a mismatch, a failed verification."""
INVALID: Final = 2
"""The command line, a file or a request cannot be accepted; nothing was written."""
UNREACHABLE: Final = 3
"""The database, the store of snapshots, a broker or an endpoint cannot be reached or used."""
DEFECT: Final = 70
"""featuretrail itself failed; the traceback is for its authors."""
REFUSED: Final = 74
"""The operating system refused to read or write, for want of space or rights."""
INTERRUPTED: Final = 130
BROKEN_PIPE: Final = 141


def exit_code(error: FeatureTrailError) -> int:
    """Return the code a command ends with when ``error`` stops it."""
    match error:
        case DatabaseError() | EngineError() | StorageError():
            return UNREACHABLE
        case BrokerError() | DeliveryError() | EndpointError() | SourceError():
            return UNREACHABLE
        case IntegrityError() | ProjectionError() | ProjectionTimeoutError():
            return FINDING
        case _:
            return INVALID


@contextmanager
def exits(*, debug: bool) -> Iterator[None]:
    """Turn errors of the block into a message and an exit code; ``debug`` adds the traceback."""
    try:
        yield
        if sys.stdout is not None:
            sys.stdout.flush()
    except (Exception, KeyboardInterrupt) as error:
        from featuretrail.commands.failures import told  # noqa: PLC0415 - loads psycopg

        code = told(error, debug=debug)
        if code is None:
            raise
        raise typer.Exit(code) from None


def complain(message: str) -> None:
    """Write ``message`` to standard error."""
    typer.echo(f"error: {message}", err=True)
