"""The engine under a store: its edition, and which capabilities it has, with the reason."""

from typing import Any

from featuretrail.infrastructure.database import AnyConnection, Capabilities
from featuretrail.infrastructure.queries import query

EDITIONS = {
    None: "plain PostgreSQL",
    "apache": "TimescaleDB, Apache edition",
    "timescale": "TimescaleDB, Community edition",
}

_ABSENT = "the extension timescaledb is not installed in this database"
_APACHE = "this is TimescaleDB's Apache edition; the Community edition has it"
_COMMUNITY = "TimescaleDB's Community edition"


def edition(found: Capabilities) -> str:
    """Return what the engine is, in words."""
    return EDITIONS[found.license]


def capability_list(connection: AnyConnection, found: Capabilities) -> list[dict[str, Any]]:
    """Return each capability: its name, whether it is active, and why or why not."""
    community = found.license == "timescale"
    absent = _ABSENT if found.timescaledb is None else _APACHE
    timescaledb = found.timescaledb is not None
    return [
        _capability(
            "hypertables",
            active=timescaledb,
            reason=f"TimescaleDB {found.timescaledb}" if timescaledb else absent,
        ),
        *(
            _capability(name, active=community, reason=_COMMUNITY if community else absent)
            for name in ("compression", "retention policies", "continuous aggregates")
        ),
        _workers(connection) if community else _capability("jobs", active=False, reason=absent),
    ]


def jobs_run(connection: AnyConnection) -> bool | None:
    """Tell whether TimescaleDB's jobs run by themselves; ``None`` when this role cannot see it."""
    return _scheduler(connection)[0]


def _scheduler(connection: AnyConnection) -> tuple[bool | None, str | None]:
    """Look for the process that starts jobs; return also how many workers are allowed."""
    [(works, seen, allowed)] = connection.execute(query("status/workers"))
    return (True if works else False if seen else None), allowed


def _workers(connection: AnyConnection) -> dict[str, Any]:
    works, allowed = _scheduler(connection)
    if works:
        return _capability("jobs", active=True, reason="a scheduler of TimescaleDB runs them")
    if works is None:
        reason = (
            "whether a scheduler runs them is not shown to this role; grant it pg_read_all_stats"
        )
    else:
        reason = (
            "no scheduler of TimescaleDB works in this database "
            f"(timescaledb.max_background_workers is {allowed or 'not set'}): "
            "run jobs with CALL run_job(id)"
        )
    return _capability("jobs", active=works, reason=reason)


def _capability(name: str, *, active: bool | None, reason: str) -> dict[str, Any]:
    return {"name": name, "active": active, "reason": reason}
