"""A vulnerability database for the real trivy: a few flaws, in the file format of bbolt, version 2.

trivy reads `db/trivy.db` below its cache folder. Buckets hold key-value pairs and other buckets, sorted by
key; here each one is small enough to be stored inline, in one leaf page of its parent.
"""

from __future__ import annotations

import json
import struct
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

Bucket: TypeAlias = "Mapping[str, Bucket | bytes]"

_PAGE = 4096
_MAGIC, _VERSION = 0xED0CDAED, 2
_LEAF, _META, _FREELIST = 0x02, 0x04, 0x10
_IS_BUCKET = 0x01


def write_database(cache: Path, release: str, flaws: Mapping[str, Mapping[str, str]]) -> None:
    """`release` is a distribution as trivy names it ("alpine 3.19"); `flaws` maps identifiers to their
    `package`, `fixed` version, `severity` and `title`.
    """
    advisories: dict[str, dict[str, bytes]] = {}
    for name, flaw in flaws.items():
        advisories.setdefault(flaw["package"], {})[name] = _json(FixedVersion=flaw["fixed"])
    details = {name: _json(Title=flaw["title"], Severity=flaw["severity"]) for name, flaw in flaws.items()}
    source = _json(ID="alpine", Name="Alpine Secdb", URL="https://example.invalid")
    folder = cache / "db"
    folder.mkdir(parents=True)
    content: Bucket = {release: advisories, "vulnerability": details, "data-source": {release: source}}
    (folder / "trivy.db").write_bytes(_file(content))
    never = "2999-01-01T00:00:00Z"
    metadata = _json(Version=2, NextUpdate=never, UpdatedAt=never, DownloadedAt=never)
    (folder / "metadata.json").write_bytes(metadata)


def _json(**values: object) -> bytes:
    return json.dumps(values).encode()


def _file(content: Bucket) -> bytes:
    """Two metas, an empty list of free pages, and the root bucket in page 3."""
    root = _leaf(3, content)
    pages = -(-len(root) // _PAGE)
    root = root[:12] + struct.pack("<I", pages - 1) + root[16:]
    freelist = _header(2, _FREELIST, 0)
    parts = [_meta(0, 3 + pages), _meta(1, 3 + pages), freelist, root]
    return b"".join(part.ljust(-(-len(part) // _PAGE) * _PAGE, b"\0") for part in parts)


def _header(page: int, flags: int, count: int) -> bytes:
    return struct.pack("<QHHI", page, flags, count, 0)


def _meta(number: int, pages: int) -> bytes:
    fields = struct.pack("<IIIIQQQQQ", _MAGIC, _VERSION, _PAGE, 0, 3, 0, 2, pages, number)
    return _header(number, _META, 0) + fields + struct.pack("<Q", _fnv(fields))


def _fnv(data: bytes) -> int:
    """FNV-1a of 64 bits, the checksum of a meta."""
    value = 0xCBF29CE484222325
    for byte in data:
        value = ((value ^ byte) * 0x100000001B3) % 2**64
    return value


def _leaf(page: int, bucket: Bucket) -> bytes:
    entries = [(key.encode(), *_value(value)) for key, value in sorted(bucket.items())]
    elements, data = b"", b""
    for number, (key, flags, value) in enumerate(entries):
        position = (len(entries) - number) * 16 + len(data)  # from the element itself
        elements += struct.pack("<IIII", flags, position, len(key), len(value))
        data += key + value
    return _header(page, _LEAF, len(entries)) + elements + data


def _value(value: Bucket | bytes) -> tuple[int, bytes]:
    if isinstance(value, bytes):
        return 0, value
    return _IS_BUCKET, struct.pack("<QQ", 0, 0) + _leaf(0, value)  # root page 0: inline
