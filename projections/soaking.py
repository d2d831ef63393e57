"""What was live before: kept for a soak time, swapped back, or dropped; and copies dropped."""

from datetime import timedelta

from featuretrail.domain.errors import InvalidInputError, NotFoundError
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.queries import query
from featuretrail.projections import generations
from featuretrail.projections.generations import Generation
from featuretrail.projections.plans import claimed, drop
from featuretrail.projections.projector import Policy, Projector
from featuretrail.projections.rebuild_report import Progress
from featuretrail.projections.swapping import swap

SOAK = timedelta(hours=24)


def swap_back(database: Database, policy: Policy, progress: Progress) -> Generation:
    """Make what was live last live again, once it has caught up; return it.

    After the swap of some tables that is the live generation itself, which has its old tables back.
    """
    with database.connection() as connection:
        soaking = [each for each in generations.every(connection) if each.state == "soaking"]
    if not soaking:
        raise NotFoundError("soaking generation", "to swap back to")
    newest = max(soaking, key=lambda each: each.swapped_at or each.created_at)
    with claimed(database, newest, policy) as projector:
        swap(projector, lambda done, aim: progress("catching up", done, aim))
    with database.connection() as connection:
        return generations.live(connection)


def prune(database: Database, soak: timedelta, *, abandoned: bool) -> list[Generation]:
    """Drop generations that soaked for longer than ``soak``, and proofs that nobody works on.

    With ``abandoned`` also the rebuilds that nobody went on with for so long.
    """
    if not isinstance(soak, timedelta) or soak < timedelta(0):
        raise InvalidInputError(f"soak is {soak!r}; give a timedelta from 0")
    facts = {"soak": soak, "abandoned": abandoned}
    with database.connection() as connection:
        numbers = connection.execute(query("projections/stale"), facts).fetchall()
        stale = [generations.read(connection, number) for (number,) in numbers]
    dropped = []
    for generation in stale:
        projector = Projector.claim(database, generation.generation)
        if projector is not None:  # nobody is at work on it
            with projector:
                drop(projector)
            dropped.append(generation)
    return dropped


def drop_copy(database: Database, schema: str) -> Generation:
    """Drop the copy in ``schema``; raise ``NotFoundError`` when there is none."""
    with database.connection() as connection:
        known = generations.every(connection)
    copies = {each.schema_name: each for each in known if each.state == "copy"}
    if schema not in copies:
        raise NotFoundError("copy", schema, sorted(copies))
    with claimed(database, copies[schema], "park") as projector:
        drop(projector)
    return copies[schema]
