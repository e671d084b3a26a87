"""A chart that the real Helm installs and upgrades on an API server, and the pods that come of it."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.support.cluster import kubectl

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_SECONDS = 120


@dataclass(frozen=True)
class Pod:
    uid: str
    name: str
    image: str

    @property
    def deployment(self) -> str:
        return deployment_of(self.name)


@dataclass(frozen=True)
class LiveRelease:
    """The release `notification` of `chart` in a namespace that exists."""

    helm: Path
    kubeconfig: Path
    chart: Path
    namespace: str
    home: Path

    def upgrade(self, values: Mapping[str, object], *options: str) -> None:
        """`helm upgrade --install --wait`, unless the options say otherwise."""
        done = self._upgrade(values, options or ("--wait", "--timeout=60s"))
        assert done.returncode == 0, done.stderr

    def refused(self, values: Mapping[str, object]) -> str:
        """What Helm says when it refuses; it has changed nothing then, and not even made a revision."""
        before = self.revision()
        done = self._upgrade(values, ())
        assert done.returncode != 0, done.stdout
        assert self.revision() == before
        return done.stderr

    def objection(self, values: Mapping[str, object]) -> str:
        """Why the chart would refuse these values now; "" when it would not."""
        done = self._upgrade(values, ("--dry-run=server",))
        return done.stderr if done.returncode else ""

    def revision(self) -> int:
        """0: it is not installed."""
        owned = f"--selector=owner=helm,name={self._name}"
        return len(json.loads(self.kubectl("get", "secrets", owned, "-o", "json"))["items"])

    def pods(self) -> frozenset[Pod]:
        """Those that are not about to end."""
        listed = json.loads(self.kubectl("get", "pods", "-o", "json"))["items"]
        return frozenset(_pod(item) for item in listed if "deletionTimestamp" not in item["metadata"])

    def data(self, config_map: str) -> Any:
        return json.loads(self.kubectl("get", "configmap", config_map, "-o", "json"))["data"]

    def kubectl(self, *arguments: str) -> str:
        return kubectl(self.kubeconfig, f"--namespace={self.namespace}", *arguments)

    @property
    def _name(self) -> str:
        return "notification"

    def _upgrade(
        self, values: Mapping[str, object], options: tuple[str, ...]
    ) -> subprocess.CompletedProcess[str]:
        upgrade = ("upgrade", "--install", self._name, str(self.chart), f"--namespace={self.namespace}")
        environment = {"HOME": str(self.home), "PATH": os.defpath, "KUBECONFIG": str(self.kubeconfig)}
        return subprocess.run(
            [str(self.helm), *upgrade, "--values=-", *options],
            input=json.dumps(values),
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=_SECONDS,
        )


def deployment_of(pod: str) -> str:
    """Pods are named <Deployment>-<hash of the template>-<random>."""
    return pod.rsplit("-", 2)[0]


def _pod(item: Any) -> Pod:
    return Pod(item["metadata"]["uid"], item["metadata"]["name"], item["spec"]["containers"][0]["image"])
