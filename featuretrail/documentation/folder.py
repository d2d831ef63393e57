"""The folder of a site: writes what changed, removes only what it wrote itself."""

import json
import os
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from attrs import field, frozen
from blake3 import blake3

from featuretrail.domain.errors import InvalidInputError

MANIFEST = ".featuretrail-site.json"
"""The list of what a build wrote, with digests: the next one goes by it."""
_FORMAT = 1


@frozen
class Written:
    """A file of a site: the digest of its content, of what it was made from, and what it tells."""

    content: str
    inputs: str
    told: Mapping[str, Any] = field(factory=dict)


class SiteFolder:
    """A folder that a site is written to, file by file, each wholly or not at all.

    A file that is there and was not written by an earlier build is an error, found before
    anything is written; nothing but files of earlier builds is ever removed.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.changed: list[str] = []
        self.removed: list[str] = []
        self._known = self._manifest()
        self._files: dict[str, Written] = {}
        self._folders: set[Path] = set()

    def prepare(self) -> None:
        """Make the folder; raise ``InvalidInputError`` where it cannot be written to."""
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            probe = self.root / f".featuretrail-{os.getpid()}"
            probe.write_bytes(b"")
            probe.unlink()
        except OSError as error:
            raise InvalidInputError(
                f"{self.root} cannot be written to: {error.strerror}; give another folder"
            ) from error

    def refuse_others(self, paths: list[str]) -> None:
        """Raise ``InvalidInputError`` if a file that no build wrote stands where a page goes."""
        others = [
            path for path in paths if path not in self._known and os.path.lexists(self.root / path)
        ]
        if others:
            raise InvalidInputError(
                f"{self.root / others[0]} is there already and no build of a site wrote it; give "
                "an empty folder, or move it away"
            )

    def fresh(self, path: str, inputs: str) -> Written | None:
        """Return what was written from the same inputs, if the file still holds it."""
        known = self._known.get(path)
        if known is None or known.inputs != inputs or self._digest(path) != known.content:
            return None
        return known

    def keep(self, path: str, known: Written) -> None:
        """Take over a file of an earlier build as it is."""
        self._files[path] = known

    def write(self, path: str, content: str, inputs: str, told: Mapping[str, Any]) -> None:
        """Write a file unless it holds ``content`` already."""
        encoded = content.encode("utf-8", "replace")
        digest = blake3(encoded).hexdigest()
        if self._digest(path) != digest:
            self._replace(path, encoded)
            self.changed.append(path)
        self._files[path] = Written(digest, inputs, told)

    def finish(self) -> None:
        """Remove files of earlier builds that have no page any more, and list what is there."""
        for path in sorted(set(self._known) - set(self._files)):
            if self._digest(path) == self._known[path].content:  # edited by hand: it stays
                (self.root / path).unlink()
                self.removed.append(path)
        listed = {
            path: {"content": each.content, "inputs": each.inputs, "told": dict(each.told)}
            for path, each in sorted(self._files.items())
        }
        document = json.dumps({"format": _FORMAT, "files": listed}, indent=1, ensure_ascii=True)
        encoded = (document + "\n").encode()
        manifest = self.root / MANIFEST
        if not manifest.is_file() or manifest.read_bytes() != encoded:
            self._replace(MANIFEST, encoded)

    def _replace(self, path: str, encoded: bytes) -> None:
        target = self.root / path
        if target.parent not in self._folders:
            target.parent.mkdir(parents=True, exist_ok=True)
            self._folders.add(target.parent)
        temporary = target.with_name(f".{target.name[:100]}.{os.getpid()}")
        try:
            temporary.write_bytes(encoded)
            temporary.replace(target)
        finally:
            temporary.unlink(missing_ok=True)

    def _digest(self, path: str) -> str | None:
        target = self.root / path
        if target.is_symlink() or not target.is_file():
            return None
        return blake3(target.read_bytes()).hexdigest()

    def _manifest(self) -> dict[str, Written]:
        manifest = self.root / MANIFEST
        try:
            return _listed(manifest.read_bytes())
        except FileNotFoundError:
            return {}
        except NotADirectoryError:
            raise InvalidInputError(f"{self.root} is no folder; give another") from None
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise InvalidInputError(
                f"{manifest}, the list of what was written, cannot be read ({error}); remove the "
                "folder, or give another"
            ) from error


def _listed(text: bytes) -> dict[str, Written]:
    listed = json.loads(text)
    if listed["format"] != _FORMAT:
        raise ValueError(f"format {listed['format']}")
    return {_inside(path): Written(**each) for path, each in listed["files"].items()}


def _inside(path: str) -> str:
    """Return a path of a manifest; raise ``ValueError`` for one that leads out of the folder."""
    parts = PurePosixPath(path)
    if parts.is_absolute() or ".." in parts.parts or not parts.parts:
        raise ValueError(f"it lists {path!r}")
    return path
