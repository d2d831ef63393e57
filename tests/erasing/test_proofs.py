"""What an erasure excuses, and what it does not: tampering stays tampering."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from psycopg import sql

import featuretrail as ft
from featuretrail.domain.errors import StorageError
from featuretrail.infrastructure.snapshots.catalogue import RecordedSnapshot
from featuretrail.infrastructure.snapshots.storage import SnapshotStorage
from tests.engines.database import Database
from tests.erasing.people import fill, spine

ADA = {"person": ["ada", "ada"], "shop": [1, 2]}
BEN = {"person": ["ben", "ben"], "shop": [1, 2]}


def tamper(database: Database, statement: str) -> None:
    with database.connect() as connection:
        connection.execute(sql.SQL(statement))


def reasons(store: ft.TimescaleDBFeatureStore) -> list[str]:
    return [fault.reason for fault in store.audit.verify(skip=["read-side"]).faults]


CLEO = "person = 'cleo' AND shop = 2 AND event_time = '2025-03-03'"


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        (
            f"UPDATE featuretrail_values.people SET spent = 0 WHERE {CLEO}",
            "its values were altered",
        ),
        (f"DELETE FROM featuretrail_values.people WHERE {CLEO}", "11 rows are stored"),
        ("DELETE FROM featuretrail_retracted.people WHERE person = 'ada'", "stored retractions"),
        ("UPDATE featuretrail.served SET values = '[1, \"sad\"]'", "its answers about"),
        ("UPDATE featuretrail.outcomes SET value = '7' WHERE ordinal = 0", "its rows were altered"),
    ],
)
@pytest.mark.parametrize("artifacts", ["database"], indirect=True)
def test_what_is_altered_after_or_before_an_erasure_stays_a_fault(
    database: Database, store: ft.TimescaleDBFeatureStore, statement: str, told: str
) -> None:
    fill(store)
    store.erase("people", BEN, "request 4711")
    assert reasons(store) == []

    tamper(database, statement)

    [after] = reasons(store)
    assert told in after
    store.erase("people", ADA, "request 4712")  # an erasure washes nothing clean
    again = reasons(store)
    if "person = 'ada'" in statement or "DELETE" not in statement:
        assert all("altered" in each or "retractions" in each for each in again)
    assert len(again) <= 1
    if "shop = 2" in statement:
        assert "altered before rows of it were erased" in again[0]


@pytest.mark.parametrize("artifacts", ["folder"], indirect=True)
def test_a_former_file_that_comes_back_is_found_and_removed_by_the_next_erasure(
    store: ft.TimescaleDBFeatureStore, tmp_path: Path
) -> None:
    fill(store)
    [file] = (tmp_path / "artifacts").rglob("*.arrow")
    content = file.read_bytes()
    store.erase("people", BEN, "request 4711")
    assert not file.exists()
    assert b"ben" not in b"".join(f.read_bytes() for f in file.parents[1].rglob("*.arrow"))

    file.write_bytes(content)  # from a backup

    [reason] = reasons(store)
    assert "is still there; erase again" in reason
    assert not store.erase("people", BEN, "request 4711").found
    assert not file.exists()
    assert reasons(store) == []


@pytest.mark.parametrize("artifacts", ["folder"], indirect=True)
def test_nothing_is_erased_while_a_snapshot_cannot_be_read(
    store: ft.TimescaleDBFeatureStore, tmp_path: Path
) -> None:
    fill(store)
    [file] = (tmp_path / "artifacts").rglob("*.arrow")
    content, head = file.read_bytes(), store.position

    for broken in (None, content[: len(content) // 2]):
        file.unlink() if broken is None else file.write_bytes(broken)
        with pytest.raises(StorageError, match="nothing was erased: snapshot training"):
            store.erase("people", BEN, "request 4711")
        assert store.position == head

    file.write_bytes(content)
    assert store.erase("people", BEN, "request 4711").found


@pytest.mark.parametrize("artifacts", ["folder"], indirect=True)
def test_a_snapshot_altered_after_an_erasure_is_a_fault_and_untouched_ones_are_proven(
    store: ft.TimescaleDBFeatureStore, tmp_path: Path
) -> None:
    fill(store)
    other = store.create_feature_snapshot("training", spine(2, ["ada", "cleo"]))
    store.erase("people", BEN, "request 4711")
    assert store.verify_snapshot(other.snapshot_id).proven
    assert store.get_feature_snapshot(other.snapshot_id).manifest.get("erasures") is None

    digest = store.get_feature_snapshot("training@1.0.0").info.digest
    [file] = (tmp_path / "artifacts").rglob(f"{digest}.arrow")
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 0xFF
    file.write_bytes(content)

    proof = store.verify_snapshot("training@1.0.0")
    assert (proof.ok, proof.left_ok, proof.stored_ok) == (False, False, False)
    assert len(proof.faults) == 1


def test_a_snapshot_made_while_values_are_erased_does_not_hold_them(
    store: ft.TimescaleDBFeatureStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(store)
    reader = store.snapshots._reader
    read, calls = reader.metered, list[str]()

    def erased_meanwhile(*given: Any, **how: Any) -> Any:
        found = read(*given, **how)
        if not calls:
            calls.append("erased")
            store.erase("people", BEN, "request 4711")
        return found

    monkeypatch.setattr(reader, "metered", erased_meanwhile)
    made = store.create_feature_snapshot("training", spine(3))
    table = store.get_feature_snapshot(made.snapshot_id).to_arrow()

    assert table.num_rows == 18
    bens = [row for row in table.to_pylist() if row["person"] == "ben"]
    assert {row["spent"] for row in bens} == {None}
    assert store.verify_snapshot(made.snapshot_id).proven
    assert reasons(store) == []


def test_who_reads_a_snapshot_while_rows_are_erased_gets_what_is_left_of_it(
    store: ft.TimescaleDBFeatureStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(store)
    read, people = SnapshotStorage.read, ["ada"]

    def erased_before(storage: SnapshotStorage, recorded: RecordedSnapshot) -> pa.Table:
        if people:
            store.erase("people", {"person": [people.pop()] * 2, "shop": [1, 2]}, "request 4711")
        return read(storage, recorded)

    monkeypatch.setattr(SnapshotStorage, "read", erased_before)

    assert store.audit.verify(skip=["read-side"]).faults == ()
    people.append("ben")
    left = store.get_feature_snapshot("training@1.0.0").to_arrow()
    assert set(left["person"].to_pylist()) == {"cleo"}
    people.append("cleo")
    assert store.verify_snapshot("training@1.0.0").left_ok
    assert people == []


@pytest.mark.parametrize("artifacts", ["folder"], indirect=True)
def test_two_erasures_at_once_both_come_to_an_end(
    store: ft.TimescaleDBFeatureStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(store)
    fetch, waiting = SnapshotStorage.fetch, [ADA]

    def erased_before(storage: SnapshotStorage, *given: Any, **how: Any) -> pa.Table:
        if waiting:
            store.erase("people", waiting.pop(), "request 4712")  # removes what is to be read
        return fetch(storage, *given, **how)

    monkeypatch.setattr(SnapshotStorage, "fetch", erased_before)
    store.erase("people", BEN, "request 4711")

    left = store.get_feature_snapshot("training@1.0.0").to_arrow()
    assert set(left["person"].to_pylist()) == {"cleo"}
    assert reasons(store) == []
