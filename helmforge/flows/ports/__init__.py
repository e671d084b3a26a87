"""The only doors from the flows to the outside world. `helmforge.wiring` picks what stands behind them.

All of them tell "not there" (None, empty) from "could not ask" (UnreachableError) and "not
allowed" (HelmforgeError with the reason); nothing reads an error as absence.
"""

from __future__ import annotations

from helmforge.flows.ports.cluster import Helm, Kubernetes
from helmforge.flows.ports.git import Git
from helmforge.flows.ports.images import Builder, Scanner
from helmforge.flows.ports.log import Log
from helmforge.flows.ports.machine import Clock, Events, JUnit, Programs
from helmforge.flows.ports.provenance import SbomGenerator, Signer
from helmforge.flows.ports.registry import Registry
from helmforge.flows.ports.work_tree import Archives, ChartFolders, Files, PipelineTemplates, Templates

__all__ = [
    "Archives",
    "Builder",
    "ChartFolders",
    "Clock",
    "Events",
    "Files",
    "Git",
    "Helm",
    "JUnit",
    "Kubernetes",
    "Log",
    "PipelineTemplates",
    "Programs",
    "Registry",
    "SbomGenerator",
    "Scanner",
    "Signer",
    "Templates",
]
