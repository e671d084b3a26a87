"""`helmforge services` as a user types it, and what `pipeline plan` makes of the same facts."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING

import pytest

from tests.support.commands import run_helmforge
from tests.support.repositories import Monorepo

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.commands import Ran
    from tests.support.repositories import Clone

CONFIG = """\
registry: myrepo.cr.io
affected: {ignore: ["**/*.md"]}
environments:
  qa: {cluster: {context: dev}, deploy: on-release}
"""
FILES = {
    "helmforge.yaml": CONFIG,
    "libs/mail/smtp.go": "1",
    "services/base/service.yaml": "build: {context: ../..}\n",
    "services/base/Dockerfile": "FROM scratch\n\n\nCOPY libs/mail /mail\n",
    "services/shop/service.yaml": "context: sales\n",
    "services/shop/Dockerfile": "FROM myrepo.cr.io/base:1\nCOPY . .\n",
    "services/shop/README.md": "1",
    "services/cart/service.yaml": "",
}

pytestmark = pytest.mark.integration


@pytest.fixture
def repository(tmp_path: Path) -> Monorepo:
    made = Monorepo(tmp_path, FILES)
    made.branch("feature/x")
    return made


def _run(clone: Clone, *arguments: str, **environment: str) -> Ran:
    return run_helmforge(clone.root, clone.environment | environment, *arguments)


def _good(clone: Clone, *arguments: str, **environment: str) -> str:
    ran = _run(clone, *arguments, **environment)
    assert ran.code == 0, ran.err
    return ran.out


def test_all_services(repository: Monorepo) -> None:
    assert _good(repository, "services") == "base\ncart\nshop\n"
    document = json.loads(_good(repository, "services", "-o", "json"))
    assert [one["folder"] for one in document["services"]] == [
        "services/base",
        "services/cart",
        "services/shop",
    ]
    assert _run(repository, "services", "--since", "main").err == "no service is affected\n"


def test_the_chain_from_the_file_to_the_service(repository: Monorepo) -> None:
    repository.write({"libs/mail/smtp.go": "2"})
    repository.commit()
    assert _good(repository, "services", "--why") == (
        "base\n"
        "  libs/mail/smtp.go\n"
        "  -> dockerfile services/base/Dockerfile  (COPY libs/mail (services/base/Dockerfile:4))\n"
        "  -> service base  (build)\n"
        "shop\n"
        "  libs/mail/smtp.go\n"
        "  -> dockerfile services/base/Dockerfile  (COPY libs/mail (services/base/Dockerfile:4))\n"
        "  -> service base  (build)\n"
        "  -> dockerfile services/shop/Dockerfile  (FROM base (services/shop/Dockerfile:1))\n"
        "  -> service shop  (build)\n"
    )
    reason = json.loads(_good(repository, "services", "--since", "main", "-o", "json"))["reasons"][1]
    assert (reason["service"], reason["via"]) == ("shop", "FROM the service base")
    assert [link["kind"] for link in reason["chain"]] == ["dockerfile", "service", "dockerfile", "service"]
    assert "  shop: libs/mail/smtp.go (FROM the service base)\n" in _good(repository, "pipeline", "plan")


def test_what_is_copied_is_not_ignored(repository: Monorepo) -> None:
    repository.write({"services/shop/README.md": "2", "services/cart/README.md": "2"})
    repository.commit()
    assert _good(repository, "services", "--since", "main") == "shop\n"
    repository.write({"services/shop/.dockerignore": "*.md\n"})
    repository.commit()
    repository.push("main")
    repository.write({"services/shop/README.md": "3"})
    repository.commit()
    assert _good(repository, "services", "--since", "main") == ""


def test_drawings_of_hostile_names(repository: Monorepo) -> None:
    odd = 'libs/"]<b>&x'
    repository.write({f"{odd}/f": "1", "services/cart/service.yaml": f"dependsOn: ['{odd}', libs/mail]\n"})
    repository.commit()
    drawn = _good(repository, "services", "--since", "main", "--graph", "mermaid")
    assert drawn.startswith("flowchart LR\n")
    assert "<b>" not in drawn
    assert '-->|"FROM base"|' in drawn
    assert " affected\n" in drawn
    picture = ET.fromstring(_good(repository, "services", "--graph", "svg"))
    assert odd in {element.text for element in picture.iter()}


def test_a_shallow_clone_is_refused_or_deepened(repository: Monorepo) -> None:
    repository.write({"services/cart/x": "1"})
    repository.commit()
    repository.push("feature/x")
    shallow = repository.clone("shallow", "--branch", "feature/x", shallow=1)
    refused = _run(shallow, "pipeline", "plan")
    assert refused.code == 2
    assert "--deepen" in refused.err
    document = json.loads(_good(shallow, "pipeline", "plan", "--deepen", "-o", "json"))
    assert document["services"] == ["cart"]


def test_releases_without_a_service(repository: Monorepo) -> None:
    repository.git("rm", "-r", "--quiet", "services/cart")
    repository.write({"services/shop/service.yaml": "name: store\ncontext: sales\n"})
    repository.write({"services/base/service.yaml": "context: core\nbuild: {context: ../..}\n"})
    repository.commit()
    found = json.loads(_good(repository, "pipeline", "plan", "-o", "json"))["orphaned"]
    assert {(one["service"], one["namespace"], one["why"]) for one in found} == {
        ("base", "default-qa", "it moves to the namespace core-qa"),
        ("cart", "default-qa", "the service is deleted"),
        ("shop", "sales-qa", "the service is now called store"),
    }
    text = _good(repository, "pipeline", "plan")
    assert "orphaned:\n" in text
    assert "helm uninstall cart --kube-context dev --namespace default-qa\n" in text


@pytest.mark.parametrize(
    ("before", "why"),
    [
        ("0" * 40, "the branch is new"),
        ("1" * 40, "is not in this clone"),
        ("", "the commit before this push is not known"),
    ],
)
def test_without_a_commit_to_compare_with_all_services_are_affected(
    repository: Monorepo, before: str, why: str
) -> None:
    ci = {"JENKINS_URL": "x", "BRANCH_NAME": "main", "GIT_PREVIOUS_COMMIT": before}
    document = json.loads(_good(repository, "pipeline", "plan", "-o", "json", **ci))
    assert document["services"] == ["base", "cart", "shop"]
    assert why in document["reasons"][0]["via"]


def test_after_a_forced_push_the_trees_are_compared(repository: Monorepo) -> None:
    repository.write({"services/cart/x": "1"})
    dropped = repository.commit()
    repository.git("reset", "--quiet", "--hard", "main")
    ci = {"JENKINS_URL": "x", "BRANCH_NAME": "main", "GIT_PREVIOUS_COMMIT": dropped}
    document = json.loads(_good(repository, "pipeline", "plan", "-o", "json", **ci))
    assert document["services"] == ["cart"]


def test_names_that_are_not_utf_8(repository: Monorepo) -> None:
    name = str(repository.root / "services/cart").encode() + b"/latin-\xe9"
    with open(name, "wb") as file:  # noqa: PTH123 - a name of bytes
        file.write(b"x")
    repository.commit()
    assert "services/cart/latin-\\xdce9" in _good(repository, "services", "--why")
    assert json.loads(_good(repository, "services", "--why", "-o", "json"))["services"][0]["name"] == "cart"
