"""The options that say which Git event a pipeline is for."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import click

from helmforge.cli.options import DEEPEN_HELP
from helmforge.domain.event import EventKind

if TYPE_CHECKING:
    from collections.abc import Callable

    from helmforge.flows.pipeline import Pipeline, Request
    from helmforge.flows.world import World

F = TypeVar("F", bound="Callable[..., object]")

_DEEPEN = "helmforge.deepen"


def _remember(context: click.Context, _: click.Parameter, deepen: bool) -> None:  # noqa: FBT001 - click's callback
    context.meta[_DEEPEN] = deepen


def _apart(_: click.Context, __: click.Parameter, names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for several in names for name in several.split(","))


_OPTIONS = (
    click.option(
        "--ref", default="", metavar="BRANCH", help="The pushed branch, or a pull request's source."
    ),
    click.option(
        "--event", type=click.Choice([kind.value for kind in EventKind]), help="What happened to it."
    ),
    click.option(
        "--base",
        default="",
        metavar="REF",
        help="Compare with this branch, commit, or what else Git understands: main~1.",
    ),
    click.option(
        "--deepen",
        is_flag=True,
        expose_value=False,
        callback=_remember,
        help=DEEPEN_HELP,
    ),
    click.option(
        "--service",
        "services",
        multiple=True,
        metavar="S",
        callback=_apart,
        help="Only this service, affected or not. Repeatable; `S,S` names several.",
    ),
)


def request_options(command: F) -> F:
    """Without them the event comes from the CI's environment, and outside CI from the checkout."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def prepare(ref: str, event: str | None, base: str, services: tuple[str, ...]) -> tuple[World, Pipeline]:
    from helmforge import wiring  # noqa: PLC0415 - heavy imports happen late
    from helmforge.cli.options import connect  # noqa: PLC0415
    from helmforge.flows import pipeline as flow  # noqa: PLC0415

    world, settings = connect()
    deepen = bool(click.get_current_context().meta.get(_DEEPEN))
    request: Request = flow.Request(ref, EventKind(event) if event else None, base, services, deepen)
    pipeline = flow.prepare(world, settings, wiring.events(), request)
    _mind_uncommitted(flow.uncommitted(world.git, request, pipeline))
    return world, pipeline


def _mind_uncommitted(number: int) -> None:
    if number:
        files = "1 file is" if number == 1 else f"{number} files are"
        click.echo(f"note: the plan is of commits; {files} not committed", err=True)
