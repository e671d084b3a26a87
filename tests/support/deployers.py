"""A namespace that the chart of the type `namespace` made, and a deployer who has what its Role gives."""

from __future__ import annotations

import json
import os
import subprocess
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.support.cluster import kubectl
from tests.support.tools import require_tool

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_SECONDS = 120
_DEADLINE_SECONDS = 30.0
_ACCOUNT = "pipeline"


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Administrator:
    """Has all rights. The names of all namespaces begin with `prefix`."""

    helm: Path
    kubeconfig: Path
    chart: Path
    prefix: str
    folder: Path

    @property
    def home(self) -> str:
        """Where the releases of namespaces are kept, and the deployer's account lives."""
        return f"{self.prefix}-releases"

    def apply(self, namespace: str, values: Mapping[str, object] | None = None, *options: str) -> Ran:
        """`helm upgrade --install` of the release `namespace`; the deployer's account is a subject."""
        deployer: Any = {"serviceAccounts": [{"name": _ACCOUNT, "namespace": self.home}]}
        given: dict[str, Any] = {"namespace": namespace, **(values or {})}
        given["deployer"] = deployer | given.get("deployer", {})
        upgrade = ("upgrade", "--install", namespace, str(self.chart), f"--namespace={self.home}")
        return self.run_helm(*upgrade, "--create-namespace", "--values=-", *options, stdin=json.dumps(given))

    def run_helm(self, *arguments: str, stdin: str = "") -> Ran:
        return run_helm(self.helm, self.kubeconfig, self.folder, *arguments, stdin=stdin)

    def kubectl(self, *arguments: str, stdin: str = "") -> str:
        return kubectl(self.kubeconfig, *arguments, stdin=stdin)

    def object(self, kind: str, name: str, namespace: str) -> Any:
        return json.loads(self.kubectl("get", kind, name, f"--namespace={namespace}", "--output=json"))

    def names(self, kinds: str, namespace: str) -> set[str]:
        """Of what the chart of the namespace made, as kubectl writes them: `role.rbac…/deployer`."""
        made_by = f"app.kubernetes.io/instance={namespace}"
        listed = self.kubectl(
            "get", kinds, f"--namespace={namespace}", f"--selector={made_by}", "--output=name"
        )
        return set(listed.split())

    def deployer(self, namespace: str) -> Deployer:
        """With a token of the account, once the API server knows what it may."""
        document = json.loads(self.kubectl("config", "view", "--raw", "--output=json"))
        account = f"serviceaccount/{_ACCOUNT}"
        if account not in self.kubectl("get", "serviceaccounts", f"--namespace={self.home}", "--output=name"):
            self.kubectl("create", "serviceaccount", _ACCOUNT, f"--namespace={self.home}")
        token = self.kubectl("create", "token", _ACCOUNT, f"--namespace={self.home}").strip()
        document["users"] = [{"name": user["name"], "user": {"token": token}} for user in document["users"]]
        config = self.folder / "deployer.kubeconfig"
        config.touch(mode=0o600)
        config.write_text(json.dumps(document), encoding="utf-8")
        deployer = Deployer(self.helm, config, namespace, self.folder)
        deployer.wait_until("get", "leases", allowed=True)
        return deployer

    def forbid(self, deployer: Deployer, verb: str, resource: str) -> None:
        """Take one right out of the deployer's Role."""
        role = self.object("role", "deployer", deployer.namespace)
        for rule in role["rules"]:
            if resource in rule["resources"] and verb in rule["verbs"]:
                rule["resources"].remove(resource)
                others = [one for one in rule["verbs"] if one != verb]
                role["rules"].append({**rule, "resources": [resource], "verbs": others})
                break
        role["rules"] = [rule for rule in role["rules"] if rule["resources"] and rule["verbs"]]
        self.kubectl("replace", "--filename=-", stdin=json.dumps(role))
        deployer.wait_until(verb, resource, allowed=False)


@dataclass(frozen=True)
class Deployer:
    """Knows nothing but a token."""

    helm: Path
    kubeconfig: Path
    namespace: str
    folder: Path

    def may(self, verb: str, resource: str, *options: str) -> bool:
        """As the API server's authorizer decides; in the namespace unless the options say otherwise."""
        argv = ("auth", "can-i", verb, resource, *(options or (f"--namespace={self.namespace}",)))
        done = self._kubectl(*argv)
        assert done.out.strip() in {"yes", "no"}, done.err
        return done.out.strip() == "yes"

    def wait_until(self, verb: str, resource: str, *, allowed: bool) -> None:
        """The authorizer learns of a change a moment after it."""
        deadline = time.monotonic() + _DEADLINE_SECONDS
        while self.may(verb, resource) is not allowed:
            assert time.monotonic() < deadline, f"{verb} {resource} is not {allowed}"
            time.sleep(0.1)

    def kubectl(self, *arguments: str, stdin: str = "") -> Ran:
        return self._kubectl(*arguments, f"--namespace={self.namespace}", stdin=stdin)

    def upgrade(self, chart: Path, values: Mapping[str, object], *options: str) -> Ran:
        where = (str(chart), f"--namespace={self.namespace}", "--wait", "--values=-")
        upgrade = ("upgrade", "--install", "notification", *where, *(options or ("--timeout=60s",)))
        return self.run_helm(*upgrade, stdin=json.dumps(values))

    def run_helm(self, *arguments: str, stdin: str = "") -> Ran:
        return run_helm(self.helm, self.kubeconfig, self.folder, *arguments, stdin=stdin)

    def _kubectl(self, *arguments: str, stdin: str = "") -> Ran:
        argv = [str(require_tool("kubectl")), f"--kubeconfig={self.kubeconfig}", *arguments]
        return _run(argv, {"HOME": str(self.folder), "PATH": os.defpath}, stdin)


def run_helm(helm: Path, kubeconfig: Path, folder: Path, *arguments: str, stdin: str = "") -> Ran:
    environment = {"HOME": str(folder), "PATH": os.defpath, "KUBECONFIG": str(kubeconfig)}
    return _run([str(helm), *arguments], environment, stdin)


def _run(argv: list[str], environment: dict[str, str], stdin: str) -> Ran:
    done = subprocess.run(
        argv, input=stdin, env=environment, capture_output=True, text=True, check=False, timeout=_SECONDS
    )
    return Ran(done.returncode, done.stdout, done.stderr)
