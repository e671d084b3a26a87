"""An image of random bytes in a registry: nothing in it can be compressed, or be there already."""

from __future__ import annotations

import io
import json
import random
import tarfile
from typing import TYPE_CHECKING

from tests.adapters.registry.pushing import OCI_CONFIG, OCI_MANIFEST

if TYPE_CHECKING:
    from tests.adapters.registry.pushing import Pusher

_LAYER = "application/vnd.oci.image.layer.v1.tar"


def push_image(pusher: Pusher, tag: str, *, layers: int, size: int) -> None:
    """`size`: bytes of each layer. Docker can run it, were there anything to run."""
    entries = [pusher.blob(layer(number, size), _LAYER) for number in range(layers)]
    document = {
        "architecture": "amd64",
        "os": "linux",
        "config": {},
        "rootfs": {"type": "layers", "diff_ids": [entry["digest"] for entry in entries]},
    }
    config = pusher.blob(json.dumps(document).encode(), OCI_CONFIG)
    pusher.manifest({"config": config, "layers": entries}, OCI_MANIFEST, tag)


def layer(number: int, size: int) -> bytes:
    """A tar with one file. The same number makes the same bytes."""
    content = random.Random(number).randbytes(size)
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        member = tarfile.TarInfo(f"data/part-{number}")
        member.size = size
        tar.addfile(member, io.BytesIO(content))
    return buffer.getvalue()
