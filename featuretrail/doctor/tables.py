"""``tables``: is the schema this library's, is the log whole at its end, is the read side level?"""

from attrs import frozen

from featuretrail.doctor.examined import Patient, Trial
from featuretrail.doctor.likeness import altered, definitions
from featuretrail.doctor.notes import RESTORE, Notes
from featuretrail.doctor.stored import unstored
from featuretrail.infrastructure.database import AnyConnection
from featuretrail.infrastructure.migrations import migrations, state
from featuretrail.infrastructure.queries import query
from featuretrail.infrastructure.status.hypertables import waiting_tables
from featuretrail.projections.presence import absent, missing
from featuretrail.projections.read_models import READ_MODELS, VIEWS
from featuretrail.projections.status import projection_status

LATE_SECONDS = 60.0
"""Without a daemon the read side is moved on when somebody waits for it, which is no fault."""
LINKS = 1_000
"""How many of the newest events are proven; `featuretrail audit verify` proves all."""
SHOWN = 5


@frozen
class TablesCheck:
    """Compares the schema with the migrations, the log with its head, the read side with both."""

    name: str = "tables"

    def look(self, patient: Patient, notes: Notes) -> None:
        """Read the migrations that were applied, the end of the log, how far the read side is."""
        with notes.part("the migrations"), patient.database.connection() as connection:
            pending, fault = state(connection)
            notes.facts["migrations"] = len(migrations()) - len(pending)
            if fault is not None:
                notes.find("error", fault)
        if notes.facts.get("migrations") == 0:
            notes.leave_out("log and read side", "the database has no featuretrail schema")
            return
        for part, read in (
            ("the seven tables and three views", _presence),
            ("hypertables", _hypertables),
            ("the head of the log", _head),
            ("the newest events", _links),
            ("the read side", _read_side),
        ):
            with notes.part(part), patient.database.connection() as connection:
                read(connection, notes)
        with notes.part("the tables of values"), patient.database.connection() as connection:
            gone = unstored(connection, patient.registry())
            if gone:
                notes.find("error", f"{_listed(gone)}: restore that from a backup of the database")

    def try_out(self, trial: Trial, patient: Patient, notes: Notes) -> None:
        """Hold the schema against a new one; prove the tables that the trial's events made."""
        with notes.part("the schema against a new one"):
            self._compare(patient, trial, notes)
        with notes.part("ingesting"):
            rows = trial.made_up.num_rows
            notes.time(f"ingest {rows:,} rows x 2 features", lambda: trial.table, tries=1)
            notes.time("take the events into the tables", trial.store.projections.catch_up, tries=1)
            proof = trial.store.projections.verify()
            notes.expect(proof.ok, "tables rebuilt from the log differ from those kept level")

    @staticmethod
    def _compare(patient: Patient, trial: Trial, notes: Notes) -> None:
        if notes.facts.get("migrations") != len(migrations()):
            notes.leave_out("the schema against a new one", "it is not this version's")
            return
        made = definitions(trial.database)
        wrong = altered(definitions(patient.database), made)
        notes.facts["definitions"] = len(made)
        if wrong:
            notes.find("error", f"the schema was altered: {_listed(wrong)}; {RESTORE}")


def _presence(connection: AnyConnection, notes: Notes) -> None:
    gone = absent(connection, [*(model.table for model in READ_MODELS), *VIEWS])
    if gone:
        notes.find("error", str(missing(gone)))


def _hypertables(connection: AnyConnection, notes: Notes) -> None:
    for each in waiting_tables(connection):
        notes.find("warning", f"{each['table']} is no hypertable: {each['reason']}")


def _head(connection: AnyConnection, notes: Notes) -> None:
    row = connection.execute(query("doctor/head")).fetchone()
    if row is None:
        notes.find("error", "the head of the log is missing: nothing can be appended")
        return
    position, last, agrees = row
    notes.facts["position"] = position
    if position != last or not agrees:
        notes.find(
            "error",
            f"the head of the log says position {position} and disagrees with the last event, at "
            f"{last}: run `featuretrail audit verify`",
        )


def _links(connection: AnyConnection, notes: Notes) -> None:
    """Prove the links of the newest events, which shows one that was altered or is missing."""
    head = connection.execute(query("doctor/head")).fetchone()
    if head is None:
        notes.leave_out("the newest events", "the head of the log is missing")
        return
    newest = list(range(max(1, head[1] - LINKS + 1), head[1] + 1))
    found = connection.execute(query("log/broken_links"), {"positions": newest}).fetchone()
    if found is not None:
        notes.find(
            "error",
            f"the event at position {found[0]} does not agree with its digest and the event before "
            "it: one of them was altered or removed; run `featuretrail audit verify`",
        )


def _read_side(connection: AnyConnection, notes: Notes) -> None:
    status = projection_status(connection)
    lag, seconds = status.lag_events, status.lag_seconds
    notes.facts |= {"behind": lag, "dead_letters": status.dead_letters}
    first = status.first_dead_letter
    if first is not None:
        notes.find(
            "error",
            f"the read side lacks {status.dead_letters} events that it could not take in, the "
            f"first at position {first.position}: see `featuretrail projections status`",
        )
    if lag and seconds > LATE_SECONDS:
        mover = (
            "nobody moves it on: run `featuretrail projections run`"
            if status.owner is None
            else f"process {status.owner.pid} moves it on: see `featuretrail projections status`"
        )
        notes.find(
            "warning",
            f"the read side is {lag} events behind, for {seconds:,.0f} s now, and {mover}",
        )


def _listed(words: list[str]) -> str:
    more = f", and {len(words) - SHOWN} more" if len(words) > SHOWN else ""
    return f"{', '.join(words[:SHOWN])}{more}"
