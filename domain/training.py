"""Training runs: one-event records of the models that were made from snapshots."""

from collections.abc import Iterable, Mapping
from typing import TypedDict
from uuid import UUID

from featuretrail.domain.aggregates.snapshot import check_snapshot
from featuretrail.domain.errors import AlreadyExistsError, IdempotencyError, InvalidInputError
from featuretrail.domain.events import Metadata, TrainingRunRecorded, stream_id
from featuretrail.domain.inputs import check_label, check_number, optional, shown
from featuretrail.domain.json_values import check_json_object
from featuretrail.domain.versions import FIRST_VERSION, Version


class TrainingFacts(TypedDict, total=False):
    """What ``decide_record`` takes of a run by name, for those who hand it on."""

    version: str | Version | None
    run_id: str | None
    metrics: Mapping[str, float] | None
    parameters: Mapping[str, object] | None
    code_version: str | None


SAID = ("snapshot_id", "metrics", "parameters", "code_version")
"""What a retry must say again."""


def decide_record(
    runs: Iterable[TrainingRunRecorded],
    model: str,
    snapshot_id: str,
    metadata: Metadata,
    *,
    version: str | Version | None = None,
    run_id: str | None = None,
    metrics: Mapping[str, float] | None = None,
    parameters: Mapping[str, object] | None = None,
    code_version: str | None = None,
) -> tuple[TrainingRunRecorded, bool]:
    """Return the event of a run, and whether it is new: a retry finds the first.

    ``runs`` are those known so far. A retry repeats the ``run_id`` or the ``version``; without a
    version the model's next minor is taken, without a ``run_id`` the run is named by its model and
    version. Raises ``InvalidInputError``, ``AlreadyExistsError`` for a version that another run
    has, ``IdempotencyError`` for a ``run_id`` that said something else.
    """
    name = check_model(model)
    known = [run for run in runs if run.model == name]
    wanted = None if version is None else Version.parse(version)
    number = _next(known) if wanted is None else wanted
    event = TrainingRunRecorded.in_stream(
        run_stream(name, number),
        1,
        run_id=f"{name}@{number}" if run_id is None else check_label("run_id", run_id),
        model=name,
        version=str(number),
        snapshot_id=check_snapshot("snapshot", snapshot_id),
        metrics=_metrics({} if metrics is None else metrics),
        parameters=check_json_object("parameters", {} if parameters is None else parameters),
        code_version=optional(check_label, "code_version", code_version),
        metadata=metadata,
    )
    earlier = _earlier(known, event, by_version=wanted is not None, by_id=run_id is not None)
    return (event, True) if earlier is None else (earlier, False)


def run_stream(model: str, version: Version) -> UUID:
    """Return the stream of a run, ``training run model@1.0.0``."""
    return stream_id("training run", f"{model}@{version}")


def check_model(given: object) -> str:
    """Return the name of a model: one line of text without ``@``, which precedes versions."""
    name = check_label("model", given)
    if "@" in name:
        raise InvalidInputError(f"model is {shown(given)}; give its version as version=...")
    return name


def _next(known: Iterable[TrainingRunRecorded]) -> Version:
    versions = [Version.parse(run.version) for run in known]
    return max(versions).next_minor() if versions else FIRST_VERSION


def _earlier(
    known: Iterable[TrainingRunRecorded],
    event: TrainingRunRecorded,
    *,
    by_version: bool,
    by_id: bool,
) -> TrainingRunRecorded | None:
    for run in known:
        same_version = run.version == event.version
        same_id = run.run_id == event.run_id
        different = [name for name in SAID if getattr(run, name) != getattr(event, name)]
        if by_id and same_id:
            if by_version and not same_version:
                different.append("version")
            if different:
                raise IdempotencyError(event.run_id, f"{', '.join(different)} differ")
            return run
        if by_version and same_version:
            if by_id or different:
                raise AlreadyExistsError(
                    "training run",
                    f"{run.model}@{run.version}",
                    "leave the version out for the next",
                )
            return run
    return None


def _metrics(given: object) -> dict[str, float]:
    if not isinstance(given, Mapping):
        raise InvalidInputError(
            f"metrics is {shown(given)}; give a mapping of names to numbers, such as {{'auc': 0.8}}"
        )
    return {
        check_label("a metric", name): check_number(f"metric {name!r}", value)
        for name, value in given.items()
    }
