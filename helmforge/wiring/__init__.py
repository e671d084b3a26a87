"""The composition root: the only place that picks implementations for the flows' ports.

Imports happen inside the functions: a command pays only for what it uses.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import os
import socket
import uuid
from typing import TYPE_CHECKING

from helmforge.errors import UsageError
from helmforge.wiring.lateness import late, once

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from datetime import date
    from pathlib import Path

    from helmforge.adapters.process import Runner
    from helmforge.adapters.registry import OciRegistry
    from helmforge.domain.building import BuilderChoice
    from helmforge.domain.ci import Ci
    from helmforge.domain.settings import Settings
    from helmforge.flows import ports
    from helmforge.flows.world import World
    from helmforge.sandbox.demo.narration import Narrate
    from helmforge.sandbox.lifecycle import Lifecycle, Wish

SETTINGS_FILE = "helmforge.yaml"


@functools.cache
def runner() -> Runner:
    """One for the process, so that an interruption reaches every program that runs."""
    from helmforge.adapters.process import Runner  # noqa: PLC0415

    return Runner(os.environ)


def git(start: Path, remote: str = "origin") -> ports.Git:
    """UsageError when `start` is in no Git repository."""
    from helmforge.adapters.git import GitRepository  # noqa: PLC0415

    return GitRepository.discover(start, runner(), remote)


def work_tree(root: Path) -> ports.Files:
    from helmforge.adapters.files import WorkTree  # noqa: PLC0415

    return WorkTree(root)


def templates(root: Path, settings: Settings) -> ports.Templates:
    """With those of the repository at `root`, if it has any. UsageError when they are not usable."""
    from helmforge.adapters.templates import JinjaTemplates  # noqa: PLC0415

    return JinjaTemplates(repository=root, own=settings.templates)


def pipeline_templates() -> ports.PipelineTemplates:
    from helmforge.adapters.templates.pipelines import BuiltInPipelines  # noqa: PLC0415

    return BuiltInPipelines()


def chart_folders(root: Path) -> ports.ChartFolders:
    from helmforge.adapters.chart_folders import ChartFolders  # noqa: PLC0415

    return ChartFolders(root)


def settings(files: ports.Files) -> Settings:
    """helmforge.yaml of the work tree. UsageError when there is none."""
    from helmforge import config  # noqa: PLC0415

    text = files.read(SETTINGS_FILE)
    if text is None:
        raise UsageError(f"this repository has no {SETTINGS_FILE}", hint="helmforge init")
    return config.parse_settings(text.decode("utf-8", errors="replace"), SETTINGS_FILE)


def ci() -> Ci:
    """The CI system around this process, from its environment."""
    from helmforge.adapters.ci_system import surroundings  # noqa: PLC0415

    return surroundings(os.environ)


def events() -> ports.Events:
    from helmforge.adapters.ci import CiEvents  # noqa: PLC0415

    return CiEvents(os.environ)


def world(start: Path, warn: Callable[[str], None]) -> tuple[World, Settings]:
    """Everything for the repository around `start`, and its configuration. `warn` takes lines for people."""
    from helmforge.adapters.clock import SystemClock  # noqa: PLC0415
    from helmforge.adapters.git import GitRepository  # noqa: PLC0415
    from helmforge.adapters.programs import Commands  # noqa: PLC0415
    from helmforge.flows.world import World  # noqa: PLC0415

    repository = GitRepository.discover(start, runner())
    files = work_tree(repository.root)
    configuration = settings(files)
    programs = runner()
    oci = once(registry)
    bundle = World(
        git=repository.with_remote(configuration.remote),
        registry=late(oci),
        helm=late(lambda: helm(warn)),
        kubernetes=late(_kubernetes),
        builder=once(lambda: _builder(configuration.builder, oci)),
        scanner=late(_scanner),
        sboms=late(_sboms),
        signer=late(lambda: _signer(repository.root)),
        programs=Commands(programs),
        junit=late(lambda: _junit(repository.root)),
        files=files,
        chart_folders=late(lambda: chart_folders(repository.root)),
        archives=late(_archives),
        clock=SystemClock(),
        ci=ci(),
        holder=f"{socket.gethostname()}/{os.getpid()}/{uuid.uuid4().hex[:8]}",
        interrupt=programs.terminate,
        workspace=workspace,
    )
    return bundle, configuration


def today() -> date:
    """In UTC."""
    from helmforge.adapters.clock import SystemClock  # noqa: PLC0415

    return SystemClock().now().date()


def workspace() -> AbstractContextManager[Path]:
    """A new temporary folder, for as long as its context lasts."""
    from helmforge.adapters import workspaces  # noqa: PLC0415

    return workspaces.workspace()


def helm(warn: Callable[[str], None]) -> ports.Helm:
    """`warn` takes lines for people."""
    from helmforge.adapters.helm import HelmCli  # noqa: PLC0415

    return HelmCli(runner(), os.environ.get("HELMFORGE_HELM", "helm"), warn)


def _kubernetes() -> ports.Kubernetes:
    from helmforge.adapters.kubernetes import Kubectl  # noqa: PLC0415

    return Kubectl(runner())


def _builder(choice: BuilderChoice, oci: Callable[[], OciRegistry]) -> ports.Builder:
    from helmforge.adapters.builders import Elsewhere, choose_builder  # noqa: PLC0415

    elsewhere = Elsewhere(once(_images_folder), lambda layout, image: oci().upload(layout, image))
    return choose_builder(runner(), choice, elsewhere)


def _images_folder() -> Path:
    """For the rest of this process. What a killed one leaves the next one removes."""
    keep = contextlib.ExitStack()
    atexit.register(keep.close)
    return keep.enter_context(workspace())


def _junit(root: Path) -> ports.JUnit:
    from helmforge.adapters.junit import JUnitFiles  # noqa: PLC0415

    return JUnitFiles(root)


def _scanner() -> ports.Scanner:
    from helmforge.adapters.scanner import CommandScanner  # noqa: PLC0415

    return CommandScanner(runner())


def _sboms() -> ports.SbomGenerator:
    from helmforge.adapters.provenance.syft import Syft  # noqa: PLC0415

    return Syft(runner())


def _signer(root: Path) -> ports.Signer:
    from helmforge.adapters.provenance.cosign import Cosign  # noqa: PLC0415

    return Cosign(runner(), root)


def _archives() -> ports.Archives:
    from helmforge.adapters.archives import ChartArchives  # noqa: PLC0415

    return ChartArchives()


def registry() -> OciRegistry:
    from helmforge.adapters.registry import OciRegistry  # noqa: PLC0415
    from helmforge.adapters.registry.credentials import Credentials  # noqa: PLC0415

    return OciRegistry(Credentials(os.environ, runner()))


def sandbox(folder: Path | None, log: Callable[[str], None]) -> Lifecycle:
    """The sandbox in `folder`, or the one of this user. `log` takes lines for people."""
    from helmforge.sandbox.folders import default_folder  # noqa: PLC0415
    from helmforge.sandbox.lifecycle import Lifecycle  # noqa: PLC0415

    return Lifecycle((folder or default_folder(os.environ)).resolve(), os.environ, log)


def sandbox_wish(cluster: str, kubeconfig: Path | None) -> Wish:
    from helmforge.sandbox.lifecycle import Wish  # noqa: PLC0415

    return Wish(cluster, kubeconfig.resolve() if kubeconfig else None)


def demo(keep: Path | None, cluster: str, narrate: Narrate) -> None:
    from helmforge.sandbox.demo.performance import perform  # noqa: PLC0415

    perform(keep.resolve() if keep else None, cluster, os.environ, _demo_builder, narrate)


def _demo_builder() -> str:
    """Those without a daemon first: their image store can be a folder of the demo."""
    from helmforge.domain.building import BuilderChoice  # noqa: PLC0415
    from helmforge.errors import MissingToolError  # noqa: PLC0415

    for name in ("buildah", "podman"):
        with contextlib.suppress(MissingToolError):
            return _builder(BuilderChoice(name), registry).name
    return _builder(BuilderChoice(), registry).name
