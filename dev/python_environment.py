"""The virtual environment .venv with everything of dev/requirements.txt, and helmforge itself."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import shutil
import sys
import tomllib

from dev.cache import ROOT, SetupError, exclusive, say
from dev.debian import install_packages
from dev.programs import run, succeeds

VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
_REQUIREMENTS = ROOT / "dev" / "requirements.txt"
_STAMP = VENV / ".setup-stamp"
_PIP = [PYTHON, "-m", "pip", "--disable-pip-version-check"]


def ensure_environment() -> None:
    """Does nothing when .venv was made from the same requirements and the same package metadata."""
    wanted = _fingerprint()
    if _matches(wanted):
        return
    with exclusive("python"):
        if _matches(wanted):
            return
        if not (PYTHON.exists() and succeeds([*_PIP, "--version"])):
            _create()
        say("installing the pinned Python packages")
        _STAMP.unlink(missing_ok=True)
        run([*_PIP, "install", "--require-hashes", "--requirement", _REQUIREMENTS])
        run([*_PIP, "install", "--no-deps", "--no-build-isolation", "--editable", ROOT])
        _STAMP.write_text(wanted, encoding="utf-8")


def _matches(wanted: str) -> bool:
    return _STAMP.exists() and PYTHON.exists() and _STAMP.read_text(encoding="utf-8") == wanted


def _fingerprint() -> str:
    metadata = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    facts = [metadata["project"], metadata["build-system"], metadata["tool"]["hatch"], sys.version]
    hashed = hashlib.sha256(_REQUIREMENTS.read_bytes())
    hashed.update(json.dumps(facts, sort_keys=True).encode())
    return hashed.hexdigest()


def _create() -> None:
    if importlib.util.find_spec("ensurepip") is None:
        if not shutil.which("apt-get"):
            raise SetupError("this Python comes without ensurepip, which makes virtual environments")
        install_packages(["python3-venv"])
    say(f"creating .venv with Python {sys.version.split()[0]}")
    run([sys.executable, "-m", "venv", "--clear", VENV])
