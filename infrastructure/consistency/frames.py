"""A data frame as a source: Arrow, pandas, polars, or a dict of arrays."""

from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from featuretrail.domain.inputs import check_label
from featuretrail.infrastructure.consistency.mapping import check_mapping, choose_columns
from featuretrail.infrastructure.consistency.source import SourceRequest, refuse_naive, types_of
from featuretrail.infrastructure.values.frames import to_table


class FrameSource:
    """Values that the caller holds; ``columns`` maps names to the frame's columns.

    >>> FrameSource({"origin": ["EWR"], "temp_f": [39.0]}, columns={"weather.temp": "temp_f"})
    FrameSource('frame')
    """

    def __init__(
        self,
        frame: Any,  # noqa: ANN401 - whatever frames.to_table reads
        *,
        columns: Mapping[str, str] | None = None,
        name: str = "frame",
    ) -> None:
        self.name = check_label("the name of a source", name)
        self._columns = check_mapping(columns)
        self._table = to_table(frame, f"source {self.name!r}")

    def read(self, request: SourceRequest) -> pa.Table:
        """Return the rows that are asked for."""
        table = self._table
        chosen = choose_columns(request, self._columns, table.column_names, self.name)
        refuse_naive(types_of(table.schema, chosen), chosen, self.name)
        named = pa.table({name: table.column(column) for name, column in chosen.items()})
        return request.kept(named, f"source {self.name!r}")

    def __repr__(self) -> str:
        return f"FrameSource({self.name!r})"
