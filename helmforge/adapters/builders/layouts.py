"""Images as folders on disk: the OCI image-spec, "Image Layout"."""

from __future__ import annotations

import io
import json
import platform
import tarfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from helmforge.domain.oci import Digest
from helmforge.errors import HelmforgeError, StepError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from helmforge.domain.oci import ImageRef

_ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64", "armv7l": "arm"}
_DEEPEST = 4  # indexes in indexes


@dataclass(frozen=True)
class Layout:
    """One image, or one index of images for several platforms."""

    folder: Path

    def labels(self) -> Mapping[str, str]:
        """Of the image for this machine's platform, or of the first one."""
        configuration = self._json(self._manifest()["config"]["digest"])
        return dict((configuration.get("config") or {}).get("Labels") or {})

    def write_archive(self, image: ImageRef, archive: Path) -> None:
        """For this machine's platform, in the format of `docker image save`."""
        manifest = self._manifest()
        names = [manifest["config"]["digest"], *(layer["digest"] for layer in manifest["layers"])]
        members = [self._blob(name) for name in names]
        described = {
            "Config": members[0].name,
            "RepoTags": [str(image)],
            "Layers": [member.name for member in members[1:]],
        }
        content = json.dumps([described]).encode()
        entry = tarfile.TarInfo("manifest.json")
        entry.size = len(content)
        with tarfile.open(archive, "w") as tar:
            for member in {member.name: member for member in members}.values():
                tar.add(member, member.name)
            tar.addfile(entry, io.BytesIO(content))

    def _manifest(self) -> dict[str, Any]:
        document = json.loads((self.folder / "index.json").read_bytes())
        for _ in range(_DEEPEST):
            if "manifests" not in document:
                found: dict[str, Any] = document
                return found
            document = self._json(_for_this_machine(document["manifests"])["digest"])
        raise StepError("the builder wrote an index that is too deep", where=str(self.folder))

    def _json(self, digest: str) -> dict[str, Any]:
        try:
            found: dict[str, Any] = json.loads(self._blob(digest).read_bytes())
        except (OSError, ValueError, HelmforgeError) as error:
            where = str(self.folder)
            raise StepError("the builder wrote a broken image", where=where, why=str(error)) from error
        return found

    def _blob(self, digest: str) -> Path:
        algorithm, _, encoded = Digest.parse(digest).partition(":")
        return self.folder / "blobs" / algorithm / encoded


def _for_this_machine(entries: list[dict[str, Any]]) -> dict[str, Any]:
    machine = platform.machine()
    wanted = _ARCHITECTURES.get(machine, machine)
    for entry in entries:
        if (entry.get("platform") or {}).get("architecture") == wanted:
            return entry
    return entries[0]
