"""Images as folders on disk: the OCI image-spec, "Image Layout"."""

from __future__ import annotations

import io
import json
import platform
import tarfile
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from helmforge.domain.oci import Digest
from helmforge.errors import StepError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from helmforge.domain.oci import ImageRef

_ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64", "armv7l": "arm"}
_DEEPEST = 4  # indexes in indexes
_BROKEN = (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError, UsageError)


@dataclass(frozen=True)
class Layout:
    """One image, or one index of images for several platforms."""

    folder: Path

    def labels(self) -> Mapping[str, str]:
        """Of the image for this machine's platform, or of the first one."""
        with self._explained():
            configuration = _json(self._blob(self._manifest()["config"]["digest"]))
            return dict((configuration.get("config") or {}).get("Labels") or {})

    def write_archive(self, image: ImageRef, archive: Path) -> None:
        """For this machine's platform, in the format of `docker image save`."""
        with self._explained():
            manifest = self._manifest()
            names = [manifest["config"]["digest"], *(layer["digest"] for layer in manifest["layers"])]
            _write_archive(archive, [self._blob(name) for name in names], str(image))

    def _manifest(self) -> dict[str, Any]:
        document = _json(self.folder / "index.json")
        for _ in range(_DEEPEST):
            if "manifests" not in document:
                return document
            document = _json(self._blob(_for_this_machine(document["manifests"])["digest"]))
        raise ValueError("an index that is too deep")

    def _blob(self, digest: str) -> Path:
        algorithm, _, encoded = Digest.parse(digest).partition(":")
        return self.folder / "blobs" / algorithm / encoded

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except _BROKEN as error:
            why = f"{type(error).__name__}: {error}"
            raise StepError("the builder wrote a broken image", where=str(self.folder), why=why) from error


def _json(file: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(file.read_bytes())
    return found


def _write_archive(archive: Path, members: list[Path], name: str) -> None:
    """The first member is the configuration, the others are layers."""
    layers = [member.name for member in members[1:]]
    described = {"Config": members[0].name, "RepoTags": [name], "Layers": layers}
    content = json.dumps([described]).encode()
    entry = tarfile.TarInfo("manifest.json")
    entry.size = len(content)
    with tarfile.open(archive, "w") as tar:
        for member in {member.name: member for member in members}.values():
            tar.add(member, member.name)
        tar.addfile(entry, io.BytesIO(content))


def _for_this_machine(entries: list[dict[str, Any]]) -> dict[str, Any]:
    machine = platform.machine()
    wanted = _ARCHITECTURES.get(machine, machine)
    for entry in entries:
        if (entry.get("platform") or {}).get("architecture") == wanted:
            return entry
    return entries[0]
