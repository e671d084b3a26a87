"""Groovy and the interpreter that Jenkins runs Pipelines with, out of Maven's repository.

Maven finds its repository as this machine's settings say; the jars are checked against dev/pins.toml.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from pathlib import Path

from dev.cache import ROOT, SetupError, cache_folder, exclusive, pins, say
from dev.programs import run

_POM = ROOT / "dev" / "jenkins" / "pom.xml"
_COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies"


def ensure_interpreter() -> None:
    """Does nothing when this machine has the jars that are pinned."""
    if interpreter() is not None:
        return
    with exclusive("jenkins"):
        if interpreter() is None:
            say("fetching Groovy and the interpreter of Jenkins")
            _fetch(_folder())


def interpreter() -> Path | None:
    """The folder with the jars, or None where setup did not bring them."""
    folder = _folder()
    return folder if folder.exists() else None


def _folder() -> Path:
    """One folder for each set of pins: clones of different age share a machine."""
    wanted = json.dumps(pins()["jenkins"], sort_keys=True)
    return cache_folder() / "jenkins" / hashlib.sha256(wanted.encode()).hexdigest()[:16]


def _fetch(folder: Path) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".fetching-") as draft:
        staged = Path(draft) / "new"
        run(["mvn", "--batch-mode", "--file", _POM, _COPY, f"-DoutputDirectory={staged}"])
        _check(staged)
        staged.rename(folder)


def _check(folder: Path) -> None:
    found = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}
    if found != pins()["jenkins"]:
        raise SetupError(f"expected the jars {pins()['jenkins']}, got {found}")
