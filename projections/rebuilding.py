"""Building the read side anew beside the live one, and proving that both are the same."""

import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from time import perf_counter
from typing import Any

from attrs import frozen

from featuretrail.domain.errors import ConflictError, InvalidInputError, NotFoundError
from featuretrail.domain.names import check_name
from featuretrail.domain.results import Result
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.queries import query
from featuretrail.projections import generations
from featuretrail.projections.generations import Generation, State
from featuretrail.projections.projector import Policy, Projector
from featuretrail.projections.read_models import READ_MODELS
from featuretrail.projections.swapping import swap
from featuretrail.projections.verification import Verification, verify

Progress = Callable[[str, int, int], object]
"""Called with what is being done, the position reached and the position aimed at."""

SOAK = timedelta(hours=24)
CLOSE = 1_000
"""Events a generation may be behind the live one and still count as level with it."""

TABLES = tuple(model.table for model in READ_MODELS)


@frozen
class RebuildReport(Result):
    """What a rebuild did: how many events in how many seconds, what it proved, where it is now.

    ``swapped`` says whether the generation is live now; otherwise its tables are in ``schema``
    (``None`` when they were only for the proof and are gone). ``resumed_from`` is the position an
    interrupted rebuild went on from, 0 when it began anew.
    """

    generation: int
    schema: str | None
    position: int
    resumed_from: int
    seconds: float
    verification: Verification | None
    swapped: bool

    @property
    def ok(self) -> bool:
        """Whether the proof holds; true when none was asked for."""
        return self.verification is None or self.verification.ok

    @property
    def events(self) -> int:
        """How many positions of the log were taken in."""
        return self.position - self.resumed_from

    def to_dict(self) -> dict[str, Any]:
        """Return the report as a JSON object."""
        proof = None if self.verification is None else self.verification.to_dict()
        return {
            "ok": self.ok,
            "generation": self.generation,
            "schema": self.schema,
            "position": self.position,
            "resumed_from": self.resumed_from,
            "events": self.events,
            "seconds": round(self.seconds, 3),
            "events_per_second": round(self.events / self.seconds) if self.seconds else None,
            "swapped": self.swapped,
            "verification": proof,
        }


class Rebuilder:
    """Builds generations beside the live one."""

    def __init__(self, database: Database, policy: Policy = "park") -> None:
        self._database = database
        self._policy = policy

    def rebuild(
        self,
        tables: Sequence[str] | None,
        progress: Progress,
        *,
        accept_differences: bool = False,
    ) -> RebuildReport:
        """Build, prove and swap in; without the swap when the proof fails, unless accepted."""
        self._level_live(progress)
        with self._generation("building", known_tables(tables)) as projector, calm_collector():
            report = self._build_and_verify(projector, progress)
            if not report.ok and not accept_differences:
                return report
            generation = swap(projector)
        return RebuildReport(
            generation.generation,
            "featuretrail" if generation.state == "live" else generation.schema_name,
            generation.position,
            report.resumed_from,
            report.seconds,
            report.verification,
            swapped=True,
        )

    def verify(self, tables: Sequence[str] | None, progress: Progress) -> RebuildReport:
        """Build and prove; the tables built for it are dropped."""
        self._level_live(progress)
        with self._generation("verifying", known_tables(tables)) as projector:
            with calm_collector():
                report = self._build_and_verify(projector, progress)
            self._drop(projector)
        return RebuildReport(
            report.generation,
            None,
            report.position,
            report.resumed_from,
            report.seconds,
            report.verification,
            swapped=False,
        )

    def copy(
        self, tables: Sequence[str] | None, until: int | None, into: str | None, progress: Progress
    ) -> RebuildReport:
        """Build the read side as of a position into a schema of its own, and keep it there."""
        schema = None if into is None else check_schema(into)
        position = self._until(until, schema)
        chosen = known_tables(tables)
        with self._generation("copy", chosen, position, schema) as projector, calm_collector():
            began, start = perf_counter(), projector.generation.position
            generation = projector.advance(position, _named(progress, "building"))
            seconds = perf_counter() - began
        return RebuildReport(
            generation.generation,
            generation.schema_name,
            generation.position,
            start,
            seconds,
            None,
            swapped=False,
        )

    def swap_back(self) -> Generation:
        """Make the generation that was live last live again; it catches up first."""
        with self._database.connection() as connection:
            soaking = [each for each in generations.every(connection) if each.state == "soaking"]
        if not soaking:
            raise NotFoundError("soaking generation", "to swap back to")
        newest = max(soaking, key=lambda each: each.swapped_at or each.created_at)
        projector = self._claim(newest)
        with projector:
            return swap(projector)

    def prune(self, soak: timedelta = SOAK) -> list[Generation]:
        """Drop generations that soaked for longer than ``soak``, and proofs that were abandoned."""
        if not isinstance(soak, timedelta) or soak < timedelta(0):
            raise InvalidInputError(f"soak is {soak!r}; give a timedelta from 0")
        dropped = []
        with self._database.connection() as connection:
            numbers = connection.execute(query("projections/stale"), {"soak": soak}).fetchall()
            stale = [generations.read(connection, number) for (number,) in numbers]
        for generation in stale:
            projector = Projector.claim(self._database, generation.generation)
            if projector is not None:  # nobody is at work on it
                with projector:
                    self._drop(projector)
                dropped.append(generation)
        return dropped

    def drop_copy(self, schema: str) -> Generation:
        """Drop the copy in ``schema``; raise ``NotFoundError`` when there is none."""
        with self._database.connection() as connection:
            copies = {
                each.schema_name: each
                for each in generations.every(connection)
                if each.state == "copy"
            }
        if schema not in copies:
            raise NotFoundError("copy", schema, sorted(copies))
        with self._claim(copies[schema]) as projector:
            self._drop(projector)
        return copies[schema]

    def _level_live(self, progress: Progress) -> None:
        """Bring the live generation to the head, if nobody else does."""
        with self._database.connection() as connection:
            live = generations.live(connection)
            [(head,)] = connection.execute(query("projections/head"))
        if live.position < head:
            projector = Projector.claim(self._database, live.generation, policy=self._policy)
            if projector is not None:
                with projector:
                    projector.advance(head, _named(progress, "catching up"))

    def _build_and_verify(self, projector: Projector, progress: Progress) -> RebuildReport:
        began, start = perf_counter(), projector.generation.position
        building = _named(progress, "building")
        while True:
            with self._database.connection() as connection:
                live = generations.live(connection)
            gap = live.position - projector.generation.position
            projector.advance(live.position, building)
            if gap <= CLOSE:
                break
        proof = verify(self._database, projector, _named(progress, "following"))
        state = projector.generation
        return RebuildReport(
            state.generation,
            state.schema_name,
            state.position,
            start,
            perf_counter() - began,
            proof,
            swapped=False,
        )

    @contextmanager
    def _generation(
        self,
        state: State,
        tables: tuple[str, ...],
        until: int | None = None,
        schema: str | None = None,
    ) -> Iterator[Projector]:
        """Give the projector of a half-built generation of this kind, or of a new one."""
        with self._database.transaction() as connection:
            generations.lock(connection)
            found = self._half_built(generations.every(connection), state, tables, until, schema)
        if found is not None:
            projector = self._claim(found)
            if found.library_version == generations.library_version():
                with projector:
                    yield projector
                return
            with projector:
                self._drop(projector)
        with self._database.transaction() as connection:
            generations.lock(connection)
            made = generations.create(connection, state, tables, until=until, schema_name=schema)
        with self._claim(made) as projector:
            yield projector

    def _half_built(
        self,
        known: Sequence[Generation],
        state: State,
        tables: tuple[str, ...],
        until: int | None,
        schema: str | None,
    ) -> Generation | None:
        for each in known:
            if each.state != state:
                continue
            if state == "copy":
                if schema is not None and each.schema_name == schema:
                    _check_half_built(each, tables, until)
                    return each
                unfinished = each.until is not None and each.position < each.until
                if schema is None and unfinished and (each.until, each.tables) == (until, tables):
                    return each
            elif set(each.tables) == set(tables):
                return each
        return None

    def _claim(self, generation: Generation) -> Projector:
        projector = Projector.claim(self._database, generation.generation, policy=self._policy)
        if projector is None:
            raise ConflictError(
                f"generation {generation.generation} ({generation.state}, schema "
                f"{generation.schema_name}) is being worked on by another process; wait for it, "
                "or see `featuretrail projections status`"
            )
        return projector

    def _drop(self, projector: Projector) -> None:
        with projector.connection.transaction():
            generations.lock(projector.connection)
            generations.drop(projector.connection, projector.refresh())

    def _until(self, until: int | None, schema: str | None) -> int:
        with self._database.connection() as connection:
            [(head,)] = connection.execute(query("projections/head"))
            known = {each.schema_name: each for each in generations.every(connection)}
            taken = connection.execute(
                query("projections/schema_exists"), {"schema": schema}
            ).fetchall()
        unfinished = known.get(schema or "")
        if unfinished is not None and unfinished.state == "copy":
            return unfinished.until or 0 if until is None else until
        if taken != [(False,)]:
            raise ConflictError(f"the schema {schema!r} exists already; name a new one")
        if until is None:
            return int(head)
        if isinstance(until, bool) or not isinstance(until, int) or until < 0:
            raise InvalidInputError(f"until is {until!r}; give a position, 0 to {head}")
        if until > head:
            raise NotFoundError("position", until, [f"0 to {head}"])
        return until


def known_tables(tables: Sequence[str] | None) -> tuple[str, ...]:
    """Return the tables that are named, all without a choice; raise ``NotFoundError``."""
    if tables is None:
        return TABLES
    if isinstance(tables, str) or not tables:
        raise InvalidInputError(f"tables is {tables!r}; give a list of names, or none for all")
    for table in tables:
        if table not in TABLES:
            raise NotFoundError("table of the read side", table, TABLES)
    return tuple(table for table in TABLES if table in tables)


def check_schema(name: object) -> str:
    """Return ``name`` if a copy may have it; raise ``InvalidInputError``."""
    schema = check_name("schema", name)
    if schema.startswith(("featuretrail", "pg_", "_timescaledb", "timescaledb")) or schema in (
        "public",
        "information_schema",
    ):
        raise InvalidInputError(f"the schema {schema!r} is not for copies; choose another name")
    return schema


@contextmanager
def calm_collector() -> Iterator[None]:
    """Collect garbage less often: a page makes many objects and no cycles."""
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(200_000, 50, 50)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


def _check_half_built(copy: Generation, tables: tuple[str, ...], until: int | None) -> None:
    finished = copy.until is None or copy.position >= copy.until
    if finished or copy.tables != tables or copy.until != until:
        raise ConflictError(
            f"the schema {copy.schema_name!r} holds a copy up to position {copy.position} already; "
            f"name another one, or `featuretrail projections prune --copy {copy.schema_name}`"
        )


def _named(progress: Progress, what: str) -> Callable[[int, int], object]:
    return lambda done, total: progress(what, done, total)
