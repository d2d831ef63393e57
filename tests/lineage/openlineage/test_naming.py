"""Names in OpenLineage: as its specification says, and never with a secret."""

from typing import Any

import pytest

import featuretrail as ft
from featuretrail.domain.lineage.runs.run import Place
from featuretrail.infrastructure.openlineage.naming import Naming, addressed, cleaned
from featuretrail.infrastructure.openlineage.sending import endpoint
from tests.engines.database import Database

NAMING = Naming("postgres://db.example:6543", "shop")


@pytest.mark.parametrize(
    ("place", "named"),
    [
        (Place("group", "weather"), (NAMING.server, "shop.featuretrail_values.weather")),
        (Place("snapshot", "delay", "1.2.0"), (NAMING.store, "snapshot/delay@1.2.0")),
        (Place("model", "forest", "1.0.0"), (NAMING.store, "model/forest@1.0.0")),
        (Place("source", "noaa", "2013"), (NAMING.store, "source/noaa")),
        (Place("stream", "live"), (NAMING.store, "stream/live")),
        (Place("stream", "kafka://broker:9092/orders"), ("kafka://broker:9092", "orders")),
        (Place("source", "s3://Lake/raw/a b.csv"), ("s3://Lake", "raw/a b.csv")),
        (Place("source", "file:///data/in.csv"), ("file", "/data/in.csv")),
    ],
)
def test_data_is_named_by_where_it_lies(place: Place, named: tuple[str, str]) -> None:
    assert NAMING.store == "featuretrail://db.example:6543/shop"
    assert NAMING.name(place) == named


@pytest.mark.parametrize(
    "text",
    [
        "postgresql://ann:hunter2@db.example/shop.public.orders",
        "postgresql://ann:hunter2@db.example:5432/shop.public.orders?sslpassword=hunter2",
        "https://ann:hunter2@files.example/in.csv?token=hunter2#hunter2",
        "kafka://ann:hunter2@broker:9092",
        "kafka://ann:hunter2@[broker",
        "s3://hunter2:hunter2@lake/raw",
        "jdbc://x@hunter2:hunter2@host/db",
    ],
)
def test_no_name_holds_a_secret(text: str) -> None:
    named = NAMING.name(Place("source", text))
    assert "hunter2" not in "".join(named)
    assert "hunter2" not in cleaned(text)


def test_what_is_no_address_is_named_as_it_is() -> None:
    assert addressed("noaa hourly") is None
    assert addressed("kafka://broker:9092") is None
    assert cleaned("what? a # name@home") == "what? a # name@home"


def test_a_store_is_named_as_it_was_connected_to(database: Database) -> None:
    with database.connect() as connection:
        found = Naming.of(connection)
        assert found.database == connection.info.dbname
        assert found.server == f"postgres://localhost:{connection.info.port}"
        assert (
            Naming.of(connection, "postgres://db:1").store
            == f"featuretrail://db:1/{found.database}"
        )


@pytest.mark.parametrize("given", ["postgres://ann:pw@db:1", "postgres://db/shop", "mysql://db", 7])
def test_a_namespace_is_a_host_alone(database: Database, given: Any) -> None:
    with database.connect() as connection, pytest.raises(ft.InvalidInputError, match="HOST:PORT"):
        Naming.of(connection, given)


@pytest.mark.parametrize(
    "given", ["ftp://x", "marquez:5000", "http://", "http://a:b/", "http://[x"]
)
def test_lineage_is_sent_to_http_addresses_alone(given: str) -> None:
    with pytest.raises(ft.InvalidInputError, match="http://marquez:5000"):
        endpoint(given)


def test_an_address_with_a_password_is_refused_without_repeating_it() -> None:
    with pytest.raises(ft.InvalidInputError, match="OPENLINEAGE_API_KEY") as refused:
        endpoint("https://ann:hunter2@collector.example")
    assert "hunter2" not in str(refused.value)
