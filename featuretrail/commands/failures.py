"""How an error becomes one clear paragraph on standard error, and an exit code."""

import os
import sys
import traceback

import psycopg
from psycopg import errors

from featuretrail.commands.exits import (
    BROKEN_PIPE,
    INTERRUPTED,
    REFUSED,
    UNREACHABLE,
    complain,
    exit_code,
)
from featuretrail.domain.errors import FeatureTrailError


def told(error: BaseException, *, debug: bool) -> int | None:
    """Tell of ``error`` and return the exit code; ``None`` for what nobody expected to fail.

    ``debug`` adds the traceback of the error that is being handled.
    """
    shown = isinstance(error, FeatureTrailError | psycopg.Error | OSError)
    if debug and shown and not isinstance(error, BrokenPipeError):
        traceback.print_exc()
    match error:
        case FeatureTrailError():
            complain(str(error))
            return exit_code(error)
        case psycopg.Error():
            complain(f"the database refused: {error}{_altered(error)}")
            return UNREACHABLE
        case KeyboardInterrupt():
            complain("interrupted; what was being written is stored whole or not at all")
            return INTERRUPTED
        case BrokenPipeError():
            _abandon_output()
            return BROKEN_PIPE
        case OSError():
            complain(f"the operating system refused: {error}")
            _abandon_output()
            return REFUSED
        case _:
            return None


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


def _abandon_output() -> None:
    """Point standard output to nowhere, so that flushing at the end has nothing to complain of."""
    if sys.stdout is not None:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
