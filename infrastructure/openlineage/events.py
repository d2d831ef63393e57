"""Runs as events of OpenLineage, made of its client's classes: START, then how it ended."""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

from openlineage.client.event_v2 import (
    InputDataset,
    Job,
    OutputDataset,
    RunEvent,
    RunState,
)
from openlineage.client.event_v2 import Run as ClientRun
from openlineage.client.facet_v2 import (
    DatasetFacet,
    InputDatasetFacet,
    JobFacet,
    RunFacet,
    column_lineage_dataset,
    data_quality_assertions_dataset,
    dataset_version_dataset,
    error_message_run,
    job_type_job,
    output_statistics_output_dataset,
    processing_engine_run,
    schema_dataset,
    source_code_job,
)
from openlineage.client.serde import Serde

from featuretrail.domain.lineage.runs.run import Data, Origin, Outcome, Run, Way
from featuretrail.infrastructure.openlineage.facets import (
    PRODUCER,
    VERSION,
    FeaturetrailPositionRunFacet,
    FeaturetrailVersionDatasetFacet,
    FeaturetrailVersionJobFacet,
)
from featuretrail.infrastructure.openlineage.naming import Naming

_ENDS: dict[Outcome, RunState] = {
    "complete": RunState.COMPLETE,
    "failed": RunState.FAIL,
    "aborted": RunState.ABORT,
}

_WAYS: dict[Way, tuple[str, str]] = {
    "identity": ("DIRECT", "IDENTITY"),
    "transformation": ("DIRECT", "TRANSFORMATION"),
    "join": ("INDIRECT", "JOIN"),
}


def events_of(run: Run, naming: Naming) -> tuple[RunEvent, RunEvent]:
    """Return the two events of ``run``: that it started, by names alone, and how it ended.

    The same run gives the same events, down to the id.
    """
    started = RunEvent(
        eventType=RunState.START,
        eventTime=_time(run.began),
        run=_run(run, naming, ended=False),
        job=_job(run, naming),
        inputs=[InputDataset(*naming.name(data.place)) for data in run.inputs],
        outputs=[] if run.output is None else [OutputDataset(*naming.name(run.output.place))],
        producer=PRODUCER,
    )
    ended = RunEvent(
        eventType=_ENDS[run.outcome],
        eventTime=_time(run.ended),
        run=_run(run, naming, ended=True),
        job=_job(run, naming),
        inputs=[_input(run, data, naming) for data in run.inputs],
        outputs=[] if run.output is None else [_output(run, run.output, naming)],
        producer=PRODUCER,
    )
    return started, ended


def as_json(event: RunEvent) -> str:
    """Return ``event`` as one line of JSON, as the client sends it."""
    return Serde.to_json(event)


def run_id(run: Run, naming: Naming) -> UUID:
    """Return the id of ``run``: a UUID of version 7, of its time, store, job and position.

    Such ids sort by time (RFC 9562); instead of random bits there are some of a SHA-256.
    """
    seed = f"{naming.store} {run.job} {run.position}".encode()
    noise = int.from_bytes(hashlib.sha256(seed).digest()[:10])
    milliseconds = int(run.began.timestamp() * 1000)
    bits = (milliseconds & (1 << 48) - 1) << 80 | noise
    bits = bits & ~(0xF << 76) | 0x7 << 76
    return UUID(int=bits & ~(0x3 << 62) | 0x2 << 62)


def _run(run: Run, naming: Naming, *, ended: bool) -> ClientRun:
    facets: dict[str, RunFacet] = {
        "featuretrail_position": FeaturetrailPositionRunFacet(
            position=run.position,
            logDigest=run.digest,
            readPosition=run.read,
            contentDigest=run.content,
            producer=PRODUCER,
        ),
        "processing_engine": processing_engine_run.ProcessingEngineRunFacet(
            version=VERSION, name="featuretrail", producer=PRODUCER
        ),
    }
    if ended and run.outcome != "complete":
        verdict = f"the check {run.job.subject} of {run.about[0]} ended as {run.verdict!r}"
        facets["errorMessage"] = error_message_run.ErrorMessageRunFacet(
            message=verdict if run.fault is None else run.fault,
            programmingLanguage="python" if run.rule is None else run.rule.kind,
            producer=PRODUCER,
        )
    return ClientRun(runId=str(run_id(run, naming)), facets=facets)


def _job(run: Run, naming: Naming) -> Job:
    facets: dict[str, JobFacet] = {
        "jobType": job_type_job.JobTypeJobFacet(
            processingType="BATCH",
            integration="FEATURETRAIL",
            jobType=run.job.task.upper(),
            producer=PRODUCER,
        )
    }
    if run.versions:
        facets["featuretrail_version"] = FeaturetrailVersionJobFacet(
            versions=dict(run.versions),
            ruleDigest=None if run.rule is None else run.rule.digest,
            producer=PRODUCER,
        )
    if run.rule is not None:
        facets["sourceCode"] = source_code_job.SourceCodeJobFacet(
            language=run.rule.kind, sourceCode=run.rule.source, producer=PRODUCER
        )
    return Job(namespace=naming.store, name=str(run.job), facets=facets)


def _input(run: Run, data: Data, naming: Naming) -> InputDataset:
    checks: dict[str, InputDatasetFacet] = {}
    if run.verdict is not None:
        checks["dataQualityAssertions"] = _assertions(run, run.verdict)
    return InputDataset(*naming.name(data.place), facets=_facets(data), inputFacets=checks)


def _output(run: Run, data: Data, naming: Naming) -> OutputDataset:
    facets = _facets(data)
    if run.origins:
        facets["columnLineage"] = column_lineage_dataset.ColumnLineageDatasetFacet(
            fields={
                column: column_lineage_dataset.Fields(inputFields=_fields(origins, naming))
                for column, origins in run.origins.items()
            },
            dataset=_fields(run.joined, naming),
            producer=PRODUCER,
        )
    found = OutputDataset(*naming.name(data.place), facets=facets)
    if run.rows is not None:
        found.outputFacets = {
            "outputStatistics": output_statistics_output_dataset.OutputStatisticsOutputDatasetFacet(
                rowCount=run.rows, producer=PRODUCER
            )
        }
    return found


def _facets(data: Data) -> dict[str, DatasetFacet]:
    facets: dict[str, DatasetFacet] = {}
    if data.columns:
        facets["schema"] = schema_dataset.SchemaDatasetFacet(
            fields=[
                schema_dataset.SchemaDatasetFacetFields(name=column.name, type=column.dtype)
                for column in data.columns
            ],
            producer=PRODUCER,
        )
    if data.place.version is not None:
        facets["version"] = dataset_version_dataset.DatasetVersionDatasetFacet(
            datasetVersion=data.place.version, producer=PRODUCER
        )
    if data.features or data.place.version is not None:
        facets["featuretrail_version"] = FeaturetrailVersionDatasetFacet(
            features=dict(data.features) or None,
            version=data.place.version,
            digest=data.digest,
            producer=PRODUCER,
        )
    return facets


def _fields(origins: Sequence[Origin], naming: Naming) -> list[column_lineage_dataset.InputField]:
    found = []
    for origin in origins:
        kind, subtype = _WAYS[origin.way]
        how = column_lineage_dataset.Transformation(type=kind, subtype=subtype, masking=False)
        found.append(
            column_lineage_dataset.InputField(
                *naming.name(origin.place), field=origin.column, transformations=[how]
            )
        )
    return found


def _assertions(
    run: Run, verdict: str
) -> data_quality_assertions_dataset.DataQualityAssertionsDatasetFacet:
    """Return the verdict of a check as an assertion; one that was not evaluated asserts nothing."""
    kind = run.job.subject.partition(".")[0]
    assertion = data_quality_assertions_dataset.Assertion(
        assertion=f"{kind} consistency",
        success=verdict == "passed",
        severity="warn" if verdict == "warning" else "error",
    )
    return data_quality_assertions_dataset.DataQualityAssertionsDatasetFacet(
        assertions=[] if verdict == "not evaluated" else [assertion], producer=PRODUCER
    )


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
