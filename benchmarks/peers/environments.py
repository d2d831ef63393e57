"""Peers' virtual environments: made on demand under ``.bench/``, kept, and run as processes."""

import fcntl
import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from benchmarks.server import CACHE, ROOT

_PINS = Path(__file__).resolve().parent


class PeerError(Exception):
    """A peer could not be installed or did not finish."""


def environment(peer: str) -> Path:
    """Return the Python of the environment with the pins of ``<peer>.txt``, made if needed.

    A changed file of pins or another Python makes a new one; one left half made is made anew.
    """
    pins = _PINS / f"{peer}.txt"
    version = platform.python_version()
    digest = hashlib.sha256(pins.read_bytes() + version.encode()).hexdigest()[:12]
    folder = CACHE / f"{peer}-{digest}"
    ready = folder / "ready"
    CACHE.mkdir(exist_ok=True)
    with (CACHE / f"{peer}.lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        if not ready.exists():
            shutil.rmtree(folder, ignore_errors=True)
            _run([sys.executable, "-m", "venv", str(folder)])
            pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet"]
            _run([*pip, "--disable-pip-version-check", "-r", str(pins)])
            ready.touch()
    return folder / "bin" / "python"


def run(peer: str, module: str, *arguments: str) -> dict[str, Any]:
    """Run ``benchmarks.peers.<module>`` in the peer's environment; return the JSON it prints."""
    command = [str(environment(peer)), "-m", f"benchmarks.peers.{module}", *arguments]
    printed = _run(command).strip().splitlines()
    result: dict[str, Any] = json.loads(printed[-1])
    return result


def _run(command: list[str]) -> str:
    quiet = {**os.environ, "FEAST_USAGE": "False"}
    done = subprocess.run(command, cwd=ROOT, env=quiet, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        tail = "\n".join(done.stderr.splitlines()[-15:])
        raise PeerError(f"{' '.join(command[1:4])} ended with {done.returncode}:\n{tail}")
    return done.stdout
