"""Jobs and CronJobs: what runs, what ends, and what may not be changed any more."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.contract.cluster import poll

if TYPE_CHECKING:
    from tests.contract.cluster import Cluster


def _spec(image: str = "registry.invalid/app:1", **spec: Any) -> dict[str, Any]:
    fate = {"name": "SANDBOX_ROLLOUT", "value": spec.pop("fate", "")}  # the sandbox reads it
    pod = {"restartPolicy": "Never", "containers": [{"name": "app", "image": image, "env": [fate]}]}
    return {"template": {"spec": pod}, **spec}


def _job(image: str = "registry.invalid/app:1", **spec: Any) -> str:
    document = {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "web"}}
    return json.dumps({**document, "spec": _spec(image, **spec)})


def _apply(cluster: Cluster, namespace: str, document: str) -> None:
    cluster.kubectl("apply", f"--namespace={namespace}", "-f-", stdin=document)


def _wait(cluster: Cluster, namespace: str, condition: str) -> Any:
    here = f"--namespace={namespace}"
    cluster.kubectl("wait", "job/web", f"--for=condition={condition}", here, "--timeout=30s")
    return cluster.get(namespace, "job/web")["status"]


def test_a_job_runs_as_many_pods_as_have_to_succeed(cluster: Cluster, namespace: str) -> None:
    _apply(cluster, namespace, _job(completions=3, parallelism=2))

    status = _wait(cluster, namespace, "Complete")

    assert status["succeeded"] == 3
    assert "completionTime" in status
    pods = cluster.get(namespace, "pods", "--selector=job-name=web")["items"]
    assert [pod["status"]["phase"] for pod in pods] == ["Succeeded"] * 3


def test_a_job_fails_after_its_retries(cluster: Cluster, namespace: str) -> None:
    cluster.break_rollout(namespace, "crash-loop")
    _apply(cluster, namespace, _job(fate="crash-loop", backoffLimit=0))

    status = _wait(cluster, namespace, "Failed")

    assert status["failed"] == 1
    [failed] = [one for one in status["conditions"] if one["type"] == "Failed"]
    assert failed["reason"] == "BackoffLimitExceeded"
    [pod] = cluster.get(namespace, "pods", "--selector=job-name=web")["items"]
    assert pod["status"]["phase"] == "Failed"


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"image": "registry.invalid/app:2"}, "spec.template"),
        ({"completions": 2}, "spec.completions"),
        ({"completionMode": "Indexed"}, "spec.completionMode"),
        ({"podFailurePolicy": {"rules": []}}, "spec.podFailurePolicy"),
    ],
)
def test_most_of_a_job_is_settled(
    cluster: Cluster, namespace: str, changed: dict[str, Any], field: str
) -> None:
    _apply(cluster, namespace, _job())
    _wait(cluster, namespace, "Complete")

    document = _job(**changed)
    said = cluster.refused("kubectl", "apply", f"--namespace={namespace}", "-f-", stdin=document)

    assert 'The Job "web" is invalid' in said
    assert f"{field}: Invalid value" in said
    assert "field is immutable" in said


def test_what_is_not_settled_runs_nothing_again(cluster: Cluster, namespace: str) -> None:
    _apply(cluster, namespace, _job())
    _wait(cluster, namespace, "Complete")

    _apply(cluster, namespace, _job(backoffLimit=1, parallelism=2, activeDeadlineSeconds=60))

    job = cluster.get(namespace, "job/web")
    assert (job["spec"]["backoffLimit"], job["status"]["succeeded"]) == (1, 1)
    assert len(cluster.names(namespace, "pods", "--selector=job-name=web")) == 1


def test_a_suspended_job_waits(cluster: Cluster, namespace: str) -> None:
    _apply(cluster, namespace, _job(suspend=True))
    assert cluster.names(namespace, "pods") == []

    patch = ("patch", "job/web", f"--namespace={namespace}", "-p", '{"spec":{"suspend":false}}')
    cluster.kubectl(*patch)

    assert _wait(cluster, namespace, "Complete")["succeeded"] == 1


def test_the_pods_of_a_job_go_with_it(cluster: Cluster, namespace: str) -> None:
    _apply(cluster, namespace, _job())
    _wait(cluster, namespace, "Complete")

    cluster.kubectl("delete", "job/web", f"--namespace={namespace}")

    poll(lambda: cluster.names(namespace, "pods") == [], "the end of its pods")


def test_a_cron_job_is_kept(cluster: Cluster, namespace: str) -> None:
    """Its time does not come in this test: 31 December. No test waits for that of an emulated one."""
    spec = {"schedule": "59 23 31 12 *", "jobTemplate": {"spec": _spec()}}
    document = {"apiVersion": "batch/v1", "kind": "CronJob", "metadata": {"name": "web"}}
    _apply(cluster, namespace, json.dumps({**document, "spec": spec}))

    _apply(cluster, namespace, json.dumps({**document, "spec": {**spec, "schedule": "58 23 31 12 *"}}))

    kept = cluster.get(namespace, "cronjob/web")["spec"]
    assert (kept["schedule"], kept["suspend"], kept["concurrencyPolicy"]) == ("58 23 31 12 *", False, "Allow")
    assert cluster.names(namespace, "jobs,pods") == []
