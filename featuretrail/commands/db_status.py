"""The status of a store for people: records, and a table for each list that is not empty."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from featuretrail.commands.output import cell, write_line, write_record, write_table
from featuretrail.infrastructure.status.durations import duration

Row = Mapping[str, Any]

MEND = "`featuretrail db migrate`"

_UNITS = ("bytes", "kB", "MB", "GB", "TB")


def explain(facts: Row) -> None:
    """Write what ``db status`` found."""
    write_record("server", {**facts["server"], "edition": facts["edition"]})
    _record("migrations", _migrations(facts["migrations"]))
    _record("log", facts["log"])
    _record("counts", facts["counts"])
    _read_side(facts["projections"])
    if facts["retention"] is not None:
        _table("retention", [_retention(each) for each in facts["retention"]], "none")
    _watching(facts["alerts"], facts["monitors"])
    _serving(facts["served_log"])
    _record("pool", facts["pool"])
    _table("capabilities", facts["capabilities"], "none")
    _table("groups", facts["groups"], "no feature group is registered")
    if facts["hypertables"]:
        _table("hypertables", [_hypertable(each) for each in facts["hypertables"]], "none")
    if facts["waiting"]:
        _table("waiting", facts["waiting"], "none")
    if facts["jobs"]:
        _table("jobs", [_job(each) for each in facts["jobs"]], "none")
    if facts["missing"]:
        _table("missing", facts["missing"], "none")


def size(count: int) -> str:
    """Return a number of bytes in the unit that suits it, in powers of 1024.

    >>> size(512), size(40_960), size(3_221_225_472)
    ('512 bytes', '40 kB', '3 GB')
    """
    value = float(count)
    for unit in _UNITS:
        if value < 1024 or unit == _UNITS[-1]:
            break
        value /= 1024
    return f"{value:.3g} {unit}" if value < 100 else f"{value:.0f} {unit}"


def _record(title: str, facts: Row | None) -> None:
    if facts is not None:
        write_record(title, _sized(facts))


def _table(title: str, rows: Sequence[Row] | None, empty: str) -> None:
    if rows is not None:
        write_line(title, style="bold")
        write_table([_sized(row) for row in rows], empty)


def _migrations(facts: Row | None) -> Row | None:
    """Name the first and the last of those that lack, and a fault that migrating does not mend."""
    if facts is None:
        return None
    pending, fault = facts["pending"], facts["fault"]
    told: dict[str, Any] = {"applied": facts["applied"], "pending": len(pending)}
    if pending:
        told["from"], told["to"] = pending[0], pending[-1]
        told["next"] = "run featuretrail db migrate"
    if fault is not None and MEND not in fault:
        told["fault"] = fault
    return told


def _read_side(facts: Row | None) -> None:
    if facts is None:
        return
    told = {name: value for name, value in facts.items() if name != "generations"}
    if told["owner"] is None:
        told["owner"] = "nobody: start featuretrail projections run"
    write_record("projections", told)
    if len(facts["generations"]) > 1:
        _table("generations", facts["generations"], "none")


def _watching(alerts: Row | None, monitors: Row | None) -> None:
    """Write about alerts and monitors where there are any."""
    if alerts is not None and any(alerts.values()):
        write_record("alerts", {key: value for key, value in alerts.items() if key != "troubles"})
        if alerts["troubles"]:
            _table("alerts not delivered", alerts["troubles"], "none")
    if monitors is not None and monitors["scheduled"]:
        stale = monitors["stale"]
        write_record("monitors", {"scheduled": monitors["scheduled"], "stale": len(stale)})
        if stale:
            _table("stale monitors", stale, "none")


def _serving(facts: Row | None) -> None:
    """Write about the served log where there is one."""
    if facts is not None and facts["last_logged_at"] is not None:
        told = {f"{name} in a day": facts[name] for name in ("batches", "rows", "dropped")}
        write_record("served log", {**told, "last logged": facts["last_logged_at"]})


def _retention(facts: Row) -> Row:
    days = facts["keep_days"]
    event, version = facts["set_position"], facts["version"]
    default = "the default" if version is None else f"version {version}"
    return {
        "kind": facts["kind"],
        "name": facts["name"],
        "keep": "for ever" if days is None else duration(timedelta(days=days)),
        "set by": default if event is None else f"event {event}",
        "removed before": facts["horizon"],
        "by event": facts["applied_position"],
    }


def _hypertable(facts: Row) -> Row:
    told = dict(facts)
    compression = told.pop("compression")
    del told["compressed_chunks"]
    if compression["ratio"] is None:
        told["compression"] = compression["reason"]
    else:
        before, after = (size(compression[f"{name}compressed_bytes"]) for name in ("un", ""))
        told["compression"] = (
            f"{compression['ratio']:g} to 1: {before} in {after}, "
            f"{facts['compressed_chunks']} of {facts['chunks']} chunks"
        )
    return told


def _job(facts: Row) -> Row:
    names = (
        "job",
        "procedure",
        "table",
        "every",
        "last_run",
        "last_status",
        "failures",
        "next_run",
    )
    return {name: cell(facts[name]) for name in names}


def _sized(facts: Row) -> Row:
    return {
        name: size(value) if name == "bytes" and value is not None else value
        for name, value in facts.items()
    }
