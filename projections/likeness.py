"""Whether the live tables and views are still defined as this version's migrations make them."""

from collections.abc import Iterator

from attrs import frozen
from psycopg import sql

from featuretrail.infrastructure.database import AnyConnection
from featuretrail.infrastructure.queries import query
from featuretrail.projections.presence import made_by
from featuretrail.projections.read_models import READ_MODELS, VIEWS

TABLES = tuple(model.table for model in READ_MODELS)


@frozen
class Unlike:
    """A live table or view that is defined otherwise than the migrations made it, and how."""

    relation: str
    reason: str


@frozen
class _Definitions:
    """What one schema has: the columns of each table by name, and each view with its options."""

    columns: dict[str, dict[str, str]]
    views: dict[str, tuple[str | None, list[str]]]


def unlike(connection: AnyConnection) -> list[Unlike]:
    """Return how the live tables' columns and the views differ from those of a new database.

    What is gone altogether is left to ``presence``. Nothing stays behind: what they are compared
    with are temporary tables and views of a transaction that is undone.
    """
    with connection.transaction(force_rollback=True):
        live = _definitions(connection, "featuretrail")
        connection.execute(query("projections/names_in").format(schema=sql.Identifier("pg_temp")))
        connection.execute(query("projections/read_side"))
        made = _definitions(connection, "pg_temp")
    return [*_unlike_columns(live, made), *_unlike_views(live, made)]


def _definitions(connection: AnyConnection, schema: str) -> _Definitions:
    connection.execute(query("projections/names_in").format(schema=sql.Identifier(schema)))
    columns: dict[str, dict[str, str]] = {}
    facts = {"tables": list(TABLES)}
    for table, name, kind in connection.execute(query("projections/column_definitions"), facts):
        columns.setdefault(table, {})[name] = kind
    views = connection.execute(query("projections/view_definitions"), {"views": list(VIEWS)})
    return _Definitions(columns, {view: (text, options) for view, text, options in views})


def _unlike_columns(live: _Definitions, made: _Definitions) -> Iterator[Unlike]:
    for table, found in live.columns.items():
        wanted = made.columns[table]
        for name in dict.fromkeys((*wanted, *found)):
            if found.get(name) != wanted.get(name):
                reason = _difference(name, found.get(name), wanted.get(name))
                yield Unlike(table, f"the table {table} {reason}")


def _difference(name: str, found: str | None, wanted: str | None) -> str:
    if found is None:
        return f"has no column {name} ({wanted})"
    if wanted is None:
        return f"has a column {name} ({found}), which no migration makes"
    return f"has the column {name} as {found}, not as {wanted}"


def _unlike_views(live: _Definitions, made: _Definitions) -> Iterator[Unlike]:
    for view, (text, options) in live.views.items():
        wanted, wanted_options = made.views[view]
        if text is None:
            reason = f"{view} is no view any more"
        elif text != wanted:
            reason = f"the view {view} was altered: its query is not the migrations'"
        elif options != wanted_options:
            given, needed = (", ".join(each) or "none" for each in (options, wanted_options))
            reason = f"the view {view} has the options {given}, not {needed}"
        else:
            continue
        yield Unlike(view, f"{reason}; drop it and run the statements of {made_by([view])} again")
