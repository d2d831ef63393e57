"""``performance``: what features cost, versions that became slower, hints, budgets."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from featuretrail.commands.exits import FINDING, FINE
from featuretrail.commands.invocation import Actor, Invocation, command
from featuretrail.commands.moments import instant
from featuretrail.commands.output import write_json, write_line, write_record, write_table
from featuretrail.domain.charts.blocks import sparkline
from featuretrail.domain.errors import InvalidInputError
from featuretrail.domain.performance.hints import Hint
from featuretrail.domain.performance.regressions import Comparison
from featuretrail.domain.performance.summary import CostSummary, FeaturePerformance, VersionCost
from featuretrail.performance.performance import StorePerformance

app = typer.Typer(
    no_args_is_help=True, help="What features cost to read and to compute: figures, hints, budgets."
)

Since = Annotated[
    str,
    typer.Option(
        metavar="DURATION|TIME", help="The last 12h, 7d or so, or from a time on until now."
    ),
]

_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


@command(app, "show")
def show(
    invocation: Invocation,
    feature: Annotated[
        str | None, typer.Argument(help="Only this feature, in detail.", show_default=False)
    ] = None,
    since: Since = "7d",
) -> int:
    """Show what features cost; ends with 1 if a version became slower than the one before it."""
    with invocation.store() as store:
        found: FeaturePerformance | StorePerformance
        if feature is None:
            found = store.performance.overview(_period(since))
        else:
            found = store.performance.metrics(feature, _period(since))
    if invocation.as_json:
        write_json(found.to_dict())
    elif isinstance(found, FeaturePerformance):
        _explain(found)
    else:
        rows = [{"feature": name, **_row(each)} for name, each in found.features.items()]
        write_table(rows, "nothing was measured")
        _compared(found.regressions)
        _behind(found.behind)
    return FINDING if found.regressions else FINE


@command(app, "hints")
def hints(invocation: Invocation, since: Since = "7d") -> None:
    """Show what would make features cheaper, and the evidence; advice is no finding."""
    with invocation.store() as store:
        found = store.performance.hints(_period(since))
    if invocation.as_json:
        write_json({"hints": [each.to_dict() for each in found]})
        return
    for each in found:
        _advise(each)
    if not found:
        write_line("no hint: nothing that was measured gives evidence for one")


@command(app, "budget")
def budget(
    invocation: Invocation,
    feature: Annotated[str, typer.Argument(help="The feature: all its versions.")],
    milliseconds: Annotated[float, typer.Argument(help="How long a use of it may take.")],
    *,
    reason: Annotated[str | None, typer.Option(help="Why, for the audit trail.")] = None,
    actor: Actor = None,
) -> None:
    """Set how many milliseconds a use of a feature may take; 100 unless set."""
    with invocation.store(actor) as store:
        store.performance.set_budget(feature, milliseconds, reason=reason)
    facts = {"feature_name": feature.partition("@")[0], "budget_ms": milliseconds}
    if invocation.as_json:
        write_json(facts)
    else:
        write_record("budget", facts)


def _explain(found: FeaturePerformance) -> None:
    title = f"{found.feature_name} since {found.since.astimezone(UTC).isoformat(sep=' ')}"
    if found.total is None:
        write_line(f"{title}: nothing was measured")
        _behind(found.behind)
        return
    write_record(title, {**_row(found.total), "budget ms": f"{found.budget_ms:g}"})
    write_line("by context", style="bold")
    write_table([{"context": name, **_row(each)} for name, each in found.contexts.items()], "none")
    write_line("by version", style="bold")
    write_table([_version(each) for each in found.versions], "none")
    _compared(found.comparisons)
    _behind(found.behind)


def _row(cost: CostSummary) -> dict[str, object]:
    return {
        "uses": cost.uses,
        "mean ms": _figure(cost.mean_ms),
        "p50 ms": _figure(cost.p50_ms),
        "p95 ms": _figure(cost.p95_ms),
        "p99 ms": _figure(cost.p99_ms),
        "max ms": _figure(cost.max_ms),
        "cpu ms": _figure(cost.cpu_ms),
        "max MiB": _figure(cost.max_memory_mb),
        "rows a use": _figure(cost.rows_per_use),
        "score": _figure(cost.score),
    }


def _version(cost: VersionCost) -> dict[str, object]:
    return {
        "version": cost.version,
        **_row(cost.summary),
        "p95 in time": sparkline([point.p95_ms for point in cost.trend]),
    }


def _compared(comparisons: Sequence[Comparison]) -> None:
    for each in comparisons:
        write_line(str(each), style="bold red" if each.slower else "")


def _behind(events: int) -> None:
    if events > 0:
        write_line(f"the read side lacks {events} events: see `featuretrail projections status`")


def _advise(hint: Hint) -> None:
    write_line(f"{hint.feature_name}: {hint.kind}", style="bold")
    write_line(f"  {hint.change}")
    evidence = (f"{name.replace('_', ' ')} {value}" for name, value in hint.evidence.items())
    write_line(f"  evidence: {', '.join(evidence)}")


def _figure(number: float | None) -> str | None:
    return None if number is None else f"{number:.4g}"


def _period(text: str) -> timedelta:
    match = re.fullmatch(r"(\d{1,6})([mhd])", text)
    if match is not None:
        return timedelta(**{_UNITS[match[2]]: int(match[1])})
    if re.fullmatch(r"\d+\w*", text):
        raise InvalidInputError(f"--since is {text!r}; give 90m, 12h, 7d or so, or a time")
    period = datetime.now(UTC) - instant(text, "--since")
    if period <= timedelta(0):
        raise InvalidInputError(f"--since is {text!r}, which is still to come; give a time before")
    return period
