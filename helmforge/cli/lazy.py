"""Click groups that import a command only when somebody types its name."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

import click

from helmforge.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping


class LazyGroup(click.Group):
    """`commands_table` maps the name of each command to `module:attribute`, in the order of `--help`."""

    def __init__(self, *args: Any, commands_table: Mapping[str, str], **kwargs: Any) -> None:  # noqa: ANN401 - click's own
        super().__init__(*args, **kwargs)
        self.commands_table = commands_table

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(self.commands_table)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        if cmd_name not in self.commands_table:
            return None
        module, _, attribute = self.commands_table[cmd_name].partition(":")
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if name in self.commands_table or name.startswith("-"):
            return super().resolve_command(ctx, args)
        from helmforge.domain.names import nearest  # noqa: PLC0415 - only for a typo

        guess = nearest(name, self.commands_table)
        raise UsageError(
            f"there is no command {name!r}",
            hint=f"did you mean `{ctx.command_path} {guess}`?" if guess else f"{ctx.command_path} --help",
        )
