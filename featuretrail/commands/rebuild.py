"""``projections rebuild``, ``swap-back``, ``prune``: the read side built anew and proven."""

import math
from datetime import timedelta
from typing import Annotated

import typer

from featuretrail.commands.exits import FINDING, FINE
from featuretrail.commands.invocation import Invocation, command
from featuretrail.commands.output import write_json, write_line, write_record, write_table
from featuretrail.commands.progress import phases
from featuretrail.projections.generations import Generation
from featuretrail.projections.rebuild_report import RebuildReport
from featuretrail.projections.verification import Verification

Tables = Annotated[
    list[str] | None,
    typer.Option("--table", metavar="TABLE", help="Only this table; may be repeated."),
]
Hours = Annotated[float, typer.Option(min=0, max=1e6, help="Hours to keep what was live before.")]


def add_commands(app: typer.Typer) -> None:
    """Add the commands to ``projections``."""
    command(app, "rebuild")(rebuild)
    command(app, "swap-back")(swap_back)
    command(app, "prune")(prune)


def rebuild(
    invocation: Invocation,
    *,
    verify_only: Annotated[
        bool, typer.Option("--verify-only", help="Prove the live tables; swap nothing.")
    ] = False,
    table: Tables = None,
    until: Annotated[
        int | None, typer.Option(min=0, help="A copy as of this position, kept beside.")
    ] = None,
    into: Annotated[
        str | None, typer.Option(metavar="SCHEMA", help="A copy in this new schema.")
    ] = None,
    accept_differences: Annotated[
        bool,
        typer.Option("--accept-differences", help="Swap also when the live tables differ."),
    ] = False,
    soak_hours: Hours = 24,
) -> int:
    """Build the tables anew from the log, prove them equal to the live ones, put them in place."""
    soak = _soak(soak_hours)
    copied = until is not None or into is not None
    if verify_only and copied:
        raise typer.BadParameter("a copy is not compared: leave --verify-only out")
    if accept_differences and (verify_only or copied):
        raise typer.BadParameter("nothing is swapped: leave --accept-differences out")
    with invocation.store() as store, phases() as progress:
        if verify_only:
            report = store.projections.verify(tables=table, progress=progress)
        else:
            report = store.projections.rebuild(
                tables=table,
                until=until,
                into=into,
                soak=soak,
                accept_differences=accept_differences,
                progress=progress,
            )
    if invocation.as_json:
        write_json(report.to_dict())
    else:
        explain(report)
    return FINE if report.ok else FINDING


def swap_back(invocation: Invocation) -> None:
    """Make the generation that was live before live again, once it has caught up."""
    with invocation.store() as store, phases() as progress:
        generation = store.projections.swap_back(progress=progress)
    if invocation.as_json:
        write_json(_generation(generation))
    else:
        write_record("swapped back", _generation(generation))


def prune(
    invocation: Invocation,
    soak_hours: Hours = 24,
    copy: Annotated[
        str | None, typer.Option(metavar="SCHEMA", help="Drop this copy instead.")
    ] = None,
) -> None:
    """Drop generations that ceased to be live long enough ago, or a copy."""
    soak = _soak(soak_hours)
    with invocation.store() as store:
        if copy is not None:
            dropped = [store.projections.drop_copy(copy)]
        else:
            dropped = store.projections.prune(soak)
    rows = [_generation(each) for each in dropped]
    if invocation.as_json:
        write_json({"dropped": rows})
    else:
        write_table(rows, "nothing to drop")


def _soak(hours: float) -> timedelta:
    if math.isnan(hours):
        raise typer.BadParameter("--soak-hours is a number of hours from 0")
    return timedelta(hours=hours)


def explain(report: RebuildReport) -> None:
    """Write a report for people."""
    told = report.to_dict()
    names = ("position", "resumed_from", "events", "seconds", "events_per_second")
    facts = {name: told[name] for name in names if told[name]}
    facts |= {"generation": report.generation, "schema": report.schema, "swapped": report.swapped}
    if report.swapped:
        facts["swapped_within"] = f"{told['swap_ms']:g} ms"
    if report.dead_letters:
        facts["dead_letters"] = report.dead_letters
    write_record(_title(report), facts)
    if report.verification is not None:
        _explain_proof(report.verification)
    if not report.ok and not report.swapped and report.schema is not None:
        write_line(
            "the live tables stay; --accept-differences puts the rebuilt ones in their place"
        )


def _title(report: RebuildReport) -> str:
    if report.verification is None:
        return f"a copy of the read side as of position {report.position}"
    if not report.ok:
        return "the live tables differ from what the log makes"
    return "the live tables are what the log makes"


def _explain_proof(proof: Verification) -> None:
    write_table(
        [
            {
                "table": each.table,
                "rows": each.rows,
                "digest": each.digest[:16],
                "rebuilt": each.rebuilt_digest[:16],
                "equal": each.ok,
            }
            for each in proof.tables
        ],
        "no tables",
    )
    for each in proof.tables:
        if not each.ok:
            write_line(f"{each.table}: {each.differing_rows} rows differ")
    for difference in proof.differences:
        write_line(f"  {difference.reason}")
    if proof.dead_letters or proof.rebuilt_dead_letters:
        write_line(
            f"dead letters: {proof.dead_letters} live, {proof.rebuilt_dead_letters} rebuilt, "
            f"{proof.differing_letters} of them of one side only"
        )
    for letter in proof.letters:
        write_line(f"  {letter.reason}")


def _generation(generation: Generation) -> dict[str, object]:
    return {
        "generation": generation.generation,
        "state": generation.state,
        "schema": generation.schema_name,
        "position": generation.position,
        "tables": list(generation.tables),
    }
