"""What a connection string says, what we add to it, and what of it may be shown."""

from collections.abc import Mapping
from typing import Self

import attrs
import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from featuretrail.domain.errors import InvalidInputError

_KEEPALIVE = {
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 60_000,
}


@attrs.frozen(kw_only=True)
class Session:
    """The limits of a session in seconds (0 is none) and the name it bears in the server."""

    application_name: str = "featuretrail"
    statement_timeout: float = 30.0
    lock_timeout: float = 10.0
    idle_in_transaction_timeout: float = 60.0
    connect_timeout: int = 5

    @classmethod
    def unlimited(cls) -> Self:
        """Return a session whose statements may take any time."""
        return cls(statement_timeout=0, lock_timeout=0, idle_in_transaction_timeout=0)

    def named(self, application_name: str) -> Self:
        """Return this session under another name."""
        return attrs.evolve(self, application_name=application_name)

    def options(self) -> str:
        """Return the session as libpq ``options``: settings made before the first statement."""
        settings = {
            "TimeZone": "UTC",
            "DateStyle": "ISO",  # psycopg reads no other
            "statement_timeout": round(self.statement_timeout * 1000),
            "lock_timeout": round(self.lock_timeout * 1000),
            "idle_in_transaction_session_timeout": round(self.idle_in_transaction_timeout * 1000),
        }
        return " ".join(f"-c {name}={value}" for name, value in settings.items())


def session_conninfo(url: str, session: Session) -> str:
    """Return ``url`` with the session's settings; what ``url`` itself sets stays."""
    given = _parsed(url)
    options = f"{session.options()} {given.pop('options', '')}".strip()
    ours: dict[str, str | int] = {
        **_KEEPALIVE,
        "connect_timeout": session.connect_timeout,
        "application_name": session.application_name,
        "client_encoding": "UTF8",
        "options": options,
    }
    return make_conninfo("", **{**ours, **given})


def with_defaults(url: str, parameters: Mapping[str, str | None]) -> str:
    """Return ``url`` with libpq parameters that it does not set itself; ``None`` is not given."""
    given = {name: value for name, value in parameters.items() if value is not None}
    return make_conninfo("", **{**given, **_parsed(url)}) if given else url


def for_database(url: str, name: str) -> str:
    """Return ``url`` leading to the database ``name`` of the same server."""
    return make_conninfo("", **{**_parsed(url), "dbname": name})


def read_only(url: str) -> str:
    """Return ``url`` with sessions whose every statement the server keeps from writing."""
    given = _parsed(url)
    options = f"{given.pop('options', '')} -c default_transaction_read_only=on".strip()
    return make_conninfo("", **{**given, "options": options})


def address(url: str) -> str:
    """Return where ``url`` leads, ``user@host:port/database``, without any secret."""
    given = _parsed(url)
    host = given.get("host") or given.get("hostaddr") or "local socket"
    user = f"{given['user']}@" if "user" in given else ""
    port = f":{given['port']}" if "port" in given else ""
    return f"{user}{host}{port}/{given.get('dbname', '')}"


def _parsed(url: str) -> dict[str, str]:
    try:
        parsed = conninfo_to_dict(url)
    except psycopg.ProgrammingError:  # its message quotes the string, and so the password
        raise InvalidInputError(
            "the database URL cannot be read: expected postgresql://user:password@host:port/"
            "database (with special characters percent-encoded) or a libpq conninfo string"
        ) from None
    return {name: str(value) for name, value in parsed.items() if value is not None}
