"""Telling an event that cannot be taken in from a database that cannot take anything in."""

import struct

import psycopg

_CLASSES = ("22", "23", "54")
"""SQLSTATE classes that an event's content causes: data, constraints, limits."""


class MissingRowError(Exception):
    """An event revises a row that no event made."""


_RAISED = (
    *(MissingRowError, struct.error),
    *(ValueError, TypeError, ArithmeticError, LookupError, AttributeError),
)
"""What revising, packing and sending a row raise because of what is in it, or lacks."""


def is_poison(error: Exception) -> bool:
    """Tell whether an error comes from what an event says, not from the database's state."""
    match error:
        case psycopg.Error(sqlstate=None):
            return isinstance(error, psycopg.DataError | psycopg.ProgrammingError)
        case psycopg.Error(sqlstate=str() as state):
            return state[:2] in _CLASSES
        case _:
            return isinstance(error, _RAISED)
