"""Which jobs of a generated workflow can sign images."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from helmforge.adapters.templates.pipelines import BuiltInPipelines
from helmforge.config import parse_settings
from helmforge.domain.ci_files import CiSystem, answers, keep_sections
from helmforge.errors import RefusedError
from tests.github.acting import WORKFLOW, act, push
from tests.github.workflows import CONFIGURATIONS, document, steps, workflow
from tests.support.repositories import Monorepo

if TYPE_CHECKING:
    from pathlib import Path

_KEY = "HELMFORGE_SIGNING_KEY"
_RUN = 'helmforge pipeline run --service "$SERVICE"'


def _signing(sign: str, name: str = "two-stages") -> str:
    text = f"registry: myrepo.cr.io\nprovenance: {{sign: {sign}}}\n{CONFIGURATIONS[name]}"
    return BuiltInPipelines().pipeline(
        CiSystem.GITHUB, answers(parse_settings(text), CiSystem.GITHUB, "1", "")
    )


def test_the_key_reaches_the_step_that_publishes_and_nothing_else() -> None:
    text, data = workflow("key"), document("key")
    seen = [(job, step) for job, step in steps(data) if _KEY in str(step)]
    assert [job for job, _ in seen] == ["deploy", "release"]
    for _, step in seen:
        assert step["run"] == _RUN
        assert step["env"][_KEY] == f"${{{{ secrets.{_KEY} }}}}"
        assert step["env"]["COSIGN_PASSWORD"] == "${{ secrets.COSIGN_PASSWORD }}"
    assert text.count(f"secrets.{_KEY}") == text.count("secrets.") / 2 == len(seen)
    assert "id-token" not in text


def test_the_identity_goes_to_jobs_that_publish_and_to_no_pull_request() -> None:
    jobs = document("keyless")["jobs"]
    assert [name for name, job in jobs.items() if "id-token" in job["permissions"]] == ["deploy", "release"]
    for name in ("deploy", "release"):
        (flow,) = (part for part in jobs[name]["if"].split(" && ") if "outputs.flow" in part)
        assert flow == f"needs.plan.outputs.flow == '{'trunk' if name == 'deploy' else name}'"
    assert "secrets." not in workflow("keyless")


@pytest.mark.parametrize("key", ["ci/cosign.key", "awskms:///alias/cosign"])
def test_a_key_that_is_elsewhere_needs_nothing(key: str) -> None:
    text = f"registry: myrepo.cr.io\n{CONFIGURATIONS['two-stages']}"
    plain = answers(parse_settings(text), CiSystem.GITHUB, "1", "")
    assert _signing(f"{{key: '{key}'}}") == BuiltInPipelines().pipeline(CiSystem.GITHUB, plain)


@pytest.mark.parametrize(
    ("sign", "section", "line", "key"),
    [
        ("{keyless: true}", "release-permissions", "      id-token: write # for the cloud", "id-token"),
        (
            "{key: 'env://COSIGN_PRIVATE_KEY'}",
            "release-env",
            "          COSIGN_PASSWORD: x",
            "COSIGN_PASSWORD",
        ),
    ],
)
def test_what_users_had_written_themselves_would_stand_there_twice(
    sign: str, section: str, line: str, key: str
) -> None:
    mark = f"# begin yours: {section}\n"
    before = _signing("{key: a.key}").replace(mark, f"{mark}{line}\n")
    with pytest.raises(RefusedError, match=f"would have '{key}' twice") as caught:
        keep_sections(_signing(sign), before, "helmforge.yml")
    assert section in caught.value.why
    assert keep_sections(_signing("{key: b.key}"), before, "helmforge.yml") == before


@pytest.mark.integration
@pytest.mark.parametrize(("flow", "sees"), [("trunk", True), ("release", True), ("pull-request", False)])
def test_the_step_that_publishes_sees_the_key(tmp_path: Path, flow: str, *, sees: bool) -> None:
    """The workflow run for real, with a stand-in for helmforge."""
    programs, seen = tmp_path / "bin", tmp_path / "seen"
    _install(programs / "python", "exit 0")
    plan = f'matrix={{"service": ["orders"]}}\\naffected=true\\nflow={flow}\\npromotions=[]\\n'
    run = f'printf "%s" "${_KEY} $COSIGN_PASSWORD" > {seen}'
    _install(programs / "helmforge", f"case $2 in plan) printf '{plan}';; run) {run};; esac")
    repo = Monorepo(tmp_path / "shop", {WORKFLOW: workflow("key")})
    repo.push("main")
    environment = {**repo.environment, "PYTHON_OF_THE_TESTS": str(programs)}
    keys = {_KEY: "the-key", "COSIGN_PASSWORD": "its-password"}
    ran = act(repo.root, push("main"), environment, tmp_path / "act", keys)
    job = {"trunk": "deploy", "release": "release"}.get(flow, "check")
    assert ran.order == ["plan", f"{job} (orders)", "helmforge"], ran.everything
    assert seen.read_text(encoding="utf-8") == ("the-key its-password" if sees else " ")


def _install(program: Path, script: str) -> None:
    program.parent.mkdir(exist_ok=True)
    program.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    program.chmod(0o755)
