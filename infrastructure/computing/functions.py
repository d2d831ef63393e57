"""Rules made of functions and of expressions: what users write."""

import inspect
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from types import FunctionType

from featuretrail.domain.errors import InvalidDefinitionError
from featuretrail.domain.names import FeatureReference
from featuretrail.domain.rules import Rule
from featuretrail.infrastructure.computing.expressions import check_expression
from featuretrail.infrastructure.computing.python_source import python_source

EVENT_TIME = "event_time"
"""The name of the first parameter of a function that wants the times of its rows."""

Parents = Sequence[str | FeatureReference]


def rule(
    parents: Parents, *, history: timedelta | None = None
) -> Callable[[Callable[..., object]], Rule]:
    """Make a function the rule of a feature: a decorator.

    The function gets one numpy array a parent, in their order, and before them the times of the
    rows (``datetime64[us]``, UTC) if its first parameter is named ``event_time``: the rows of one
    entity, in order of event time. It returns an array of the same length; value ``k`` may use
    rows up to ``k`` alone, and of those only rows of the last ``history`` (``None``: all; a
    timedelta of 0: row ``k`` itself, so that the function gets many entities at once). NULL comes
    as NaN (``None`` in text, NaT in times); NaN, NaT and ``None`` are stored as NULL.
    Raises ``InvalidDefinitionError`` for a function whose code cannot be known.
    """

    def made(function: Callable[..., object]) -> Rule:
        if not isinstance(function, FunctionType):
            raise InvalidDefinitionError(
                f"{function!r} is no function of Python code; a rule is written by def"
            )
        found = Rule(
            "python",
            tuple(parents) if not isinstance(parents, str) else parents,
            python_source(function),
            history=history,
            name=_name(function),
            function=function,
        )
        _check_parameters(function, len(found.parents))
        return found

    return made


def sql_rule(expression: str, parents: Parents, *, history: timedelta | None = None) -> Rule:
    """Return the rule that computes a feature by an SQL expression over its parents' columns.

    A parent's column has its name (``group__feature`` where two parents share one). The expression
    may use window functions ``OVER entity``, or frames of it: an entity's rows in order of
    ``event_time``. It is evaluated in the database, reads nothing else, and calls only functions
    whose result depends on their arguments alone. ``history`` is as of ``rule``. Raises
    ``InvalidDefinitionError``; registering asks the database whether it understands it.
    """
    checked = check_expression(expression)
    return Rule("sql", tuple(parents) if not isinstance(parents, str) else parents, checked,
                history=history)  # fmt: skip


def wants_times(function: Callable[..., object]) -> bool:
    """Tell whether a rule's function takes the times of its rows first."""
    return next(iter(inspect.signature(function).parameters), None) == EVENT_TIME


def _name(function: FunctionType) -> str:
    """Return the function's name and file, as people look for it."""
    return f"{function.__name__} ({Path(function.__code__.co_filename).name})"


def _check_parameters(function: FunctionType, parents: int) -> None:
    given = parents + wants_times(function)
    try:
        inspect.signature(function).bind(*range(given))
    except TypeError as error:
        raise InvalidDefinitionError(
            f"the rule {function.__name__!r} has {parents} parents, and its function cannot be "
            f"called with {given} arrays: {error}"
        ) from None
