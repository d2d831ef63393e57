"""The names that users import."""

import attrs
import pytest

import featuretrail
from featuretrail.domain import errors
from featuretrail.domain.results import Result


def test_every_error_is_public() -> None:
    raised = {
        name
        for name, value in vars(errors).items()
        if isinstance(value, type) and issubclass(value, Exception)
    }
    assert raised - set(featuretrail.__all__) == set()


@pytest.mark.parametrize(
    "result",
    [
        featuretrail.AuditReport,
        featuretrail.Baseline,
        featuretrail.Change,
        featuretrail.CostEstimate,
        featuretrail.Difference,
        featuretrail.DriftCheck,
        featuretrail.FeatureLineage,
        featuretrail.FeaturePicture,
        featuretrail.FeatureQuality,
        featuretrail.FeatureSnapshot,
        featuretrail.Impact,
        featuretrail.Incident,
        featuretrail.LeakageReport,
        featuretrail.LineageExport,
        featuretrail.LineageGraph,
        featuretrail.LineageQuality,
        featuretrail.LogEntry,
        featuretrail.Receipt,
        featuretrail.RecordedCheck,
        featuretrail.Registration,
        featuretrail.RegistryAt,
        featuretrail.RowOrigin,
        featuretrail.SetQuality,
        featuretrail.SnapshotDiff,
        featuretrail.SnapshotInfo,
        featuretrail.SnapshotVerification,
        featuretrail.StateAt,
        featuretrail.TableAt,
        featuretrail.TrainingRun,
    ],
)
def test_a_result_is_an_attrs_class_for_programs_and_notebooks(result: type) -> None:
    assert attrs.has(result)
    assert issubclass(result, Result)
