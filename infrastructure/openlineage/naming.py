"""What things are called in OpenLineage: namespaces and names, without any secret.

By https://openlineage.io/docs/spec/naming: a table is ``database.schema.table`` in the namespace
``postgres://host:port``; other data in the namespace of its address. What has no address of its
own, and jobs, are in a namespace of the store.
"""

import re
from typing import Self
from urllib.parse import SplitResult, urlsplit

import psycopg
from attrs import frozen

from featuretrail.domain.errors import InvalidInputError
from featuretrail.domain.inputs import shown
from featuretrail.domain.lineage.runs.run import Place

AnyConnection = psycopg.Connection[tuple[object, ...]]

Name = tuple[str, str]
"""A namespace, and a name in it."""

_NAMESPACE = re.compile(r"postgres://[\w.:\[\]-]+")
_PORT = 5432


@frozen
class Naming:
    """Names of the data in one store: its server, ``postgres://host:port``, and its database."""

    server: str
    database: str

    @classmethod
    def of(cls, connection: AnyConnection, server: str | None = None) -> Self:
        """Return the naming of the store behind ``connection``.

        ``server`` is what the server is called elsewhere, such as ``postgres://db.example:5432``;
        without it the host and port connected to, ``localhost`` for a socket. Raises
        ``InvalidInputError``.
        """
        if server is not None and not (isinstance(server, str) and _NAMESPACE.fullmatch(server)):
            raise InvalidInputError(
                f"the namespace is {shown(server)}; give postgres://HOST:PORT, without user, "
                "password or database"
            )
        return cls(_server(connection) if server is None else server, connection.info.dbname)

    @property
    def store(self) -> str:
        """The namespace of jobs, and of data without an address."""
        return f"featuretrail://{self.server.partition('://')[2]}/{self.database}"

    def name(self, place: Place) -> Name:
        """Return the namespace and the name of data; its version is no part of them.

        A snapshot is frozen, and a model made once: each version is data of its own.
        """
        match place.kind:
            case "group":
                return self.server, f"{self.database}.featuretrail_values.{place.name}"
            case "snapshot" | "model":
                return self.store, f"{place.kind}/{place.name}@{place.version}"
            case _:
                return addressed(place.name) or (self.store, f"{place.kind}/{cleaned(place.name)}")


def addressed(text: str) -> Name | None:
    """Return the namespace and name of data whose name is an address; ``None`` of any other.

    >>> addressed("postgresql://ann:secret@db.example/shop.public.orders")
    ('postgres://db.example:5432', 'shop.public.orders')
    >>> addressed("s3://lake/raw/weather.parquet"), addressed("noaa")
    (('s3://lake', 'raw/weather.parquet'), None)
    """
    parts = _split(text)
    if parts is None:
        return None
    path = parts.path.lstrip("/")
    if parts.scheme == "file":
        return ("file", parts.path) if path else None
    if not path or not parts.hostname:
        return None
    if parts.scheme in ("postgres", "postgresql"):
        host = _host(parts)
        return f"postgres://{host if _has_port(parts) else f'{host}:{_PORT}'}", path
    return f"{parts.scheme}://{_host(parts)}", path


def cleaned(text: str) -> str:
    """Return ``text``, an address without the user, password and query that it may hold.

    >>> cleaned("kafka://ann:secret@broker:9092?token=x"), cleaned("noaa hourly?")
    ('kafka://broker:9092', 'noaa hourly?')
    """
    parts = _split(text)
    return text if parts is None else f"{parts.scheme}://{_host(parts)}{parts.path}"


def _split(text: str) -> SplitResult | None:
    """Return the parts of an address; a text that is none has no secrets where one would."""
    if not re.match(r"[a-zA-Z][a-zA-Z0-9+.-]*://", text):
        return None
    try:
        return urlsplit(text)
    except ValueError:  # such as a bracket that is not closed: nothing of the host is kept
        scheme, _, rest = text.partition("://")
        return SplitResult(scheme.lower(), "", rest.rpartition("@")[2].partition("?")[0], "", "")


def _host(parts: SplitResult) -> str:
    """Return the host as it was written (buckets may have capitals), with its port."""
    return parts.netloc.rpartition("@")[2]


def _has_port(parts: SplitResult) -> bool:
    return re.search(r":\d+$", _host(parts)) is not None


def _server(connection: AnyConnection) -> str:
    host, port = connection.info.host, connection.info.port
    if not host or host.startswith(("/", "@")):
        host = "localhost"
    return f"postgres://{f'[{host}]' if ':' in host else host}:{port}"
