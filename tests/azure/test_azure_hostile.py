"""Ten thousand hostile names through the scripts of Azure's file, macros expanded as Azure does it."""

from __future__ import annotations

import functools
import operator
import re
from typing import TYPE_CHECKING, Any

from helmforge.domain.ci_files import CiSystem
from tests.azure.agent import environment_of, load, macros, own_environment
from tests.support.ci_settings import rendered, settings_of
from tests.support.hostile import calls, hostile_names

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_NAMES = (
    *("Build.SourceBranch", "Build.SourceBranchName", "Build.SourceVersionMessage", "Build.RequestedFor"),
    *("Build.SourceVersionAuthor", "System.PullRequest.SourceBranch", "System.PullRequest.TargetBranch"),
    *("service", "flow", "HELMFORGE_SERVICE", "HELMFORGE_VERSION"),
)
_REFERENCE = re.compile(r"\$(\w+)")
_BASH = ("bash", "--noprofile", "--norc")


def scripts(content: Any) -> Iterator[Any]:
    for stage in content["stages"]:
        for job in stage["jobs"]:
            steps = job["steps"] if "steps" in job else job["strategy"]["runOnce"]["deploy"]["steps"]
            yield from (step for step in steps if "script" in step)


def test_ten_thousand_names_stay_literal(tmp_path: Path) -> None:
    content = load(rendered(CiSystem.AZURE, settings_of("ci: {image: example.com/helmforge:1}")))
    (tmp_path / "temp").mkdir()
    names = hostile_names(10_000, seed=2)
    variables = [dict.fromkeys(_NAMES, name) | {"Agent.TempDirectory": "temp"} for name in names]
    steps = list(scripts(content))
    for step in steps:
        assert {macros(step["script"], values) for values in variables[:1000]} == {step["script"]}
    environments = []
    for values in variables:
        own = [own_environment(step, values) for step in steps]
        environments.append(functools.reduce(operator.or_, own, environment_of(values)))
    called = calls(tmp_path, [step["script"] for step in steps], environments, shell=_BASH)
    assert called == [
        call for each in environments for step in steps for call in expected(step["script"], each)
    ]
    assert len(called) == len(names) * len(
        ["plan", "run", "brief", "brief", "generate", "promote", "promote"]
    )
    assert list(tmp_path.rglob("canary")) == []


def expected(script: str, environment: dict[str, str]) -> list[list[str]]:
    """The words of the script, and where a variable stands in quotes, its value as one argument."""
    if not script.startswith("helmforge "):
        return []
    words = (word.removeprefix('"').removesuffix('"') for word in script.partition(" >")[0].split()[1:])
    return [[_REFERENCE.sub(lambda found: environment[found[1]], word) for word in words]]


def test_scripts_of_all_configurations_are_without_macros() -> None:
    for text in ("", "ci: {image: example.com/helmforge:1}"):
        for step in scripts(load(rendered(CiSystem.AZURE, settings_of(text)))):
            assert "$(" not in step["script"]
            assert "${{" not in step["script"]
            assert "$[" not in step["script"]


def test_a_macro_in_a_script_would_be_found(tmp_path: Path) -> None:
    script = macros("echo $(Build.SourceVersionMessage)", {"Build.SourceVersionMessage": "a; touch canary"})
    calls(tmp_path, [script], [{"A": "b"}], shell=_BASH)
    assert (tmp_path / "canary").exists()
