"""``connection``: is the database there, who is asking, and what may they do?"""

from datetime import UTC, datetime

from attrs import frozen
from psycopg.rows import dict_row

from featuretrail.doctor.examined import Patient, Trial
from featuretrail.doctor.notes import Notes
from featuretrail.domain.roles import MAY, ROLES
from featuretrail.infrastructure.database import AnyConnection
from featuretrail.infrastructure.queries import query
from featuretrail.infrastructure.status.engine import edition

ROUND_TRIPS = 20
APART_SECONDS = 5.0


@frozen
class ConnectionCheck:
    """Reaches the database, tells its clock and its room, and what this role may do."""

    name: str = "connection"

    def look(self, patient: Patient, notes: Notes) -> None:
        """Ask the server what it is, who we are to it, and what time it is there."""
        found = patient.capabilities
        notes.facts |= {"server": found.server_version, "edition": edition(found)}
        with notes.part("the session"), patient.database.connection() as connection:
            notes.time("a round trip", lambda: _answered(connection), tries=ROUND_TRIPS)
            self._session(patient, notes, connection)
            notes.facts["encrypted"] = bool(connection.pgconn.ssl_in_use)
        with notes.part("the rights of this role"), patient.database.connection() as connection:
            self._rights(notes, connection)

    def try_out(self, trial: Trial, patient: Patient, notes: Notes) -> None:
        """Connect to the throw-away database, and compare what the two can do."""
        with notes.part("connecting to the throw-away database"):
            notes.time("a new connection", lambda: trial.database.dedicated().close())
        with trial.database.connection() as connection:
            row = connection.execute(query("database/capabilities")).fetchone()
        if row is not None and (row[1] is None) != (patient.capabilities.timescaledb is None):
            notes.find(
                "warning",
                "the throw-away database and this one do not both have TimescaleDB, so the trials "
                "do not show what this one does",
            )

    @staticmethod
    def _session(patient: Patient, notes: Notes, connection: AnyConnection) -> None:
        before = datetime.now(UTC)
        with connection.cursor(row_factory=dict_row) as cursor:
            told = cursor.execute(query("doctor/session")).fetchone()
        after = datetime.now(UTC)
        if told is None:
            notes.leave_out("the session", "the server does not show this role to itself")
            return
        apart = (told["now"] - (before + (after - before) / 2)).total_seconds()
        notes.facts |= {
            "role": told["role"],
            "makes_databases": told["makes_databases"],
            "standby": told["standby"],
            "clock_ahead_seconds": round(apart, 3),
        }
        if abs(apart) > APART_SECONDS:
            notes.find(
                "warning",
                f"the server's clock is {abs(apart):,.1f} s {'ahead of' if apart > 0 else 'behind'}"
                " this machine's: what was known at a time is asked by the server's",
            )
        if told["encoding"] != "UTF8":
            notes.find("error", f"the database writes {told['encoding']}; featuretrail needs UTF8")
        most = patient.settings.pool_size + patient.settings.pool_overflow
        if most > told["connections"]:
            notes.find(
                "warning",
                f"one store may open {most} connections (pool_size and pool_overflow), the server "
                f"has {told['connections']} for all",
            )

    @staticmethod
    def _rights(notes: Notes, connection: AnyConnection) -> None:
        with connection.cursor(row_factory=dict_row) as cursor:
            told = cursor.execute(query("doctor/rights")).fetchone()
        if told is None or told["owner"] is None:
            notes.leave_out("the rights of this role", "the database has no featuretrail schema")
            return
        notes.facts["may_act_as"] = [each for each in ROLES if told[each]]
        for each in ROLES:
            if not told[each]:
                notes.leave_out(f"as {each}", f"this role cannot {MAY[each]}")


def _answered(connection: AnyConnection) -> None:
    connection.execute("SELECT 1").fetchone()
