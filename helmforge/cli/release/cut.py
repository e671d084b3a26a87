"""`helmforge release cut`."""

from __future__ import annotations

from dataclasses import asdict

import click

from helmforge.cli.options import connect, output_option
from helmforge.cli.printing import as_json
from helmforge.domain.version import Bump, Version


@click.command()
@click.argument("service")
@click.argument("version", required=False)
@click.option("--major", "bump", flag_value="major", help="Next major version.")
@click.option("--minor", "bump", flag_value="minor", help="Next minor version.")
@click.option("--patch", "bump", flag_value="patch", help="Next patch version (the default).")
@click.option(
    "--hotfix", is_flag=True, help="Mend the line's newest version: say where to begin; push nothing."
)
@output_option("text", "json")
def cut(service: str, version: str | None, bump: str | None, output: str, *, hotfix: bool) -> None:
    """Create the release branch of the next VERSION on the remote.

    \b
    Examples:
      helmforge release cut notification --minor
      helmforge release cut notification v1.1.2
    """
    from helmforge.flows import configuration  # noqa: PLC0415 - heavy imports happen late
    from helmforge.flows.release import cut as flow  # noqa: PLC0415

    if version and bump:
        raise click.UsageError("give VERSION or one of --major, --minor, --patch, not both")
    wish = flow.Wish(Version.parse(version) if version else None, Bump(bump) if bump else None, hotfix)
    world, settings = connect()
    found = configuration.find_service(
        world.git, settings, configuration.load_services(world.git, settings), service
    )
    result = flow.cut(world.git, settings, found, wish)
    if output == "json":
        click.echo(as_json(asdict(result), sort_keys=True))
        return
    if result.hotfix:
        click.echo(
            f"{result.version} of {result.service} begins at {result.commit[:12]}, with the mending commit"
        )
        click.echo(f"next: git switch --create {result.branch} {result.commit[:12]}")
        click.echo(f"next: commit the fix, then: git push --set-upstream origin {result.branch}")
        return
    done = "created" if result.created else "already there:"
    click.echo(f"{done} {result.branch} at {result.commit[:12]}")
    click.echo(
        f"next: its pipeline runs now; by hand: git fetch && git switch {result.branch} && "
        "helmforge pipeline run"
    )
