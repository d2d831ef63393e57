"""A Feast repository over our workload; runs only in Feast's environment."""

from importlib.metadata import version
from pathlib import Path
from typing import Any

from feast import Entity, FeatureStore, FeatureView, Field, RepoConfig, ValueType
from feast.data_source import DataSource
from feast.types import Float64, Int64
from psycopg.conninfo import conninfo_to_dict

from benchmarks import workload

SCHEMA = "feast_peer"
_LIBRARIES = ("feast", "duckdb", "ibis-framework", "pandas", "psycopg", "pyarrow", "numpy")


def versions() -> dict[str, str]:
    """Return the versions of the libraries that the figures depend on."""
    return {library: version(library) for library in _LIBRARIES}


def postgres(url: str) -> dict[str, Any]:
    """Return the connection settings of a Feast store on the server at ``url``."""
    info = conninfo_to_dict(url)
    return {
        "type": "postgres",
        "host": info.get("host", "127.0.0.1"),
        "port": int(info.get("port") or 5432),
        "database": info["dbname"],
        "user": info.get("user", "postgres"),
        "password": info.get("password", ""),
        "db_schema": SCHEMA,
        "sslmode": "prefer",
    }


def repository(folder: Path, *, offline: dict[str, Any], online: dict[str, Any]) -> FeatureStore:
    """Return an empty Feast store whose registry lives in ``folder``."""
    return FeatureStore(
        config=RepoConfig(
            project="peer",
            registry=str(folder / "registry.db"),
            provider="local",
            offline_store=offline,
            online_store=online,
            entity_key_serialization_version=3,
            repo_path=folder,
        )
    )


def view(name: str, column: str, source: DataSource, *, online: bool) -> FeatureView:
    """Return a feature view of one float64 column with the workload's TTL."""
    return FeatureView(
        name=name,
        entities=[entity()],
        ttl=workload.TTL,
        schema=[Field(name="entity_id", dtype=Int64), Field(name=column, dtype=Float64)],
        source=source,
        online=online,
    )


def entity() -> Entity:
    """Return the workload's one entity, keyed by ``entity_id``."""
    return Entity(name="entity", join_keys=["entity_id"], value_type=ValueType.INT64)
