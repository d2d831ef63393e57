"""An examination: eight checks look at a store, then try the same in a throw-away database."""

import time
import traceback
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial

import psycopg
from attrs import define, evolve, field

from featuretrail.databases import database_at
from featuretrail.doctor.connection import ConnectionCheck
from featuretrail.doctor.consistency import ConsistencyCheck
from featuretrail.doctor.documentation import DocumentationCheck
from featuretrail.doctor.examined import Check, Patient, Trial
from featuretrail.doctor.lineage import LineageCheck
from featuretrail.doctor.notes import Notes
from featuretrail.doctor.performance import PerformanceCheck
from featuretrail.doctor.quality import QualityCheck
from featuretrail.doctor.reaching import reached, trial_store
from featuretrail.doctor.report import DoctorReport, Namespace
from featuretrail.doctor.snapshot import SnapshotCheck
from featuretrail.doctor.tables import TablesCheck
from featuretrail.domain.errors import (
    AccessDeniedError,
    DatabaseError,
    DatabaseUnavailableError,
    EngineError,
    InvalidInputError,
    SchemaError,
)
from featuretrail.domain.inputs import check_count
from featuretrail.infrastructure.blobs.store import open_blob_store
from featuretrail.infrastructure.conninfo import address, read_only
from featuretrail.infrastructure.database import capabilities
from featuretrail.infrastructure.migrations import migrate
from featuretrail.infrastructure.settings import Settings
from featuretrail.infrastructure.throwaway import Throwaway, drop_abandoned, throwaway

CHECKS: tuple[Check, ...] = (
    ConnectionCheck(),
    TablesCheck(),
    SnapshotCheck(),
    LineageCheck(),
    QualityCheck(),
    ConsistencyCheck(),
    PerformanceCheck(),
    DocumentationCheck(),
)

ROWS = 100_000
"""How many rows the limits of section 15 are for."""
FEWEST_ROWS = 1_000
MOST_ROWS = 1_000_000
"""The readings, and what is compared with them, are held whole."""

Progress = Callable[[str, int, int], object]


def examine(
    settings: Settings, *, rows: int = ROWS, progress: Progress | None = None
) -> DoctorReport:
    """Examine the store that ``settings`` lead to; write nothing to its database.

    What needs writing is tried with ``rows`` made-up rows in a database of its own on the same
    server, which is dropped at the end, also after an error or an interruption; where the role may
    not make one, the report says so. ``progress`` is called after each step. A database that does
    not answer is a report too. Raises ``InvalidInputError``.
    """
    wanted = check_count("rows", rows, FEWEST_ROWS)
    if wanted > MOST_ROWS:
        raise InvalidInputError(f"rows is {wanted}; give at most {MOST_ROWS}")
    examination = Examination(settings, wanted, _silent if progress is None else progress)
    try:
        with reached(settings) as (url, artifacts):
            examination.run(url, artifacts)
    except (DatabaseUnavailableError, EngineError, psycopg.OperationalError) as error:
        examination.lose(error)
    return examination.report()


@define(eq=False)
class Examination:
    """One run of the checks, and what it has found so far."""

    settings: Settings
    rows: int
    progress: Progress
    checks: Sequence[Check] = CHECKS
    began_at: datetime = field(factory=lambda: datetime.now(UTC))
    address: str = ""
    reached: bool = True
    namespace: Namespace = field(factory=lambda: Namespace(None, "the database was not reached"))
    notes: dict[str, Notes] = field(init=False)
    done: int = 0
    tried: set[str] = field(factory=set)

    def __attrs_post_init__(self) -> None:
        """Begin the notes of each check."""
        self.notes = {check.name: Notes(check.name) for check in self.checks}

    def run(self, url: str, artifacts: str) -> None:
        """Let every check look at the store at ``url``, then try in a throw-away database."""
        self.address = address(url)
        with database_at(self.settings, read_only(url)) as database:
            with database.connection() as connection:
                found = capabilities(connection)
            blobs = open_blob_store(self.settings.secret_artifacts or artifacts)
            patient = Patient(database, blobs, self.settings, found)
            self._migrated(whole=patient.migrated())
            for check in self.checks:
                self._step(check, partial(check.look, patient))
            self._try_out(url, patient)

    def lose(self, error: Exception) -> None:
        """Write down that the database does not answer, and what that leaves out."""
        self.reached = False
        first, *others = self.checks
        self.notes[first.name].find("error", str(error))
        for name in (each.name for each in others if each.name not in self.tried):
            part = "the trial" if self.notes[name].facts else "everything"
            self.notes[name].leave_out(part, "the database does not answer")

    def report(self) -> DoctorReport:
        """Return what was found."""
        return DoctorReport(
            self.address,
            self.began_at,
            self.rows,
            self.reached,
            self.namespace,
            tuple(each.report() for each in self.notes.values()),
        )

    def _try_out(self, url: str, patient: Patient) -> None:
        """Let every check try; a database that is not made leaves that out, or is an error."""
        self._drop_abandoned(url)
        try:
            with throwaway(url) as made:
                self.namespace = evolve(self.namespace, database=made.name, reason=None)
                self._tried(made, patient)
            self.namespace = evolve(self.namespace, removed=True)
        except DatabaseError as error:
            if isinstance(error, DatabaseUnavailableError):
                patient.database.dedicated().close()  # raises if it is this one that is away
            if self.namespace.database is not None:  # it was lost, or could not be dropped
                self.notes[self.checks[0].name].find("error", str(error))
                self._untried("the throw-away database was lost")
                return
            self.namespace = evolve(self.namespace, reason=str(error))
            self._untried(str(error))

    def _untried(self, reason: str) -> None:
        """Leave the trial out of every check that did not end its own."""
        for name, notes in self.notes.items():
            if name not in self.tried:
                notes.leave_out("the trial", reason)

    def _drop_abandoned(self, url: str) -> None:
        found = drop_abandoned(url)
        refused = [each for each in found if each.refusal is not None]
        self.namespace = Namespace(
            None,
            "none was made",
            abandoned=tuple(each.name for each in found if each.refusal is None),
            refused=tuple(f"{each.name}: {each.refusal}" for each in refused),
        )
        for each in refused:
            self.notes[self.checks[0].name].find(
                "warning",
                f"{each.name} was left by a doctor who was killed, and this role cannot drop it: "
                f"{each.refusal}",
            )

    def _tried(self, made: Throwaway, patient: Patient) -> None:
        try:
            migrate(made.url)
        except psycopg.OperationalError as error:
            raise DatabaseUnavailableError(f"{made.name} was lost: {error}") from error
        except (AccessDeniedError, SchemaError, psycopg.Error) as error:
            self.notes["tables"].find("error", f"a new database cannot be migrated: {error}")
            self._untried("a new database cannot be migrated")
            return
        self._migrated(whole=True)
        with (
            database_at(self.settings, made.url) as database,
            trial_store(self.settings, made.url) as store,
        ):
            trial = Trial(store, database, self.rows, limited=self.rows == ROWS)
            for check in self.checks:
                self._step(check, partial(check.try_out, trial, patient))
                self.tried.add(check.name)

    def _migrated(self, *, whole: bool) -> None:
        for each in self.notes.values():
            each.migrated = whole

    def _step(self, check: Check, work: Callable[[Notes], None]) -> None:
        notes = self.notes[check.name]
        began = time.perf_counter()
        try:
            work(notes)
        except DatabaseUnavailableError:
            raise
        except Exception as error:  # noqa: BLE001 - a defect is a finding, and the others go on
            notes.find("error", f"a defect of featuretrail: {type(error).__name__}: {error}")
            notes.facts["traceback"] = traceback.format_exc()
        finally:
            notes.spent += time.perf_counter() - began
        self.done += 1
        self.progress(check.name, self.done, 2 * len(self.checks))


def _silent(what: str, done: int, total: int) -> None:
    """Take a report of progress that nobody asked for."""
