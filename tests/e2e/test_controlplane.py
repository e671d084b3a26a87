from __future__ import annotations

import json
import os
import secrets
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from helmforge.sandbox import components
from tests.support.cluster import OTHER_CLUSTER, kubectl

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(OTHER_CLUSTER in os.environ, reason="about the control plane of the sandbox"),
]


@pytest.fixture
def namespace(control_plane: Path) -> Iterator[str]:
    name = f"t-{secrets.token_hex(4)}"
    kubectl(control_plane, "create", "namespace", name)
    yield name
    kubectl(control_plane, "delete", "namespace", name, "--wait=false")


def _pod_template(annotations: dict[str, str], env: list[dict[str, str]] | None = None) -> dict[str, Any]:
    container = {"name": "web", "image": "127.0.0.1:1/web:1.0.0", "env": env or []}
    metadata = {"labels": {"app": "web"}, "annotations": annotations}
    return {"metadata": metadata, "spec": {"containers": [container]}}


def _deployment(template: dict[str, Any]) -> str:
    spec = {"replicas": 2, "selector": {"matchLabels": {"app": "web"}}, "template": template}
    return json.dumps(
        {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}, "spec": spec}
    )


def _pods(kubeconfig: Path, namespace: str) -> list[dict[str, Any]]:
    pods: list[dict[str, Any]] = json.loads(
        kubectl(kubeconfig, "get", "pods", f"--namespace={namespace}", "-o", "json")
    )["items"]
    return pods


def _waiting_reasons(kubeconfig: Path, namespace: str) -> list[str]:
    statuses = [pod.get("status", {}).get("containerStatuses", []) for pod in _pods(kubeconfig, namespace)]
    return [status["state"].get("waiting", {}).get("reason", "") for found in statuses for status in found]


def _poll(condition: Callable[[], bool], what: str, *, seconds: float = 30.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)


def test_a_deployment_becomes_ready(control_plane: Path, namespace: str) -> None:
    kubectl(control_plane, "apply", f"--namespace={namespace}", "-f-", stdin=_deployment(_pod_template({})))

    kubectl(control_plane, "rollout", "status", "deployment/web", f"--namespace={namespace}", "--timeout=30s")

    assert [pod["status"]["phase"] for pod in _pods(control_plane, namespace)] == ["Running", "Running"]


def test_a_job_completes(control_plane: Path, namespace: str) -> None:
    kubectl(control_plane, "create", "job", "once", "--image=x", f"--namespace={namespace}")

    wait = ("wait", "--for=condition=Complete", "job/once", "--timeout=30s")
    assert "condition met" in kubectl(control_plane, *wait, f"--namespace={namespace}")


@pytest.mark.parametrize("by", ["annotation", "environment"])
@pytest.mark.parametrize(
    ("fate", "reason"), [("image-pull", "ImagePullBackOff"), ("crash-loop", "CrashLoopBackOff")]
)
def test_a_rollout_fails_as_asked(
    control_plane: Path, namespace: str, by: str, fate: str, reason: str
) -> None:
    if by == "annotation":
        template = _pod_template({"sandbox.helmforge.dev/rollout": fate})
    else:
        template = _pod_template({}, env=[{"name": "SANDBOX_ROLLOUT", "value": fate}])

    kubectl(control_plane, "apply", f"--namespace={namespace}", "-f-", stdin=_deployment(template))

    _poll(lambda: _waiting_reasons(control_plane, namespace) == [reason, reason], reason)
    _poll(lambda: _warnings(control_plane, namespace) >= 1, "a warning event")


def test_a_rollout_never_becomes_ready_as_asked(control_plane: Path, namespace: str) -> None:
    template = _pod_template({"sandbox.helmforge.dev/rollout": "never-ready"})

    kubectl(control_plane, "apply", f"--namespace={namespace}", "-f-", stdin=_deployment(template))

    _poll(lambda: _warnings(control_plane, namespace) >= 1, "a warning event")
    phases = [pod["status"]["phase"] for pod in _pods(control_plane, namespace)]
    assert phases == ["Running", "Running"]
    assert _ready(control_plane, namespace) == ["False", "False"]


def _warnings(kubeconfig: Path, namespace: str) -> int:
    listing = ("get", "events", "--field-selector=type=Warning", f"--namespace={namespace}", "-o", "name")
    return len(kubectl(kubeconfig, *listing).splitlines())


def _ready(kubeconfig: Path, namespace: str) -> list[str]:
    conditions = [pod["status"]["conditions"] for pod in _pods(kubeconfig, namespace)]
    return [item["status"] for found in conditions for item in found if item["type"] == "Ready"]


def test_pod_security_is_enforced(control_plane: Path, namespace: str) -> None:
    restricted = "pod-security.kubernetes.io/enforce=restricted"
    kubectl(control_plane, "label", "namespace", namespace, restricted)

    with pytest.raises(AssertionError, match="violates PodSecurity"):
        kubectl(control_plane, "run", "root", "--image=x", f"--namespace={namespace}")


def test_both_contexts_lead_to_the_cluster(control_plane: Path) -> None:
    uids = {
        kubectl(
            control_plane, f"--context={context}", "get", "ns/kube-system", "-o", "jsonpath={.metadata.uid}"
        )
        for context in ("dev", "prod")
    }

    assert len(uids) == 1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_no_component_outlives_the_server(
    tmp_path: Path, control_plane: Path, number: signal.Signals
) -> None:
    folder = tmp_path / "cluster"
    argv = [sys.executable, "-m", "helmforge.sandbox.controlplane", f"--folder={folder}"]
    with subprocess.Popen(argv, stderr=subprocess.DEVNULL) as server:
        _poll((folder / "kubeconfig").exists, "a cluster", seconds=240)
        assert len(_processes_of(folder)) == 1 + len(components.NAMES)
        server.send_signal(number)

    assert server.returncode == (0 if number == signal.SIGTERM else -number)
    _poll(lambda: not _processes_of(folder), "the end of every component")


def _processes_of(folder: Path) -> list[int]:
    """Processes whose command line names the folder."""
    found = []
    for entry in os.scandir("/proc"):
        if not entry.name.isdecimal():
            continue
        try:
            line = Path(entry.path, "cmdline").read_bytes()
        except OSError:
            continue  # it has ended meanwhile
        if os.fsencode(folder) in line:
            found.append(int(entry.name))
    return found
