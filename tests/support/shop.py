"""A team's world for tests of whole commands: monorepo, registry, cluster, and commands of helmforge."""

from __future__ import annotations

import http.client
import json
import shutil
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.support.commands import run_helmforge
from tests.support.repositories import Monorepo
from tests.support.tools import path_with, require_tool

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.commands import Ran
    from tests.support.repositories import Clone

DEVELOPER, APPROVER = "dev@example.com", "ada@example.com"
_TEST = "[sh, -c, 'test -s index.html']"

_DOCKERFILE = """\
FROM scratch
COPY busybox /bin/busybox
COPY index.html /www/index.html
USER 10001
EXPOSE 8080
CMD ["/bin/busybox", "httpd", "-f", "-p", "8080", "-h", "/www"]
"""


@dataclass(frozen=True)
class Place:
    """Where the shop's services run. `context` is the bounded context: its namespaces are the test's own."""

    kubeconfig: Path
    helm: Path
    context: str

    @property
    def qa(self) -> str:
        return f"{self.context}-qa"

    @property
    def prod(self) -> str:
        return f"{self.context}-prod"


class Shop:
    """Services `notification` and `orders`, their charts scaffolded, everything on the trunk."""

    def __init__(self, folder: Path, registry: str, place: Place) -> None:
        self.folder = folder
        self.registry = registry
        self.place = place
        self.repo = Monorepo(folder, {"helmforge.yaml": _settings(registry)})
        self.repo.git("config", "user.email", DEVELOPER)
        for name in ("notification", "orders"):
            self._add_service(name)
        self.repo.commit("services")
        self.repo.push("main")

    def run(self, *arguments: str, email: str = "", at: Clone | None = None, **environment: str) -> Ran:
        """`helmforge ARGUMENTS` in the clone; `email` is the Git identity."""
        clone = at or self.repo
        return run_helmforge(clone.root, self.environment(email) | environment, *arguments)

    def good(self, *arguments: str, email: str = "", at: Clone | None = None, **environment: str) -> Ran:
        """The same, and it must succeed."""
        ran = self.run(*arguments, email=email, at=at, **environment)
        assert ran.code == 0, f"helmforge {' '.join(arguments)}: {ran.code}\n{ran.out}\n{ran.err}"
        return ran

    def environment(self, email: str = "") -> dict[str, str]:
        person = {"GIT_COMMITTER_NAME": "Someone", "GIT_COMMITTER_EMAIL": email} if email else {}
        ours = {
            "PATH": path_with(self.place.helm, require_tool("kubectl")),
            "KUBECONFIG": str(self.place.kubeconfig),
            "HELMFORGE_HELM": str(self.place.helm),
        }
        return {**self.repo.environment, **ours, **person}

    def change(self, path: str, text: str) -> str:
        """A commit on the trunk, pushed."""
        self.repo.checkout("main")
        self.repo.write({path: text})
        commit = self.repo.commit(f"change {path}")
        self.repo.push("main")
        return commit

    def cut(self, version: str, service: str = "notification") -> None:
        """The release branch, created and checked out."""
        self.good("release", "cut", service, version)
        self.repo.git("fetch", "--quiet")
        self.repo.checkout(f"release/{service}/{version}")

    def release(self, version: str, service: str = "notification") -> Ran:
        """Cut and brought to QA."""
        self.cut(version, service)
        return self.good("pipeline", "run", "-o", "json")

    def approve(self, version: str, service: str = "notification") -> Ran:
        return self.good("release", "approve", service, version, "--env", "prod", email=APPROVER)

    def helm(self, *arguments: str) -> Any:
        """What Helm prints with `-o json`."""
        return json.loads(self.run_helm(*arguments, "-o", "json"))

    def run_helm(self, *arguments: str) -> str:
        argv = [str(self.place.helm), *arguments]
        return subprocess.run(argv, env=self.environment(), capture_output=True, text=True, check=True).stdout

    def kubectl(self, *arguments: str, stdin: str = "") -> str:
        argv = [str(require_tool("kubectl")), *arguments]
        done = subprocess.run(
            argv, env=self.environment(), input=stdin, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def digest(self, repository: str, tag: str) -> str:
        """Of the manifest in the registry; "" when there is none."""
        accept = ", ".join(
            f"application/vnd.{kind}+json"
            for kind in (
                "oci.image.index.v1",
                "oci.image.manifest.v1",
                "docker.distribution.manifest.list.v2",
                "docker.distribution.manifest.v2",
            )
        )
        connection = http.client.HTTPConnection(self.registry, timeout=30)
        try:
            connection.request("HEAD", f"/v2/{repository}/manifests/{tag}", headers={"Accept": accept})
            answer = connection.getresponse()
            return (
                answer.getheader("Docker-Content-Digest", "") if answer.status == http.HTTPStatus.OK else ""
            )
        finally:
            connection.close()

    def delete_manifest(self, repository: str, digest: str) -> None:
        connection = http.client.HTTPConnection(self.registry, timeout=30)
        connection.request("DELETE", f"/v2/{repository}/manifests/{digest}")
        answer = connection.getresponse()
        assert answer.status == http.HTTPStatus.ACCEPTED, answer.status
        connection.close()

    def _add_service(self, name: str) -> None:
        folder = f"services/{name}"
        self.repo.write(
            {
                f"{folder}/Dockerfile": _DOCKERFILE,
                f"{folder}/index.html": f"{name}\n",
                f"{folder}/service.yaml": f"context: {self.place.context}\ntest: {_TEST}\n",
            }
        )
        shutil.copy(require_tool("busybox"), self.repo.root / folder / "busybox")
        self.good("scaffold", name)


def _settings(registry: str) -> str:
    return f"""\
registry: {registry}
services: ["services/*"]
environments:
  qa:
    cluster: {{context: dev}}
    namespace: "{{context}}-qa"
    deploy: on-release
    timeout: 60s
  prod:
    cluster: {{context: prod}}
    namespace: "{{context}}-prod"
    deploy: on-approval
    imageNamespace: prod
    prereleases: false
    timeout: 60s
    approvals: {{required: 1, from: [{APPROVER}, {DEVELOPER}], notAuthor: true, expires: 14d}}
"""
