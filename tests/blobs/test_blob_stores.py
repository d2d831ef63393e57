"""One contract for every blob store, and what is particular to files and to the database."""

import multiprocessing
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

import attrs
import numpy as np
import psycopg
import pyarrow as pa
import pyarrow.ipc
import pytest
from pyarrow import fs

from featuretrail.domain.digest import table_digest
from featuretrail.domain.errors import ContentAlteredError, InvalidInputError, NotFoundError
from featuretrail.infrastructure.blobs.arrow_file import write_arrow
from featuretrail.infrastructure.blobs.database import CHUNK_BYTES
from featuretrail.infrastructure.blobs.files import TEMPORARY_PREFIX, FileBlobs
from featuretrail.infrastructure.blobs.store import BlobStore, open_blob_store

ABSENT = "0" * 64


class Database(Protocol):
    @property
    def url(self) -> str: ...


@attrs.frozen
class Kept:
    """A store under test, and how its stored bytes are replaced behind its back."""

    store: BlobStore
    connection: psycopg.Connection[Any] | None = None

    def write(self, table: pa.Table, digest: str | None = None) -> int:
        return self.store.write(digest or table_digest(table), table, self.connection)

    def read(self, digest: str) -> pa.Table:
        return self.store.read(digest, self.connection)

    def stored(self, digest: str) -> bytes:
        if self.connection is None:
            return path_of(self.store, digest).read_bytes()
        rows = self.connection.execute(
            "SELECT content FROM featuretrail.blobs WHERE digest = %s ORDER BY chunk",
            [bytes.fromhex(digest)],
        )
        return b"".join(content for (content,) in rows)

    def replace(self, digest: str, content: bytes) -> None:
        if self.connection is None:
            path_of(self.store, digest).write_bytes(content)
            return
        self.store.delete(digest, self.connection)
        self.connection.execute(
            "INSERT INTO featuretrail.blobs (digest, chunk, content) VALUES (%s, 0, %s)",
            [bytes.fromhex(digest), content],
        )


def path_of(store: BlobStore, digest: str) -> Path:
    return Path(store.url) / digest[:2] / f"{digest}.arrow"


def training_rows() -> pa.Table:
    return pa.table(
        {
            "origin": ["EWR", None, "LGA"],
            "at": pa.array([datetime(2013, 1, 1, tzinfo=UTC)] * 3, pa.timestamp("us", tz="UTC")),
            "temp": [37.5, None, -0.0],
            "payload": pa.array([b"\xff", b"", None]),
            "cancelled": [True, False, None],
        }
    )


class Contract:
    def test_a_table_comes_back_as_it_was_written(self, kept: Kept) -> None:
        table = training_rows()
        size = kept.write(table)
        again = kept.read(table_digest(table))
        assert again.equals(table)
        assert size == len(kept.stored(table_digest(table)))

    def test_dictionaries_and_other_units_come_back_plain(self, kept: Kept) -> None:
        plain = training_rows()
        odd = plain.set_column(0, "origin", plain["origin"].dictionary_encode())
        odd = odd.set_column(1, "at", odd["at"].cast(pa.timestamp("ms", tz="UTC")))
        kept.write(odd.replace_schema_metadata({"pandas": "{}"}))
        again = kept.read(table_digest(odd))
        assert again.schema.equals(plain.schema, check_metadata=True)
        assert again.equals(plain)

    @pytest.mark.parametrize(
        "table",
        [training_rows().slice(0, 0), pa.table({}), pa.table({"gone": [1, 2]}).select([])],
        ids=["no rows", "no columns", "rows without columns"],
    )
    def test_an_empty_table_comes_back(self, kept: Kept, table: pa.Table) -> None:
        kept.write(table)
        assert kept.read(table_digest(table)).equals(table)

    def test_many_rows_in_many_chunks_come_back_as_one_batch(self, kept: Kept) -> None:
        rows = 300_000
        numbers = np.random.default_rng(7).normal(size=(rows, 4))
        one = pa.table({f"value_{n}": numbers[:, n].copy() for n in range(4)})
        table = pa.concat_tables([one.slice(0, 1_000), one.slice(1_000)])
        kept.write(table)
        again = kept.read(table_digest(table))
        assert again.equals(table)
        assert {column.num_chunks for column in again.columns} == {1}

    def test_an_intact_blob_is_not_written_again(self, kept: Kept) -> None:
        table = training_rows()
        kept.write(table)
        content = kept.stored(table_digest(table))
        same = pa.concat_tables([table.slice(0, 1), table.slice(1)])
        assert kept.write(same) == len(content)
        assert kept.stored(table_digest(table)) == content

    def test_an_altered_blob_is_repaired_by_writing_it_again(self, kept: Kept) -> None:
        table = training_rows()
        kept.write(table)
        kept.replace(table_digest(table), b"ruined")
        kept.write(table)
        assert kept.read(table_digest(table)).equals(table)

    def test_a_missing_blob_is_not_found(self, kept: Kept) -> None:
        assert not kept.store.exists(ABSENT, kept.connection)
        with pytest.raises(NotFoundError, match=ABSENT):
            kept.read(ABSENT)

    def test_a_deleted_blob_is_gone_and_may_be_deleted_again(self, kept: Kept) -> None:
        table = training_rows()
        digest = table_digest(table)
        kept.write(table)
        assert kept.store.exists(digest, kept.connection)
        kept.store.delete(digest, kept.connection)
        kept.store.delete(digest, kept.connection)
        assert not kept.store.exists(digest, kept.connection)

    @pytest.mark.parametrize("kept_bytes", [0, 1, 7, 100, -1, -20])
    def test_a_truncated_blob_is_reported_by_its_digest(self, kept: Kept, kept_bytes: int) -> None:
        table = training_rows()
        digest = table_digest(table)
        kept.write(table)
        kept.replace(digest, kept.stored(digest)[:kept_bytes])
        with pytest.raises(ContentAlteredError, match=digest) as caught:
            kept.read(digest)
        assert caught.value.expected == digest

    def test_a_tampered_cell_is_reported_by_both_digests(self, kept: Kept) -> None:
        table = training_rows()
        digest = table_digest(table)
        kept.write(table)
        content = kept.stored(digest)
        kept.replace(digest, content.replace(b"EWRLGA", b"EWRJFK"))
        changed = table.set_column(0, "origin", pa.array(["EWR", None, "JFK"]))
        with pytest.raises(ContentAlteredError) as caught:
            kept.read(digest)
        assert (caught.value.expected, caught.value.actual) == (digest, table_digest(changed))

    def test_a_blob_under_the_digest_of_another_is_refused(self, kept: Kept) -> None:
        kept.write(training_rows(), digest=ABSENT)
        with pytest.raises(ContentAlteredError, match=ABSENT):
            kept.read(ABSENT)

    @pytest.mark.parametrize("digest", ["", "../../etc/passwd", "A" * 64, "0" * 63, "g" * 64])
    def test_what_is_no_digest_is_refused(self, kept: Kept, digest: str) -> None:
        with pytest.raises(InvalidInputError, match="no digest"):
            kept.store.exists(digest, kept.connection)
        with pytest.raises(InvalidInputError, match="no digest"):
            kept.store.write(digest, training_rows(), kept.connection)

    def test_a_table_without_canonical_digest_writes_nothing(self, kept: Kept) -> None:
        with pytest.raises(InvalidInputError, match="'odd'"):
            kept.write(pa.table({"odd": [[1]]}), digest=ABSENT)
        assert not kept.store.exists(ABSENT, kept.connection)


class TestFiles(Contract):
    @pytest.fixture
    def kept(self, tmp_path: Path) -> Kept:
        return Kept(open_blob_store(str(tmp_path / "blobs")))

    def test_writers_at_once_leave_one_whole_file(self, kept: Kept) -> None:
        table = pa.table({"value": np.arange(50_000.0)})
        with ThreadPoolExecutor(8) as threads:
            sizes = list(threads.map(lambda _: kept.write(table), range(16)))
        assert len(set(sizes)) == 1
        assert kept.read(table_digest(table)).equals(table)
        assert [path.name for path in Path(kept.store.url).rglob("*") if path.is_file()] == [
            f"{table_digest(table)}.arrow"
        ]

    def test_a_crash_before_the_renaming_leaves_nothing_visible(self, kept: Kept) -> None:
        table = training_rows()
        digest = table_digest(table)
        process = multiprocessing.get_context("spawn").Process(
            target=die_before_renaming, args=(kept.store.url,)
        )
        process.start()
        process.join(60)
        left = [path.name for path in Path(kept.store.url).rglob("*") if path.is_file()]
        assert len(left) == 1
        assert left[0].startswith(TEMPORARY_PREFIX)
        assert not kept.store.exists(digest)
        with pytest.raises(NotFoundError):
            kept.read(digest)
        kept.write(table)
        assert kept.read(digest).equals(table)

    def test_a_failed_write_removes_its_temporary_file(
        self, kept: Kept, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def full(_: object) -> None:
            raise OSError("No space left on device")

        monkeypatch.setattr("os.fsync", full)
        with pytest.raises(OSError, match="No space"):
            kept.store.write(ABSENT, training_rows())
        assert not [path for path in Path(kept.store.url).rglob("*") if path.is_file()]


def die_before_renaming(folder: str) -> None:
    def die(*_: object) -> None:
        os._exit(9)

    Path.replace = die  # type: ignore[assignment,method-assign]
    table = training_rows()
    open_blob_store(folder).write(table_digest(table), table)


class TestOtherFileSystems(Contract):
    @pytest.fixture
    def kept(self, tmp_path: Path) -> Kept:
        below = fs.SubTreeFileSystem(str(tmp_path), fs.LocalFileSystem())
        return Kept(FileBlobs(str(tmp_path / "blobs"), below, "blobs"))


@pytest.mark.tiers("embedded", "apache", "community")
class TestDatabase(Contract):
    @pytest.fixture
    def kept(self, database: Database) -> Iterator[Kept]:
        with psycopg.connect(database.url, autocommit=True) as connection:
            yield Kept(open_blob_store("database:"), connection)

    def test_a_blob_is_undone_with_the_transaction(self, kept: Kept) -> None:
        table = training_rows()
        assert kept.connection is not None
        with kept.connection.transaction(force_rollback=True):
            kept.write(table)
            assert kept.read(table_digest(table)).equals(table)
        assert not kept.store.exists(table_digest(table), kept.connection)

    def test_chunks_are_of_one_size_but_the_last(self, kept: Kept) -> None:
        table = pa.table({"value": np.arange(300_000.0), "other": np.arange(300_000)})
        size = kept.write(table)
        assert kept.connection is not None
        rows = kept.connection.execute(
            "SELECT octet_length(content) FROM featuretrail.blobs ORDER BY chunk"
        ).fetchall()
        assert [length for (length,) in rows] == [CHUNK_BYTES] * 4 + [size - 4 * CHUNK_BYTES]

    def test_a_missing_chunk_is_reported(self, kept: Kept) -> None:
        table = pa.table({"value": np.arange(300_000.0)})
        kept.write(table)
        assert kept.connection is not None
        kept.connection.execute("DELETE FROM featuretrail.blobs WHERE chunk = 1")
        with pytest.raises(ContentAlteredError, match=table_digest(table)):
            kept.read(table_digest(table))

    def test_a_store_in_the_database_needs_a_connection(self, kept: Kept) -> None:
        with pytest.raises(InvalidInputError, match="through a connection"):
            kept.store.read(ABSENT)


@pytest.mark.tiers("embedded", "apache")
def test_writers_at_once_in_the_database_leave_one_blob(database: Database) -> None:
    table = pa.table({"value": np.arange(300_000.0)})
    digest, store = table_digest(table), open_blob_store("database:")

    def write(_: int) -> int:
        with psycopg.connect(database.url) as connection:
            return store.write(digest, table, connection)

    with ThreadPoolExecutor(4) as threads:
        sizes = set(threads.map(write, range(8)))
    with psycopg.connect(database.url) as connection:
        assert store.read(digest, connection).equals(table)
    assert len(sizes) == 1


def test_every_flipped_byte_of_a_file_is_detected_or_harmless(tmp_path: Path) -> None:
    table = training_rows()
    digest = table_digest(table)
    store = open_blob_store(str(tmp_path))
    store.write(digest, table)
    path = path_of(store, digest)
    intact = path.read_bytes()
    detected = 0
    for place in range(len(intact)):
        flipped = bytearray(intact)
        flipped[place] ^= 0xFF
        path.write_bytes(flipped)
        try:
            assert table_digest(store.read(digest)) == digest
        except ContentAlteredError:
            detected += 1
    assert detected > 500


def test_a_file_is_written_as_one_record_batch_that_can_be_mapped(tmp_path: Path) -> None:
    table = pa.concat_tables([training_rows(), training_rows()])
    path = tmp_path / "table.arrow"
    with path.open("wb") as sink:
        write_arrow(table, sink)
    assert pa.ipc.open_file(path).num_record_batches == 1
    before = pa.total_allocated_bytes()
    mapped = pa.ipc.open_file(pa.memory_map(str(path))).read_all()
    assert mapped.equals(table)
    assert pa.total_allocated_bytes() - before < table.nbytes


@pytest.mark.parametrize(
    "url", ["", " ", "nonsense:", "database:other", "http://host/folder", "file://host/x", "a\x00b"]
)
def test_a_url_that_names_no_place_is_refused(url: str) -> None:
    with pytest.raises(InvalidInputError, match="is no place for blobs; give 'database:'"):
        open_blob_store(url)


def test_a_relative_folder_is_below_the_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert open_blob_store("artifacts").url == str(tmp_path / "artifacts")
    assert not (tmp_path / "artifacts").exists()


def test_a_file_url_leads_to_its_folder(tmp_path: Path) -> None:
    table = training_rows()
    store = open_blob_store((tmp_path / "a folder").as_uri())
    store.write(table_digest(table), table)
    assert (tmp_path / "a folder" / table_digest(table)[:2]).is_dir()


def test_credentials_of_a_url_do_not_show() -> None:
    store = open_blob_store("s3://someone:hidden@bucket/folder?region=eu-central-1")
    assert store.url == "s3://bucket/folder?region=eu-central-1"
    with pytest.raises(InvalidInputError) as caught:
        open_blob_store("odd://someone:hidden@host/x?client_secret=hidden")
    assert "hidden" not in str(caught.value)
