"""The list of what builds wrote into a folder: a file, and beside it a journal while one runs."""

import json
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import IO, Any

from attrs import asdict, field, frozen

from featuretrail.domain.errors import InvalidInputError

MANIFEST = ".featuretrail-site.json"
"""The list of what a build wrote, with digests: the next one goes by it."""
JOURNAL = ".featuretrail-site.journal"
"""What a build that has not ended wrote, a line a file: it is gone when the build ends."""
PART = ".featuretrail-site.part"
"""A file that is being written; a build that was killed may leave one, the next removes it."""
_FORMAT = 1


@frozen
class Written:
    """A file of a site: the digest of its content, of what it was made from, and what it tells."""

    content: str
    inputs: str
    told: Mapping[str, Any] = field(factory=dict)


class SiteManifest:
    """What earlier builds wrote into a folder, also one that was killed before it ended.

    Each file is noted in a journal before it is put in its place, so that no build takes a page of
    an interrupted one for a file of somebody else.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._journal: IO[bytes] | None = None
        self._whole = 0
        self.interrupted = (root / JOURNAL).is_file()
        self.files: Mapping[str, Written] = {**self._listed(), **self._noted()}

    def note(self, path: str, written: Written) -> None:
        """Say that a file is about to be put in its place."""
        if self._journal is None:
            self._journal = (self._root / JOURNAL).open("ab", buffering=0)
            self._journal.truncate(self._whole)
        line = json.dumps({"path": path, **asdict(written)}, ensure_ascii=True)
        self._journal.write(f"{line}\n".encode())

    def close(self) -> None:
        """Leave the journal as it is."""
        if self._journal is not None:
            self._journal.close()
            self._journal = None

    def finish(self, files: Mapping[str, Written]) -> None:
        """Replace the list by ``files``, unless it is that already, and remove the journal."""
        listed = {
            path: {"content": each.content, "inputs": each.inputs, "told": dict(each.told)}
            for path, each in sorted(files.items())
        }
        document = json.dumps({"format": _FORMAT, "files": listed}, indent=1, ensure_ascii=True)
        encoded = f"{document}\n".encode()
        manifest = self._root / MANIFEST
        if not manifest.is_file() or manifest.read_bytes() != encoded:
            put(manifest, encoded)
        self.close()
        (self._root / JOURNAL).unlink(missing_ok=True)

    def _listed(self) -> dict[str, Written]:
        text = self._read(MANIFEST)
        if text is None:
            return {}
        try:
            return _listed(json.loads(text))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise self._unreadable(MANIFEST, error) from error

    def _noted(self) -> dict[str, Written]:
        text = self._read(JOURNAL) or b""
        found = {}
        try:
            for line in text.splitlines(keepends=True):
                if not line.endswith(b"\n"):  # killed while writing it: the file was not put there
                    break
                noted = json.loads(line)
                path = _inside(noted.pop("path"))
                found[path] = _written(noted)
                self._whole += len(line)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise self._unreadable(JOURNAL, error) from error
        return found

    def _read(self, name: str) -> bytes | None:
        try:
            return (self._root / name).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise self._unreadable(name, error) from error

    def _unreadable(self, name: str, error: Exception) -> InvalidInputError:
        return InvalidInputError(
            f"{self._root / name}, the list of what was written, cannot be read ({error}); remove "
            "the folder, or give another"
        )


def put(target: Path, content: bytes) -> None:
    """Write a file, wholly or not at all."""
    part = target.with_name(PART)
    part.unlink(missing_ok=True)
    try:
        with part.open("xb") as file:
            file.write(content)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def _listed(document: Any) -> dict[str, Written]:  # noqa: ANN401 - what JSON held
    if document["format"] != _FORMAT:
        raise ValueError(f"format {document['format']}")
    return {_inside(path): _written(each) for path, each in document["files"].items()}


def _written(listed: Any) -> Written:  # noqa: ANN401 - what JSON held
    known = Written(**listed)
    if not isinstance(known.content, str) or not isinstance(known.inputs, str):
        raise TypeError("a digest is no text")
    return Written(known.content, known.inputs, dict(known.told))


def _inside(path: str) -> str:
    """Return a path of a manifest; raise ``ValueError`` for one that leads out of the folder."""
    parts = PurePosixPath(path)
    if parts.is_absolute() or ".." in parts.parts or not parts.parts:
        raise ValueError(f"it lists {path!r}")
    return path
