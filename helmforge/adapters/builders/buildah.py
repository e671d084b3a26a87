"""buildah: daemonless, also inside containers."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from helmforge.adapters.builders.containers import ContainersBuilder

if TYPE_CHECKING:
    from collections.abc import Mapping

    from helmforge.domain.oci import ImageRef

# The second: a manifest list without an image for this machine
_ABSENT = re.compile(r"image not known|no image found in .*for architecture")


class Buildah(ContainersBuilder):
    name = "buildah"

    def _labels(self, image: ImageRef) -> Mapping[str, str] | None:
        completed = self._call("inspect", "--type", "image", str(image))
        if completed.code != 0:
            if _ABSENT.search(completed.err):
                return None
            raise completed.error(f"cannot inspect the image {image}")
        configuration = json.loads(completed.out)["OCIv1"].get("config") or {}
        return dict(configuration.get("Labels") or {})
