"""`helmforge scaffold`."""

from __future__ import annotations

import os
import shlex
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from helmforge.cli.options import output_option
from helmforge.cli.printing import as_json, clean
from helmforge.domain.names import nearest
from helmforge.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from helmforge.flows.scaffold import Scaffolded, ScaffoldRequest

_ANSWERS = ("type", "port", "path", "context")
_LAST_PORT = 65535


@click.command()
@click.argument("services", metavar="SERVICE...", nargs=-1, required=True)
@click.option(
    "--type",
    "type_",
    default="",
    metavar="TYPE",
    help="web (the default), worker, stateful, daemon, cron, job or namespace.",
)
@click.option(
    "--port",
    type=click.IntRange(1, _LAST_PORT),
    default=8080,
    show_default=True,
    help="Where the program listens.",
)
@click.option("--path", default="", metavar="DIR", help="Its folder, from the repository's root.")
@click.option("--context", default="", metavar="NAME", help="Its bounded context or team.")
@click.option("--set", "answers", multiple=True, metavar="K=V", help="The same answers as k=v. Repeatable.")
@output_option("text", "json")
def scaffold(
    services: tuple[str, ...],
    type_: str,
    port: int,
    path: str,
    context: str,
    answers: tuple[str, ...],
    output: str,
) -> None:
    """Write a complete, secure chart for each SERVICE.

    The chart, its values for each environment, service.yaml, and a Dockerfile. A Dockerfile and a
    service.yaml that exist are kept. Nothing is ever overwritten: when another file is in the way,
    nothing is written at all.

    \b
    Examples:
      helmforge scaffold notification
      helmforge scaffold notification --port 9090 --context shop
      helmforge scaffold database --type stateful --port 5432
      helmforge scaffold orders payments invoices --context billing
    """
    from helmforge.flows import scaffold as flow  # noqa: PLC0415 - heavy imports happen late

    request = _with_answers(flow.ScaffoldRequest("", type_, port, path, context), answers)
    if request.path and len(services) > 1:
        raise UsageError("--path is for one service", hint="scaffold one after the other, or leave it out")
    results, root = _scaffolded([replace(request, service=service) for service in services])
    if output == "json":
        documents = [_document(result, root) for result in results]
        click.echo(as_json(documents if len(documents) > 1 else documents[0], indent=2))
    else:
        _show(results, root)


def _scaffolded(requests: Sequence[ScaffoldRequest]) -> tuple[Sequence[Scaffolded], Path]:
    """What was written, and the root of the repository."""
    from helmforge import wiring  # noqa: PLC0415 - heavy imports happen late
    from helmforge.flows import scaffold as flow  # noqa: PLC0415
    from helmforge.flows.configuration import load_services  # noqa: PLC0415

    git = wiring.git(Path.cwd())
    files = wiring.work_tree(git.root)
    settings = wiring.settings(files)
    results = flow.scaffold(
        files,
        wiring.templates(git.root, settings),
        settings,
        load_services(git, settings),
        requests,
        folders=wiring.chart_folders(git.root),
        object_format=git.object_format(),
    )
    return results, git.root


def _show(results: Sequence[Scaffolded], root: Path) -> None:
    if len(results) > 1:
        _print_each(results, root)
    else:
        _print(results[0], root)


def _with_answers(request: ScaffoldRequest, answers: Sequence[str]) -> ScaffoldRequest:
    given = dict(map(_answer, answers))
    return replace(
        request,
        type=given.get("type", request.type),
        port=_port(given["port"]) if "port" in given else request.port,
        path=given.get("path", request.path),
        context=given.get("context", request.context),
    )


def _answer(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if equals and key in _ANSWERS:
        return key, value
    guess = nearest(key, _ANSWERS)
    raise UsageError(
        f"--set {text!r} is not an answer that the charts ask for",
        why=f"the answers are {', '.join(_ANSWERS)}; everything else is a key of values.yaml",
        hint=f"did you mean --set {guess}=…?" if guess else "edit values.yaml after the scaffold",
    )


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:6]) <= _LAST_PORT):
        raise UsageError(f"{text!r} is not a port", why=f"expected a number from 1 to {_LAST_PORT}")
    return int(text)


def _document(result: Scaffolded, root: Path) -> dict[str, object]:
    service = result.service
    return {
        "service": service.name,
        "folder": service.folder,
        "chart": service.chart,
        "written": list(result.written),
        "kept": list(result.kept),
        "next": _next(result, root),
    }


def _print(result: Scaffolded, root: Path) -> None:
    for path in result.written:
        click.echo(f"wrote {clean(path)}")
    for path in result.kept:
        click.echo(f"kept  {clean(path)} (it was there)")
    if not result.written:
        click.echo("nothing to do: everything is there already")
    for command in _next(result, root):
        click.echo(f"next: {clean(command)}")


def _print_each(results: Sequence[Scaffolded], root: Path) -> None:
    """A line for each service: with hundreds of them nobody reads the names of their files."""
    lines = [f"wrote {len(result.written)} files in {clean(result.service.folder)}" for result in results]
    above = os.path.commonpath([result.service.folder for result in results]) or "."
    folder = shlex.quote(os.path.relpath(root / above))
    click.echo("\n".join([*lines, f"next: git add {clean(folder)} && helmforge pipeline plan"]))


def _next(result: Scaffolded, root: Path) -> list[str]:
    """Commands to paste where the user stands now, which may be any folder of the repository."""
    chart, folder = (
        shlex.quote(os.path.relpath(root / path)) for path in (result.service.chart, result.service.folder)
    )
    return [f"helm lint --strict {chart}", f"git add {folder} && helmforge pipeline plan"]
