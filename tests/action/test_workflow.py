"""The action in a workflow that act runs for real, and before the linters of workflows."""

from __future__ import annotations

import json
import re
import subprocess
from typing import TYPE_CHECKING

import pytest

from helmforge import __version__
from tests.action.conftest import ROOT
from tests.support.repositories import isolated_environment
from tests.support.tools import cache_folder, path_with, require_tool

if TYPE_CHECKING:
    from pathlib import Path

COMMIT = "0123456789abcdef0123456789abcdef01234567"
BRANCH = "feature/x$(touch${IFS}canary)`touch${IFS}canary`;'"
WORKFLOW = """\
name: helmforge
on: {push: {branches: ["feature/**"]}}
permissions: {contents: read}
jobs:
  plan:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@de0fac2e4500dabe0009e67214ff5f5447ce83dd # v6.0.2
        with: {fetch-depth: 0, persist-credentials: false}
      - id: plan
        uses: example/helmforge@COMMIT
        with:
          command: pipeline plan -o github
          arguments: |
            --ref
            ${{ github.ref_name }}
      - uses: example/helmforge@COMMIT
        with:
          python-version: "3.13"
          command: lint -o json
          working-directory: services
          arguments: ${{ fromJSON(steps.plan.outputs.matrix).include[0].service }}
      - env:
          FOUND: ${{ toJSON(steps.plan.outputs) }}
          FILE: ${{ env.RESULT }}
        run: |
          printf '%s' "$FOUND" > "$FILE.outputs"
          helmforge --version > "$FILE.version"
""".replace("COMMIT", COMMIT)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A service on a feature branch with a hostile name."""
    environment = isolated_environment(tmp_path / "home")
    remote, clone = tmp_path / "remote.git", tmp_path / "clone"
    git = ["git", "-C", str(clone)]
    for folder in (clone / ".github" / "workflows", clone / "services"):
        folder.mkdir(parents=True)
    (clone / ".github" / "workflows" / "helmforge.yaml").write_text(WORKFLOW, encoding="utf-8")
    (clone / "helmforge.yaml").write_text(
        "registry: registry.example.com/shop\n"
        "environments: {qa: {cluster: {context: dev}, namespace: shop-qa, deploy: on-release}}\n",
        encoding="utf-8",
    )
    commit = [["add", "."], ["commit", "--quiet", "--message", "Change"]]
    scaffold = [["helmforge", "scaffold", "payment", "--context", "shop"]]
    for argv in (
        ["git", "init", "--quiet", "--bare", "--initial-branch=main", str(remote)],
        [*git, "init", "--quiet", "--initial-branch=main"],
        *[[*git, *words] for words in commit],
        [*git, "remote", "add", "origin", str(remote)],
        [*git, "push", "--quiet", "origin", "main"],
        [*git, "switch", "--quiet", "--create", BRANCH],
        *scaffold,
        *[[*git, *words] for words in commit],
    ):
        subprocess.run(argv, env=environment, cwd=clone, check=True, capture_output=True)
    return clone


@pytest.mark.e2e
def test_a_workflow_plans_and_lints_with_it(tmp_path: Path, action: Path, repository: Path) -> None:
    done = _act(tmp_path, action, repository)

    assert done.returncode == 0, done.stdout[-5000:]
    assert "stands in for actions/setup-python 3.13" in done.stdout
    found = json.loads((tmp_path / "result.outputs").read_text(encoding="utf-8"))
    found = {name: value for name, value in found.items() if value}
    assert json.loads(found.pop("matrix")) == {"include": [{"service": "payment", "flow": "feature"}]}
    assert found.pop("helmforge-version") == __version__
    assert found == {"services": '["payment"]', "affected": "true", "flow": "feature", "promotions": "[]"}
    assert (tmp_path / "result.version").read_text(encoding="utf-8") == f"helmforge {__version__}\n"
    assert done.stdout.count("Successfully installed helmforge") == 1, "the second use takes the first one's"
    assert [*tmp_path.rglob("canary")] == []


def _act(tmp_path: Path, action: Path, repository: Path) -> subprocess.CompletedProcess[str]:
    (setup_python,) = re.findall(
        r"actions/setup-python@\w+", (action / "action.yml").read_text(encoding="utf-8")
    )
    local = {f"example/helmforge@{COMMIT}": action, setup_python: _setup_python(tmp_path / "setup-python")}
    environment = {
        **isolated_environment(tmp_path / "home"),
        "PATH": path_with(require_tool("helm4")),
        "PIP_CACHE_DIR": str(cache_folder() / "pip"),
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
    }
    return subprocess.run(
        [
            str(require_tool("act")), "push", "--platform=ubuntu-latest=-self-hosted",
            f"--env=RESULT={tmp_path / 'result'}",
            *[f"--local-repository={name}={folder}" for name, folder in local.items()],
        ],
        cwd=repository,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=300,
    )  # fmt: skip


def _setup_python(folder: Path) -> Path:
    """A stand-in: the real one downloads a Python from GitHub."""
    folder.mkdir()
    lines = [
        "name: stand-in",
        "description: says that it was called",
        "inputs: {python-version: {description: a version}}",
        "runs:",
        "  using: composite",
        "  steps:",
        "    - shell: bash",
        '      env: {VERSION: "${{ inputs.python-version }}"}',
        '      run: echo "this stands in for actions/setup-python $VERSION"',
    ]
    (folder / "action.yml").write_text("\n".join(lines), encoding="utf-8")
    return folder


def test_each_result_of_a_run_or_a_plan_is_an_output() -> None:
    page = (ROOT / "docs" / "ci-output.md").read_text(encoding="utf-8")
    results = re.findall(
        r"`(\w+)`", "".join(re.findall(r"^\| (`.*?) \|", _section(page, "Results"), re.MULTILINE))
    )
    outputs = re.findall(r"^  (\w+):$", _section_of_action("outputs"), re.MULTILINE)

    assert results
    assert set(results) <= set(outputs)


@pytest.mark.integration
def test_the_linters_find_nothing_in_the_action() -> None:
    schema = "vendor.github-actions"
    _finds_nothing("zizmor", "--offline", "--no-progress", "--persona=pedantic", "action.yml", cwd=ROOT)
    _finds_nothing("check-jsonschema", f"--builtin-schema={schema}", "action.yml", cwd=ROOT)


@pytest.mark.integration
def test_actionlint_knows_the_inputs_and_outputs(repository: Path, action: Path) -> None:
    """With the action inside the repository, so that actionlint can read it."""
    action.rename(repository / "action")
    workflow = repository / ".github" / "workflows" / "helmforge.yaml"
    local = workflow.read_text(encoding="utf-8").replace(f"example/helmforge@{COMMIT}", "./action")
    workflow.write_text(local, encoding="utf-8")
    _finds_nothing("actionlint", "-no-color", cwd=repository)

    workflow.write_text(local.replace("outputs.matrix", "outputs.matrixes"), encoding="utf-8")
    with pytest.raises(AssertionError, match="matrixes"):
        _finds_nothing("actionlint", "-no-color", cwd=repository)


def _finds_nothing(program: str, *words: str, cwd: Path) -> None:
    argv = [str(require_tool(program)), *words]
    done = subprocess.run(argv, cwd=cwd, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr


def _section(page: str, title: str) -> str:
    return page.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def _section_of_action(key: str) -> str:
    text = (ROOT / "action.yml").read_text(encoding="utf-8")
    return text.partition(f"\n{key}:\n")[2].partition("\n\n")[0]
