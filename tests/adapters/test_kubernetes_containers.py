"""What runs in a namespace, and whose it is, from objects as an API server lists them."""

from __future__ import annotations

from typing import Any

from helmforge.adapters.kubernetes.containers import containers_of

RELEASE = {"meta.helm.sh/release-name": "shop"}
PINNED = f"r.example/shop:1.0.0@sha256:{'1' * 64}"


def thing(kind: str, name: str, owner: dict[str, Any] | None = None, **metadata: Any) -> dict[str, Any]:
    found: dict[str, Any] = {"kind": kind, "metadata": {"name": name, "uid": f"{kind}-{name}", **metadata}}
    if owner:
        reference = {"kind": owner["kind"], "name": owner["metadata"]["name"], "controller": True}
        found["metadata"]["ownerReferences"] = [reference | {"uid": owner["metadata"]["uid"]}]
    return found


def pod(
    name: str, owner: dict[str, Any] | None = None, phase: str = "Running", **metadata: Any
) -> dict[str, Any]:
    status = {"name": "app", "imageID": f"docker-pullable://{PINNED}", "state": {"running": {}}}
    spec = {"containers": [{"name": "app", "image": PINNED}]}
    return thing("Pod", name, owner, **metadata) | {
        "spec": spec,
        "status": {"phase": phase, "containerStatuses": [status]},
    }


def test_a_pod_belongs_to_the_release_of_its_topmost_owner() -> None:
    deployment = thing("Deployment", "web", annotations=RELEASE)
    replicas = thing("ReplicaSet", "web-old", deployment)
    cron = thing("CronJob", "nightly", annotations=RELEASE)
    job = thing("Job", "nightly-1", cron)
    found = list(
        containers_of([deployment, replicas, cron, job, pod("a", replicas), pod("b", job), pod("c")])
    )
    assert [(one.pod, one.owner, one.release) for one in found] == [
        ("a", "ReplicaSet/web-old", "shop"),
        ("b", "Job/nightly-1", "shop"),
        ("c", "", ""),
    ]
    assert all(one.running and one.image_id.endswith("1" * 64) for one in found)


def test_a_pod_with_the_label_belongs_to_the_release_whoever_made_it() -> None:
    (found,) = containers_of([pod("stray", labels={"app.kubernetes.io/instance": "shop"})])
    assert (found.release, found.instance, found.belongs_to("shop"), found.belongs_to("other")) == (
        *("", "shop"),
        *(True, False),
    )
    assert "which no controller made" in found.title


def test_pods_that_ended_do_not_run_and_those_on_their_way_out_do() -> None:
    leaving = pod("leaving", deletionTimestamp="2026-11-21T00:00:00Z")
    listed = [pod("done", phase="Succeeded"), pod("failed", phase="Failed"), leaving]
    assert [one.pod for one in containers_of(listed)] == ["leaving"]


def test_containers_of_every_kind_count_also_those_without_a_status() -> None:
    item = pod("a")
    item["spec"]["initContainers"] = [{"name": "init", "image": "r.example/init:1"}]
    item["spec"]["ephemeralContainers"] = [{"name": "debug", "image": "busybox"}]
    item["status"]["ephemeralContainerStatuses"] = [
        {"name": "debug", "imageID": "x", "state": {"running": {}}}
    ]
    found = {one.name: (one.image, one.image_id, one.running) for one in containers_of([item])}
    assert found["init"] == ("r.example/init:1", "", False)
    assert found["debug"] == ("busybox", "x", True)
    assert found["app"][2]


def test_owners_that_own_each_other_come_to_an_end() -> None:
    one = thing("ReplicaSet", "one")
    other = thing("ReplicaSet", "other", one)
    one["metadata"]["ownerReferences"] = [
        {"kind": "ReplicaSet", "uid": "ReplicaSet-other", "controller": True}
    ]
    (found,) = containers_of([one, other, pod("a", other)])
    assert found.release == ""
