"""The swap: another generation takes the place of the live one while readers read."""

import time

from psycopg import errors

from featuretrail.domain.errors import DatabaseError
from featuretrail.infrastructure.queries import query
from featuretrail.projections import generations
from featuretrail.projections.generations import Generation
from featuretrail.projections.pages import Page
from featuretrail.projections.projector import Projector

PATIENCE_SECONDS = 30.0
_PAUSES = (0.05, 0.1, 0.2, 0.5)


class _LeftBehindError(Exception):
    """The live generation moved past what was read ahead: read on and try again."""


def swap(projector: Projector) -> Generation:
    """Make the projector's generation live, at the live position; return it as it then is.

    One transaction of milliseconds. It waits half a second at most for those who hold the tables,
    then lets them go on and tries again. Raises ``DatabaseError``, naming them, after 30 s.
    """
    deadline = time.monotonic() + PATIENCE_SECONDS
    tries = 0
    while True:
        live = generations.live(projector.connection)
        projector.advance(live.position)
        try:
            return _swap(projector, live)
        except _LeftBehindError:
            continue
        except (errors.LockNotAvailable, errors.DeadlockDetected) as error:
            if time.monotonic() > deadline:
                raise DatabaseError(_blocked(projector, live)) from error
            time.sleep(_PAUSES[min(tries, len(_PAUSES) - 1)])
            tries += 1


def _swap(projector: Projector, live: Generation) -> Generation:
    connection, other = projector.connection, projector.generation
    whole = set(other.tables) == set(live.tables)
    pair = {"live": live.generation, "other": other.generation}
    ahead = projector.read_ahead()
    with connection.transaction():
        connection.execute(query("projections/lock_patience"))
        generations.lock(connection)
        numbers = {"generations": [live.generation, other.generation]}
        connection.execute(query("projections/lock_pair"), numbers)
        now = generations.read(connection, live.generation)
        if now.state != "live" or now.position > ahead.position:
            raise _LeftBehindError
        projector.deliver(_up_to(ahead, now.position))
        facts = {"schema": other.schema_name, "tables": list(other.tables)}
        connection.execute(query("projections/swap_tables"), facts)
        if whole:
            ended, began = {"generation": live.generation}, {"generation": other.generation}
            connection.execute(query("projections/end_live"), ended)
            connection.execute(query("projections/exchange_schemas"), pair)
            connection.execute(query("projections/begin_live"), began)
        else:  # the live generation goes on with new tables; the old ones soak
            ended = {"generation": other.generation}
            connection.execute(query("projections/end_live"), ended)
        connection.execute(
            query("projections/notify"),
            {"generation": other.generation, "position": now.position},
        )
    return projector.refresh()


def _up_to(page: Page, position: int) -> Page:
    return Page([each for each in page.events if each.position <= position], position)


def _blocked(projector: Projector, live: Generation) -> str:
    rows = projector.connection.execute(
        query("projections/blockers"), {"tables": list(live.tables)}
    ).fetchall()
    holders = ", ".join(
        f"process {pid} ({name or 'unnamed'}, {state})" for pid, name, state in rows
    )
    return (
        f"the tables could not be swapped within {PATIENCE_SECONDS:g} s, because other sessions "
        f"hold them: {holders or 'they are gone by now'}; end their transactions and run the "
        "rebuild again, which goes on from here"
    )
