"""Images that can be built without a network, and a store of their own to build them into."""

from __future__ import annotations

import json
import os
import shutil
from typing import TYPE_CHECKING

from helmforge.adapters.process import Runner
from helmforge.domain.oci import CREATED, REVISION
from helmforge.domain.settings import Build
from tests.support.tools import require_tool

if TYPE_CHECKING:
    from pathlib import Path

LABELS = {REVISION: "0123456789ab", CREATED: "2026-11-20T10:00:00+00:00"}
_DOCKERFILE = """\
FROM scratch AS base
ARG GREETING=none
COPY busybox /bin/busybox
LABEL greeting="${GREETING}"
ENTRYPOINT ["/bin/busybox"]
FROM base AS final
LABEL stage=final
"""


def write_context(root: Path) -> Path:
    """The folder `services/shop` with a Dockerfile `build/Dockerfile` and a static program."""
    context = root / "services" / "shop"
    (context / "build").mkdir(parents=True)
    (context / "build" / "Dockerfile").write_text(_DOCKERFILE, encoding="utf-8")
    shutil.copy(require_tool("busybox"), context / "busybox")
    return context


def the_build(**changes: object) -> Build:
    given = {"dockerfile": "services/shop/build/Dockerfile", "context": "services/shop", **changes}
    return Build(**given)  # type: ignore[arg-type]  # the tests give what Build takes


def private_store(folder: Path) -> Runner:
    """buildah and podman keep everything in `folder`. vfs: an overlay does not work on every machine."""
    storage = folder / "storage.conf"
    places = {"driver": "vfs", "graphroot": str(folder / "graph"), "runroot": str(folder / "run")}
    lines = ["[storage]", *(f"{name} = {json.dumps(value)}" for name, value in places.items())]
    storage.write_text("\n".join(lines), encoding="utf-8")
    kept = {name: value for name, value in os.environ.items() if name in {"PATH", "BUILDAH_ISOLATION"}}
    return Runner({**kept, "HOME": str(folder), "CONTAINERS_STORAGE_CONF": str(storage)})
