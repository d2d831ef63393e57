"""``doctor``: the eight checks of a store, usable on a production database."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from pydantic_core import to_json

from featuretrail.commands.exits import FINDING, FINE, UNREACHABLE
from featuretrail.commands.invocation import Invocation, command
from featuretrail.commands.output import write_json, write_line, write_table
from featuretrail.commands.progress import progress_bar
from featuretrail.doctor.examination import ROWS, examine
from featuretrail.doctor.report import CheckReport, DoctorReport
from featuretrail.domain.errors import InvalidInputError


def add_commands(app: typer.Typer) -> None:
    """Add the command to the root."""
    command(app, "doctor")(doctor)


def doctor(
    invocation: Invocation,
    *,
    report: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write the report, as --json shows it.", dir_okay=False),
    ] = None,
    rows: Annotated[
        int, typer.Option(help="How many rows to try with; limits are for 100000.")
    ] = ROWS,
) -> int:
    """Examine the store: connection, tables, snapshot, lineage, quality, consistency, performance.

    And documentation. What needs writing is tried in a database of its own on the same server,
    dropped at the end; the store's own is only read. Ends with 1 if a check failed, with 3 if the
    database does not answer.
    """
    if report is not None:
        _check_writable(report)
    with _interruptible(), progress_bar(counted=True) as bar:
        task = bar.add_task("examining", total=None)
        found = examine(
            invocation.settings(),
            rows=rows,
            progress=lambda what, done, total: bar.update(
                task, description=what, completed=done, total=total
            ),
        )
    if invocation.as_json:
        write_json(found.to_dict())
    else:
        _explain(found)
    if report is not None:  # last, so that what was found is told where it cannot be written
        report.write_bytes(to_json(found.to_dict(), indent=2, inf_nan_mode="null") + b"\n")
    if not found.reached:
        return UNREACHABLE
    return FINE if found.ok else FINDING


def _check_writable(report: Path) -> None:
    """Refuse a report that cannot be written, before the examination; leave nothing there."""
    folder = report.absolute().parent
    if not folder.is_dir():
        raise InvalidInputError(f"--report {report}: there is no folder {folder}")
    try:
        there = report.exists()
        if there and not report.is_file():
            return  # a pipe or a device: opening it may be heard at its other end
        report.open("ab").close()
        if not there:
            report.unlink()
    except OSError as error:
        raise InvalidInputError(
            f"--report {report} cannot be written: {error.strerror}; give another file"
        ) from error


@contextmanager
def _interruptible() -> Iterator[None]:
    """Let SIGTERM and a lost terminal interrupt as Ctrl-C does, so that everything is removed.

    What comes after the first signal acts as it did before; what was ignored (nohup) stays so.
    """
    handlers = {each: signal.getsignal(each) for each in (signal.SIGTERM, signal.SIGHUP)}
    before = {each: was for each, was in handlers.items() if was is not signal.SIG_IGN}

    def interrupt(number: int, frame: object) -> None:  # noqa: ARG001 - a handler's signature
        for each, handler in before.items():
            signal.signal(each, handler)
        raise KeyboardInterrupt

    for number in before:
        signal.signal(number, interrupt)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _explain(found: DoctorReport) -> None:
    write_table([_row(each) for each in found.checks], "no checks")
    for check in found.checks:
        for finding in check.findings:
            write_line(f"{finding.level}: {check.name}: {finding.words}")
    for reason, parts in _gaps(found).items():
        write_line(f"not evaluated: {', '.join(parts)}: {reason}")
    rows = [
        {
            "work": each.work,
            "ms": f"{each.milliseconds:,.1f}",
            "target": None if each.limit_ms is None else f"{each.limit_ms:g}",
        }
        for check in found.checks
        for each in check.timings
    ]
    if rows:
        write_line("this machine's figures", style="bold")
        write_table(rows, "")
    for name in found.namespace.abandoned:
        write_line(f"dropped {name}, which a doctor who was killed had left")
    if found.namespace.removed:
        write_line(f"tried in the database {found.namespace.database}, which is dropped again")


def _row(check: CheckReport) -> dict[str, object]:
    facts = {
        name.replace("_", " "): ", ".join(value) if isinstance(value, list) else value
        for name, value in check.facts.items()
        if name != "traceback"
    }
    return {"check": check.name, "status": check.status, "found": facts}


def _gaps(found: DoctorReport) -> dict[str, list[str]]:
    """Return what was not evaluated by the reason why, each part with its check."""
    gaps: dict[str, list[str]] = {}
    for check in found.checks:
        for each in check.not_evaluated:
            gaps.setdefault(each.reason, []).append(f"{each.part} of {check.name}")
    return gaps
