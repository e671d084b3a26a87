"""Command lines that pages mention, and whether click would accept them."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING

import click

from helmforge.cli.main import cli
from helmforge.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.docs.markdown import Page

_COMMAND = re.compile(r"(?:^|[\s(|&;])((?:\w+=\S+ +)*)helmforge(?= |$)(?P<arguments>[^\n]*)", re.MULTILINE)
_END = re.compile(r"\s*(?:&&|\|\||[|;>)#]|2>|<<).*")
_OPTIONAL = re.compile(r"\[[^\]]*\](?:\.\.\.)?|\.\.\.$|…")
_PROMPTED = {"console"}
_SCRIPTS = {"sh", "bash", "shell", "yaml", "groovy", "makefile"}


def mentioned(page: Page) -> list[str]:
    """What follows `helmforge` in code spans, scripts and after prompts; output is left out."""
    texts = [span for span in page.spans if span.startswith("helmforge ")]
    for block in page.blocks:
        if block.language in _PROMPTED:
            texts += [line.partition("$ ")[2] for line in block.text.splitlines() if _prompt(line)]
        elif block.language in _SCRIPTS or not block.language:
            texts += [line for line in block.text.splitlines() if not line.lstrip().startswith("#")]
    return [arguments for text in texts for arguments in _arguments(text)]


def _prompt(line: str) -> bool:
    return re.match(r"\w*\$ ", line) is not None


def _arguments(text: str) -> Iterator[str]:
    for match in _COMMAND.finditer(text):
        yield _END.sub("", match["arguments"]).strip()


def objection(arguments: str) -> str:
    """Why click refuses `helmforge ARGUMENTS`; "" when it would run.

    Parts in brackets are left out, and a command may be named without its arguments.
    """
    try:
        words = shlex.split(_OPTIONAL.sub("", arguments))
        _parse(cli, "helmforge", words, None)
    except (click.exceptions.Exit, click.exceptions.NoArgsIsHelpError):
        return ""  # --help, --version, or a group by itself
    except click.ClickException as error:
        return error.format_message()
    except (UsageError, ValueError) as error:
        return str(error)
    return ""


def _parse(command: click.Command, name: str, words: list[str], parent: click.Context | None) -> None:
    if not words:
        return
    context = command.make_context(name, words, parent=parent)
    if isinstance(command, click.Group):
        rest = [*context._protected_args, *context.args]
        called, sub, left = command.resolve_command(context, rest)
        assert called is not None
        assert sub is not None
        _parse(sub, called, left, context)
