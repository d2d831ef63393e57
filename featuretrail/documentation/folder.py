"""The folder of a site: writes what changed, removes only what it wrote itself."""

import errno
import fcntl
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from blake3 import blake3

from featuretrail.documentation.manifest import PART, SiteManifest, Written, put
from featuretrail.domain.errors import InvalidInputError, StorageError

_WITHOUT_LOCKS = (errno.EBADF, errno.EINVAL, errno.ENOLCK, errno.ENOTSUP)
"""What file systems of networks say that lock no folders: builds into one are then not held."""


class SiteFolder:
    """A folder that a site is written to, file by file, each wholly or not at all.

    A file that is there and was not written by an earlier build is an error, found before
    anything is written; nothing but files of earlier builds is ever removed. One build at a time
    writes into a folder, and one that was interrupted is taken up by the next.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.changed: list[str] = []
        self.removed: list[str] = []
        self._files: dict[str, Written] = {}
        self._folders: set[Path] = set()

    @contextmanager
    def writing(self, paths: Sequence[str]) -> Iterator[None]:
        """Hold the folder while ``paths``, which are all of the site, are written or kept.

        At the end files of earlier builds that have no page any more are removed. Raises
        ``InvalidInputError``, before anything is written, where the folder cannot be written to,
        holds a file of somebody else where a page goes, or another build is writing into it.
        """
        with _held(self.root):
            self._manifest = SiteManifest(self.root)
            self._refuse_others(paths)
            try:
                yield
                with _told(self.root):
                    self._finish()
            finally:
                self._manifest.close()

    def fresh(self, path: str, inputs: str) -> Written | None:
        """Return what was written from the same inputs, if the file still holds it."""
        known = self._manifest.files.get(path)
        if known is None or known.inputs != inputs or self._digest(path) != known.content:
            return None
        return known

    def keep(self, path: str, known: Written) -> None:
        """Take over a file of an earlier build as it is."""
        self._files[path] = known

    def write(self, path: str, content: str, inputs: str, told: Mapping[str, Any]) -> None:
        """Write a file unless it holds ``content`` already.

        Raises ``StorageError`` if the disk or the system refuses it.
        """
        encoded = content.encode("utf-8", "replace")
        written = Written(blake3(encoded).hexdigest(), inputs, told)
        if self._digest(path) != written.content:
            target = self.root / path
            with _told(target):
                if target.parent not in self._folders:
                    target.parent.mkdir(parents=True, exist_ok=True)
                    self._folders.add(target.parent)
                self._manifest.note(path, written)
                put(target, encoded)
            self.changed.append(path)
        self._files[path] = written

    def _refuse_others(self, paths: Sequence[str]) -> None:
        """Raise ``InvalidInputError`` if what no build wrote stands where a page goes."""
        for path in paths:
            target = self.root / path
            known = path in self._manifest.files and not target.is_dir()
            if os.path.lexists(target) and not known:
                raise _taken(target)
            for folder in target.relative_to(self.root).parents[:-1]:
                above = self.root / folder
                if os.path.lexists(above) and not above.is_dir():
                    raise _taken(above)

    def _finish(self) -> None:
        """Remove files of earlier builds that have no page any more, and list what is there."""
        known = self._manifest.files
        for path in sorted(set(known) - set(self._files)):
            if self._digest(path) == known[path].content:  # edited by hand: it stays
                (self.root / path).unlink()
                self.removed.append(path)
        if self._manifest.interrupted:
            for folder in {(self.root / path).parent for path in [*known, *self._files]}:
                (folder / PART).unlink(missing_ok=True)
        self._manifest.finish(self._files)

    def _digest(self, path: str) -> str | None:
        target = self.root / path
        if target.is_symlink() or not target.is_file():
            return None
        return blake3(target.read_bytes()).hexdigest()


@contextmanager
def _held(root: Path) -> Iterator[None]:
    """Make a folder and hold it against other builds; the kernel frees it whatever happens."""
    try:
        root.mkdir(parents=True, exist_ok=True)
        handle = os.open(root, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        is_other = os.path.lexists(root) and not root.is_dir()
        raise _refused(root, "it is no folder" if is_other else error.strerror) from error
    try:
        if not os.access(root, os.W_OK | os.X_OK):
            raise _refused(root, "it is read-only, or somebody else's")
        _lock(handle, root)
        yield
    finally:
        os.close(handle)


def _lock(handle: int, root: Path) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise InvalidInputError(
            f"another build is writing into {root}; wait until it has ended, or give another folder"
        ) from None
    except OSError as error:
        if error.errno not in _WITHOUT_LOCKS:
            raise _refused(root, error.strerror) from error


@contextmanager
def _told(target: Path) -> Iterator[None]:
    """Tell what the system refused, and that the next build goes on from there."""
    try:
        yield
    except OSError as error:
        raise StorageError(
            f"{target} cannot be written: {error.strerror or error}; what was written before is "
            "whole, and the next build into the folder goes on from it"
        ) from error


def _refused(root: Path, why: str | None) -> InvalidInputError:
    return InvalidInputError(f"folder {root} cannot be written to: {why}; give another folder")


def _taken(target: Path) -> InvalidInputError:
    return InvalidInputError(
        f"{target} is there already and no build of a site wrote it; give an empty folder, or "
        "move it away"
    )
