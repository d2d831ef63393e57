"""Real brokers on loopback: the system's nats-server and redis-server, in a folder of the test's.

They keep what was published on disk, so that ``kill`` (kill -9) loses nothing; ``start`` begins
again on the same port. Used as ``with``, so that none is left running.
"""

import signal
import socket
import subprocess
import time
from abc import ABC, abstractmethod
from functools import cache
from pathlib import Path
from typing import Self

INSTALLER = Path(__file__).parents[2] / "tools" / "brokers" / "install.sh"


@cache
def programs() -> Path:
    """The folder of the brokers' programs, installed if need be."""
    subprocess.run([INSTALLER], check=True, stdout=subprocess.DEVNULL)
    found = subprocess.run([INSTALLER, "--where"], check=True, capture_output=True, text=True)
    return Path(found.stdout.strip()) / "bin"


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Broker(ABC):
    """A server of one test's own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    @abstractmethod
    def url(self) -> str: ...

    @abstractmethod
    def command(self) -> list[str | Path]: ...

    def start(self) -> None:
        """Start it, and wait until it takes connections."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                self.command(), stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                break
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
            except OSError:
                time.sleep(0.02)
            else:
                return
        told = (self.folder / "log").read_text(errors="replace")[-2000:]
        raise RuntimeError(f"{self.command()[0]} did not start: {told}")

    def kill(self) -> None:
        """End it as a crash does."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """End it."""
        self._end(signal.SIGTERM)

    def _end(self, number: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.send_signal(number)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.kill()
            raise
        return self

    def __exit__(self, *exception: object) -> None:
        self.kill()


class NatsServer(Broker):
    """NATS with JetStream."""

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"nats://127.0.0.1:{self.port}"

    def command(self) -> list[str | Path]:
        """The command that runs it."""
        settings = self.folder / "nats.conf"
        settings.write_text(
            f'listen: "127.0.0.1:{self.port}"\n'
            f'jetstream {{ store_dir: "{self.folder / "jetstream"}" }}\n'
        )
        return [programs() / "nats-server", "--config", settings]


class RedisServer(Broker):
    """Redis, which writes every command to its log before it answers."""

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"redis://127.0.0.1:{self.port}"

    def command(self) -> list[str | Path]:
        """The command that runs it."""
        settings = {
            "bind": "127.0.0.1",
            "port": str(self.port),
            "dir": str(self.folder),
            "save": "",
            "appendonly": "yes",
            "appendfsync": "always",
        }
        options = [part for name, value in settings.items() for part in (f"--{name}", value)]
        return [programs() / "redis-server", *options]
