"""Features measured side by side: numpy sorts outside the interpreter's lock."""

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Given = TypeVar("Given")
Found = TypeVar("Found")

THREADS = min(8, os.cpu_count() or 1)


def side_by_side(work: Callable[[Given], Found], items: Iterable[Given]) -> list[Found]:
    """Return ``work`` of each item, in their order; as ``map``, in as many threads as cores.

    Raises what ``work`` raises for the first item that it fails on.
    """
    all_of_them = list(items)
    if THREADS == 1 or len(all_of_them) < 2:
        return [work(each) for each in all_of_them]
    with ThreadPoolExecutor(THREADS, "featuretrail measuring") as threads:
        return list(threads.map(work, all_of_them))
