"""Folding a log in other processes, where sets have another order and clocks another zone."""

import os
import pickle
import subprocess
import sys
from collections.abc import Sequence

from featuretrail.domain.errors import InvalidInputError
from featuretrail.projections.checks.failure import CheckFailedError
from featuretrail.projections.checks.orders import Log
from featuretrail.projections.checks.tables import MemoryTables, Tables
from featuretrail.projections.read_model import ReadModel

PLACES = (
    {"PYTHONHASHSEED": "1", "TZ": "EAST-14"},
    {"PYTHONHASHSEED": "2", "TZ": "WEST11"},
)
"""Two hash seeds, and two zones whose dates always differ."""

WHERE = "in a process with another hash seed and time zone"


def built_elsewhere(models: Sequence[ReadModel], log: Log, law: str) -> list[Tables]:
    """Return the tables that ``log`` makes in each of ``PLACES``.

    The handlers are imported there: raises ``InvalidInputError`` when that cannot be done.
    """
    order = _packed(models, log, law)
    processes = [_start(place) for place in PLACES]
    try:
        answers = [process.communicate(order) for process in processes]
    finally:
        for process in processes:
            process.kill()
            process.wait()
    for process, (_, complaint) in zip(processes, answers, strict=True):
        if process.returncode:
            raise InvalidInputError(
                "the read models could not be folded in a process of their own, which imports "
                f"them from their modules: {complaint.decode(errors='replace').strip()}"
            )
    found = [pickle.loads(answer) for answer, _ in answers]  # noqa: S301 - our own process wrote it
    for each in found:
        if isinstance(each, str):
            raise CheckFailedError(law, f"{WHERE}, unlike here, {each}")
    return found


def main() -> None:
    """Fold what standard input holds and write the tables to standard output."""
    answer = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what an imported module prints is no answer
    with answer:
        models, log, law = pickle.load(sys.stdin.buffer)  # noqa: S301 - the process that began this
        try:
            pickle.dump(MemoryTables(models, law).built([log]), answer)
        except CheckFailedError as failure:
            pickle.dump(failure.finding, answer)


def _packed(models: Sequence[ReadModel], log: Log, law: str) -> bytes:
    try:
        return pickle.dumps((list(models), list(log), law))
    except (pickle.PicklingError, AttributeError, TypeError) as error:
        raise InvalidInputError(
            "the read models cannot be sent to another process; define their handlers as plain "
            f"functions of a module: {error}"
        ) from error


def _start(place: dict[str, str]) -> subprocess.Popen[bytes]:
    paths = os.pathsep.join(path or os.getcwd() for path in sys.path)
    return subprocess.Popen(  # noqa: S603 - this very interpreter, and code of this module
        [sys.executable, "-c", f"from {__name__} import main; main()"],
        env={**os.environ, **place, "PYTHONPATH": paths},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
