"""The folder that the engines of one pytest run, with all its workers, share."""

import os
import shutil
import tempfile
from pathlib import Path
from typing import IO

from attrs import frozen

from featuretrail.domain.errors import EngineError
from featuretrail.infrastructure.embedded import remove
from featuretrail.infrastructure.embedded.locks import try_lock

_PREFIX = "featuretrail-tests-"


@frozen
class SessionFolder:
    """A folder below the system's temporary one, locked by the run that made it."""

    path: Path
    held: IO[bytes]

    @classmethod
    def create(cls) -> "SessionFolder":
        """Make the folder, and clear away those of runs that were killed."""
        _sweep()
        path = Path(tempfile.mkdtemp(prefix=_PREFIX))
        path.chmod(0o755)  # the servers' unprivileged account must pass
        held = try_lock(path / "session.lock")
        if held is None:
            raise RuntimeError(f"another process locked the new folder {path}")
        return cls(path, held)

    def remove(self) -> None:
        """Delete the folder when its servers have stopped."""
        for server in self.path.glob("*/server"):
            remove(server.parent)
        shutil.rmtree(self.path)
        self.held.close()


def _sweep() -> None:
    for path in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        try:
            if path.stat().st_uid != os.geteuid():
                continue
            held = try_lock(path / "session.lock")
        except FileNotFoundError:  # another run has removed it meanwhile
            continue
        if held is None:
            continue
        try:
            SessionFolder(path, held).remove()
        except EngineError:  # a server that outlived its watchdog; no reason to test nothing
            held.close()
