"""A stored snapshot, read and checked."""

from collections.abc import Mapping
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from attrs import asdict, field, frozen

from featuretrail.domain.aggregates.snapshot import snapshot_name
from featuretrail.domain.errors import InvalidInputError
from featuretrail.domain.events import SnapshotCreated
from featuretrail.domain.results import Result, as_html
from featuretrail.domain.versions import Version

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl

SPLIT_COLUMN = "split"


@frozen
class SnapshotInfo(Result):
    """What identifies a snapshot: its name, its digest and the log position it was derived at."""

    snapshot_id: str
    feature_set: str
    version: str
    digest: str
    position: int
    rows: int
    columns: int
    created_at: datetime
    actor: str | None
    reason: str | None
    storage: str
    stored_bytes: int

    @classmethod
    def of(cls, created: SnapshotCreated, created_at: datetime) -> Self:
        """Return the info of a recorded snapshot."""
        return cls(
            snapshot_id=snapshot_name(created.feature_set, Version.parse(created.version)),
            feature_set=created.feature_set,
            version=created.version,
            digest=created.digest,
            position=created.position,
            rows=created.rows,
            columns=len(created.column_digests),
            created_at=created_at,
            actor=created.metadata.actor,
            reason=created.metadata.reason,
            storage=created.storage,
            stored_bytes=created.stored_bytes,
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the info as a JSON object."""
        return asdict(self) | {"created_at": self.created_at.isoformat()}


@frozen(slots=False)
class FeatureSnapshot(Result):
    """A frozen training matrix whose stored rows matched their digest when it was read."""

    info: SnapshotInfo
    manifest: Mapping[str, Any] = field(repr=False)
    _table: pa.Table = field(repr=False, alias="table")

    @property
    def features(self) -> tuple[str, ...]:
        """The names of the feature columns, in order."""
        return tuple(item["output"] for item in self.manifest["features"])

    @property
    def label(self) -> str | None:
        """The name of the label column, if there is one."""
        label: str | None = self.manifest["request"]["label_column"]
        return label

    def to_arrow(self) -> pa.Table:
        """Return the whole matrix: spine columns, features, label and split, in that order."""
        return self._table

    def to_pandas(self) -> "pd.DataFrame":
        """Return the whole matrix as a pandas frame (pandas must be installed)."""
        frame: pd.DataFrame = self._table.to_pandas()
        return frame

    def to_polars(self) -> "pl.DataFrame":
        """Return the whole matrix as a polars frame (polars must be installed)."""
        import polars  # noqa: PLC0415 - never required

        frame = polars.from_arrow(self._table)
        assert isinstance(frame, polars.DataFrame)  # noqa: S101 - a table, not a column, was given
        return frame

    def to_numpy(self, columns: list[str] | None = None) -> npt.NDArray[np.float64]:
        """Return ``columns`` (by default the features) as a float64 array of rows x columns.

        NULL becomes NaN and a boolean 0 or 1; a column of text or times is an error.
        """
        names = list(self.features) if columns is None else columns
        matrix = np.empty((self._table.num_rows, len(names)))
        for index, name in enumerate(names):
            matrix[:, index] = _numbers(name, self._table.column(name))
        return matrix

    @cached_property
    def splits(self) -> Mapping[str, pa.Table]:
        """The rows of each part of the split, by its name; empty when no split was asked for."""
        if self.manifest["split"] is None:
            return {}
        parts = self._table.column(SPLIT_COLUMN)
        return {
            name: self._table.filter(pc.equal(parts, name))
            for name in self.manifest["split"]["fractions"]
        }

    def to_dict(self) -> dict[str, Any]:
        """Return the manifest as a JSON object; the rows are in ``to_arrow()``."""
        return dict(self.manifest)

    def _repr_html_(self) -> str:
        kept = ("name", "type", "nulls", "minimum", "maximum", "mean")
        columns = [{name: item.get(name) for name in kept} for item in self.manifest["statistics"]]
        return f"{self.info._repr_html_()}{as_html(columns)}"


def _numbers(name: str, column: pa.ChunkedArray) -> npt.NDArray[np.float64]:
    kind = column.type
    if not (pa.types.is_floating(kind) or pa.types.is_integer(kind) or pa.types.is_boolean(kind)):
        raise InvalidInputError(
            f"column {name!r} is {kind}, not a number; name the columns wanted, as in "
            "to_numpy(['temp']), or use to_arrow()"
        )
    values = column.cast(pa.float64(), safe=False)
    array: npt.NDArray[np.float64] = values.to_numpy()
    return array
