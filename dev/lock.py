"""Write dev/requirements.txt: the newest versions that pyproject.toml allows, with all their hashes."""

from __future__ import annotations

import sys
import tempfile
import venv
from pathlib import Path

from dev.cache import ROOT
from dev.programs import run

_UV = "uv==0.13.8"
_HEADER = "# Everything a clone runs with, pinned with hashes. Written by `make lock` from pyproject.toml.\n"


def main() -> int:
    target = ROOT / "dev" / "requirements.txt"
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        run([Path(folder) / "bin" / "pip", "install", "--quiet", _UV])
        uv = [Path(folder) / "bin" / "uv", "pip", "compile", "--quiet", "--upgrade", "--universal"]
        scope = ["--python-version", "3.11", "--extra", "controlplane", "--group", "dev"]
        form = ["--generate-hashes", "--no-header", "--no-annotate"]
        locked = run([*uv, *scope, *form, ROOT / "pyproject.toml"], cwd=ROOT)
    target.write_text(_HEADER + locked, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
