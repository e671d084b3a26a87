"""What checkers of workflows, and the rules for safe ones, say of the generated file."""

from __future__ import annotations

import re
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from helmforge.domain.ci_files import keep_sections
from tests.github.workflows import CONFIGURATIONS, document, steps, workflow
from tests.support.tools import require_tool

if TYPE_CHECKING:
    from pathlib import Path

_PINNED = re.compile(r"[\w.-]+/[\w./-]+@[0-9a-f]{40}")
# As an administrator would fill it: the sections hold valid YAML where they stand.
_OWN = {
    "workflow": ["env:", "  DOCKER_BUILDKIT: '1'"],
    "check-permissions": ["      packages: read # for base images"],
    "release-permissions": ["      packages: write # for images", "      id-token: write # for the cloud"],
    "release-setup": ["      - run: ./log-in-to-the-registry"],
    "brief-prod-env": ["          KUBECONFIG: /run/who-reads"],
    "promote-prod-env": ["          KUBECONFIG: /run/prod"],
    "check-after": ["      - if: always()", "        run: ls reports"],
}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The workflow of each configuration, and one with the users' own lines."""
    folder = tmp_path_factory.mktemp("workflows") / ".github/workflows"
    folder.mkdir(parents=True)
    texts = {name: workflow(name) for name in CONFIGURATIONS}
    texts["own"] = _filled(texts["two-stages"])
    for name, text in texts.items():
        (folder / f"{name}.yml").write_text(text, encoding="utf-8")
    return [str(folder / f"{name}.yml") for name in texts]


def _filled(text: str) -> str:
    for name, lines in _OWN.items():
        mark = f"# begin yours: {name}\n"
        assert mark in text
        text = text.replace(mark, mark + "".join(f"{line}\n" for line in lines))
    return text


@pytest.mark.integration
@pytest.mark.parametrize(
    "argv",
    [
        pytest.param(["actionlint", "-no-color", "-shellcheck=", "-pyflakes="], id="actionlint"),
        pytest.param(["zizmor", "--offline", "--no-progress", "--persona=auditor"], id="zizmor"),
        pytest.param(["check-jsonschema", "--builtin-schema=vendor.github-workflows"], id="schema"),
    ],
)
def test_the_checkers_find_nothing(argv: list[str], files: list[str], tmp_path: Path) -> None:
    ran = subprocess.run(
        [str(require_tool(argv[0])), *argv[1:], *files],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr


@pytest.mark.parametrize("name", CONFIGURATIONS)
def test_no_expression_reaches_a_shell(name: str) -> None:
    for _, step in steps(document(name)):
        assert "${{" not in step.get("run", "")


@pytest.mark.parametrize("name", CONFIGURATIONS)
def test_each_job_has_the_rights_it_needs_and_an_end(name: str) -> None:
    data = document(name)
    assert data["permissions"] == {}
    assert set(data["on"]) == {"push", "pull_request", "merge_group", "workflow_dispatch"}
    for job, body in data["jobs"].items():
        signs = {"id-token": "write"} if name == "keyless" and job in {"deploy", "release"} else {}
        assert body["permissions"] == _RIGHTS.get(job, {"contents": "read"}) | signs, job
        assert body["timeout-minutes"] > 0


_RIGHTS = {"release": {"contents": "write"}, "helmforge": {}}


@pytest.mark.parametrize("name", CONFIGURATIONS)
def test_actions_are_pinned_and_credentials_stay_out_of_what_runs_unreviewed_code(name: str) -> None:
    for job, step in steps(document(name)):
        if "uses" not in step:
            continue
        assert _PINNED.fullmatch(step["uses"])
        if step["uses"].startswith("actions/checkout@"):
            kept = {"check": False, "plan": "${{ github.event_name != 'pull_request' }}"}
            assert step["with"]["persist-credentials"] == kept.get(job, True)
            assert step["with"]["fetch-depth"] == 0


def test_a_comment_says_which_version_is_pinned() -> None:
    lines = [line.strip() for line in workflow("two-stages").splitlines() if " uses: " in line]
    assert lines
    for line in lines:
        assert re.fullmatch(r"- uses: actions/[a-z-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line)


def test_only_what_cannot_deploy_has_a_cache() -> None:
    caches = {
        job: step["with"].get("cache")
        for job, step in steps(document("everything"))
        if "setup-python" in step.get("uses", "")
    }
    may_deploy = "github.ref == 'refs/heads/trunk/2.x+' || startsWith(github.ref, 'refs/heads/release/')"
    guarded = f"${{{{ !({may_deploy}) && 'pip' || '' }}}}"
    assert caches.pop("plan") == caches.pop("check") == guarded
    assert set(caches.values()) == {None}


def test_environments_become_jobs_in_their_order() -> None:
    jobs = document("everything")["jobs"]
    assert list(jobs) == [
        "plan",
        "check",
        "deploy",
        "release",
        "promote-staging",
        "promote-prod",
        "helmforge",
    ]
    assert jobs["promote-staging"]["needs"] == ["plan", "release"]
    assert jobs["promote-prod"]["needs"] == ["plan", "release", "promote-staging"]
    assert jobs["helmforge"]["needs"] == ["plan", "check", "deploy", "release"]
    assert (jobs["promote-staging"]["environment"], jobs["promote-prod"]["environment"]) == (
        "staging",
        "prod",
    )
    # GitHub knows one environment for a job: none is claimed where helmforge deploys to several
    assert "environment" not in jobs["release"]
    assert "environment" not in jobs["deploy"]
    assert document("two-stages")["jobs"]["release"]["environment"] == "qa"
    assert document("one-stage")["jobs"]["release"]["environment"] == "true"
    assert list(document("one-stage")["jobs"]) == ["plan", "check", "release", "helmforge"]


def test_where_jobs_run_and_where_helmforge_comes_from() -> None:
    def uses(data: dict[str, Any]) -> set[str]:
        return {step["uses"].partition("@")[0] for _, step in steps(data) if "uses" in step}

    assert {job["runs-on"] for job in document("two-stages")["jobs"].values()} == {"ubuntu-latest"}
    assert {job["runs-on"] for job in document("branches")["jobs"].values()} == {"ubuntu-24.04"}
    assert document("everything")["jobs"]["plan"]["runs-on"] == ["linux", "x64"]
    assert uses(document("two-stages")) == {"actions/checkout", "actions/setup-python"}
    assert uses(document("action")) == {"actions/checkout", "acme/helmforge"}
    image = document("image")
    assert uses(image) == {"actions/checkout"}
    assert image["jobs"]["check"]["container"].startswith("ghcr.io/acme/helmforge@sha256:")


def test_a_brief_for_each_environment_that_somebody_lets_the_version_into() -> None:
    def briefs(name: str) -> list[str]:
        found = [(job, step) for job, step in steps(document(name)) if "release brief" in step.get("run", "")]
        for job, step in found:
            assert (job, step["continue-on-error"]) == ("release", True)
            assert step["timeout-minutes"] < document(name)["jobs"][job]["timeout-minutes"]
        return [step["run"].split()[6] for _, step in found]

    assert briefs("everything") == ["staging", "prod"]
    assert briefs("automatic") == ["prod"]
    assert briefs("one-stage") == []


def test_the_lines_of_users_come_into_the_next_file() -> None:
    before = _filled(workflow("two-stages"))
    after = keep_sections(workflow("everything"), before, "helmforge.yml")
    for lines in _OWN.values():
        assert "\n".join(lines) in after
