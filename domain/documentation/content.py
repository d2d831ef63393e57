"""The documentation of a feature as Markdown: what somebody wrote, and what is told by events."""

from collections.abc import Iterator, Sequence

from featuretrail.domain.charts.figures import figure
from featuretrail.domain.documentation.completeness import Item, Missing
from featuretrail.domain.documentation.facts import FeatureFacts
from featuretrail.domain.documentation.markdown import code, inline, quoted, span, table
from featuretrail.domain.documentation.scoring import Criterion
from featuretrail.domain.documentation.wording import (
    constraint,
    duration,
    moment,
    statistics_rows,
)

NEWEST = 50
"""Entries of the change history that the text has; the record has all."""


def content(
    facts: FeatureFacts,
    found: Sequence[Item],
    judged: Sequence[Criterion],
    scores: tuple[float | None, float | None],
) -> str:
    """Return the Markdown text; equal facts give equal text.

    What somebody wrote stands in block quotes and is marked *authored*; all other sections are
    marked *generated*. ``scores`` are those of completeness and of quality.
    """
    parts = [
        f"# {inline(facts.feature.path)}",
        f"Version {facts.feature.version} of {_kind(facts)}, group {inline(facts.group.name)}.",
        *_retired(facts),
        *_authored(facts),
        *_definition(facts),
        *_rule(facts),
        *_lineage(facts),
        *_values(facts),
        *_example(facts),
        *_checks(facts),
        *_history(facts),
        *_missing(found, judged, scores),
    ]
    return ("\n\n".join(parts) + "\n").replace("\0", "\ufffd")


def _kind(facts: FeatureFacts) -> str:
    return f"a {'computed' if facts.computed else 'stored'} {facts.definition.dtype} feature"


def _retired(facts: FeatureFacts) -> Iterator[str]:
    if facts.retired:
        yield "**This version is retired: do not use it any more.** The change history says why."


def _authored(facts: FeatureFacts) -> Iterator[str]:
    yield "## What it is (authored)"
    described = facts.definition.description.strip()
    yield quoted(described) if described else "*No description.*"
    if facts.group.description.strip():
        yield f"Of its group, {inline(facts.group.name)}:"
        yield quoted(facts.group.description)


def _definition(facts: FeatureFacts) -> Iterator[str]:
    group, feature = facts.group, facts.definition
    yield "## Definition (generated)"
    told: dict[str, object] = {
        "type": feature.dtype,
        "unit": feature.unit,
        "owner": facts.owner,
        "tags": ", ".join(facts.tags),
        "valid values": "; ".join(constraint(each) for each in feature.constraints),
        "keys": ", ".join(f"{name} {dtype}" for name, dtype in group.keys.items()),
        "valid for": duration(group.ttl, "for ever"),
        "kept": duration(group.retention, "for ever"),
        "known time": group.known_time or "when it was recorded",
        "versions": ", ".join(facts.versions),
        "feature sets": ", ".join(facts.sets),
        "snapshots": ", ".join(facts.snapshots[-10:]),
    }
    yield table([{"fact": name, "value": value or None} for name, value in told.items()])


def _rule(facts: FeatureFacts) -> Iterator[str]:
    rule = facts.definition.rule
    if rule is None:
        return
    yield "## Rule (authored)"
    back = duration(rule.history, "all earlier rows") if rule.history else "only the row itself"
    if rule.history is None:
        back = "all earlier rows"
    parents = ", ".join(str(parent) for parent in rule.parents)
    yield f"A {rule.kind} rule over {inline(parents)}, which reads {back}. Digest {rule.digest}."
    yield code(rule.source, rule.kind)


def _lineage(facts: FeatureFacts) -> Iterator[str]:
    lineage = facts.lineage
    if lineage is None or lineage.declared_at is None:
        return
    yield "## Lineage (generated)"
    rows = [
        {
            "parent": str(parent),
            "described": {True: "yes", False: "no"}.get(facts.parents.get(parent.label)),  # type: ignore[arg-type]
        }
        for parent in lineage.parents
    ]
    yield table(rows) if rows else "*No parent is declared.*"
    if lineage.streaming_source:
        yield f"It arrives by the stream {inline(lineage.streaming_source)}."
    score, reasons = lineage.quality.score, lineage.quality.reasons
    judged = _not_evaluated(reasons) if score is None else f"{score:g} of 100."
    yield f"Quality of the lineage: {judged}"


def _not_evaluated(reasons: Sequence[str]) -> str:
    """Say that something was not evaluated, and why."""
    why = "; ".join(reasons) or "nothing says why"
    return f"not evaluated, {inline(why)}."


def _values(facts: FeatureFacts) -> Iterator[str]:
    yield "## Values (generated)"
    values = facts.values
    if values is None:
        yield f"*Not evaluated: {inline(facts.absent or 'no value is stored')}.*"
        return
    span_told = f"{moment(values.first_event_time)} to {moment(values.last_event_time)}"
    which = "All values" if values.complete else "The newest values"
    yield f"{which}, event times {span_told}, as of position {values.last_change}."
    yield table(statistics_rows(values.statistics))


def _example(facts: FeatureFacts) -> Iterator[str]:
    yield "## Example (generated)"
    example = facts.example
    if facts.private:
        yield "*Its rows are private, as a tag says, and are not shown.*"
    elif example is None:
        yield f"*No example could be run: {inline(facts.absent)}.*"
    else:
        yield "Rows of the store:"
        yield table(example.rows)
        yield "This call was executed when this text was made:"
        yield code(example.code, "python")
        yield "It returned:"
        yield table(example.output)


def _checks(facts: FeatureFacts) -> Iterator[str]:
    yield "## Checks (generated)"
    quality = facts.quality
    if quality is None:
        yield "Quality: not evaluated, it was never checked."
    elif quality.event.score is None:
        yield f"Quality: {_not_evaluated(quality.event.reasons)}"
    else:
        event = quality.event
        yield (
            f"Quality: {figure(quality.event.score)} of 100, from {figure(event.coverage)} % of "
            f"its dimensions, at position {quality.position}."
        )
    if facts.baselines:
        names = ", ".join(each.event.name for each in facts.baselines)
        opened = sum(each.open for each in facts.incidents)
        count = len(facts.incidents)
        yield f"Drift: baselines {inline(names)}; {count} incidents, {opened} of them open."
    else:
        yield "Drift: not evaluated, no baseline has it."
    if facts.consistency:
        yield table(
            [
                {
                    "snapshot": each.event.snapshot_id,
                    "check": each.event.check_type,
                    "status": each.event.status,
                    "position": each.position,
                }
                for each in facts.consistency
            ]
        )
    else:
        why = "it was never checked" if facts.snapshots else "no snapshot has it"
        yield f"Consistency: not evaluated, {why}."


def _history(facts: FeatureFacts) -> Iterator[str]:
    yield "## Change history (generated)"
    newest = facts.changes[-NEWEST:][::-1]
    if len(newest) < len(facts.changes):
        yield f"The newest {len(newest)} of {len(facts.changes)} changes."
    yield table(
        [
            {
                "position": each.position,
                "when": moment(each.recorded_at),
                "who": each.actor,
                "what": each.what,
                "why": each.reason,
            }
            for each in newest
        ]
    )


def _missing(
    found: Sequence[Item],
    judged: Sequence[Criterion],
    scores: tuple[float | None, float | None],
) -> Iterator[str]:
    complete, quality = (
        "not evaluated" if score is None else f"{score:g} of 100" for score in scores
    )
    yield "## How good this documentation is (generated)"
    yield f"Completeness: {complete}. Quality: {quality}."
    yield table(
        [
            {
                "criterion": each.name,
                "score": "does not apply" if each.score is None else f"{each.score:g}",
                "why": each.words,
            }
            for each in judged
        ]
    )
    lacking = [each.missing for each in found if each.missing is not None]
    if lacking:
        yield "What is missing:"
        yield "\n".join(_mend(each) for each in lacking)


def _mend(missing: Missing) -> str:
    line = "" if missing.line is None else f" write {span(missing.line)}, then"
    return f"* **{missing.item}**: {inline(missing.words)}:{line} {span(missing.command)}"
