"""Killed while erasing: what the database did not commit is undone, and files follow."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

import featuretrail as ft
from tests.engines.database import Database
from tests.erasing.people import fill

BEN = {"person": ["ben", "ben"], "shop": [1, 2]}
KILLED = """
import os, signal, sys
import featuretrail as ft
from featuretrail.infrastructure.erasing.eraser import Eraser
from featuretrail.infrastructure.erasing.snapshots import SnapshotEraser

def die(*given, **how):
    os.kill(os.getpid(), signal.SIGKILL)

if sys.argv[3] == "after it":
    SnapshotEraser.remove_former = die
else:
    Eraser._delete = die
with ft.connect(sys.argv[1], artifacts=sys.argv[2]) as store:
    store.erase("people", {"person": ["ben", "ben"], "shop": [1, 2]}, "request 4711")
"""


@pytest.mark.parametrize("artifacts", ["folder"], indirect=True)
@pytest.mark.parametrize("when", ["before the commit", "after it"])
def test_an_erasure_that_was_killed_is_completed_by_the_next(
    database: Database, store: ft.TimescaleDBFeatureStore, tmp_path: Path, when: str
) -> None:
    fill(store)
    folder = tmp_path / "artifacts"
    [former] = folder.rglob("*.arrow")

    killed = subprocess.run(
        [sys.executable, "-c", KILLED, database.url, str(folder), when],
        check=False,
        timeout=120,
    )

    assert killed.returncode == -signal.SIGKILL
    assert len([*folder.rglob("*.arrow")]) == 2
    half = store.audit.verify(skip=["read-side"])
    if when == "before the commit":
        assert half.ok
        assert store.verify_snapshot("training@1.0.0").proven
    else:
        assert [fault.kind for fault in half.faults] == ["snapshot"]
        assert store.verify_snapshot("training@1.0.0").left_ok

    done = store.erase("people", BEN, "request 4711")

    assert done.found == (when == "before the commit")
    assert not former.exists()
    assert len([*folder.rglob("*.arrow")]) == 1
    assert store.audit.verify(skip=["read-side"]).ok
