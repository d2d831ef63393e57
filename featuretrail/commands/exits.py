"""Exit codes, and how an error becomes one clear paragraph on standard error."""

import os
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import psycopg
import typer
from psycopg import errors

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
    except FeatureTrailError as error:
        if debug:
            traceback.print_exc()
        complain(str(error))
        raise typer.Exit(exit_code(error)) from None
    except psycopg.Error as error:
        if debug:
            traceback.print_exc()
        complain(f"the database refused: {error}{_altered(error)}")
        raise typer.Exit(UNREACHABLE) from None
    except KeyboardInterrupt:
        complain("interrupted; what was being written is stored whole or not at all")
        raise typer.Exit(INTERRUPTED) from None
    except BrokenPipeError:
        _abandon_output()
        raise typer.Exit(BROKEN_PIPE) from None
    except OSError as error:
        if debug:
            traceback.print_exc()
        complain(f"the operating system refused: {error}")
        _abandon_output()
        raise typer.Exit(REFUSED) from None


def _altered(error: psycopg.Error) -> str:
    """Say what to do when something of the schema is not there."""
    match error:
        case (
            errors.UndefinedTable()
            | errors.UndefinedColumn()
            | errors.UndefinedFunction()
            | errors.InvalidSchemaName()
        ):
            return "\nthe schema was altered: restore what is missing from a backup of it"
        case _:
            return ""


def complain(message: str) -> None:
    """Write ``message`` to standard error."""
    typer.echo(f"error: {message}", err=True)


def _abandon_output() -> None:
    """Point standard output to nowhere, so that flushing at the end has nothing to complain of."""
    if sys.stdout is not None:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
