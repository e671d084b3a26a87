"""Chart archives whose bytes depend on their content alone, and reading them without extracting."""

from __future__ import annotations

import gzip
import io
import os
import tarfile
import zlib
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from helmforge.errors import StepError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime
    from pathlib import Path

_MOST_MEMBERS = 10_000
_LARGEST = 64 * 1024 * 1024  # bytes of all members together, decompressed
_LARGEST_TAR = _LARGEST + _MOST_MEMBERS * 1024  # a header and the padding of each
_BLOCK = 0xFFFF  # bytes in a stored block, RFC 1951 section 3.2.4
_NAME_SIZE = 100  # a ustar name
_FIRST = "Chart.yaml"


class ChartArchives:
    """Implements `helmforge.flows.ports.Archives`."""

    def stage(self, files: Mapping[str, bytes], folder: Path, modified: datetime) -> None:
        seconds = _seconds(modified)
        try:
            for name in sorted(files):
                place = folder / _inside(name)
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(files[name])
                place.chmod(0o644)
                os.utime(place, (seconds, seconds))
        except OSError as error:
            raise StepError("cannot stage the chart", where=str(folder), why=str(error)) from error

    def normalise(self, package: Path, modified: datetime) -> None:
        seconds = _seconds(modified)
        draft = package.with_name(f".{package.name}.normalised")
        try:
            members = dict(_members(package.read_bytes()))
            draft.write_bytes(_stored_gzip(_tar(members, seconds)))
            os.utime(draft, (seconds, seconds))
            draft.replace(package)
        except OSError as error:
            raise StepError("cannot rewrite the chart archive", where=str(package), why=str(error)) from error
        finally:
            draft.unlink(missing_ok=True)

    def members(self, archive: bytes) -> Mapping[str, bytes]:
        """Raises StepError for anything that is not a plain chart archive, and for one beyond the limits
        (10,000 files, 64 MiB).
        """
        return {name.partition("/")[2]: content for name, content in _members(archive)}


def _seconds(modified: datetime) -> int:
    return max(0, int(modified.timestamp()))


def _inside(name: str) -> PurePosixPath:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\\" in name or "\0" in name or not path.parts:
        raise _unusable(f"{name!r} leads out of the chart")
    return path


def _members(archive: bytes) -> Iterator[tuple[str, bytes]]:
    """Name with the chart's folder, content. Each name once, all below one folder."""
    seen: set[str] = set()
    size = 0
    try:
        with tarfile.open(fileobj=io.BytesIO(_decompressed(archive)), mode="r:") as tar:
            for count, member in enumerate(tar, start=1):
                size += member.size
                if count > _MOST_MEMBERS or size > _LARGEST or member.size < 0:
                    raise _unusable(f"it has more than {_MOST_MEMBERS} files or {_LARGEST} bytes")
                if member.isdir():
                    continue
                name = _checked(member, seen)
                seen.add(name)
                file = tar.extractfile(member)
                yield name, file.read() if file else b""
    except (tarfile.TarError, EOFError, zlib.error, OSError, ValueError) as error:
        raise _unusable(str(error)) from error
    if not seen:
        raise _unusable("it is empty")


def _checked(member: tarfile.TarInfo, seen: set[str]) -> str:
    path = _inside(member.name)
    if not member.isreg() or member.issparse():
        raise _unusable(f"{member.name!r} is not a regular file")
    if len(path.parts) < 2 or any(path.parts[0] != name.partition("/")[0] for name in list(seen)[:1]):  # noqa: PLR2004
        raise _unusable(f"{member.name!r} is not below the chart's folder")
    if str(path) in seen:
        raise _unusable(f"{member.name!r} occurs twice")
    return str(path)


def _decompressed(archive: bytes) -> bytes:
    with gzip.GzipFile(fileobj=io.BytesIO(archive)) as file:
        content = file.read(_LARGEST_TAR + 1)
    if len(content) > _LARGEST_TAR:
        raise _unusable(f"it has more than {_LARGEST} bytes")
    return content


def _unusable(why: str) -> StepError:
    return StepError("this is not a usable chart archive", why=why, hint="package it with: helm package")


def _tar(members: Mapping[str, bytes], seconds: int) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name in sorted(members, key=_order):
            entry = tarfile.TarInfo(name)
            entry.size, entry.mtime, entry.mode = len(members[name]), seconds, 0o644
            tar.addfile(entry, io.BytesIO(members[name]))
    return buffer.getvalue()


def _order(name: str) -> tuple[bool, str]:
    """Chart.yaml first: who reads the archive as a stream learns at once what it is."""
    return name.partition("/")[2] != _FIRST, name


def _stored_gzip(content: bytes) -> bytes:
    """Gzip (RFC 1952) of uncompressed blocks, without time, name and system.

    Compressors differ between zlib versions, and a chart's digest must not depend on the machine.
    """
    header = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
    blocks = [content[start : start + _BLOCK] for start in range(0, len(content), _BLOCK)]
    last = len(blocks) - 1
    deflated = b"".join(
        bytes([index == last]) + _little(len(block), 2) + _little(len(block) ^ _BLOCK, 2) + block
        for index, block in enumerate(blocks)
    )
    return header + deflated + _little(zlib.crc32(content), 4) + _little(len(content) & 0xFFFFFFFF, 4)


def _little(number: int, size: int) -> bytes:
    return number.to_bytes(size, "little")
