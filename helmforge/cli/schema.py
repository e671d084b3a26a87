"""`helmforge schema`."""

from __future__ import annotations

import click


@click.command()
@click.argument(
    "name",
    type=click.Choice(["config", "service", "waivers", "events"]),
    default="config",
    metavar="[config|service|waivers|events]",
)
def schema(name: str) -> None:
    """Print the JSON Schema of a configuration file, or of the JSON that runs print.

    That of helmforge.yaml (config), of service.yaml (service), or of the accepted findings of image scans
    (waivers): editors complete and check with it. Or that of the lines which `-o json` prints while a plan
    runs (events).

    \b
    Examples:
      helmforge schema service > service.schema.json
      helmforge schema events > events.schema.json
      # yaml-language-server: $schema=service.schema.json      (first line of a service.yaml)
    """
    from helmforge.schemas import schema_text  # noqa: PLC0415 - heavy imports happen late

    click.echo(schema_text(name), nl=False)
