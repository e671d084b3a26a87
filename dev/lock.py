"""Write the lock files: the newest versions that pyproject.toml allows, with all their hashes."""

from __future__ import annotations

import sys
import tempfile
import venv
from pathlib import Path

from dev.cache import ROOT
from dev.programs import run

_UV = "uv==0.13.8"
_COMPILE = ["pip", "compile", "--quiet", "--upgrade", "--universal", "--python-version", "3.11"]
_FORM = ["--generate-hashes", "--no-header", "--no-annotate"]
_WRITTEN = "pinned with hashes. Written by `make lock` from pyproject.toml.\n"
# Lock file -> its first words, and what of pyproject.toml it holds.
_LOCKS: dict[str, tuple[str, list[str]]] = {
    "requirements.txt": (
        "Everything a clone runs with",
        ["--extra", "controlplane", "--group", "dev", "pyproject.toml"],
    ),
    "checkers.txt": ("checkov, trivy and hadolint", ["--group", "pyproject.toml:checkers"]),
}


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        run([Path(folder) / "bin" / "pip", "install", "--quiet", _UV])
        uv = Path(folder) / "bin" / "uv"
        locked = {
            name: f"# {title}, {_WRITTEN}" + run([uv, *_COMPILE, *_FORM, *scope], cwd=ROOT)
            for name, (title, scope) in _LOCKS.items()
        }
    for name, text in locked.items():
        (ROOT / "dev" / name).write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
