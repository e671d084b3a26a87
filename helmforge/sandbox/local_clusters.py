"""kind and minikube, through their own command lines."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING

from helmforge.adapters.process import Runner
from helmforge.errors import MissingToolError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

_INSTALL = {
    "kind": "https://kind.sigs.k8s.io/docs/user/quick-start/",
    "minikube": "https://minikube.sigs.k8s.io/docs/start/",
}
_CREATE = {
    "kind": ["create", "cluster", "--wait", "120s", "--name"],
    "minikube": ["start", "--profile"],
}
_DELETE = {"kind": ["delete", "cluster", "--name"], "minikube": ["delete", "--profile"]}
_SECONDS = 600.0


def require_tool(tool: str, environment: Mapping[str, str]) -> None:
    if Runner(environment).find(tool) is None:
        raise MissingToolError(f"{tool} is not installed", hint=f"{_INSTALL[tool]}, or --cluster emulated")


def create(
    tool: str,
    kubeconfig: Path,
    environment: Mapping[str, str],
    log: Callable[[str], None],
    *,
    contexts: tuple[str, ...],
) -> None:
    """A cluster named after the sandbox's folder; `contexts` are added to the tool's own."""
    log(f"creating a {tool} cluster (this takes minutes) ...")
    runner = Runner(environment)
    runner.check(
        [tool, *_CREATE[tool], _name(kubeconfig.parent)],
        what=f"{tool} cannot create a cluster",
        env={"KUBECONFIG": str(kubeconfig)},
        timeout=_SECONDS,
        on_line=log,
    )
    config = ["kubectl", f"--kubeconfig={kubeconfig}", "config"]
    path = "jsonpath={.contexts[0].context.cluster} {.contexts[0].context.user}"
    read = runner.check([*config, "view", "--minify", "--output", path], what="the kubeconfig cannot be read")
    cluster, user = read.out.split()
    for name in contexts:
        argv = [*config, "set-context", name, f"--cluster={cluster}", f"--user={user}"]
        runner.check(argv, what="the kubeconfig cannot be written")


def delete(tool: str, folder: Path, environment: Mapping[str, str], log: Callable[[str], None]) -> None:
    """The cluster of the sandbox in `folder`; it is fine when there is none."""
    log(f"deleting the {tool} cluster ...")
    argv = [tool, *_DELETE[tool], _name(folder)]
    Runner(environment).check(argv, what=f"the {tool} cluster cannot be deleted", timeout=_SECONDS)


def _name(folder: Path) -> str:
    return f"helmforge-{hashlib.sha256(os.fsencode(folder)).hexdigest()[:8]}"
