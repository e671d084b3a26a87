"""The options of `helmforge pipeline plan` for GitLab's child pipeline."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from helmforge import __version__
from helmforge.domain.ci_files.systems import CiSystem
from helmforge.domain.event import EventKind
from helmforge.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from helmforge.flows.pipeline import Pipeline
    from helmforge.flows.world import World

F = TypeVar("F", bound="Callable[..., object]")

_OPTIONS = (
    click.option(
        "--child",
        type=click.Path(dir_okay=False, path_type=Path),
        metavar="FILE",
        expose_value=False,
        callback=lambda context, _, value: context.meta.__setitem__("helmforge.child", value),
        help="Write a child pipeline for GitLab: a job for each affected service.",
    ),
    click.option(
        "--ci-file",
        default=CiSystem.GITLAB.path,
        show_default=True,
        metavar="FILE",
        expose_value=False,
        callback=lambda context, _, value: context.meta.__setitem__("helmforge.ci-file", value),
        help="The generated file whose sections of yours the child pipeline takes over.",
    ),
)


def child_options(command: F) -> F:
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def write_child(world: World, pipeline: Pipeline, ref: str, event: str | None) -> None:
    """Does nothing unless `--child` asks for it."""
    from helmforge import wiring  # noqa: PLC0415 - heavy imports happen late
    from helmforge.flows.child_pipeline import ChildRequest, child_pipeline  # noqa: PLC0415

    meta = click.get_current_context().meta
    target: Path | None = meta["helmforge.child"]
    if target is None:
        return
    if ref:
        raise UsageError(
            "--child cannot be used with --ref",
            why="the jobs of the child pipeline learn the branch from GitLab",
            hint="leave --ref out",
        )
    request = ChildRequest(meta["helmforge.ci-file"], __version__, EventKind(event) if event else None)
    text = child_pipeline(world.files, wiring.pipeline_templates(), pipeline, request)
    try:
        target.write_text(text, encoding="utf-8", errors="surrogateescape")
    except OSError as error:
        raise UsageError(f"cannot write {target}", where="--child", why=str(error.strerror)) from error
