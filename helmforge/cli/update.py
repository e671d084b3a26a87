"""`helmforge update`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from helmforge.cli.options import connect, output_option
from helmforge.cli.printing import as_json, clean
from helmforge.errors import UsageError

if TYPE_CHECKING:
    from helmforge.domain.chart_update import FileUpdate
    from helmforge.flows.update import Update
    from helmforge.flows.update.effects import ChartEffects, EnvironmentEffect

_QUIET = frozenset({"current", "edited", "deleted"})
_NOTES = {
    "own": "there is a template of this name now; your file stays",
    "dropped": "the templates have it no more; your edited file stays, as your own",
    "unresolved": "resolve the markers of an earlier update",
    "no base": "edited, and its text before that is not in this clone (never committed, or a shallow clone); "
    "--force marks every difference",
    "not mergeable": "not a text file: compare it by hand",
}


@click.command()
@click.argument("services", metavar="[SERVICE...]", nargs=-1)
@click.option("--all", "all_", is_flag=True, help="Every service.")
@click.option("--check", is_flag=True, help="Write nothing; exit code 3 when a chart is not current.")
@click.option(
    "--force",
    is_flag=True,
    help="Also write what a cluster would refuse, and mark every difference where the pristine text is lost.",
)
@output_option("text", "json")
def update(*, services: tuple[str, ...], all_: bool, check: bool, force: bool, output: str) -> None:
    """Bring charts to the current templates, and keep what was edited.

    Files that nobody edited are replaced, edited ones merged, deleted ones stay deleted. Before anything is
    written it says, for each environment, what an upgrade to the new chart would do to the cluster.
    Where both sides changed the same lines, conflict markers are left, and the exit code is 3.

    \b
    Examples:
      helmforge update notification
      helmforge update --all --check
      helmforge update --all -o json
    """
    from helmforge import wiring  # noqa: PLC0415 - heavy imports happen late
    from helmforge.flows import update as flow  # noqa: PLC0415

    if bool(services) == all_:
        raise UsageError("which charts?", hint="name services, or take --all")
    world, settings = connect()
    request = flow.UpdateRequest(services, check=check, force=force)
    root = world.git.root
    folders, templates = wiring.chart_folders(root), wiring.templates(root, settings)
    tools = flow.Tools(world.git, world.helm, folders, templates, world.workspace)
    show = _ignore if output == "json" else _show
    result = flow.update(tools, settings, request, show)
    if output == "json":
        click.echo(as_json(_document(result), indent=2))
    else:
        _print_rest(result)
    click.get_current_context().exit(int(result.exit_code))


def _ignore(_: Update) -> None:
    """JSON is printed once, when everything has happened."""


def _show(result: Update) -> None:
    """What is about to happen."""
    for chart in result.finished:
        click.echo(f"finished an interrupted update of {clean(chart)}")
    for each in result.charts:
        noted = [file for file in each.update.files if file.action.value not in _QUIET]
        if noted or each.update.changes:
            _show_chart(each, noted, refused=result.is_refused(each))


def _show_chart(each: ChartEffects, noted: list[FileUpdate], *, refused: bool) -> None:
    old, new = each.update.old.version, each.update.new.version
    versions = old if old == new else f"{old} -> {new}"
    click.echo(f"{each.update.service.name}  {clean(each.update.chart)}  templates {clean(versions)}")
    for file in noted:
        note = _NOTES.get(file.action.value, "")
        click.echo(f"  {file.action.value:<10} {clean(file.path)}{f'  ({note})' if note else ''}")
    if not each.update.contents and each.update.changes:
        click.echo("  only the lock moves on")
    for effect in each.effects:
        click.echo(f"  in {effect.environment}: {clean(_words(effect))}")
    if refused:
        click.echo("  refused: this chart stays as it is; --force writes it anyway")


def _words(each: EnvironmentEffect) -> str:
    if each.effect is None:
        return each.why
    names = ", ".join(f"{found.name} {found.detail}" for found in each.effect.objects[:3])
    more = len(each.effect.objects) - 3
    tail = f" and {more} more" if more > 0 else ""
    words = f"{each.effect.disturbance}{f' ({names}{tail})' if names else ''}"
    return f"{words}, {each.why}" if each.why else words


def _print_rest(result: Update) -> None:
    """How it ended."""
    if result.unmanaged:
        click.echo(f"without a lock: {', '.join(result.unmanaged)}")
    count = len(result.outdated)
    refused = sum(map(result.is_refused, result.charts))
    if not count and not result.waiting:
        click.echo(f"nothing to do: {_charts(len(result.charts))} current")
    elif result.request.check and count:
        click.echo(f"{_charts(count)} not current: helmforge update --all")
    elif count - refused:
        click.echo(f"updated {_charts(count - refused)}; review with git diff, and commit")
    for path in result.waiting:
        click.echo(f"to do: {clean(path)}")


def _charts(count: int) -> str:
    return f"{count} chart" if count == 1 else f"{count} charts"


def _document(result: Update) -> dict[str, object]:
    return {
        "check": result.request.check,
        "charts": [_chart(each, result) for each in result.charts],
        "unmanaged": list(result.unmanaged),
        "finished": list(result.finished),
        "waiting": list(result.waiting),
        "exitCode": int(result.exit_code),
    }


def _chart(each: ChartEffects, result: Update) -> dict[str, object]:
    update = each.update
    return {
        "service": update.service.name,
        "chart": update.chart,
        "status": _status(each, result),
        "from": update.old.version,
        "to": update.new.version,
        "files": [
            {"path": file.path, "action": file.action.value}
            for file in update.files
            if file.action.value not in _QUIET
        ],
        "changes": list(update.changes),
        "effects": [_effect(effect) for effect in each.effects],
        "objections": list(each.objections),
    }


def _status(each: ChartEffects, result: Update) -> str:
    if not each.update.changes:
        return "waiting" if each.update.waiting else "current"
    if result.is_refused(each):
        return "refused"
    return "outdated" if result.request.check else "updated"


def _effect(each: EnvironmentEffect) -> dict[str, object]:
    objects = each.effect.objects if each.effect else ()
    return {
        "environment": each.environment,
        "effect": str(each.effect.disturbance) if each.effect else "unknown",
        "why": each.why,
        "objects": [
            {"object": found.name, "effect": str(found.disturbance), "detail": found.detail}
            for found in objects
        ],
    }
