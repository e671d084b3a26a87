"""Jenkinsfiles as `helmforge pipeline generate jenkins` writes them, and builds of them."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

from tests.support.commands import run_helmforge
from tests.support.jenkins import Scenario
from tests.support.repositories import Monorepo

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

SETTINGS = """\
registry: registry.example.com
environments:
  qa: {cluster: {context: dev}, namespace: qa, deploy: on-release}
  staging: {cluster: {context: prod}, namespace: staging, deploy: on-approval}
  prod: {cluster: {context: prod}, namespace: prod, deploy: on-approval}
"""
SHOWN = "helmforge pipeline plan"
PLAN = "helmforge pipeline plan -o json"
RUN = (
    'helmforge pipeline run --service "$HELMFORGE_SERVICE"'
    ' --junit "$WORKSPACE_TMP/results/$HELMFORGE_SERVICE.xml"'
)
BRIEF = (
    'helmforge release brief "$HELMFORGE_SERVICE" "$HELMFORGE_VERSION" --env "$HELMFORGE_ENVIRONMENT"'
    ' -o html > "$WORKSPACE_TMP/results/brief-$HELMFORGE_ENVIRONMENT.html"'
)
PROMOTE = 'helmforge release promote "$HELMFORGE_SERVICE" "$HELMFORGE_VERSION" --env "$HELMFORGE_ENVIRONMENT"'
CHECK = "helmforge pipeline generate jenkins --check"
KEYS = ("HELMFORGE_SERVICE", "HELMFORGE_VERSION", "HELMFORGE_ENVIRONMENT", "GIT_COMMIT", "GIT_COMMITTER_NAME")

# What script-security allows every Pipeline (its generic-whitelist), of what the file calls.
ALLOWED = {
    "groovy.json.JsonSlurper parseText",
    "groovy.json.internal.LazyMap get",
    "java.lang.Integer next",
    "java.lang.String plus",
    "java.lang.String startsWith",
    "java.util.ArrayList join",
    "java.util.ArrayList size",
    "java.util.LinkedHashMap get",
    "new groovy.json.JsonSlurper",
    "static org.codehaus.groovy.runtime.ScriptBytecodeAdapter compareEqual",
    "static org.codehaus.groovy.runtime.ScriptBytecodeAdapter compareLessThan",
    "static org.codehaus.groovy.runtime.ScriptBytecodeAdapter isCase",
}


def generated(folder: Path, settings: str = SETTINGS) -> Path:
    """The file, in a repository of its own."""
    return generate(Monorepo(folder).root, settings)


def generate(root: Path, settings: str) -> Path:
    """The file from these settings, over what may be there already."""
    (root / "helmforge.yaml").write_text(settings, encoding="utf-8")
    ran = run_helmforge(root, dict(os.environ), "pipeline", "generate", "jenkins")
    assert ran.code == 0, ran.err
    return root / "Jenkinsfile"


def build(
    file: Path,
    branch: str,
    flow: str,
    services: Sequence[str],
    *,
    env: Mapping[str, str] | None = None,
    failing: str = "",
    promotions: Sequence[str] = ("staging", "prod"),
    **more: Any,
) -> Scenario:
    """A build in which helmforge says what it would for `flow`, and nothing is run. `failing` is the start of
    a script that ends with exit code 1, `promotions` where a release may go.
    """
    plan = {"flow": flow, "version": "v1.2.0" if flow == "release" else "", "services": list(services)}
    plan["promotions"] = list(promotions) if flow == "release" else []
    told: list[dict[str, Any]] = [{"script": failing, "code": 1}] if failing else []
    told += [{"script": PLAN, "out": json.dumps(plan)}, {"script": ""}]
    return Scenario(str(file), {"BRANCH_NAME": branch} | dict(env or {}), answers=told, keys=KEYS, **more)
