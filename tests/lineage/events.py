"""Events of lineage, made by hand and in the order of a log."""

from typing import Any

from featuretrail.domain.events import (
    Event,
    FeatureDefined,
    FeatureSetDefined,
    LineageDeclared,
    LineageRetired,
    SnapshotCreated,
    TrainingRunRecorded,
    stream_id,
)
from tests.domain.examples import snapshot_created


def feature(path: str, version: str = "1.0.0", rule: dict[str, Any] | None = None) -> Event:
    group, _, name = path.partition(".")
    definition: dict[str, Any] = {
        "name": name, "dtype": "float64", "version": version, "description": "",
    }  # fmt: skip
    if rule is not None:
        definition["rule"] = rule
    return FeatureDefined.in_stream(
        stream_id("feature", path), 1, group=group, name=name, version=version,
        definition=definition, definition_digest=f"digest of {path}", column=name,
    )  # fmt: skip


def rule(*parents: str, source: str = "return temp - wind") -> dict[str, Any]:
    """A rule as a definition holds it."""
    return {
        "kind": "python", "name": "feels_like", "source": source, "digest": "d",
        "parents": list(parents), "history": None,
    }  # fmt: skip


def declared(path: str, *parents: str, number: int = 1, **facts: Any) -> Event:
    name, _, version = path.partition("@")
    return LineageDeclared.in_stream(
        stream_id("lineage", path), number, feature_name=name, version=version,
        parents=[_parent(each) for each in parents], **facts,
    )  # fmt: skip


def retired(path: str, number: int = 2) -> Event:
    name, _, version = path.partition("@")
    return LineageRetired.in_stream(
        stream_id("lineage", path), number, feature_name=name, version=version
    )


def feature_set(name: str, *features: str, label: str | None = None) -> Event:
    pinned = dict(each.split("@") for each in features)
    return FeatureSetDefined.in_stream(
        stream_id("set", name), 1, name=name, version="1.0.0",
        definition={"name": name, "label": label}, definition_digest="s", pinned=pinned,
    )  # fmt: skip


def snapshot(name: str, *features: str, label: str | None = None) -> Event:
    created = snapshot_created(name, "1.0.0")
    changes = {
        "features": [{"reference": each} for each in features],
        "request": {"label_reference": label},
    }
    assert isinstance(created, SnapshotCreated)
    return created.model_copy(update=changes)


def run(model: str, snapshot_id: str, version: str = "1.0.0") -> Event:
    return TrainingRunRecorded.in_stream(
        stream_id("training run", f"{model}@{version}"), 1, run_id="r1", model=model,
        version=version, snapshot_id=snapshot_id, metrics={"auc": 0.8}, parameters={},
    )  # fmt: skip


def _parent(text: str) -> dict[str, Any]:
    kind, _, name = text.rpartition(" ")
    name, _, version = name.partition("@")
    return {"kind": kind or "feature", "name": name, "version": version or None}
