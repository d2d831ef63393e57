"""The folder of a site: interrupted builds, two at once, and what stands in the way."""

from collections.abc import Callable
from pathlib import Path

import pytest

import featuretrail as ft
from featuretrail.documentation.folder import SiteFolder
from featuretrail.documentation.manifest import JOURNAL, MANIFEST, PART
from tests.documentation.conftest import Told
from tests.documentation.test_site import contents


def stopping(after: str, does: Callable[[], object]) -> Callable[[str, int, int], None]:
    """Return a progress that calls ``does`` when a part of the build is done."""

    def progress(what: str, done: int, total: int) -> None:
        if what == after and done == total:
            does()

    return progress


def interrupt() -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize("first", [True, False])
def test_an_interrupted_build_is_taken_up_by_the_next(
    told: Told, tmp_path: Path, first: bool
) -> None:
    store, position, folder = told.store, told.report.position, tmp_path / "site"
    if not first:
        store.documentation.build(folder, at=3)
    with pytest.raises(KeyboardInterrupt):
        store.documentation.build(folder, at=position, progress=stopping("features", interrupt))
    page = folder / "features" / "weather.temp.html"
    written = page.stat().st_mtime_ns
    (folder / "features" / PART).write_bytes(b"half a pa")  # as kill -9 leaves it
    with (folder / JOURNAL).open("ab") as journal:
        journal.write(b'{"path": "drift.ht')
    (folder / "mine.txt").write_text("mine", encoding="utf-8")

    report = store.documentation.build(folder, at=position)

    (folder / "mine.txt").unlink()
    assert contents(folder) == contents(told.folder)
    assert page.stat().st_mtime_ns == written
    assert not any(name.startswith("features/") for name in report.changed)


def test_pages_of_an_interrupted_build_that_are_none_any_more_are_removed(
    told: Told, tmp_path: Path
) -> None:
    with pytest.raises(KeyboardInterrupt):
        told.store.documentation.build(tmp_path, progress=stopping("features", interrupt))

    report = told.store.documentation.build(tmp_path, at=0)

    assert "features/weather.temp.html" in report.removed
    assert not list((tmp_path / "features").iterdir())


def test_one_build_at_a_time_writes_into_a_folder(told: Told, tmp_path: Path) -> None:
    refused = []

    def second() -> None:
        with pytest.raises(ft.InvalidInputError, match="another build is writing into") as error:
            told.store.documentation.build(tmp_path, at=3)
        refused.append(error)

    told.store.documentation.build(tmp_path, at=3, progress=stopping("features", second))

    assert len(refused) == 1
    assert told.store.documentation.build(tmp_path, at=3).changed == ()


def test_what_no_build_wrote_is_never_written_over(told: Told, tmp_path: Path) -> None:
    for name, taken in (("features", "file"), ("index.html", "folder")):
        folder = tmp_path / taken
        folder.mkdir()
        if taken == "file":
            (folder / name).write_text("mine", encoding="utf-8")
        else:
            (folder / name).mkdir()
        before = sorted(path.name for path in folder.iterdir())
        with pytest.raises(ft.InvalidInputError, match=f"{name} is there already"):
            told.store.documentation.build(folder, at=3)
        assert sorted(path.name for path in folder.iterdir()) == before


def test_a_page_that_became_a_folder_is_refused(told: Told, tmp_path: Path) -> None:
    told.store.documentation.build(tmp_path, at=3)
    (tmp_path / "drift.html").unlink()
    (tmp_path / "drift.html").mkdir()

    with pytest.raises(ft.InvalidInputError, match=r"drift\.html is there already"):
        told.store.documentation.build(tmp_path, at=3)


def test_what_the_system_refuses_while_writing_is_told(told: Told, tmp_path: Path) -> None:
    def block() -> None:
        (tmp_path / "assets").write_text("in the way", encoding="utf-8")

    with pytest.raises(ft.StorageError, match=r"cannot be written: .*what was written before"):
        told.store.documentation.build(tmp_path, at=3, progress=stopping("features", block))
    assert (tmp_path / "features" / "weather.temp.html").is_file()

    (tmp_path / "assets").unlink()
    told.store.documentation.build(tmp_path, at=3)
    assert not (tmp_path / JOURNAL).exists()


@pytest.mark.parametrize(
    "line", [b"\xff\n", b"{}\n", b'{"path": "/out", "content": "", "inputs": "", "told": {}}\n',
             b'{"path": "a", "content": 1, "inputs": "", "told": {}}\n']
)  # fmt: skip
def test_a_journal_that_was_altered_is_refused(tmp_path: Path, line: bytes) -> None:
    (tmp_path / JOURNAL).write_bytes(line)

    with (
        pytest.raises(ft.InvalidInputError, match="cannot be read"),
        SiteFolder(tmp_path).writing([]),
    ):
        pass


def test_an_error_of_a_build_leaves_the_folder_to_the_next(tmp_path: Path) -> None:
    def build(name: str, *, fails: bool) -> SiteFolder:
        folder = SiteFolder(tmp_path)
        with folder.writing(["a.html", "b.html"]):
            folder.write(name, name, "", {})
            if fails:
                raise ZeroDivisionError
        return folder

    with pytest.raises(ZeroDivisionError):
        build("a.html", fails=True)
    with (tmp_path / JOURNAL).open("ab") as journal:
        journal.write(b'{"path": "c.ht')
    with pytest.raises(ZeroDivisionError):
        build("b.html", fails=True)

    last = build("a.html", fails=False)

    assert last.changed == []
    assert last.removed == ["b.html"]
    assert sorted(path.name for path in tmp_path.iterdir()) == [MANIFEST, "a.html"]
