"""Where a secret could be that should be nowhere: command lines, stores, layers."""

from __future__ import annotations

import gzip
import io
import json
import os
import tarfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Iterator


class CommandLines:
    """All that this machine's processes are started with, for as long as it is asked."""

    def __init__(self, wanted: str) -> None:
        self.found: set[str] = set()
        self.seen: set[str] = set()
        self._wanted = wanted.encode()
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._end.wait(0.005):
            for process in Path("/proc").glob("[0-9]*"):
                try:
                    line = (process / "cmdline").read_bytes()
                except OSError:
                    continue
                self.seen.add(Path(os.fsdecode(line.partition(b"\0")[0])).name)
                if self._wanted in line:
                    self.found.add(os.fsdecode(line))


def length_in(archive: Path) -> int:
    """What the build wrote into the image: without the secret it would have been 0."""
    with tarfile.open(archive) as outer:
        described = json.loads(outer.extractfile("manifest.json").read())[0]  # type: ignore[union-attr]
        for name in described["Layers"]:
            with tarfile.open(fileobj=outer.extractfile(name)) as layer:
                if "length" in layer.getnames():
                    return int(layer.extractfile("length").read())  # type: ignore[union-attr]
    raise AssertionError("the image has no /length")


def files_with(wanted: bytes, *folders: Path) -> Iterator[Path]:
    """Stores, layouts, archives: their layers unpacked as well."""
    for path in (path for folder in folders for path in folder.rglob("*")):
        if path.is_file() and not path.is_symlink():
            content = path.read_bytes()
            if wanted in content or wanted in _unpacked(content):
                yield path


def _unpacked(content: bytes) -> bytes:
    if content[:2] == b"\x1f\x8b":
        return gzip.decompress(content)
    if content[257:262] != b"ustar":
        return b""
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        files = (archive.extractfile(member) for member in archive if member.isfile())
        return b"".join(_unpacked(file.read()) for file in files if file)
