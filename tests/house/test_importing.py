"""What `import featuretrail` does to the program that does it."""

import os
import signal
import subprocess
import sys
import time

import pytest

from tests.engines.database import Database

PULL = """
import sys
from datetime import UTC, datetime
import featuretrail as ft

noon = datetime(2020, 1, 1, 12, tzinfo=UTC)
rows = {"id": [1], "event_time": [noon], "x": [1.0]}
with ft.connect(sys.argv[1]) as store:
    x = ft.Feature("x", "float64")
    store.register(ft.FeatureGroup("g", keys={"id": "int64"}, features=[x]))
    store.ingest("g", rows)
    spine = {"id": [1], "event_time": [noon]}
    assert store.get_historical_features(spine, "g.x", method="pull")["x"].to_pylist() == [1.0]
"""

WAIT = """
import os
source, sink = os.pipe()
print("waiting", flush=True)
try:
    os.read(source, 1)
except KeyboardInterrupt:
    print("interrupted")
"""


def test_importing_loads_nothing_that_is_optional() -> None:
    program = (
        "import sys, featuretrail.cli; optional = {'pandas', 'polars', 'openlineage', 'requests'}; "
        "print(optional & set(sys.modules) != set())"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert run.stdout == "False\n"


def test_ctrl_c_interrupts_a_blocked_read_after_importing() -> None:
    assert _interrupted("import featuretrail.cli" + WAIT) == "interrupted\n"


@pytest.mark.tiers("embedded")
def test_ctrl_c_interrupts_a_blocked_read_after_a_pull(database: Database) -> None:
    assert _interrupted(PULL + WAIT, database.url) == "interrupted\n"


def _interrupted(program: str, *arguments: str) -> str:
    process = subprocess.Popen(
        [sys.executable, "-c", program, *arguments],
        env=os.environ | {"FEATURETRAIL_ARTIFACTS": "database:"},
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == "waiting\n"
        time.sleep(0.2)  # from the line to the read
        process.send_signal(signal.SIGINT)
        try:
            shown, _ = process.communicate(timeout=30)
        finally:
            process.kill()
    return shown
