"""The operating system account that the server runs as: PostgreSQL refuses to run as root."""

import os
import pwd
import stat
from pathlib import Path

from attrs import frozen

from featuretrail.domain.errors import EngineError

_UNPRIVILEGED = ("postgres", "nobody")


@frozen
class Account:
    """A user and group; ``drops`` when reaching them means giving up root."""

    uid: int
    gid: int
    drops: bool

    @classmethod
    def choose(cls, data: Path) -> "Account":
        """The current user, or for root the data's owner or else an existing unprivileged user."""
        if os.geteuid() != 0:
            return cls(os.geteuid(), os.getegid(), drops=False)
        if data.exists() and data.stat().st_uid != 0:
            found = data.stat()
            return cls(found.st_uid, found.st_gid, drops=True)
        for name in _UNPRIVILEGED:
            try:
                entry = pwd.getpwnam(name)
            except KeyError:
                continue
            return cls(entry.pw_uid, entry.pw_gid, drops=True)
        raise EngineError(
            "PostgreSQL refuses to run as root and this system has neither a user 'postgres' nor "
            "'nobody'; run as another user, or give the URL of a server"
        )

    def own(self, path: Path) -> None:
        """Hand ``path``, which we made, to the account."""
        if self.drops:
            os.chown(path, self.uid, self.gid)

    def passes(self, folder: Path) -> bool:
        """Whether the account may enter ``folder`` and every folder above it."""
        if not self.drops:
            return True
        resolved = folder.resolve()
        return all(self._enters(step.stat()) for step in (resolved, *resolved.parents))

    def _enters(self, found: os.stat_result) -> bool:
        if found.st_uid == self.uid:
            return bool(found.st_mode & stat.S_IXUSR)
        if found.st_gid == self.gid:
            return bool(found.st_mode & stat.S_IXGRP)
        return bool(found.st_mode & stat.S_IXOTH)
