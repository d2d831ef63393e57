"""Where an embedded server's files are."""

import os
import tempfile
import uuid
from pathlib import Path

from attrs import frozen

from featuretrail.domain.errors import EngineError
from featuretrail.infrastructure.embedded.account import Account
from featuretrail.infrastructure.embedded.watchdog import SHORT_SOCKET, socket_folder

_STATE = Path("/var/lib/featuretrail")
_LONGEST_SOCKET = 103  # bytes of a socket's path that every system takes
_SOCKET_NAME = "/.s.PGSQL.5432"
_NOT_IN_A_SOCKET = set(",\"'\\") | {chr(code) for code in range(32)}


@frozen
class Control:
    """``FOLDER/server``: the locks, and the way to the data."""

    folder: Path

    @classmethod
    def prepare(cls, folder: Path) -> "Control":
        """Make the folders that are missing; EngineError when they cannot be written."""
        control = folder.absolute() / "server"
        try:
            _make(folder.absolute())
            ignore = folder / ".gitignore"
            if not ignore.exists():
                ignore.write_text("*\n", encoding="utf-8")
            _make(control)
        except OSError as error:
            raise EngineError(
                f"the embedded server cannot keep its data in {folder}: {error.strerror or error}; "
                "give another folder, or the URL of a server"
            ) from error
        if not os.access(control, os.W_OK | os.X_OK):
            raise EngineError(
                f"the embedded server cannot keep its data in {folder}: it is not writable for "
                "this user; run as its owner, give another folder, or the URL of a server"
            )
        return cls(control)

    @property
    def users(self) -> Path:
        """Held shared by every process that uses the server."""
        return self.folder / "users.lock"

    @property
    def starting(self) -> Path:
        """Held by the process that prepares or starts the server."""
        return self.folder / "starting.lock"

    @property
    def alive(self) -> Path:
        """Held by the server's own processes while one of them lives."""
        return self.folder / "alive.lock"

    @property
    def watchdog(self) -> Path:
        """Held by the watchdog."""
        return self.folder / "watchdog.lock"

    def home(self) -> "Home":
        """The data's place; only under the ``starting`` lock.

        It is the control folder itself, or, when root starts the server below a folder that the
        unprivileged account cannot pass, a folder of its own under ``/var/lib/featuretrail`` that
        the file ``elsewhere`` names; the file ``of`` there names this one.
        """
        pointer = self.folder / "elsewhere"
        if pointer.exists():
            folder = Path(os.fsdecode(pointer.read_bytes()).removesuffix("\n"))
        elif Account.choose(self.folder / "data").passes(self.folder):
            folder = self.folder
        else:
            folder = _STATE / uuid.uuid4().hex
            _make(folder)
            (folder / "of").write_bytes(os.fsencode(self.folder) + b"\n")
            unfinished = pointer.with_suffix(".new")
            unfinished.write_bytes(os.fsencode(folder) + b"\n")
            unfinished.rename(pointer)
        _make(folder)
        return Home.prepare(folder)


@frozen
class Home:
    """The folder of data, log and socket, and the account that owns them."""

    folder: Path
    account: Account

    @classmethod
    def prepare(cls, folder: Path) -> "Home":
        """Choose the account, and make the log it writes."""
        account = Account.choose(folder / "data")
        home = cls(folder, account)
        if home.data.exists() and home.data.stat().st_uid != account.uid:
            raise EngineError(
                f"the data in {home.data} belong to user id {home.data.stat().st_uid}; run as that "
                "user, or give another folder"
            )
        home.log.touch(mode=0o600)
        account.own(home.log)
        return home

    @property
    def data(self) -> Path:
        """PostgreSQL's data folder."""
        return self.folder / "data"

    @property
    def log(self) -> Path:
        """The server's log file."""
        return self.folder / "log"

    def running_socket(self) -> Path | None:
        """The socket folder of the server that runs or was last killed."""
        return socket_folder(self.data)

    def new_socket(self) -> Path:
        """A socket folder: beside the data, or a short one where that path cannot be a socket's."""
        beside = self.folder / "socket"
        if _fits(beside):
            beside.mkdir(mode=0o700, exist_ok=True)
            self.account.own(beside)
            return beside
        system = Path(tempfile.gettempdir())
        parent = system if _fits(system / f"{SHORT_SOCKET}12345678") else Path("/tmp")  # noqa: S108 - mkdtemp
        short = Path(tempfile.mkdtemp(prefix=SHORT_SOCKET, dir=parent))
        self.account.own(short)
        return short

    def drop_socket(self, socket: Path | None) -> None:
        """Remove what a killed server left in its socket folder, and a short folder itself."""
        if socket is None or not socket.is_dir():
            return
        for name in (".s.PGSQL.5432", ".s.PGSQL.5432.lock"):
            (socket / name).unlink(missing_ok=True)
        if socket.name.startswith(SHORT_SOCKET):
            socket.rmdir()


def _make(folder: Path) -> None:
    if folder.is_dir():
        return
    folder.parent.mkdir(parents=True, exist_ok=True)
    try:
        folder.mkdir()
    except FileExistsError:
        if folder.is_dir():
            return  # another process was first
        raise
    folder.chmod(0o755)


def _fits(socket: Path) -> bool:
    encoded = os.fsencode(socket)
    return len(encoded) + len(_SOCKET_NAME) <= _LONGEST_SOCKET and not (
        _NOT_IN_A_SOCKET & set(str(socket))
    )
