"""How an error becomes one clear paragraph on standard error, and an exit code."""

import os
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import typer
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


def _abandon_output() -> None:
    """Point standard output to nowhere, so that flushing at the end has nothing to complain of."""
    if sys.stdout is not None:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
