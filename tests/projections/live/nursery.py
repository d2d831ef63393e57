"""Forks processes that keep or rebuild the read side: a fork is there at once, an import is not.

``python -m tests.projections.live.nursery URL``: for each line ``run`` or ``rebuild`` on standard
input it writes the number of a new process to standard output; that process writes to standard
error what it ended with, unless it was killed. The end of the input ends them all.
"""

import os
import signal
import sys
from contextlib import suppress
from datetime import timedelta

from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.log.application import EventLog
from featuretrail.projections.projections import Projections

ENDED = "ended"
"""How a line about the end of a process begins."""


def work(task: str, url: str) -> None:
    """Do one task until it is done: ``run`` never is."""
    with Database(url, pool_timeout=2) as database:
        projections = Projections(database, EventLog(database))
        if task == "run":
            projections.run()
        elif task == "rebuild":
            projections.rebuild(soak=timedelta(0))
        else:
            raise LookupError(task)


def main(url: str) -> None:
    """Fork a process a line."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # none is waited for, so none stays a zombie
    children = []
    for line in sys.stdin:
        task = line.strip()
        child = os.fork()
        if child == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            try:
                work(task, url)
                outcome = "done"
            except BaseException as error:  # noqa: BLE001 - whoever reads the output judges
                outcome = f"{type(error).__name__}: {error}"
            os.write(2, f"{ENDED} {task} {os.getpid()} {' '.join(outcome.split())}\n".encode())
            os._exit(0)
        children.append(child)
        print(child, flush=True)
    for child in children:
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)


if __name__ == "__main__":
    main(sys.argv[1])
