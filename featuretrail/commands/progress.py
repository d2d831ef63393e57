"""Progress bars on standard error, seen on terminals only."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.text import Text


class RateColumn(ProgressColumn):
    """How many a second."""

    def render(self, task: Task) -> Text:
        """Return the rate, nothing before there is one."""
        return Text("" if task.speed is None else f"{task.speed:,.0f}/s")


def progress_bar(*, counted: bool = False, timed: bool = False) -> Progress:
    """Return a bar that leaves nothing behind.

    ``counted`` shows done and total as numbers, ``timed`` the rate and the time left.
    """
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        *((MofNCompleteColumn(),) if counted else ()),
        *((RateColumn(), TimeRemainingColumn()) if timed else ()),
        TimeElapsedColumn(),
    )
    return Progress(
        *columns,
        console=Console(stderr=True),
        transient=True,
        disable=sys.stderr is None or not sys.stderr.isatty(),
    )


@contextmanager
def phases() -> Iterator[Callable[[str, int, int], None]]:
    """Yield what shows each phase of long work as a bar: done, how many a second, time left.

    It is called with what is being done, how far it is and how far it goes.
    """
    with progress_bar(counted=True, timed=True) as bar:
        tasks: dict[str, TaskID] = {}

        def show(what: str, done: int, total: int) -> None:
            if what not in tasks:  # from where it begins, so that its rate is that of this run
                tasks[what] = bar.add_task(what, total=total, completed=done)
            bar.update(tasks[what], completed=done, total=total)

        yield show
