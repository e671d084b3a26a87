"""`lint` and `render` as a user types them, with a real Helm."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from helmforge.domain.findings_rules import RULES
from tests.support.charted import CHART, VALUES, charted
from tests.support.commands import Ran, run_helmforge
from tests.support.tools import require_tool

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.repositories import Monorepo

pytestmark = pytest.mark.integration

BAD = {"values-prod.yaml": "replicaz: 3\nmode: 1\n"}
LEVELS = {"none", "note", "warning", "error"}


def _run(repository: Monorepo, *arguments: str, folder: str = ".", helm: str = "") -> Ran:
    program = helm or str(require_tool("helm4"))
    return run_helmforge(
        repository.root / folder, repository.environment | {"HELMFORGE_HELM": program}, *arguments
    )


def test_nothing_to_say_is_exit_code_0(tmp_path: Path) -> None:
    assert _run(charted(tmp_path), "lint") == Ran(0, "no findings (1 service, 2 environments)\n", "")


def test_the_text_is_grouped_by_file(tmp_path: Path) -> None:
    ran = _run(charted(tmp_path, BAD), "lint", "shop", folder="services")
    assert (ran.code, ran.err) == (1, "")
    assert ran.out == (
        f"{CHART}/values-prod.yaml\n"
        "  1:1     error   replicaz: the chart does not know the key 'replicaz'; did you mean 'replicas'?"
        " (prod) [values/unknown-key]\n"
        "                  do: correct the key, or delete it\n"
        '  2:1     error   mode: expected one of "fast", "slow", "never", got 1 (prod) [values/schema]\n'
        "                  do: correct the value\n"
        "2 findings in 1 file (1 service, 2 environments)\n"
    )


def test_a_broken_configuration_is_exit_code_2(tmp_path: Path) -> None:
    repository = charted(tmp_path, BAD)
    repository.write({"services/shop/service.yaml": "contxt: store\n"})
    ran = _run(repository, "lint", "-o", "json")
    assert (ran.code, ran.document["exitCode"]) == (2, 2)
    assert "did you mean 'context'?" in ran.document["findings"][0]["reason"]


def test_the_json_says_everything(tmp_path: Path) -> None:
    repository = charted(tmp_path, {"values-prod.yaml": "mode: never\n"})
    ran = _run(repository, "lint", "-o", "json")
    assert ran.code == 1
    assert ran.document == {
        "v": 1,
        "exitCode": 1,
        "services": ["shop"],
        "environments": ["qa", "prod"],
        "withoutChart": [],
        "findings": [
            {
                "rule": "template/render",
                "severity": "error",
                "file": f"{CHART}/templates/deployment.yaml",
                "line": 1,
                "column": 37,
                "key": "mode",
                "service": "shop",
                "environments": ["prod"],
                "reason": "mode: never is not supported",
                "remedy": f"change mode, which {CHART}/values-prod.yaml:1:1 sets, or mend the template",
                "related": {"file": f"{CHART}/values-prod.yaml", "line": 1, "column": 1},
            }
        ],
    }


def test_sarif_is_what_its_readers_need(tmp_path: Path) -> None:
    """The members that SARIF 2.1.0 requires, and those without which GitHub shows nothing at a line."""
    awkward = {"values-prod.yaml": "mode: never\n", "templates/ä b.yaml": "{{ if }}\n"}
    for changes in (BAD, awkward):
        repository = charted(tmp_path / str(len(changes)), changes)
        ran = _run(repository, "lint", "-o", "sarif")
        assert ran.code == 1
        assert ran.document["version"] == "2.1.0"
        (run,) = ran.document["runs"]
        rules = run["tool"]["driver"]["rules"]
        assert run["tool"]["driver"]["name"] == "helmforge"
        assert [rule["id"] for rule in rules] == list(RULES)
        assert all(rule["help"]["text"] and rule["shortDescription"]["text"] for rule in rules)
        assert run["results"]
        for result in run["results"]:
            _require_result(result, rules, repository.root)


def _require_result(result: dict[str, Any], rules: list[dict[str, Any]], root: Path) -> None:
    assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
    assert result["level"] in LEVELS
    assert result["message"]["text"]
    assert all(isinstance(value, str) for value in result["partialFingerprints"].values())
    for location in (*result["locations"], *result.get("relatedLocations", ())):
        artifact = location["physicalLocation"]["artifactLocation"]
        assert artifact["uriBaseId"] == "%SRCROOT%"
        assert not artifact["uri"].startswith(("/", "file:"))
        assert artifact["uri"].isascii()
        assert " " not in artifact["uri"]
        assert (root / artifact["uri"].replace("%20", " ").replace("%C3%A4", "ä")).is_file()
        region = location["physicalLocation"]["region"]
        assert region["startLine"] >= 1
        assert region.get("startColumn", 1) >= 1


def test_text_from_files_cannot_drive_the_terminal(tmp_path: Path) -> None:
    hostile = {"values-prod.yaml": 'replicas: "\\u202ereversed"\n'}
    ran = _run(charted(tmp_path, hostile), "lint")
    assert ran.code == 1
    assert 'got "\\x202ereversed"' in ran.out


def test_render_prints_manifests_and_nothing_else(tmp_path: Path) -> None:
    ran = _run(charted(tmp_path), "render", "shop", "--env", "prod", folder="services/shop")
    assert ran.code == 0
    assert ran.out.startswith("---\n# Source: shop/templates/deployment.yaml\n")
    assert "  name: shop\n  namespace: store-prod\n" in ran.out
    assert "  replicas: 3\n" in ran.out
    assert "image: myrepo.cr.io/prod/shop:0\n" in ran.out
    assert "helm.sh/hook" not in ran.out
    assert "note: release shop in namespace store-prod\n" in ran.err
    assert "not known before a release: its tag and digest" in ran.err
    assert "left out, an upgrade does not apply them: templates/hook.yaml" in ran.err


def test_render_as_json_is_a_list_for_kubectl(tmp_path: Path) -> None:
    ran = _run(charted(tmp_path), "render", "shop", "--env", "qa", "-o", "json")
    assert (ran.document["kind"], ran.document["apiVersion"]) == ("List", "v1")
    (deployment,) = ran.document["items"]
    assert deployment["spec"]["replicas"] == 1
    assert deployment["metadata"]["namespace"] == "store-qa"


def test_render_shows_one_template(tmp_path: Path) -> None:
    repository = charted(tmp_path)
    ran = _run(repository, "render", "shop", "--env", "qa", "--show-only", "templates/hook.yaml")
    assert ran.code == 0
    assert "helm.sh/hook: test" in ran.out
    assert "Deployment" not in ran.out
    wrong = _run(repository, "render", "shop", "--env", "qa", "--show-only", "templates/hooks.yaml")
    assert (wrong.code, wrong.out) == (2, "")
    assert "did you mean 'templates/hook.yaml'?" in wrong.err


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("shpo", "--env", "qa"), 2, "did you mean 'shop'?"),
        (("shop", "--env", "prd"), 2, "did you mean 'prod'?"),
        (("new", "--env", "qa"), 2, "helmforge scaffold new"),
    ],
)
def test_render_names_what_is_missing(
    tmp_path: Path, arguments: tuple[str, ...], code: int, said: str
) -> None:
    repository = charted(tmp_path)
    repository.write({"services/new/service.yaml": ""})
    ran = _run(repository, "render", *arguments)
    assert (ran.code, ran.out) == (code, "")
    assert said in ran.err


BROKEN = {
    "a schema": ({"values.yaml": f"{VALUES}moode: 1\n"}, f"{CHART}/values.yaml:7:1: moode: "),
    "a guard": (
        {"values-prod.yaml": "mode: never\n"},
        f"{CHART}/templates/deployment.yaml:1:37: mode: never",
    ),
    "a template": ({"templates/x.yaml": "\n{{ .Values.a.b.c }}\n"}, f"{CHART}/templates/x.yaml:2:"),
    "no YAML": ({"values-prod.yaml": "a: [\n"}, f"{CHART}/values-prod.yaml:2: "),
    "a conflict": ({"values.yaml": f"<<<<<<< ours\n{VALUES}"}, f"{CHART}/values.yaml:1:1: an unresolved"),
}


@pytest.mark.parametrize("helm", ["helm3", "helm4"])
@pytest.mark.parametrize(("changes", "said"), BROKEN.values(), ids=BROKEN)
def test_what_does_not_render_names_file_and_line(
    tmp_path: Path, changes: dict[str, str], said: str, helm: str
) -> None:
    program = str(require_tool(helm))
    ran = _run(charted(tmp_path, changes), "render", "shop", "--env", "prod", helm=program)
    assert (ran.code, ran.out) == (1, "")
    assert f"why: {said}" in ran.err
    assert "the chart of shop does not render for prod" in ran.err


def test_kubectl_reads_what_is_rendered(tmp_path: Path) -> None:
    kubectl = require_tool("kubectl")
    for output in ("yaml", "json"):
        ran = _run(charted(tmp_path / output), "render", "shop", "--env", "qa", "-o", output)
        read = subprocess.run(
            [str(kubectl), "label", "--local", "-o", "name", "-f", "-", "tried=yes"],
            input=ran.out,
            env={"PATH": os.defpath, "HOME": str(tmp_path), "KUBECONFIG": os.devnull},
            capture_output=True,
            text=True,
            check=False,
        )
        assert (read.stdout, read.stderr) == ("deployment.apps/shop\n", "")
