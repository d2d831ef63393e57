"""Building the read side anew beside the live one, and proving that both are the same."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from time import perf_counter

from attrs import evolve, frozen

from featuretrail.domain.errors import InvalidInputError, NotFoundError
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.log.application import head_of_log
from featuretrail.projections import generations
from featuretrail.projections.collector import calm_collector
from featuretrail.projections.dead_letters import count_dead_letters
from featuretrail.projections.plans import Plan, check_schema, drop, undertaken
from featuretrail.projections.projector import FencedError, Policy, Projector
from featuretrail.projections.rebuild_report import Progress, RebuildReport
from featuretrail.projections.swapping import swap
from featuretrail.projections.verification import verify

CLOSE = 1_000
"""Events a generation may be behind the live one and still count as level with it."""


@frozen
class Rebuilder:
    """Builds generations beside the live one."""

    database: Database
    policy: Policy = "park"

    def rebuild(
        self,
        tables: Sequence[str] | None,
        progress: Progress,
        *,
        accept_differences: bool = False,
    ) -> RebuildReport:
        """Build, prove and swap in; without the swap when the proof fails, unless accepted."""
        plan = Plan.of("building", tables)
        self._level_live(progress)
        with undertaken(self.database, plan, self.policy) as projector, calm_collector():
            report = self._proven(projector, progress)
            if not report.ok and not accept_differences:
                return report
            swapped = swap(projector, _named(progress, "following"))
        return evolve(
            report,
            schema="featuretrail",
            position=swapped.position,
            dead_letters=swapped.dead_letters,
            swap_seconds=swapped.seconds,
        )

    def verify(self, tables: Sequence[str] | None, progress: Progress) -> RebuildReport:
        """Build and prove; the tables built for it are dropped."""
        plan = Plan.of("verifying", tables)
        self._level_live(progress)
        with undertaken(self.database, plan, self.policy) as projector:
            with calm_collector():
                report = self._proven(projector, progress)
            drop(projector)
        return evolve(report, schema=None)

    def copy(
        self, tables: Sequence[str] | None, until: int | None, into: str | None, progress: Progress
    ) -> RebuildReport:
        """Build the read side as of a position into a schema of its own, and keep it there."""
        schema = None if into is None else check_schema(into)
        plan = Plan.of("copy", tables, self._end(until, schema), schema)
        with undertaken(self.database, plan, self.policy) as projector, calm_collector():
            start, began = projector.generation.position, perf_counter()
            _advance(projector, plan.until or 0, _named(progress, "building"))
            return _report(projector, start, began)

    def _level_live(self, progress: Progress) -> None:
        """Bring the live generation to the head, if nobody else does."""
        with self.database.connection() as connection:
            live = generations.live(connection)
            head = head_of_log(connection).position
        generations.check_reached_by_log(live.position, head)
        if live.position < head:
            projector = Projector.claim(self.database, live.generation, policy=self.policy)
            if projector is not None:
                # fenced: dead letters were replayed into it; where it is now is as good to prove
                with projector, suppress(FencedError):
                    _advance(projector, head, _named(progress, "catching up"))

    def _proven(self, projector: Projector, progress: Progress) -> RebuildReport:
        start, began = projector.generation.position, perf_counter()
        gap = CLOSE + 1
        while gap > CLOSE:
            with self.database.connection() as connection:
                live = generations.live(connection)
            gap = live.position - projector.generation.position
            _advance(projector, live.position, _named(progress, "building"))
        proof = verify(self.database, projector, progress)
        return evolve(_report(projector, start, began), verification=proof)

    def _end(self, until: int | None, schema: str | None) -> int:
        """Return where a copy ends: as asked, or where it was to end when it was interrupted."""
        with self.database.connection() as connection:
            head = head_of_log(connection).position
            known = generations.every(connection)
        if until is None:
            begun = (
                each.until for each in known if each.state == "copy" and each.schema_name == schema
            )
            return next((end for end in begun if end is not None), head)
        if isinstance(until, bool) or not isinstance(until, int) or until < 0:
            raise InvalidInputError(f"until is {until!r}; give a position, 0 to {head}")
        if until > head:
            raise NotFoundError("position", until, [f"0 to {head}"])
        return until


def _advance(projector: Projector, until: int, progress: Callable[[int, int], object]) -> None:
    """Take in the events up to ``until``, telling first where that begins."""
    progress(min(projector.generation.position, until), until)
    projector.advance(until, progress)


def _report(projector: Projector, start: int, began: float) -> RebuildReport:
    seconds = perf_counter() - began
    state = projector.generation
    letters = count_dead_letters(projector.connection, state.generation)
    return RebuildReport(
        state.generation, state.schema_name, state.position, start, seconds, letters
    )


def _named(progress: Progress, what: str) -> Callable[[int, int], object]:
    return lambda done, aim: progress(what, done, aim)
