"""podman, with or without its machine."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from helmforge.adapters.builders.containers import ContainersBuilder

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from helmforge.domain.oci import ImageRef

# The second: a manifest list without an image for this machine
_ABSENT = re.compile(r"image not known|no image found in .*for architecture")


class Podman(ContainersBuilder):
    """With CONTAINER_HOST in the environment, that of another machine."""

    name = "podman"

    def export(self, image: ImageRef, archive: Path) -> None:
        """Without `push`, which reaches registries only when podman works elsewhere."""
        argv = ["image", "save", "--format", "docker-archive", "--output", str(archive), str(image)]
        completed = self._call(*argv)
        if completed.code != 0:
            raise completed.error(f"the image {image} cannot be written to an archive")

    def _labels(self, image: ImageRef) -> Mapping[str, str] | None:
        completed = self._call("image", "inspect", str(image))
        if completed.code != 0:
            if _ABSENT.search(completed.err):
                return None
            raise completed.error(f"cannot inspect the image {image}")
        return dict(json.loads(completed.out)[0].get("Labels") or {})
