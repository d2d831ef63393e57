"""A detached process that stops the embedded server when its last user is gone, however it went.

Run as a script with the standard library only: ``watchdog.py USERS WATCHDOG STOPPING`` with two
inherited file descriptors and, as JSON, what ``stop`` takes.
"""

import fcntl
import json
import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

SHORT_SOCKET = "featuretrail-"  # how the name of a socket folder outside the data's place begins


def stop(stopping: dict[str, Any]) -> None:
    """Stop the server of the data folder ``stopping["cwd"]``; nothing happens when none runs.

    ``stopping`` holds the keywords of ``subprocess.run`` for pg_ctl.
    """
    socket = socket_folder(Path(stopping["cwd"]))
    subprocess.run(
        **stopping,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,  # 1 when it does not run
    )
    if socket is not None and socket.name.startswith(SHORT_SOCKET):
        with suppress(OSError):  # a server that did not stop in time still has its socket there
            socket.rmdir()


def socket_folder(data: Path) -> Path | None:
    """The socket folder that ``postmaster.pid`` names, whether or not its server lives."""
    try:
        lines = (data / "postmaster.pid").read_bytes().splitlines()
    except FileNotFoundError:
        return None
    return Path(os.fsdecode(lines[4])) if len(lines) > 4 and lines[4] else None


def main(arguments: list[str]) -> None:
    """Leave the parent, wait until nobody holds the users' lock, stop the server."""
    users, watchdog = int(arguments[0]), int(arguments[1])
    if os.fork():
        os._exit(0)
    os.setsid()
    fcntl.flock(users, fcntl.LOCK_EX)
    stop(json.loads(arguments[2]))
    # in this order: who gets the users' lock next must find the watchdog's lock free
    os.close(watchdog)
    os.close(users)


if __name__ == "__main__":
    main(sys.argv[1:])
