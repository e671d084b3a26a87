"""kubectl against a cluster: conflicts, selectors, patches, watches, namespaces, Leases, workloads."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from tests.contract.cluster import poll

if TYPE_CHECKING:
    from tests.contract.cluster import Cluster

RACERS = 8


def _manifest(api_version: str, kind: str, name: str, **sections: Any) -> str:
    metadata = {"name": name, **sections.pop("metadata", {})}
    return json.dumps({"apiVersion": api_version, "kind": kind, "metadata": metadata, **sections})


def _lease(holder: str, **metadata: str) -> str:
    spec = {"holderIdentity": holder, "leaseDurationSeconds": 60}
    return _manifest("coordination.k8s.io/v1", "Lease", "helmforge", metadata=metadata, spec=spec)


def _workload(kind: str, name: str = "app", image: str = "registry.invalid/app:1", **spec: Any) -> str:
    labels = {"app": name}
    ports = [{"name": "http", "containerPort": 8080}]
    pod = {"containers": [{"name": "app", "image": image, "ports": ports}]}
    template = {"metadata": {"labels": labels}, "spec": pod}
    return _manifest(
        "apps/v1", kind, name, spec={"selector": {"matchLabels": labels}, "template": template, **spec}
    )


def test_one_of_many_creates_a_lease(cluster: Cluster, namespace: str) -> None:
    def race(number: int) -> str:
        done = cluster.run(
            "kubectl", "create", f"--namespace={namespace}", "-f-", stdin=_lease(f"racer-{number}")
        )
        return done.stderr

    with ThreadPoolExecutor(RACERS) as pool:
        said = list(pool.map(race, range(RACERS)))

    lost = 'leases.coordination.k8s.io "helmforge" already exists'
    assert sum(lost in text for text in said) == RACERS - 1
    assert said.count("") == 1
    held = cluster.get(namespace, "lease/helmforge")["spec"]["holderIdentity"]
    assert held == f"racer-{said.index('')}"


def test_one_of_many_takes_a_lease_over(cluster: Cluster, namespace: str) -> None:
    here = f"--namespace={namespace}"
    cluster.kubectl("create", here, "-f-", stdin=_lease("first"))
    version = cluster.get(namespace, "lease/helmforge")["metadata"]["resourceVersion"]

    def race(number: int) -> str:
        taken = _lease(f"racer-{number}", resourceVersion=version)
        return cluster.run("kubectl", "replace", here, "-f-", stdin=taken).stderr

    with ThreadPoolExecutor(RACERS) as pool:
        said = list(pool.map(race, range(RACERS)))

    assert sum("the object has been modified" in text and "Conflict" in text for text in said) == RACERS - 1
    assert said.count("") == 1


def test_texts_of_refusals(cluster: Cluster, namespace: str) -> None:
    here = f"--namespace={namespace}"
    absent = 'Error from server (NotFound): deployments.apps "none" not found'
    assert absent in cluster.refused("kubectl", "get", "deployment/none", here)
    assert absent in cluster.refused("kubectl", "delete", "deployment/none", here)
    no_home = 'Error from server (NotFound): error when creating "STDIN": namespaces "none" not found'
    lost = _manifest("v1", "ConfigMap", "a")
    assert no_home in cluster.refused("kubectl", "create", "--namespace=none", "-f-", stdin=lost)
    mismatch = _workload("Deployment", selector={"matchLabels": {"app": "other"}})
    said = cluster.refused("kubectl", "create", here, "-f-", stdin=mismatch)
    assert "`selector` does not match template `labels`" in said
    wrong = _manifest("v1", "ConfigMap", "Wrong_Name")
    said = cluster.refused("kubectl", "create", here, "-f-", stdin=wrong)
    assert 'The ConfigMap "Wrong_Name" is invalid: metadata.name: Invalid value: "Wrong_Name"' in said
    said = cluster.refused("kubectl", "get", "configmaps", here, "--field-selector=data.x=1")
    assert "Error from server (BadRequest)" in said


@pytest.mark.parametrize(
    ("selector", "found"),
    [
        ("tier=a", ["one"]),
        ("tier==a,size!=big", []),
        ("tier!=a", ["three", "two"]),
        ("tier in (a, b),size", ["one"]),
        ("tier notin (a)", ["three", "two"]),
        ("!tier", ["three"]),
        ("tier", ["one", "two"]),
    ],
)
def test_label_selectors(cluster: Cluster, namespace: str, selector: str, found: list[str]) -> None:
    labels = {"one": {"tier": "a", "size": "big"}, "two": {"tier": "b"}, "three": {}}
    objects = [
        _manifest("v1", "ConfigMap", name, metadata={"labels": {"t": "t", **own}})
        for name, own in labels.items()
    ]
    cluster.kubectl("create", f"--namespace={namespace}", "-f-", stdin="\n---\n".join(objects))

    assert sorted(cluster.names(namespace, "configmaps", f"--selector=t=t,{selector}")) == found


def test_field_selectors(cluster: Cluster, namespace: str) -> None:
    here = f"--namespace={namespace}"
    cluster.kubectl("create", here, "-f-", stdin=_workload("Deployment", replicas=1))
    cluster.kubectl("wait", "deployment/app", "--for=condition=Available", "--timeout=30s", here)
    (pod,) = cluster.names(namespace, "pods")

    assert cluster.names(namespace, "pods", "--field-selector=status.phase=Running") == [pod]
    assert cluster.names(namespace, "pods", "--field-selector=status.phase!=Running") == []
    assert cluster.names(namespace, "pods", f"--field-selector=metadata.name={pod}") == [pod]
    about = f"--field-selector=involvedObject.name={pod},reason=Scheduled"
    assert len(cluster.get(namespace, "events", about)["items"]) == 1


def test_apply_patch_and_delete(cluster: Cluster, namespace: str) -> None:
    here = f"--namespace={namespace}"
    first = _manifest("v1", "ConfigMap", "c", data={"a": "1", "b": "2"})
    assert "created" in cluster.kubectl("apply", here, "-f-", stdin=first)
    version = cluster.get(namespace, "configmap/c")["metadata"]["resourceVersion"]
    assert "unchanged" in cluster.kubectl("apply", here, "-f-", stdin=first)
    assert cluster.get(namespace, "configmap/c")["metadata"]["resourceVersion"] == version

    second = _manifest("v1", "ConfigMap", "c", data={"a": "3"})
    assert "configured" in cluster.kubectl("apply", here, "-f-", stdin=second)
    assert cluster.get(namespace, "configmap/c")["data"] == {"a": "3"}

    cluster.kubectl("patch", "configmap/c", here, "--type=merge", "-p", '{"data":{"a":null,"z":"9"}}')
    assert cluster.get(namespace, "configmap/c")["data"] == {"z": "9"}
    stale = json.dumps({"metadata": {"resourceVersion": version}, "data": {"y": "8"}})
    assert "Conflict" in cluster.refused("kubectl", "patch", "configmap/c", here, "--type=merge", "-p", stale)

    cluster.kubectl("delete", "configmap/c", here)
    assert cluster.names(namespace, "configmaps", "--field-selector=metadata.name=c") == []


def test_lists_merge_by_key(cluster: Cluster, namespace: str) -> None:
    here = f"--namespace={namespace}"
    cluster.kubectl("create", here, "-f-", stdin=_workload("Deployment"))
    side = {"name": "side", "image": "registry.invalid/side:1"}
    patch = {"spec": {"template": {"spec": {"containers": [side]}}}}

    cluster.kubectl("patch", "deployment/app", here, "-p", json.dumps(patch))
    cluster.kubectl("set", "image", "deployment/app", "app=registry.invalid/app:2", here)

    containers = cluster.get(namespace, "deployment/app")["spec"]["template"]["spec"]["containers"]
    images = {container["name"]: container["image"] for container in containers}
    assert images == {"app": "registry.invalid/app:2", "side": "registry.invalid/side:1"}


def test_server_side_apply(cluster: Cluster, namespace: str) -> None:
    apply = ("apply", "--server-side", "--field-manager=me", f"--namespace={namespace}", "-f-")
    env = [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}]
    container = {"name": "app", "image": "registry.invalid/app:1", "env": env}

    def template(*containers: Any) -> Any:
        return {"metadata": {"labels": {"app": "app"}}, "spec": {"containers": list(containers)}}

    cluster.kubectl(
        *apply, stdin=_workload("Deployment", template=template(container, {**container, "name": "old"}))
    )
    cluster.kubectl(*apply, stdin=_workload("Deployment", template=template({**container, "env": env[1:]})))

    (left,) = cluster.get(namespace, "deployment/app")["spec"]["template"]["spec"]["containers"]
    assert (left["name"], left["env"]) == ("app", env[1:])


def test_a_selector_is_applied_as_a_whole(cluster: Cluster, namespace: str) -> None:
    apply = ("apply", "--server-side", "--field-manager=me", f"--namespace={namespace}", "-f-")
    for selector in ({"app": "app", "channel": "stable"}, {"app": "app"}):
        spec = {"selector": selector, "ports": [{"port": 80}]}
        cluster.kubectl(*apply, stdin=_manifest("v1", "Service", "app", spec=spec))

    assert cluster.get(namespace, "service/app")["spec"]["selector"] == {"app": "app"}


def test_watch(cluster: Cluster, namespace: str) -> None:
    here = f"--namespace={namespace}"
    events = ("--watch", "--output-watch-events", "-o", "jsonpath={.type}{'\\n'}")
    watch = ("get", "configmaps", here, "--selector=watched", *events)
    watched = _manifest("v1", "ConfigMap", "w", metadata={"labels": {"watched": "y"}})
    with cluster.start("kubectl", *watch) as watcher:
        assert watcher.stdout is not None
        seen = []
        for step in (
            ("create", "-f-"),
            ("patch", "configmap/w", "-p", '{"data":{"a":"1"}}'),
            ("label", "configmap/w", "watched-"),
        ):
            cluster.kubectl(*step, here, stdin=watched)
            seen.append(watcher.stdout.readline().strip())
        watcher.terminate()

    assert seen == ["ADDED", "MODIFIED", "DELETED"]


def test_wait_for_deletion(cluster: Cluster, namespace: str) -> None:
    here = f"--namespace={namespace}"
    cluster.kubectl("create", here, "-f-", stdin=_workload("Deployment"))
    with cluster.start("kubectl", "wait", "deployment/app", "--for=delete", "--timeout=30s", here) as waiter:
        cluster.kubectl("delete", "deployment/app", here)
        assert waiter.wait() == 0
    poll(lambda: cluster.names(namespace, "pods,replicasets") == [], "the end of what it owned")


def test_finalizers_hold_an_object(cluster: Cluster, namespace: str) -> None:
    here = f"--namespace={namespace}"
    held = _manifest("v1", "ConfigMap", "c", metadata={"finalizers": ["example.com/hold"]})
    cluster.kubectl("create", here, "-f-", stdin=held)

    cluster.kubectl("delete", "configmap/c", here, "--wait=false")
    assert "deletionTimestamp" in cluster.get(namespace, "configmap/c")["metadata"]
    cluster.kubectl("patch", "configmap/c", here, "--type=merge", "-p", '{"metadata":{"finalizers":null}}')

    assert "NotFound" in cluster.refused("kubectl", "get", "configmap/c", here)


def test_namespaces(cluster: Cluster, namespace: str) -> None:
    here = f"--namespace={namespace}"
    cluster.kubectl("create", here, "-f-", stdin=_workload("Deployment"))
    assert cluster.get(namespace, f"namespace/{namespace}")["status"]["phase"] == "Active"
    poll(lambda: "default" in cluster.names(namespace, "serviceaccounts"), "the default service account")

    cluster.kubectl("delete", "namespace", namespace, "--timeout=60s")

    assert "NotFound" in cluster.refused("kubectl", "get", "namespace", namespace)
    cluster.kubectl("create", "namespace", namespace)
    assert cluster.names(namespace, "deployments,pods") == []


def test_the_identity_of_the_cluster_is_stable(cluster: Cluster) -> None:
    uid = ("get", "namespace/kube-system", "-o", "jsonpath={.metadata.uid}")
    assert cluster.kubectl(*uid) == cluster.kubectl(*uid) != ""


def test_a_stateful_set_rolls_in_order(cluster: Cluster, namespace: str) -> None:
    here = f"--namespace={namespace}"
    cluster.kubectl("create", here, "-f-", stdin=_workload("StatefulSet", serviceName="app", replicas=2))
    cluster.kubectl("rollout", "status", "statefulset/app", here, "--timeout=30s")
    assert sorted(cluster.names(namespace, "pods")) == ["app-0", "app-1"]

    cluster.kubectl("set", "image", "statefulset/app", "app=registry.invalid/app:2", here)
    cluster.kubectl("rollout", "status", "statefulset/app", here, "--timeout=60s")

    pods = cluster.get(namespace, "pods")["items"]
    assert {pod["spec"]["containers"][0]["image"] for pod in pods} == {"registry.invalid/app:2"}
    status = cluster.get(namespace, "statefulset/app")["status"]
    assert status["currentRevision"] == status["updateRevision"]
    said = cluster.refused("kubectl", "patch", "statefulset/app", here, "-p", '{"spec":{"serviceName":"x"}}')
    assert "updates to statefulset spec for fields other than 'replicas', 'ordinals'" in said


def test_a_daemon_set_rolls(cluster: Cluster, namespace: str) -> None:
    here = f"--namespace={namespace}"
    cluster.kubectl("create", here, "-f-", stdin=_workload("DaemonSet"))
    cluster.kubectl("rollout", "status", "daemonset/app", here, "--timeout=30s")

    cluster.kubectl("set", "image", "daemonset/app", "app=registry.invalid/app:2", here)
    cluster.kubectl("rollout", "status", "daemonset/app", here, "--timeout=60s")

    status = cluster.get(namespace, "daemonset/app")["status"]
    assert status["numberReady"] == status["desiredNumberScheduled"] == status["updatedNumberScheduled"]


def test_a_job_completes(cluster: Cluster, namespace: str) -> None:
    here = f"--namespace={namespace}"
    pod = {"restartPolicy": "Never", "containers": [{"name": "once", "image": "registry.invalid/once:1"}]}
    job = _manifest("batch/v1", "Job", "once", spec={"template": {"spec": pod}})
    cluster.kubectl("create", here, "-f-", stdin=job)

    cluster.kubectl("wait", "job/once", "--for=condition=Complete", "--timeout=30s", here)

    assert cluster.get(namespace, "job/once")["status"]["succeeded"] == 1
    (played,) = cluster.get(namespace, "pods", "--selector=job-name=once")["items"]
    assert played["status"]["phase"] == "Succeeded"


def test_a_service_finds_ready_pods(cluster: Cluster, namespace: str) -> None:
    here = f"--namespace={namespace}"
    cluster.kubectl("create", here, "-f-", stdin=_workload("Deployment", replicas=2))
    spec = {"selector": {"app": "app"}, "ports": [{"port": 80, "targetPort": "http"}]}
    cluster.kubectl("create", here, "-f-", stdin=_manifest("v1", "Service", "app", spec=spec))

    def targets() -> list[str]:
        slices = cluster.get(namespace, "endpointslices", "--selector=kubernetes.io/service-name=app")[
            "items"
        ]
        found = [endpoint for item in slices for endpoint in item["endpoints"] or ()]
        return sorted(endpoint["targetRef"]["name"] for endpoint in found if endpoint["conditions"]["ready"])

    poll(lambda: len(targets()) == 2, "two endpoints")
    assert targets() == sorted(cluster.names(namespace, "pods"))
    for pod in cluster.get(namespace, "pods")["items"]:
        assert f"{pod['status']['podIP']}:8080" in cluster.kubectl("describe", "service/app", here)


@pytest.mark.parametrize("kind", ["Deployment", "StatefulSet", "DaemonSet"])
def test_workloads_can_be_described(cluster: Cluster, namespace: str, kind: str) -> None:
    here = f"--namespace={namespace}"
    cluster.kubectl("create", here, "-f-", stdin=_workload(kind))
    poll(lambda: cluster.names(namespace, "pods") != [], "a pod")

    assert "registry.invalid/app:1" in cluster.kubectl("describe", f"{kind}/app", here)
    poll(
        lambda: "Successfully assigned" in cluster.kubectl("describe", "pods", here, "--show-events"), "event"
    )
    poll(lambda: "Running" in cluster.kubectl("get", "pods", here), "a table with a running pod")


def test_defaults_that_clients_read(cluster: Cluster, namespace: str) -> None:
    here = f"--namespace={namespace}"
    cluster.kubectl("create", here, "-f-", stdin=_workload("Deployment"))
    secret = _manifest("v1", "Secret", "s", stringData={"key": "value"})
    cluster.kubectl("create", here, "-f-", stdin=secret)

    spec = cluster.get(namespace, "deployment/app")["spec"]
    assert spec["replicas"] == 1
    assert spec["strategy"] == {
        "type": "RollingUpdate",
        "rollingUpdate": {"maxSurge": "25%", "maxUnavailable": "25%"},
    }
    stored = cluster.get(namespace, "secret/s")
    assert (stored["type"], stored["data"]) == ("Opaque", {"key": "dmFsdWU="})
