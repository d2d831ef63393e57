"""Profiles as canonical bytes: the same on every machine, and refused once altered.

``FTPROFIL``, the version (1), the length of the header (4 bytes), the header as canonical JSON, the
arrays that it names, then 16 bytes of BLAKE3 over all before. Numbers are little-endian. Profiles
by season are packed alike behind ``FTSEASON``, each with its own header and digest.
"""

import json
from collections.abc import Sequence
from typing import Any

import attrs
import numpy as np
from blake3 import blake3

from featuretrail.domain.drift.categories import CategoryProfile
from featuretrail.domain.drift.ordered import OrderedProfile
from featuretrail.domain.errors import ContentAlteredError, IntegrityError

MAGIC = b"FTPROFIL"
SEASONAL = b"FTSEASON"
VERSION = 1
_BEGINNING = len(MAGIC) + 5
_DIGEST = 16
_PARTS: dict[str, type] = {"ordered": OrderedProfile, "categories": CategoryProfile}


def encode(profile: Any) -> bytes:  # noqa: ANN401 - Profile, which imports this
    """Return the bytes of a profile."""
    arrays: list[np.ndarray[Any, Any]] = []
    header = _described(profile, arrays)
    return _sealed(MAGIC, header, [each.tobytes() for each in arrays])


def decode(kind: type, content: bytes) -> Any:  # noqa: ANN401
    """Return the profile of bytes; raise ``IntegrityError`` when they are not what was written."""
    header, rest = _opened(MAGIC, content)
    return _made(kind, header, rest)[0]


def pack(header: dict[str, Any], parts: Sequence[bytes]) -> bytes:
    """Return the bytes of profiles by season."""
    return _sealed(SEASONAL, header | {"lengths": [len(each) for each in parts]}, parts)


def unpack(content: bytes) -> tuple[dict[str, Any], list[bytes]]:
    """Return what ``pack`` packed; raise ``IntegrityError`` when it is not that."""
    header, rest = _opened(SEASONAL, content)
    parts = []
    for length in header["lengths"]:
        parts.append(bytes(rest[:length]))
        rest = rest[length:]
    return header, parts


def _sealed(magic: bytes, header: dict[str, Any], parts: Sequence[bytes]) -> bytes:
    text = json.dumps(
        header, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    ).encode()
    beginning = magic + bytes([VERSION]) + len(text).to_bytes(4, "little")
    content = b"".join([beginning, text, *parts])
    return content + blake3(content).digest(_DIGEST)


def _opened(magic: bytes, content: bytes) -> tuple[dict[str, Any], memoryview]:
    if len(content) < _BEGINNING + _DIGEST or content[: len(magic)] != magic:
        raise IntegrityError(
            f"{len(content)} bytes are not a profile: they do not begin as one; make the baseline "
            "again, or restore the blob"
        )
    body, digest = content[:-_DIGEST], content[-_DIGEST:]
    actual = blake3(body).digest(_DIGEST)
    if actual != digest:
        raise ContentAlteredError("the profile", digest.hex(), actual.hex())
    if body[len(magic)] != VERSION:
        raise IntegrityError(
            f"the profile has version {body[len(magic)]} and this library reads {VERSION}: "
            "upgrade featuretrail"
        )
    end = _BEGINNING + int.from_bytes(body[len(magic) + 1 : _BEGINNING], "little")
    return json.loads(body[_BEGINNING:end]), memoryview(body)[end:]


def _described(part: Any, arrays: list[np.ndarray[Any, Any]]) -> dict[str, Any]:  # noqa: ANN401
    """A JSON object of a part's fields; arrays are described and appended to ``arrays``."""
    described: dict[str, Any] = {}
    for each in attrs.fields(type(part)):
        value = getattr(part, each.name)
        if isinstance(value, np.ndarray):
            stored = _compact(value)
            arrays.append(stored)
            value = {"array": stored.dtype.str, "of": value.dtype.str[1:], "length": len(stored)}
        elif each.name in _PARTS and value is not None:
            value = _described(value, arrays)
        described[each.name] = value
    return described


def _compact(array: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Counts, which are whole, in four bytes each where they fit; all in little-endian order."""
    if array.dtype == np.float64 and len(array) and array.min() >= 0 and array.max() < 2**32:
        whole = array.astype("<u4")
        if np.array_equal(whole, array):
            return whole
    return array.astype(array.dtype.newbyteorder("<"))


def _made(kind: type, described: dict[str, Any], content: memoryview) -> tuple[Any, memoryview]:
    given: dict[str, Any] = {}
    for each in attrs.fields(kind):
        value = described[each.name]
        if isinstance(value, dict) and "array" in value:
            stored = np.frombuffer(content, dtype=value["array"], count=value["length"])
            content = content[stored.nbytes :]
            value = stored.astype(np.dtype(value["of"]))
        elif each.name in _PARTS and value is not None:
            value, content = _made(_PARTS[each.name], value, content)
        elif isinstance(value, list):
            value = tuple(value)
        given[each.name] = value
    return kind(**given), content
