"""Advisory file locks; the kernel frees them when the last process holding the file is gone."""

import fcntl
import time
from pathlib import Path
from typing import IO

from featuretrail.domain.errors import EngineError

_POLL_SECONDS = 0.02


def try_lock(path: Path, *, shared: bool = False) -> IO[bytes] | None:
    """The locked file, to be closed by the caller, or None when another process holds it."""
    handle = path.open("ab")
    if relock(handle, shared=shared):
        return handle
    handle.close()
    return None


def lock(path: Path, *, shared: bool = False, seconds: float) -> IO[bytes]:
    """The locked file, to be closed by the caller.

    Raises EngineError when other processes hold it for longer than ``seconds``.
    """
    deadline = time.monotonic() + seconds
    while (handle := try_lock(path, shared=shared)) is None:
        if time.monotonic() > deadline:
            raise EngineError(
                f"another process has held {path} for {seconds:.0f} s, so the embedded server "
                "can be neither started nor joined; see which with: lsof " + str(path)
            )
        time.sleep(_POLL_SECONDS)
    return handle


def relock(handle: IO[bytes], *, shared: bool) -> bool:
    """Change the lock of an open file to shared or exclusive; False leaves it unlocked."""
    try:
        fcntl.flock(handle, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
