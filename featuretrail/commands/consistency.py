"""``consistency``: whether what trained, served and judged are the same numbers."""

from collections.abc import Mapping, Sequence
from typing import Annotated

import typer

from featuretrail.commands.exits import FINDING, FINE
from featuretrail.commands.invocation import Actor, Invocation, command
from featuretrail.commands.output import write_json, write_line, write_record, write_table
from featuretrail.commands.quality import Reason
from featuretrail.consistency.order import CHECK_TYPES
from featuretrail.domain.consistency.comparison import TableComparison
from featuretrail.domain.consistency.report import CheckResult, ConsistencyReport
from featuretrail.domain.consistency.words import words_of
from featuretrail.domain.errors import InvalidInputError
from featuretrail.infrastructure.consistency.parquet import ParquetSource
from featuretrail.infrastructure.consistency.postgres import PostgresSource
from featuretrail.infrastructure.consistency.reading import RecordedConsistency
from featuretrail.infrastructure.consistency.source import ValueSource

app = typer.Typer(
    no_args_is_help=True,
    help="Snapshots against what served, judged or else holds the same values.",
)

SnapshotId = Annotated[str, typer.Argument(help="The snapshot, NAME@VERSION.")]


@command(app, "check")
def check(
    invocation: Invocation,
    snapshot: SnapshotId,
    *,
    type_: Annotated[
        list[str] | None,
        typer.Option(
            "--type",
            help="streaming, outcome, cross_system or quality; without it the first three.",
        ),
    ] = None,
    source: Annotated[
        list[str] | None, typer.Option(help="Only this source of featuretrail.toml.")
    ] = None,
    parquet: Annotated[
        str | None, typer.Option(metavar="PATH", help="A Parquet file, folder or URL.")
    ] = None,
    postgres: Annotated[
        str | None, typer.Option(metavar="URL", help="A PostgreSQL database, with --table.")
    ] = None,
    table: Annotated[str | None, typer.Option(help="The table there, schema.name.")] = None,
    map_: Annotated[
        list[str] | None,
        typer.Option("--map", metavar="NAME=COLUMN", help="weather.temp=temp_f; repeatable."),
    ] = None,
    tolerance: Annotated[
        list[str] | None,
        typer.Option(metavar="FEATURE=NUMBER", help="Absolute, or ABSOLUTE,RELATIVE."),
    ] = None,
    sample: Annotated[float, typer.Option(help="A share of the entities.")] = 1.0,
    auto_fix: Annotated[
        bool, typer.Option("--auto-fix", help="Refresh online rows that disagree.")
    ] = False,
    record: Annotated[bool, typer.Option(help="Record the check in the log.")] = True,
    reason: Reason = None,
    actor: Actor = None,
) -> int:
    """Check a snapshot; ends with 1 if something disagrees, or nothing could be compared."""
    given: list[str | ValueSource] = [
        *(source or []),
        *_sources(parquet, postgres, table, _pairs("--map", map_)),
    ]
    with invocation.store(actor) as store:
        report = store.consistency.check(
            snapshot,
            type_ or CHECK_TYPES,
            sources=given or None,
            tolerances=_tolerances(tolerance),
            sample=sample,
            auto_fix=auto_fix,
            record=record,
            reason=reason,
        )
    if invocation.as_json:
        write_json(report.to_dict())
    else:
        _explain(report)
    return FINE if report.ok else FINDING


@command(app, "list")
def list_checks(
    invocation: Invocation,
    snapshot: Annotated[
        str | None, typer.Argument(help="Only of this snapshot.", show_default=False)
    ] = None,
    *,
    type_: Annotated[str | None, typer.Option("--type", help="Only of this type.")] = None,
    last: Annotated[int, typer.Option(help="How many at most.", min=1)] = 20,
) -> None:
    """List the recorded checks, newest first."""
    with invocation.store() as store:
        found = store.consistency.checks(snapshot, type_, last=last)
    if invocation.as_json:
        write_json({"checks": [each.to_dict() for each in found]})
    else:
        write_table([_row(each) for each in found], "no checks yet")


@command(app, "show")
def show(
    invocation: Invocation,
    position: Annotated[int, typer.Argument(help="The check's position, as list shows it.")],
) -> int:
    """Show one recorded check; ends with 1 if it found something."""
    with invocation.store() as store:
        found = store.consistency.check_at(position)
    if invocation.as_json:
        write_json(found.to_dict())
    else:
        write_record(f"{found.check_type} check of {found.snapshot_id}", _facts(found))
        for line in words_of(found.details):
            write_line(line)
    return FINE if found.status == "passed" else FINDING


def _sources(
    parquet: str | None, postgres: str | None, table: str | None, columns: Mapping[str, str]
) -> list[ValueSource]:
    if (postgres is None) != (table is None):
        raise InvalidInputError("--postgres and --table go together: where, and which table")
    found: list[ValueSource] = []
    if parquet is not None:
        found.append(ParquetSource(parquet, columns=columns))
    if postgres is not None and table is not None:
        found.append(PostgresSource(postgres, table, columns=columns))
    if columns and not found:
        raise InvalidInputError("--map is for --parquet or --postgres; sources have their own")
    return found


def _pairs(option: str, given: Sequence[str] | None) -> dict[str, str]:
    pairs = [each.partition("=") for each in given or ()]
    for name, sign, value in pairs:
        if not (name and sign and value):
            raise InvalidInputError(f"{option} is {name + sign + value!r}; write NAME=VALUE")
    return {name: value for name, _, value in pairs}


def _tolerances(given: Sequence[str] | None) -> dict[str, float | tuple[float, float]] | None:
    if not given:
        return None
    found: dict[str, float | tuple[float, float]] = {}
    for name, text in _pairs("--tolerance", given).items():
        try:
            numbers = [float(each) for each in text.split(",")]
        except ValueError:
            numbers = []
        match numbers:
            case [absolute]:
                found[name] = absolute
            case [absolute, relative]:
                found[name] = (absolute, relative)
            case _:
                raise InvalidInputError(
                    f"--tolerance of {name} is {text!r}; write 0.01, or 0.01,1e-6"
                )
    return found


def _explain(report: ConsistencyReport) -> None:
    rows = [
        row
        for each in report.results.values()
        for row in ([_summary(each, one) for one in each.comparisons] or [_summary(each, None)])
    ]
    write_record(report.snapshot_id, {"status": report.status})
    write_table(rows, "nothing was checked")
    for each in report.results.values():
        for line in each.words:
            write_line(f"{each.check_type}: {line}")
        for group, count in each.fixed.items():
            write_line(f"{each.check_type}: refreshed {count:,} entities of {group} online")


def _summary(result: CheckResult, compared: TableComparison | None) -> dict[str, object]:
    said = compared or result
    return {
        "check": result.check_type,
        "against": None if compared is None else compared.name,
        "status": said.status,
        "keys": None if compared is None else f"{compared.compared:,}",
        "missing": None if compared is None else f"{compared.missing:,}",
        "extra": None if compared is None else f"{compared.extra:,}",
        "mismatches": None if compared is None else f"{compared.faults:,}",
        "confidence": _figure(said.confidence_score),
    }


def _row(found: RecordedConsistency) -> dict[str, object]:
    return {
        "position": found.position,
        "checked at": found.checked_at,
        "snapshot": found.snapshot_id,
        "type": found.check_type,
        "status": found.status,
        "confidence": _figure(found.confidence_score),
        "fixed": "yes" if found.auto_fixed else None,
    }


def _facts(found: RecordedConsistency) -> dict[str, object]:
    return {**_row(found), "took": f"{found.duration_ms:.0f} ms"}


def _figure(score: float | None) -> str | None:
    return None if score is None else f"{score:.4g}"
