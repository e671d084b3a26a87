"""Everything outside, in one bundle: made by `helmforge.wiring`, handed to the flows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from pathlib import Path

    from helmforge.domain.ci import Ci
    from helmforge.flows import ports


@dataclass(frozen=True)
class World:
    """`builder` is a function because detecting one costs time that most commands need not spend. `ci` is
    the CI system around this run; `holder` names the run in Leases; `interrupt` ends every outside program
    that runs, and lets no other one start. `workspace` is a new temporary folder, for as long as its context
    lasts.
    """

    git: ports.Git
    registry: ports.Registry
    helm: ports.Helm
    kubernetes: ports.Kubernetes
    builder: Callable[[], ports.Builder]
    scanner: ports.Scanner
    sboms: ports.SbomGenerator
    signer: ports.Signer
    programs: ports.Programs
    junit: ports.JUnit
    files: ports.Files
    chart_folders: ports.ChartFolders
    archives: ports.Archives
    clock: ports.Clock
    ci: Ci
    holder: str
    interrupt: Callable[[], None]
    workspace: Callable[[], AbstractContextManager[Path]]
