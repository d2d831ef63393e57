"""Finished online answers on their way to the served log, and the sheets they become."""

import os
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pyarrow as pa
from attrs import field, frozen
from numpy.typing import NDArray

from featuretrail.domain.asof import Flags, Ints
from featuretrail.domain.dtypes import UTC_TIME
from featuretrail.domain.registry import ResolvedFeature
from featuretrail.domain.serving.sampling import sampled
from featuretrail.domain.serving.served_ids import RANDOM_BYTES, served_ids
from featuretrail.domain.serving.sheet import Sheet, feature_columns, key_column
from featuretrail.domain.statuses import STATUS_NAMES
from featuretrail.infrastructure.retrieval.answer import event_time_column, status_column


@frozen(eq=False)
class ServedColumn:
    """What was answered of one feature: a value, a status code and an event time a row.

    ``event_times`` are microseconds, and hold where ``known``.
    """

    values: pa.Array = field(repr=False)
    codes: NDArray[np.int8] = field(repr=False)
    event_times: Ints = field(repr=False)
    known: Flags = field(repr=False)


def served_column(answer: pa.Table, name: str) -> ServedColumn:
    """Return what ``answer`` says of the feature ``name``, with its status and event time."""
    statuses = answer[f"{name}__status"].to_pylist()
    times = answer[f"{name}__event_time"].combine_chunks()
    return ServedColumn(
        answer[name].combine_chunks(),
        np.array([STATUS_NAMES.index(status) for status in statuses], np.int8),
        times.cast(pa.int64()).fill_null(0).to_numpy(),
        times.is_valid().to_numpy(zero_copy_only=False),
    )


@frozen(eq=False)
class Ids:
    """Which rows of an answer are logged, and the id of each of these in order."""

    logged: Flags
    ids: Sequence[str] = field(repr=False)

    @classmethod
    def of(cls, keys: Mapping[str, pa.Array], share: float, now: int) -> "Ids":
        """Return the ids of rows of ``keys`` served at ``now`` (microseconds)."""
        logged = sampled(keys, share)
        count = int(np.count_nonzero(logged))
        return cls(logged, served_ids(now // 1000, count, os.urandom(count * RANDOM_BYTES)))

    def column(self) -> pa.Array:
        """Return the id of each row, NULL where it is not logged."""
        column = np.full(self.logged.size, None, object)
        column[self.logged] = self.ids
        return pa.array(column, pa.string())


@frozen(eq=False)
class Answered:
    """An answer as it was given: the features, the entities' keys, a column a feature.

    ``now`` is the server's time in microseconds, ``known_position`` the log's head it saw. ``ids``
    are ``None`` until it is decided which rows are logged.
    """

    features: tuple[ResolvedFeature, ...] = field(repr=False)
    keys: Mapping[str, pa.Array] = field(repr=False)
    now: int
    known_position: int
    columns: Sequence[ServedColumn] = field(repr=False)
    ids: Ids | None = field(default=None, repr=False)

    @property
    def rows(self) -> int:
        """How many entities were asked for."""
        return len(next(iter(self.keys.values())))

    @property
    def cells(self) -> int:
        """How many values it holds."""
        return self.rows * len(self.features)

    def logged(self, share: float) -> int:
        """Return how many of its rows would be logged."""
        flags = sampled(self.keys, share) if self.ids is None else self.ids.logged
        return int(np.count_nonzero(flags))


def sheets(answers: Iterable[Answered], share: float) -> list[Sheet]:
    """Return what is logged of ``answers``; those of the same features and keys are one sheet."""
    alike: dict[tuple[object, ...], list[Answered]] = {}
    for answer in answers:
        alike.setdefault((id(answer.features), *sorted(answer.keys)), []).append(answer)
    made: dict[tuple[tuple[str, ...], ...], Sheet] = {}
    for group in alike.values():
        sheet = _sheet(group, share)
        if sheet is None:
            continue
        name = (tuple(sheet.features), tuple(sheet.keys))
        other = made.get(name)
        made[name] = sheet if other is None else other.joined(sheet)
    return list(made.values())


def _sheet(answers: Sequence[Answered], share: float) -> Sheet | None:
    first = answers[0]
    keys = {
        name: pa.concat_arrays([each.keys[name] for each in answers]) for name in sorted(first.keys)
    }
    flags = sampled(keys, share)
    if not flags.any():
        return None
    rows = np.flatnonzero(flags)
    counts = [each.rows for each in answers]
    taken = pa.array(rows)
    columns: dict[str, pa.Array] = {
        "served_id": pa.array(_ids(answers, flags, counts), pa.string()),
        "served_at": pa.array(np.repeat([a.now for a in answers], counts)[rows]).cast(UTC_TIME),
        "known_position": pa.array(np.repeat([a.known_position for a in answers], counts)[rows]),
    }
    columns |= {key_column(name): array.take(taken) for name, array in keys.items()}
    for n, feature in enumerate(first.features):
        value, status, at = feature_columns(str(feature.reference))
        given = [each.columns[n] for each in answers]
        columns[value] = pa.concat_arrays([each.values for each in given]).take(taken)
        columns[status] = status_column(np.concatenate([each.codes for each in given])[rows])
        columns[at] = event_time_column(
            np.concatenate([each.event_times for each in given])[rows],
            np.concatenate([each.known for each in given])[rows],
        )
    return Sheet(
        {name: "text" if pa.types.is_string(keys[name].type) else "int64" for name in keys},
        {str(feature.reference): feature.dtype for feature in first.features},
        pa.table(columns),
    )


def _ids(answers: Sequence[Answered], flags: Flags, counts: Sequence[int]) -> list[str]:
    """Return the ids of the logged rows: those handed out already, and new ones."""
    ids: list[str] = []
    for answer, logged in zip(answers, np.split(flags, np.cumsum(counts)[:-1]), strict=True):
        if answer.ids is not None:
            ids += answer.ids.ids
            continue
        count = int(np.count_nonzero(logged))
        ids += served_ids(answer.now // 1000, count, os.urandom(count * RANDOM_BYTES))
    return ids
