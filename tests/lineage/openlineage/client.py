"""What was exported, read back through the classes of OpenLineage's client."""

import types
from enum import Enum
from typing import Any, Union, get_args, get_origin, get_type_hints

import attrs
from openlineage.client.event_v2 import RunEvent
from openlineage.client.facet_v2 import (
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
from openlineage.client.generated import base

from featuretrail.infrastructure.openlineage import facets

FACETS: dict[str, dict[str, type]] = {
    "RunFacet": {
        "errorMessage": error_message_run.ErrorMessageRunFacet,
        "featuretrail_position": facets.FeaturetrailPositionRunFacet,
        "processing_engine": processing_engine_run.ProcessingEngineRunFacet,
    },
    "JobFacet": {
        "featuretrail_version": facets.FeaturetrailVersionJobFacet,
        "jobType": job_type_job.JobTypeJobFacet,
        "sourceCode": source_code_job.SourceCodeJobFacet,
    },
    "DatasetFacet": {
        "columnLineage": column_lineage_dataset.ColumnLineageDatasetFacet,
        "featuretrail_version": facets.FeaturetrailVersionDatasetFacet,
        "schema": schema_dataset.SchemaDatasetFacet,
        "version": dataset_version_dataset.DatasetVersionDatasetFacet,
    },
    "InputDatasetFacet": {
        "dataQualityAssertions": data_quality_assertions_dataset.DataQualityAssertionsDatasetFacet,
    },
    "OutputDatasetFacet": {
        "outputStatistics": output_statistics_output_dataset.OutputStatisticsOutputDatasetFacet,
    },
}


def read(document: dict[str, Any]) -> RunEvent:
    """Return the event that ``document`` is; anything its classes do not know is an error."""
    event = _read(RunEvent, document)
    assert isinstance(event, RunEvent)
    return event


def _read(kind: Any, given: Any) -> Any:
    origin, inner = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        return None if given is None else _read(inner[0], given)
    if origin is list:
        return [_read(inner[0], each) for each in given]
    if origin is dict:
        known = FACETS.get(getattr(inner[1], "__name__", ""))
        return {
            name: _read(inner[1] if known is None else known[name], each)
            for name, each in given.items()
        }
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind(given)
    if attrs.has(kind):
        return _object(kind, given)
    assert isinstance(given, kind), (kind, given)
    return given


def _object(kind: type[attrs.AttrsInstance], given: dict[str, Any]) -> Any:
    hints = get_type_hints(kind, vars(base) | vars(__import__(kind.__module__, fromlist=["*"])))
    fields = {each.name: each for each in attrs.fields(kind)}
    assert given.keys() <= fields.keys()
    values = {
        fields[name].alias: _read(hints[name], each)
        for name, each in given.items()
        if fields[name].init
    }
    made = kind(**values)
    for name, each in given.items():
        if not fields[name].init:  # the class says by itself where its schema is
            assert getattr(made, name) == each
    return made
