"""worker, stateful and daemon on the real API server, under Pod Security `restricted`.

kwok plays the pods: they are ready at once. Nobody provisions volumes, so the tests bring them.
"""

from __future__ import annotations

import json
import os
import secrets
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from tests.charts.helm import DIGEST, OTHER_DIGEST, scaffold
from tests.charts.types import answers, overlaid, variants
from tests.support.cluster import OTHER_CLUSTER, kubectl
from tests.support.live_release import LiveRelease
from tests.support.tools import require_tool

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(OTHER_CLUSTER in os.environ, reason="needs pods that become ready without an image"),
]
NAME = "notification"
OLD, NEW = ({"image": {"tag": "", "digest": digest}} for digest in (DIGEST, OTHER_DIGEST))
OLD_IMAGE, NEW_IMAGE = (f"myrepo.cr.io/{NAME}@{digest}" for digest in (DIGEST, OTHER_DIGEST))
RESTRICTED = "pod-security.kubernetes.io/enforce=restricted"
# What a bare cluster has not: custom resources, load balancers, classes of priority and of storage.
PLAIN: dict[str, Any] = {
    "route": {"enabled": False},
    "serviceMonitor": {"enabled": False},
    "podMonitor": {"enabled": False},
    "secrets": {"external": None, "csi": None},
    "service": {"type": "NodePort", "nodePort": 0},
    "priorityClassName": "",
    "persistence": {"storageClass": ""},
    # kwok's pods are ready so soon that the DaemonSet controller may miss the moment from which it counts.
    "rollout": {"minReadySeconds": 0},
}
KINDS = {"worker": "Deployment", "stateful": "StatefulSet", "daemon": "DaemonSet"}


@dataclass(frozen=True)
class Cluster:
    kubeconfig: Path
    namespace: str

    def volume(self, claim: str, access_mode: str) -> None:
        """A volume that only this claim can bind."""
        spec = {
            "capacity": {"storage": "10Gi"},
            "accessModes": [access_mode],
            "hostPath": {"path": "/nowhere"},
            "claimRef": {"namespace": self.namespace, "name": claim},
        }
        metadata = {"name": f"{self.namespace}-{claim}", "labels": {"test": self.namespace}}
        document = {"apiVersion": "v1", "kind": "PersistentVolume", "metadata": metadata, "spec": spec}
        kubectl(self.kubeconfig, "apply", "-f-", stdin=json.dumps(document))

    def listed(self, kinds: str) -> list[Any]:
        text = kubectl(self.kubeconfig, f"--namespace={self.namespace}", "get", kinds, "-o", "json")
        items: list[Any] = json.loads(text)["items"]
        return items

    def images(self) -> dict[str, str]:
        return {pod["metadata"]["name"]: pod["spec"]["containers"][0]["image"] for pod in self.listed("pods")}

    def uids(self) -> dict[str, str]:
        return {pod["metadata"]["name"]: pod["metadata"]["uid"] for pod in self.listed("pods")}


@pytest.fixture
def cluster(control_plane: Path) -> Iterator[Cluster]:
    name = f"t-{secrets.token_hex(4)}"
    kubectl(control_plane, "create", "namespace", name)
    kubectl(control_plane, "label", "namespace", name, RESTRICTED)
    yield Cluster(control_plane, name)
    kubectl(control_plane, "delete", "namespace", name, "--wait=false")
    kubectl(control_plane, "delete", "persistentvolumes", f"--selector=test={name}", "--wait=false")


@pytest.fixture(params=["helm3", "helm4"])
def release(request: pytest.FixtureRequest, cluster: Cluster, tmp_path: Path) -> Callable[[str], LiveRelease]:
    def of(type_name: str) -> LiveRelease:
        chart = scaffold(answers(type_name), tmp_path / "service")
        helm = require_tool(request.param)
        return LiveRelease(helm, cluster.kubeconfig, chart, cluster.namespace, tmp_path)

    return of


@pytest.mark.parametrize("variant", ["defaults", "everything"])
@pytest.mark.parametrize("type_name", KINDS)
def test_it_installs_and_takes_a_new_image(
    release: Callable[[str], LiveRelease], cluster: Cluster, type_name: str, variant: str
) -> None:
    values = _plain(type_name, variant)
    _bring_volumes(cluster, type_name, variant)
    running = release(type_name)

    running.upgrade(overlaid(values, OLD))
    _until(lambda: set(cluster.images().values()) == {OLD_IMAGE})
    [workload] = cluster.listed(KINDS[type_name])
    assert len(cluster.images()) == _wanted(cluster, workload) > 0
    assert {claim["status"]["phase"] for claim in cluster.listed("persistentvolumeclaims")} <= {"Bound"}

    whole = {"rollout": {"partition": 0}} if type_name == "stateful" else {}
    running.upgrade(overlaid(values, NEW | whole))
    _until(lambda: set(cluster.images().values()) == {NEW_IMAGE})
    assert len(cluster.images()) == _wanted(cluster, workload)


def test_a_stateful_canary_goes_by_partition(release: Callable[[str], LiveRelease], cluster: Cluster) -> None:
    _bring_claims(cluster, 3)
    running = release("stateful")
    stable: dict[str, Any] = OLD | {"replicas": 3}
    canary: dict[str, Any] = NEW | {"replicas": 3, "rollout": {"partition": 2}}
    all_old = dict.fromkeys((f"{NAME}-{number}" for number in range(3)), OLD_IMAGE)

    running.upgrade(stable)
    before = cluster.uids()
    running.upgrade(canary)
    _until(lambda: cluster.images() == all_old | {f"{NAME}-2": NEW_IMAGE})
    assert {name for name, uid in cluster.uids().items() if uid != before[name]} == {f"{NAME}-2"}

    running.upgrade(stable)
    _until(lambda: cluster.images() == all_old)
    running.upgrade(canary)
    running.upgrade(NEW | {"replicas": 3})
    _until(lambda: cluster.images() == dict.fromkeys(all_old, NEW_IMAGE))
    claims = {claim["metadata"]["name"] for claim in cluster.listed("persistentvolumeclaims")}
    assert claims == {f"data-{NAME}-{number}" for number in range(3)}


def test_what_is_settled_changes_only_under_a_new_stateful_set(
    release: Callable[[str], LiveRelease], cluster: Cluster
) -> None:
    _bring_claims(cluster, 1)
    running = release("stateful")
    running.upgrade(OLD)
    running.upgrade(OLD | {"persistence": {"size": "1024Mi"}})
    before = cluster.uids()

    for key, changed in SETTLED.items():
        said = running.refused(OLD | changed)
        assert f"{key}: settled" in said
        assert f"kubectl delete statefulset {NAME} --cascade=orphan" in said

    orphan = ("delete", "statefulset", NAME, "--cascade=orphan")
    kubectl(cluster.kubeconfig, f"--namespace={cluster.namespace}", *orphan)
    running.upgrade(OLD | SETTLED["persistence.size"])
    assert cluster.uids() == before
    [stateful_set] = cluster.listed("statefulsets")
    [claim] = stateful_set["spec"]["volumeClaimTemplates"]
    assert claim["spec"]["resources"]["requests"]["storage"] == "2Gi"


SETTLED: Mapping[str, dict[str, Any]] = {
    "persistence.size": {"persistence": {"size": "2Gi"}},
    "persistence.storageClass": {"persistence": {"storageClass": "fast"}},
    "persistence.accessModes": {"persistence": {"accessModes": ["ReadWriteMany"]}},
    "persistence.annotations": {"persistence": {"annotations": {"example.com/backup": "daily"}}},
    "persistence.enabled": {"persistence": {"enabled": False}},
    "rollout.podManagementPolicy": {"rollout": {"podManagementPolicy": "Parallel"}},
}


def _plain(type_name: str, variant: str) -> dict[str, Any]:
    values = variants(type_name)[variant]
    if variant == "defaults":
        return values
    plain = overlaid(values, {key: value for key, value in PLAIN.items() if key in values})
    return plain | {"ports": {"grpc": {"port": 9090}}}


def _bring_volumes(cluster: Cluster, type_name: str, variant: str) -> None:
    if type_name == "stateful":
        everything = variant == "everything"
        _bring_claims(cluster, 3 if everything else 1, "ReadWriteOncePod" if everything else "ReadWriteOnce")
    elif (type_name, variant) == ("worker", "everything"):
        cluster.volume(NAME, "ReadWriteMany")


def _bring_claims(cluster: Cluster, replicas: int, access_mode: str = "ReadWriteOnce") -> None:
    for number in range(replicas):
        cluster.volume(f"data-{NAME}-{number}", access_mode)


def _wanted(cluster: Cluster, workload: Any) -> int:
    """How many pods there should be: those of a DaemonSet are as many as there are nodes."""
    if workload["kind"] == "DaemonSet":
        return len(cluster.listed("nodes"))
    replicas: int = workload["spec"]["replicas"]
    return replicas


def _until(condition: Callable[[], bool], *, seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "not within the deadline"
        time.sleep(0.1)
