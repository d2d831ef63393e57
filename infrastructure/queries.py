"""The named queries: files under ``sql/queries``, whose first line says what each answers."""

from functools import cache
from importlib.resources import files
from typing import LiteralString

from psycopg.sql import SQL

from featuretrail.domain.errors import NotFoundError


@cache
def query_text(name: str) -> LiteralString:
    """Return the text of the query ``name``, for example ``"log/head"``.

    The text is a ``LiteralString``: it comes from the package and never from a caller. Raises
    ``NotFoundError`` for a name that has no file.
    """
    known = query_names()
    if name not in known:
        raise NotFoundError("query", name, known)
    path = files("featuretrail.sql").joinpath("queries", f"{name}.sql")
    return path.read_text(encoding="utf-8").strip()


@cache
def query(name: str) -> SQL:
    """Return the query ``name`` as composable SQL, for queries that name identifiers."""
    return SQL(query_text(name))


@cache
def query_names() -> tuple[str, ...]:
    """Return the name of every query, sorted, as ``area/name``."""
    root = files("featuretrail.sql").joinpath("queries")
    areas = (area for area in root.iterdir() if area.is_dir())
    return tuple(
        sorted(
            f"{area.name}/{file.name.removesuffix('.sql')}"
            for area in areas
            for file in area.iterdir()
            if file.name.endswith(".sql")
        )
    )
