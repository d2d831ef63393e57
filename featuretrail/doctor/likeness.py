"""Whether a store's schema is what the migrations make, thing by thing."""

from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.queries import query

Definitions = dict[tuple[str, str], str]


def definitions(database: Database) -> Definitions:
    """Return how each thing in the schema is defined, by kind and name; none without a schema."""
    with database.connection() as connection:
        rows = connection.execute(query("doctor/schema"))
        return {(kind, name): definition for kind, name, definition in rows}


def altered(found: Definitions, made: Definitions) -> list[str]:
    """Return in words what of ``made`` is not as it is in ``found``.

    What only ``found`` has (an index or a view of its users) is no difference.

    >>> altered({("view", "a"): "1"}, {("view", "a"): "2", ("function", "b()"): "3"})
    ['view a is defined otherwise', 'function b() is not there']
    """
    return [
        f"{kind} {name} is {'not there' if (kind, name) not in found else 'defined otherwise'}"
        for (kind, name), definition in made.items()
        if found.get((kind, name)) != definition
    ]
