"""A PostgreSQL server of one test's own, to be killed and started again."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg

from featuretrail.infrastructure.embedded import EmbeddedServer, start
from featuretrail.infrastructure.migrations import migrate
from tests.engines.database import Tier
from tests.engines.embedded_place import Place, eventually, new_place
from tests.engines.native import installed

# A killed process leaves what it wrote to the kernel, so that flushing would prove nothing here.
# Commits do wait until the log is with the kernel; the projector's do not, and may be lost.
_SETTINGS = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "on"}
_TIMESCALE = {
    "shared_preload_libraries": "timescaledb",
    "timescaledb.telemetry_level": "off",
    "timescaledb.max_background_workers": "0",
}


class MortalServer:
    """A server with a migrated database at ``url``, which stays the same over restarts."""

    def __init__(self, place: Place, tier: Tier) -> None:
        self._place = place
        self._programs = installed("apache") if tier == "apache" else None
        self._settings = _SETTINGS | (_TIMESCALE if tier == "apache" else {})
        self._uses: list[EmbeddedServer] = []
        self.start()
        self.url = self._uses[0].url
        if tier == "apache":
            with psycopg.connect(self.url, autocommit=True) as connection:
                connection.execute("CREATE EXTENSION IF NOT EXISTS timescaledb")
        migrate(self.url)

    def start(self) -> None:
        """Start it, or find it running."""
        self._uses.append(
            start(self._place.folder, programs=self._programs, settings=self._settings)
        )

    def kill(self) -> None:
        """Kill all its processes at once, as a loss of power does."""
        first = self._place.postmaster
        for process in (first, *_children(first)):
            with suppress(ProcessLookupError):  # it had ended just then
                os.kill(process, signal.SIGKILL)
        assert eventually(lambda: not self._place.lives)

    def close(self) -> None:
        """Stop it."""
        for use in self._uses:
            use.close()


@contextmanager
def mortal_server(tier: Tier) -> Iterator[MortalServer]:
    """A server in a folder of its own, gone afterwards."""
    with new_place() as place:
        server = MortalServer(place, tier)
        try:
            yield server
        finally:
            server.close()


def _children(process: int) -> list[int]:
    listed = Path(f"/proc/{process}/task/{process}/children").read_text(encoding="ascii")
    return [int(child) for child in listed.split()]
