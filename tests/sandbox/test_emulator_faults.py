from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from helmforge.errors import StepError, UnreachableError
from helmforge.sandbox.emulator.client import set_fault
from helmforge.sandbox.ports import free_port
from tests.support.emulated import Api, emulated_api

if TYPE_CHECKING:
    from collections.abc import Iterator

    from helmforge.sandbox.emulator.client import Fault

MERGE = "application/merge-patch+json"


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    with emulated_api(tmp_path_factory.mktemp("emulator")) as server:
        yield Api(server)


@pytest.fixture
def namespace(api: Api) -> str:
    return api.namespace()


def _template(image: str = "x:1", **spec: Any) -> Any:
    containers = [{"name": "app", "image": image}]
    return {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": containers, **spec}}


def _create(api: Api, namespace: str, kind: str, **spec: Any) -> str:
    """The URL of a new workload `web`."""
    group = "batch" if kind == "jobs" else "apps"
    url = f"/apis/{group}/v1/namespaces/{namespace}/{kind}"
    selector = {} if kind == "jobs" else {"selector": {"matchLabels": {"app": "web"}}}
    body = {"metadata": {"name": "web"}, "spec": {"template": _template(), **selector, **spec}}
    status, answer = api.ask("POST", url, body)
    assert status == 201, answer
    return f"{url}/web"


def _pods(api: Api, namespace: str) -> Any:
    return api.ask("GET", f"/api/v1/namespaces/{namespace}/pods")[1]["items"]


def _log(api: Api, namespace: str, query: str = "") -> tuple[int, str]:
    (pod,) = _pods(api, namespace)
    return api.text("GET", f"/api/v1/namespaces/{namespace}/pods/{pod['metadata']['name']}/log?{query}")


@pytest.mark.parametrize(
    ("fault", "phase", "reason", "event"),
    [
        ("image-pull", "Pending", "ImagePullBackOff", "Failed to pull image"),
        ("crash-loop", "Running", "CrashLoopBackOff", "Back-off restarting failed container"),
        ("never-ready", "Running", "", "Readiness probe failed"),
    ],
)
@pytest.mark.parametrize("kind", ["deployments", "statefulsets", "daemonsets"])
def test_faults(
    api: Api, namespace: str, kind: str, fault: Fault, phase: str, reason: str, event: str
) -> None:
    set_fault(api.server, namespace=namespace, name="web", fault=fault)
    url = _create(api, namespace, kind)

    events = f"/api/v1/namespaces/{namespace}/events?fieldSelector=type%3DWarning"
    told = api.until(events, lambda answer: event in str(answer["items"]))
    (pod,) = _pods(api, namespace)
    (container,) = pod["status"]["containerStatuses"]
    assert pod["status"]["phase"] == phase
    assert container["state"].get("waiting", {}).get("reason", "") == reason
    assert not container["ready"]
    assert "emulated" in str(told) or fault == "crash-loop"

    set_fault(api.server, namespace=namespace, name="web", fault=None)
    ready = {"daemonsets": "numberReady"}.get(kind, "readyReplicas")
    api.until(url, lambda answer: answer["status"].get(ready) == 1)


def test_revisions_that_were_ready_stay_healthy(api: Api, namespace: str) -> None:
    url = _create(api, namespace, "deployments", replicas=2)
    api.until(url, lambda answer: answer.get("status", {}).get("readyReplicas") == 2)
    set_fault(api.server, namespace=namespace, name="web", fault="crash-loop")

    api.ask("PATCH", url, {"spec": {"replicas": 4}}, media=MERGE)

    api.until(url, lambda answer: answer["status"].get("readyReplicas") == 4)
    api.ask("PATCH", url, {"spec": {"template": _template("x:2")}}, media=MERGE)
    api.until(url, lambda answer: answer["status"].get("updatedReplicas", 0) in (1, 2))
    status = api.until(url, lambda answer: answer["status"].get("unavailableReplicas", 0) > 0)["status"]
    assert status["readyReplicas"] >= 3  # maxUnavailable 25 % of 4


def test_a_job_fails_for_good(api: Api, namespace: str) -> None:
    set_fault(api.server, namespace=namespace, name="web", fault="crash-loop")
    url = _create(api, namespace, "jobs", backoffLimit=1, template=_template(restartPolicy="Never"))

    job = api.until(url, lambda answer: "conditions" in answer.get("status", {}))

    assert [item["type"] for item in job["status"]["conditions"]] == ["FailureTarget", "Failed"]
    assert job["status"]["conditions"][1]["reason"] == "BackoffLimitExceeded"
    assert job["status"]["failed"] == 2
    assert {pod["status"]["phase"] for pod in _pods(api, namespace)} == {"Failed"}


def test_a_stuck_pod_blocks_the_rollback_of_a_stateful_set(api: Api, namespace: str) -> None:
    url = _create(api, namespace, "statefulsets", replicas=2)
    api.until(url, lambda answer: answer.get("status", {}).get("readyReplicas") == 2)
    set_fault(api.server, namespace=namespace, name="web", fault="never-ready")
    api.ask("PATCH", url, {"spec": {"template": _template("x:2")}}, media=MERGE)
    api.until(url, lambda answer: answer["status"].get("updatedReplicas") == 1)

    _, back = api.ask("PATCH", url, {"spec": {"template": _template("x:1")}}, media=MERGE)

    generation = back["metadata"]["generation"]
    status = api.until(url, lambda answer: answer["status"]["observedGeneration"] == generation)["status"]
    assert status["readyReplicas"] == 1
    api.ask("DELETE", f"/api/v1/namespaces/{namespace}/pods/web-1")
    api.until(url, lambda answer: answer["status"].get("readyReplicas") == 2)


def test_logs_say_that_nothing_runs(api: Api, namespace: str) -> None:
    url = _create(api, namespace, "deployments")
    api.until(url, lambda answer: answer.get("status", {}).get("readyReplicas") == 1)

    status, text = _log(api, namespace)

    assert status == 200
    assert text.startswith("emulated: no container runs here")
    assert _log(api, namespace, "container=other")[0] == 400
    assert _log(api, namespace, "previous=true")[0] == 400


@pytest.mark.parametrize(
    ("fault", "status", "text"),
    [
        ("crash-loop", 200, "emulated fault crash-loop: container app ended with exit code 1"),
        ("image-pull", 400, "is waiting to start: trying and failing to pull image"),
    ],
)
def test_logs_of_faults(api: Api, namespace: str, fault: Fault, status: int, text: str) -> None:
    set_fault(api.server, namespace=namespace, name="web", fault=fault)
    _create(api, namespace, "deployments")
    pods = f"/api/v1/namespaces/{namespace}/pods"
    api.until(pods, lambda answer: "waiting" in str(answer))

    assert _log(api, namespace, "container=app")[0] == status
    assert text in _log(api, namespace)[1]


@pytest.mark.parametrize(
    "order",
    [
        [],
        {"namespace": "a", "name": "b"},
        {"namespace": "a", "name": "b", "fault": "fire"},
        {"namespace": 1, "name": "b", "fault": None},
        {"namespace": "a", "name": "b", "fault": None, "more": 1},
    ],
)
def test_bad_orders(api: Api, order: Any) -> None:
    assert api.refused("POST", "/emulator/faults", order)[0] == 400


def test_errors_of_the_client(api: Api) -> None:
    with pytest.raises(StepError, match="unknown fault 'fire'"):
        set_fault(api.server, namespace="a", name="b", fault="fire")  # type: ignore[arg-type] # on purpose
    with pytest.raises(UnreachableError):
        set_fault(f"http://127.0.0.1:{free_port()}", namespace="a", name="b", fault=None)
