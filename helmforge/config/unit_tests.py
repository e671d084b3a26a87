"""`test` of service.yaml: a command, or a mapping around one."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from helmforge.config import values
from helmforge.config.values import objection
from helmforge.domain.testing import UnitTests, is_own_secret
from helmforge.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from helmforge.schemas.problem import Problem


def unit_tests(value: str | list[str] | dict[str, Any], folder: str) -> UnitTests:
    """Valid by the schema. Raises UsageError for the first broken rule."""
    if not isinstance(value, dict):
        return UnitTests(values.parse_command(value))
    for name in value.get("passEnv", ()):
        _check_variable(name)
    return UnitTests(
        command=values.parse_command(value["command"]),
        timeout=values.parse_duration(value["timeout"]) if "timeout" in value else None,
        junit=tuple(values.parse_path(glob, folder) for glob in value.get("junit", ())),
        env=value.get("env", {}),
        pass_env=tuple(value["passEnv"]) if "passEnv" in value else None,
    )


def unit_test_rules(value: str | list[str] | dict[str, Any], folder: str) -> Iterator[Problem]:
    """What the schema cannot say."""
    if not isinstance(value, dict):
        yield from objection(("test",), "a command", values.parse_command, value)
        return
    yield from objection(("test", "command"), "a command", values.parse_command, value["command"])
    inside = partial(values.parse_path, folder=folder)
    for index, glob in enumerate(value.get("junit", ())):
        yield from objection(("test", "junit", index), "a path inside the repository", inside, glob)
    for index, name in enumerate(value.get("passEnv", ())):
        yield from objection(("test", "passEnv", index), "the name of a variable", _check_variable, name)


def _check_variable(name: str) -> None:
    if is_own_secret(name):
        raise UsageError("this variable is helmforge's own", why="tests never get it")
