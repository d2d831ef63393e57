"""The five types of feature values, the two types of keys, and their Arrow and SQL forms."""

from collections.abc import Mapping
from types import MappingProxyType

import pyarrow as pa

from featuretrail.domain.errors import InvalidDefinitionError

UTC_TIME = pa.timestamp("us", tz="UTC")
"""The Arrow type of every instant in featuretrail: microseconds since 1970, UTC."""

ARROW_TYPES: Mapping[str, pa.DataType] = MappingProxyType(
    {
        "float64": pa.float64(),
        "int64": pa.int64(),
        "bool": pa.bool_(),
        "text": pa.string(),
        "timestamptz": UTC_TIME,
    }
)

SQL_TYPES: Mapping[str, str] = MappingProxyType(
    {
        "float64": "double precision",
        "int64": "bigint",
        "bool": "boolean",
        "text": 'text COLLATE "C"',
        "timestamptz": "timestamptz",
    }
)
"""Text compares by bytes, so that PostgreSQL and Arrow sort keys alike on every server."""

KEY_TYPES = ("text", "int64")


def check_dtype(what: str, dtype: object) -> str:
    """Return ``dtype`` if values may have it, else raise ``InvalidDefinitionError``."""
    if isinstance(dtype, str) and dtype in ARROW_TYPES:
        return dtype
    raise InvalidDefinitionError(
        f"{what} has type {dtype!r}; the types are {', '.join(ARROW_TYPES)}"
    )


def check_key_type(what: str, dtype: object) -> str:
    """Return ``dtype`` if entity keys may have it, else raise ``InvalidDefinitionError``."""
    if isinstance(dtype, str) and dtype in KEY_TYPES:
        return dtype
    raise InvalidDefinitionError(f"{what} has type {dtype!r}; keys are {' or '.join(KEY_TYPES)}")
