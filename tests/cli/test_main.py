from __future__ import annotations

import json
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import click
import pytest

from helmforge import __version__
from helmforge.cli.lazy import LazyGroup
from helmforge.cli.main import cli, main
from helmforge.schemas import schema_text

if TYPE_CHECKING:
    from collections.abc import Iterator

_HEAVY = (
    "jinja2",
    "git",
    "jsonschema",
    "rich",
    "urllib3",
    "aiohttp",
    "ruamel",
    "semver",
    "importlib.metadata",
)


def _commands(group: click.Group, path: str) -> Iterator[tuple[str, click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        yield f"{path} {name}", command
        if isinstance(command, click.Group):
            yield from _commands(command, f"{path} {name}")


ALL = dict(_commands(cli, "helmforge"))


@pytest.mark.parametrize("path", ALL)
def test_every_entry_of_the_table_is_a_command_with_an_example(path: str) -> None:
    command = ALL[path]
    assert isinstance(command, click.Command)
    assert command.name == path.rsplit(maxsplit=1)[-1]
    with click.Context(command, info_name=path) as context:
        text = command.get_help(context)
    assert re.search(r"^  Examples?:\n    helmforge ", text, flags=re.MULTILINE)


@pytest.mark.parametrize("arguments", [["--version"], ["--help"], ["scaffold", "--help"]])
def test_starting_up_imports_nothing_heavy(arguments: list[str]) -> None:
    code = (
        f"import sys\nfrom helmforge.cli.main import main\nassert main({arguments!r}) == 0\n"
        f"print('heavy:', *[name for name in {_HEAVY!r} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr == "heavy:\n"


def test_the_version() -> None:
    command = [sys.executable, "-m", "helmforge", "--version"]
    assert (
        subprocess.run(command, capture_output=True, text=True, check=True).stdout
        == f"helmforge {__version__}\n"
    )


def test_no_command_is_a_usage_error_with_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "Commands:" in shown.err


TYPOS = [
    (["scafold"], "there is no command 'scafold'", "`helmforge scaffold`"),
    (["xyzzy"], "there is no command 'xyzzy'", "helmforge --help"),
    (["schema", "confg"], "'confg' is not one of", "helmforge schema --help"),
    (["schema", "--bad\x1b[31m"], "No such option", "helmforge schema --help"),
    (["scaffold"], "Missing argument 'SERVICE...'", "helmforge scaffold --help"),
]


@pytest.mark.parametrize(("arguments", "what", "hint"), TYPOS)
def test_typing_errors(
    arguments: list[str], what: str, hint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    error = capsys.readouterr().err
    assert error.startswith("error: ")
    assert what in error
    assert hint in error
    assert "\x1b" not in error


@pytest.mark.parametrize(
    ("arguments", "name"), [([], "config"), (["config"], "config"), (["service"], "service")]
)
def test_schema_prints_what_is_published(
    arguments: list[str], name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["schema", *arguments]) == 0
    shown = capsys.readouterr().out
    assert shown == schema_text(name)
    assert json.loads(shown)["$id"] == f"urn:helmforge:{name}"


def test_groups_are_lazy() -> None:
    assert all(isinstance(command, LazyGroup) for command in ALL.values() if isinstance(command, click.Group))
