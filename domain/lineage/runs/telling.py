"""From the events of the log to runs.

A batch of values is a run of the group's ingestion, for the features that are ingested, and a run
of each rule whose values it holds, and a failure to compute a run of each rule that was to be run;
a snapshot, a training run and a consistency check are one each.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from attrs import frozen

from featuretrail.domain.aggregates.snapshot import parse_snapshot_name
from featuretrail.domain.events import (
    ComputeFailed,
    ConsistencyChecked,
    Event,
    FeatureDefined,
    GroupDefined,
    LineageDeclared,
    LineageRetired,
    SnapshotCreated,
    TrainingRunRecorded,
    ValuesIngested,
)
from featuretrail.domain.lineage.node import Node
from featuretrail.domain.lineage.runs.catalogue import Catalogue, feature_of
from featuretrail.domain.lineage.runs.run import Column, Data, Job, Origin, Outcome, Place, Run
from featuretrail.domain.names import FeatureReference

DEFINING: tuple[type[Event], ...] = (
    GroupDefined,
    FeatureDefined,
    LineageDeclared,
    LineageRetired,
    SnapshotCreated,
)
"""The events that later runs refer to."""

RUNNING: tuple[type[Event], ...] = (
    ValuesIngested,
    ComputeFailed,
    TrainingRunRecorded,
    ConsistencyChecked,
)
"""The other events that tell of runs."""

_READ = re.compile(r"compute parents@(\d{1,19})( .*)?")
"""The source of a computed batch, which says up to where its parents were read."""

_OUTCOMES: dict[str, Outcome] = {"failed": "failed", "not evaluated": "aborted"}


@frozen
class Recorded:
    """An event with what the log says of it: its place, its time, the log's digest up to it."""

    position: int
    recorded_at: datetime
    digest: str
    event: Event

    def began(self, milliseconds: float) -> datetime:
        """Return when what took so long, and ended with the event, began."""
        return self.recorded_at - timedelta(milliseconds=milliseconds)


def runs(recorded: Iterable[Recorded]) -> Iterator[Run]:
    """Yield the runs that ``recorded`` tell of: defining events from the first on, and others."""
    catalogue = Catalogue()
    for each in recorded:
        match each.event:
            case ValuesIngested():
                yield from _batch(catalogue, each, each.event)
            case ComputeFailed():
                yield from _failure(catalogue, each, each.event)
            case SnapshotCreated():
                yield _snapshot(catalogue, each, each.event)
            case TrainingRunRecorded():
                yield _training(catalogue, each, each.event)
            case ConsistencyChecked():
                yield _check(catalogue, each, each.event)
        catalogue.take(each.position, each.event)


def _batch(catalogue: Catalogue, at: Recorded, event: ValuesIngested) -> Iterator[Run]:
    found = (
        catalogue.written(event.group, column, version) for column, version in event.columns.items()
    )
    written = [node for node in found if node is not None]
    ingested = [node for node in written if catalogue.rule(node) is None]
    if ingested or not written:
        yield _values(catalogue, at, event, Job("ingest", event.group), ingested)
    for node in written:
        if node not in ingested:
            yield _values(catalogue, at, event, Job("compute", node.name), [node])


def _values(
    catalogue: Catalogue, at: Recorded, event: ValuesIngested, job: Job, nodes: list[Node]
) -> Run:
    inputs = catalogue.tables(parent for node in nodes for parent in catalogue.parents(node))
    [output] = catalogue.tables(nodes) or [
        Data(Place("group", event.group), catalogue.keys(event.group))
    ]
    origins = {
        column.name: _origins(catalogue, catalogue.parents(node), copied=False)
        for node in nodes
        if (column := catalogue.column(node)) is not None
    }
    return Run(
        job=job,
        position=at.position,
        began=at.recorded_at,
        ended=at.recorded_at,
        about=tuple(nodes),
        inputs=inputs,
        output=output,
        origins={name: found for name, found in origins.items() if found},
        joined=catalogue.joined(inputs) if job.task == "compute" else (),
        digest=at.digest,
        content=event.digest,
        read=_read(event) if job.task == "compute" else None,
        rows=event.rows,
        rule=catalogue.rule(nodes[0]) if job.task == "compute" else None,
        versions={feature_of(node): str(node.version) for node in nodes},
    )


def _failure(catalogue: Catalogue, at: Recorded, event: ComputeFailed) -> Iterator[Run]:
    for node in (Node.feature(FeatureReference.parse(each)) for each in event.features):
        inputs = catalogue.tables(catalogue.parents(node))
        [output] = catalogue.tables([node])
        yield Run(
            job=Job("compute", node.name),
            position=at.position,
            began=min(event.started_at, at.recorded_at),  # whoever computed has a clock of its own
            ended=at.recorded_at,
            about=(node,),
            inputs=inputs,
            output=output,
            joined=catalogue.joined(inputs),
            digest=at.digest,
            rule=catalogue.rule(node),
            versions={feature_of(node): str(node.version)},
            outcome="failed",
            fault=f"{event.error}: {event.message}",
        )


def _read(event: ValuesIngested) -> int | None:
    match = _READ.fullmatch(event.source or "")
    return None if match is None else int(match[1])


def _origins(catalogue: Catalogue, parents: Iterable[Node], *, copied: bool) -> tuple[Origin, ...]:
    found = (catalogue.origin(parent, copied=copied) for parent in parents)
    return tuple(origin for origin in found if origin is not None)


def _snapshot(catalogue: Catalogue, at: Recorded, event: SnapshotCreated) -> Run:
    outputs = {
        str(item["output"]): Node.feature(FeatureReference.parse(item["reference"]))
        for item in event.features
    }
    label = event.request.get("label_reference")
    if label is not None:
        outputs[event.request["label_column"]] = Node.feature(FeatureReference.parse(label))
    inputs = catalogue.tables(outputs.values())
    origins = {name: _origins(catalogue, [node], copied=True) for name, node in outputs.items()}
    types = {
        name: None if (column := catalogue.column(node)) is None else column.dtype
        for name, node in outputs.items()
    }
    versions = {name: str(node.version) for name, node in outputs.items()}
    place = Place("snapshot", event.feature_set, event.version)
    columns = (*map(Column, event.spine_columns), *(Column(*each) for each in types.items()))
    return Run(
        job=Job("snapshot", event.feature_set),
        position=at.position,
        began=at.began(event.computation_time_ms),
        ended=at.recorded_at,
        about=(Node("snapshot", event.feature_set, event.version),),
        inputs=inputs,
        output=Data(place, columns, versions, event.digest),
        origins={name: found for name, found in origins.items() if found},
        joined=catalogue.joined(inputs),
        digest=at.digest,
        content=event.digest,
        read=event.position,
        rows=event.rows,
        versions={event.feature_set: event.feature_set_version},
    )


def _training(catalogue: Catalogue, at: Recorded, event: TrainingRunRecorded) -> Run:
    name, version = parse_snapshot_name(event.snapshot_id)
    return Run(
        job=Job("train", event.model),
        position=at.position,
        began=at.recorded_at,
        ended=at.recorded_at,
        about=(Node("training_run", event.model, event.version),),
        inputs=(catalogue.snapshot(name, str(version)),),
        output=Data(Place("model", event.model, event.version)),
        digest=at.digest,
        versions={event.model: event.version},
    )


def _check(catalogue: Catalogue, at: Recorded, event: ConsistencyChecked) -> Run:
    name, version = parse_snapshot_name(event.snapshot_id)
    return Run(
        job=Job("check", f"{event.check_type}.{name}"),
        position=at.position,
        began=at.began(event.check_duration_ms),
        ended=at.recorded_at,
        about=(Node("snapshot", name, str(version)),),
        inputs=(catalogue.snapshot(name, str(version)),),
        digest=at.digest,
        outcome=_OUTCOMES.get(event.status, "complete"),
        verdict=event.status,
    )
