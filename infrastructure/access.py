"""Refusals of the server for want of rights, as errors that name the role that has them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Concatenate, ParamSpec, Protocol, TypeVar

import psycopg
from psycopg.errors import InsufficientPrivilege

from featuretrail.domain.errors import AccessDeniedError
from featuretrail.domain.roles import Role
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.roles import recorded

P = ParamSpec("P")
T = TypeVar("T")


class Component(Protocol):
    """Something over a database."""

    @property
    def _database(self) -> Database: ...


C = TypeVar("C", bound=Component)


def needs(role: Role) -> Callable[[Callable[Concatenate[C, P], T]], Callable[Concatenate[C, P], T]]:
    """Make a component's method say that it needs ``role`` where the server refuses it."""

    def explained(method: Callable[Concatenate[C, P], T]) -> Callable[Concatenate[C, P], T]:
        @wraps(method)
        def run(self: C, /, *args: P.args, **kwargs: P.kwargs) -> T:
            with access(self._database, role, f"`{method.__name__}`"):
                return method(self, *args, **kwargs)

        return run

    return explained


@contextmanager
def access(database: Database, role: Role, action: str) -> Iterator[None]:
    """Raise ``AccessDeniedError`` naming ``role`` where the server refuses the block a right."""
    try:
        yield
    except InsufficientPrivilege as error:
        refusal = error.diag.message_primary or str(error)
        advice = _advice(database, role)
        raise AccessDeniedError(refusal, action, f"the role {role}", advice) from error


def _advice(database: Database, role: Role) -> str:
    with database.connection() as connection:
        user = connection.info.user
        try:
            name = recorded(connection).get(role)
        except psycopg.errors.InsufficientPrivilege:  # without any role there is nothing to see
            return f"who made the roles (`featuretrail db roles`) can grant it to {user}"
    if name is None:
        return "this database has no roles yet: its owner makes them with `featuretrail db roles`"
    return f'who made the roles can `GRANT "{name}" TO "{user}"`'
