"""The image policy of a namespace, asked by the real API server."""

from __future__ import annotations

import json
import subprocess
import time
from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e.namespaces import administrator
from tests.support.tools import require_tool

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.deployers import Administrator

pytestmark = pytest.mark.e2e
_DEADLINE_SECONDS = 60.0
DIGEST = f"sha256:{'a' * 64}"
GOOD = f"r.example/prod/shop:1.0.0@{DIGEST}"
REPOSITORIES = ["r.example/prod", "localhost:5000"]
OPEN: dict[str, object] = {
    "podSecurity": {"enforce": {"level": "privileged"}},
    "quota": {"enabled": False},
    "limitRange": {"enabled": False},
}
POLICY: dict[str, object] = {"imagePolicy": {"enabled": True, "repositories": REPOSITORIES}}
REFUSAL = "images must come from r.example/prod or localhost:5000, pinned by digest, not: "


class Guarded:
    """A namespace with the policy, and one request after the other."""

    def __init__(self, admin: Administrator) -> None:
        self.admin = admin
        self.namespace = f"{admin.prefix}-prod"

    def ask(self, document: Any, *arguments: str) -> str:
        """What the API server says against it; "" when it admits it."""
        argv = [str(require_tool("kubectl")), *(arguments or ("create", "--dry-run=server"))]
        argv += [f"--kubeconfig={self.admin.kubeconfig}", f"--namespace={self.namespace}", "--filename=-"]
        done = subprocess.run(argv, input=json.dumps(document), capture_output=True, text=True, check=False)
        return done.stderr if done.returncode else ""

    def until_refused(self) -> None:
        """The API server learns of a new policy a little later."""
        deadline = time.monotonic() + _DEADLINE_SECONDS
        while not self.ask(pod("r.example/evil:1")):
            assert time.monotonic() < deadline, "the policy never comes into force"


@pytest.fixture(scope="module")
def guarded(control_plane: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    with administrator("helm4", control_plane, tmp_path_factory.mktemp("guarded")) as admin:
        found = Guarded(admin)
        ran = admin.apply(found.namespace, OPEN)
        assert ran.code == 0, ran.err
        for document in (pod("r.example/old:1", "old"), workload("ReplicaSet", "r.example/old:1", "old")):
            assert found.ask(document, "create") == ""
        ran = admin.apply(found.namespace, OPEN | POLICY)
        assert ran.code == 0, ran.err
        found.until_refused()
        yield found


def spec(image: str) -> dict[str, Any]:
    return {"containers": [{"name": "app", "image": image}]}


def pod(image: str, name: str = "new") -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": spec(image)}


def workload(kind: str, image: str, name: str = "new") -> dict[str, Any]:
    labels = {"app": name}
    template: dict[str, Any] = {"metadata": {"labels": labels}, "spec": spec(image)}
    found: dict[str, Any] = {"apiVersion": "apps/v1", "kind": kind, "metadata": {"name": name}}
    selector = {"matchLabels": labels}
    if kind == "PodTemplate":
        return found | {"apiVersion": "v1", "template": template}
    if kind == "ReplicationController":
        return found | {"apiVersion": "v1", "spec": {"replicas": 0, "selector": labels, "template": template}}
    if kind in ("Job", "CronJob"):
        template["spec"]["restartPolicy"] = "Never"
        job = {"template": template}
        cron = {"schedule": "0 0 1 1 *", "jobTemplate": {"spec": job}}
        return found | {"apiVersion": "batch/v1", "spec": job if kind == "Job" else cron}
    replicas = {} if kind == "DaemonSet" else {"replicas": 0}
    service = {"serviceName": name} if kind == "StatefulSet" else {}
    return found | {"spec": {"selector": selector, "template": template, **replicas, **service}}


@pytest.mark.parametrize(
    "image",
    [
        GOOD,
        f"r.example/prod@{DIGEST}",
        f"r.example/prod/a/b__c/d-e:v1@{DIGEST}",
        f"localhost:5000/shop@{DIGEST}",
    ],
)
def test_images_of_production_are_admitted(guarded: Guarded, image: str) -> None:
    assert guarded.ask(pod(image)) == ""


@pytest.mark.parametrize(
    "image",
    [
        "r.example/prod/shop:1.0.0",
        "r.example/prod/shop",
        f"r.example/shop:1.0.0@{DIGEST}",
        f"r.example/production/shop@{DIGEST}",
        f"r.example/prod-evil/shop@{DIGEST}",
        f"rxexample/prod/shop@{DIGEST}",
        f"evil.example/r.example/prod/shop@{DIGEST}",
        f"r.example.evil.example/prod/shop@{DIGEST}",
        f"r.example:443/prod/shop@{DIGEST}",
        f"r.example/prod/../evil@{DIGEST}",
        f"r.example/prod//evil@{DIGEST}",
        f"R.EXAMPLE/prod/shop@{DIGEST}",
        f"localhost:50001/shop@{DIGEST}",
        f"r.example/prod/shop@{DIGEST}0",
        f"r.example/prod/shop@{DIGEST[:-1]}",
        f"r.example/prod/shop@{DIGEST.upper()}",
        f"r.example/prod/shop@{DIGEST}@{DIGEST}",
        f"r.example/prod/shop@sha512:{'a' * 128}",
        f"evil.example/x:1#r.example/prod/shop@{DIGEST}",
        f"evil.example/x\nr.example/prod/shop@{DIGEST}",
        f"r.example/prod/shop@{DIGEST}\n",
        "' + 'x",
    ],
)
def test_every_other_image_is_refused(guarded: Guarded, image: str) -> None:
    assert guarded.ask(pod(image)) != ""
    deployment = guarded.ask(workload("Deployment", image))
    assert deployment != ""
    if image.isprintable():
        assert f"{REFUSAL}{image}" in deployment


@pytest.mark.parametrize("kind", ["initContainers", "ephemeralContainers"])
def test_one_bad_container_among_good_ones_is_refused(guarded: Guarded, kind: str) -> None:
    deployment = workload("Deployment", GOOD)
    inside = deployment["spec"]["template"]["spec"]
    inside["initContainers"] = [{"name": "init", "image": "busybox:1" if kind == "initContainers" else GOOD}]
    if kind == "ephemeralContainers":
        inside["containers"].append({"name": "side", "image": "busybox:1"})
    assert f"{REFUSAL}busybox:1" in guarded.ask(deployment)


@pytest.mark.parametrize(
    "kind",
    [
        *("Deployment", "ReplicaSet", "StatefulSet", "DaemonSet"),
        *("Job", "CronJob", "PodTemplate", "ReplicationController"),
    ],
)
def test_every_workload_is_judged(guarded: Guarded, kind: str) -> None:
    assert guarded.ask(workload(kind, GOOD)) == ""
    assert f"{REFUSAL}busybox:1" in guarded.ask(workload(kind, "busybox:1"))


def test_ephemeral_containers(guarded: Guarded) -> None:
    assert guarded.ask(pod(GOOD, "debugged"), "create") == ""
    for image, said in (("busybox:1", f"{REFUSAL}busybox:1"), (GOOD, "")):
        debugged = pod(GOOD, "debugged")
        debugged["spec"]["ephemeralContainers"] = [{"name": "debug", "image": image}]
        answer = guarded.ask(
            debugged,
            "replace",
            f"--raw=/api/v1/namespaces/{guarded.namespace}/pods/debugged/ephemeralcontainers",
        )
        assert said in answer
        assert bool(answer) == bool(said)


def test_what_was_there_before_may_still_change_but_not_its_images(guarded: Guarded) -> None:
    old = pod("r.example/old:1", "old")
    old["metadata"]["labels"] = {"still": "mine"}
    assert guarded.ask(old, "apply") == ""
    assert f"{REFUSAL}r.example/old:2" in guarded.ask(pod("r.example/old:2", "old"), "apply")
    replicas = workload("ReplicaSet", "r.example/old:1", "old")
    replicas["metadata"]["labels"] = {"still": "mine"}
    assert guarded.ask(replicas, "apply") == ""


def test_other_namespaces_are_not_asked(guarded: Guarded) -> None:
    other = f"{guarded.admin.prefix}-qa"
    ran = guarded.admin.apply(other, OPEN)
    assert ran.code == 0, ran.err
    document = pod("busybox:1")
    document["metadata"]["namespace"] = other
    argv = [str(require_tool("kubectl")), "create", "--dry-run=server", "--filename=-"]
    argv.append(f"--kubeconfig={guarded.admin.kubeconfig}")
    done = subprocess.run(argv, input=json.dumps(document), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
