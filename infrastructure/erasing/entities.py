"""The entities to erase, as the questions of each place that may hold rows of them."""

import json
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any, Self

import numpy as np
import pyarrow as pa
from attrs import frozen
from numpy.typing import NDArray
from psycopg import sql

from featuretrail.domain.definitions import FeatureGroup
from featuretrail.domain.dtypes import ARROW_TYPES
from featuretrail.domain.entities import EntityCodes
from featuretrail.domain.erasing import entity_digest
from featuretrail.infrastructure.values.retraction import Keys, entity_keys

Condition = tuple[sql.Composed, dict[str, Any]]


@frozen(slots=False)
class Entities:
    """Distinct entities by their key columns, each a row; ``types`` are the columns' dtypes.

    Other groups may have more keys: their rows of any of these entities are meant then.
    """

    types: dict[str, str]
    rows: tuple[dict[str, Any], ...]

    @classmethod
    def of(cls, group: FeatureGroup, keys: Keys) -> Self:
        """Read ``keys`` as those of ``group``; raise ``InvalidInputError`` for what are none."""
        table = entity_keys(group, keys, "erase")
        return cls(dict(group.keys), tuple(table.to_pylist()))

    def fit(self, group: FeatureGroup) -> bool:
        """Tell whether rows of ``group`` can be of these entities: whether it has the keys."""
        return all(group.keys.get(name) == dtype for name, dtype in self.types.items())

    def conditions(self) -> Iterator[Condition]:
        """Yield for each entity what rows ``v`` of it fulfil, with the parameters.

        One at a time: so an index is used, and of compressed chunks only their segments are read.
        Typed as the columns are: a smaller integer misses the rows of chunks that are compressed
        with Bloom filters, which hash it otherwise.
        """
        names = {f"key_{n}": name for n, name in enumerate(self.types)}
        condition = sql.SQL(" AND ").join(
            sql.SQL("v.{} = {}::{}").format(
                sql.Identifier(name),
                sql.Placeholder(parameter),
                sql.SQL("text" if self.types[name] == "text" else "bigint"),
            )
            for parameter, name in names.items()
        )
        for row in self.rows:
            yield condition, {parameter: row[name] for parameter, name in names.items()}

    @cached_property
    def as_json(self) -> list[str]:
        """The entities as JSON objects, as tables of ``jsonb`` keys are asked for them."""
        return [json.dumps(row, ensure_ascii=False) for row in self.rows]

    def among(self, table: pa.Table) -> NDArray[np.bool_]:
        """Tell of each row of ``table``, which has the key columns, whether it is of one."""
        if table.num_rows == 0:
            return np.zeros(0, np.bool_)
        known = [
            pa.array([row[name] for row in self.rows], ARROW_TYPES[dtype])
            for name, dtype in self.types.items()
        ]
        given = [
            table[name].cast(ARROW_TYPES[dtype]).combine_chunks()
            for name, dtype in self.types.items()
        ]
        found: NDArray[np.bool_] = EntityCodes.of(known).encode(given) >= 0
        return found

    def match(self, row: dict[str, Any]) -> bool:
        """Tell whether a JSON object has the keys of one of the entities, as text or as numbers."""
        if not all(name in row for name in self.types):
            return False
        wanted = tuple(str(row[name]) for name in self.types)
        return wanted in self._texts

    def digests(self, salt: bytes) -> list[str]:
        """Return the salted digest of each entity, sorted."""
        return sorted(entity_digest(salt, row) for row in self.rows)

    @cached_property
    def texts(self) -> Sequence[tuple[str, ...]]:
        """The key values of each entity, as text."""
        return [tuple(str(row[name]) for name in self.types) for row in self.rows]

    @cached_property
    def _texts(self) -> frozenset[tuple[str, ...]]:
        return frozenset(self.texts)
