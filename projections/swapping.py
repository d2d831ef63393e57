"""The swap: another generation takes the place of the live one while readers read."""

import time
from collections.abc import Callable
from datetime import timedelta

from attrs import frozen
from psycopg import errors, sql

from featuretrail.domain.errors import ConflictError, DatabaseError
from featuretrail.infrastructure.queries import query
from featuretrail.projections import generations
from featuretrail.projections.dead_letters import count_dead_letters
from featuretrail.projections.generations import Generation
from featuretrail.projections.pages import Page
from featuretrail.projections.projector import Projector
from featuretrail.projections.read_models import READ_MODELS, VIEWS

PATIENCE_SECONDS = 30.0
LOCK_PATIENCE = timedelta(milliseconds=500)
"""How long one try waits for those who hold the tables. Others wait behind it, so it is short; and
shorter than the second after which the server would look for a deadlock and end a reader."""

_PAUSES = (0.05, 0.1, 0.2, 0.5)
_OUTRUN = (
    f"the live tables moved on faster than the new ones followed for {PATIENCE_SECONDS:g} s: "
    "repeat the command when less is written, it goes on from here"
)


@frozen
class Swapped:
    """A swap that was made: at which position, how many events the tables lack, how long it held.

    ``seconds`` is from the first lock asked for to the commit: the longest a reader waited.
    """

    position: int
    dead_letters: int
    seconds: float


class _LeftBehindError(Exception):
    """The live generation moved past what was read ahead: read on and try again."""


def swap(projector: Projector, progress: Callable[[int, int], object]) -> Swapped:
    """Put the tables of the projector's generation in the live place, at the live position.

    One transaction of milliseconds. It waits half a second at most for those who hold the tables,
    then lets them go on and tries again. Raises ``DatabaseError``, naming them, after 30 s, and
    ``ConflictError`` when the tables are unlike the live ones.
    """
    deadline = time.monotonic() + PATIENCE_SECONDS
    tries = 0
    _check_alike(projector)
    while True:
        live = generations.live(projector.connection)
        projector.advance(live.position, progress)
        _flush(projector)
        try:
            return _swap(projector, live)
        except _LeftBehindError as error:
            if time.monotonic() > deadline:
                raise DatabaseError(_OUTRUN) from error
        except (errors.LockNotAvailable, errors.DeadlockDetected) as error:
            if time.monotonic() > deadline:
                raise DatabaseError(_blocked(projector, live)) from error
            time.sleep(_PAUSES[min(tries, len(_PAUSES) - 1)])
            tries += 1


def _flush(projector: Projector) -> None:
    with projector.connection.transaction():
        projector.connection.execute(query("projections/lock_patience"))
        facts = {"generation": projector.generation.generation}
        projector.connection.execute(query("projections/flush"), facts)


def _swap(projector: Projector, live: Generation) -> Swapped:
    connection, other = projector.connection, projector.generation
    pair = {"live": live.generation, "other": other.generation}
    ahead = projector.read_ahead()
    with connection.transaction():
        _stop_maintenance(projector)
        connection.execute(query("projections/lock_patience"))
        generations.lock(connection)
        connection.execute(query("projections/lock_pair"), {"generations": list(pair.values())})
        now = generations.read(connection, live.generation)
        if now.state != "live" or not other.position <= now.position <= ahead.position:
            raise _LeftBehindError
        projector.deliver(_up_to(ahead, now.position))
        began = time.perf_counter()
        tables = {"schema": other.schema_name, "tables": list(other.tables)}
        connection.execute(query("projections/swap_tables"), tables | {"patience": LOCK_PATIENCE})
        if set(other.tables) == set(live.tables):
            current = other.generation
            connection.execute(query("projections/end_live"), {"generation": live.generation})
            connection.execute(query("projections/exchange_schemas"), pair)
            connection.execute(query("projections/begin_live"), {"generation": other.generation})
        else:  # the live generation goes on with new tables; the old ones soak
            current = live.generation
            connection.execute(query("projections/end_live"), {"generation": other.generation})
            _exchange_letters(projector, pair)
        facts = {"generation": current, "position": now.position}
        connection.execute(query("projections/notify"), facts)
        letters = count_dead_letters(connection, current)
    return Swapped(now.position, letters, time.perf_counter() - began)


def _stop_maintenance(projector: Projector) -> None:
    """Let an automatic VACUUM end, which new tables attract, before readers have to wait."""
    connection, other = projector.connection, projector.generation
    connection.execute(query("projections/maintenance_patience"))
    for schema in ("featuretrail", other.schema_name):
        for table in other.tables:
            lock = query("projections/lock_maintenance")
            connection.execute(lock.format(table=sql.Identifier(schema, table)))


def _exchange_letters(projector: Projector, pair: dict[str, int]) -> None:
    """Let the events that tables lack go with the tables; the live projector reads them anew."""
    chosen = projector.generation.tables
    topics = sorted(
        topic for model in READ_MODELS if model.table in chosen for topic in model.topics
    )
    connection = projector.connection
    connection.execute(query("projections/exchange_dead_letters"), pair | {"topics": topics})
    connection.execute(query("projections/parked_anew"), {"generation": pair["live"]})


def _check_alike(projector: Projector) -> None:
    other = projector.generation
    facts = {"schema": other.schema_name, "tables": list(other.tables)}
    unlike = projector.connection.execute(query("projections/unlike_tables"), facts).fetchall()
    if unlike:
        names = ", ".join(name for (name,) in unlike)
        raise ConflictError(
            f"generation {other.generation}, built by featuretrail {other.library_version}, has "
            f"other columns than the live tables in {names}: rebuild instead of swapping it in"
        )


def _up_to(page: Page, position: int) -> Page:
    return Page([each for each in page.events if each.position <= position], position)


def _blocked(projector: Projector, live: Generation) -> str:
    """Say who is in the way."""
    rows = projector.connection.execute(
        query("projections/blockers"), {"tables": [*live.tables, *VIEWS]}
    ).fetchall()
    holders = ", ".join(
        f"server process {pid} ({name or 'unnamed'} of {user or 'unknown'}, {state or 'unknown'}, "
        f"in a transaction since {seconds or 0:.0f} s)"
        for pid, user, name, state, seconds in rows
    )
    return (
        f"the tables could not be swapped within {PATIENCE_SECONDS:g} s, because other sessions "
        f"hold them: {holders or 'they are gone by now'}; end their transactions and repeat the "
        "command, which goes on from here"
    )
