"""cron and job on the real API server, under Pod Security `restricted`.

kwok plays the pods: they end with success at once. Nobody provisions volumes, so the tests bring one.
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
    from collections.abc import Callable, Iterator
    from pathlib import Path

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(OTHER_CLUSTER in os.environ, reason="needs pods that end without an image"),
]
NAME = "notification"
WAIT = ("--wait", "--wait-for-jobs", "--timeout=60s")
# What a bare cluster has not: custom resources, a priority class, classes of storage.
PLAIN: dict[str, Any] = {
    "secrets": {"external": None, "csi": None},
    "priorityClassName": "",
    "persistence": {"storageClass": ""},
}
NEW: dict[str, Any] = {"image": {"digest": OTHER_DIGEST}}


@dataclass(frozen=True)
class Place:
    """A namespace that takes restricted pods only, and a Helm."""

    kubeconfig: Path
    namespace: str
    helm: Path
    home: Path

    def release(self, type_name: str) -> LiveRelease:
        chart = scaffold(answers(type_name), self.home / "service")
        return LiveRelease(self.helm, self.kubeconfig, chart, self.namespace, self.home)

    def bring_volume(self, claim: str, mode: str) -> None:
        spec = {
            "capacity": {"storage": "10Gi"},
            "accessModes": [mode],
            "hostPath": {"path": "/nowhere"},
            "claimRef": {"namespace": self.namespace, "name": claim},
        }
        metadata = {"name": f"{self.namespace}-{claim}", "labels": {"test": self.namespace}}
        self.apply({"apiVersion": "v1", "kind": "PersistentVolume", "metadata": metadata, "spec": spec})

    def bring_claim(self, name: str) -> None:
        """One that is not the chart's."""
        spec = {"accessModes": ["ReadWriteMany"], "resources": {"requests": {"storage": "1Gi"}}}
        metadata = {"name": name, "namespace": self.namespace}
        self.apply({"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": metadata, "spec": spec})

    def apply(self, document: dict[str, Any]) -> None:
        kubectl(self.kubeconfig, "apply", "-f-", stdin=json.dumps(document))

    def jobs(self) -> dict[str, tuple[str, str]]:
        """Name -> image and the last condition."""
        text = kubectl(self.kubeconfig, f"--namespace={self.namespace}", "get", "jobs", "-o", "json")
        return {job["metadata"]["name"]: (_image(job), _end(job)) for job in json.loads(text)["items"]}

    def settled(self, image: str, pods: int) -> bool:
        """Exactly one Job, of this image, and all its pods have succeeded."""
        text = kubectl(self.kubeconfig, f"--namespace={self.namespace}", "get", "pods", "-o", "json")
        phases = [pod["status"]["phase"] for pod in json.loads(text)["items"]]
        return list(self.jobs().values()) == [(image, "Complete")] and phases == ["Succeeded"] * pods


def _image(job: Any) -> str:
    image: str = job["spec"]["template"]["spec"]["containers"][0]["image"]
    return image.partition("@")[2]


def _end(job: Any) -> str:
    return str((job["status"].get("conditions") or [{"type": ""}])[-1]["type"])


@pytest.fixture(params=["helm3", "helm4"])
def place(request: pytest.FixtureRequest, control_plane: Path, tmp_path: Path) -> Iterator[Place]:
    name = f"t-{secrets.token_hex(4)}"
    kubectl(control_plane, "create", "namespace", name)
    kubectl(control_plane, "label", "namespace", name, "pod-security.kubernetes.io/enforce=restricted")
    yield Place(control_plane, name, require_tool(request.param), tmp_path)
    kubectl(control_plane, "delete", "namespace", name, "--wait=false")
    kubectl(control_plane, "delete", "persistentvolumes", f"--selector=test={name}", "--wait=false")


@pytest.mark.parametrize("variant", ["defaults", "everything", "hook", "afterwards"])
def test_a_job_runs_for_each_image(place: Place, variant: str) -> None:
    values, pods = _plain("job", variant), 4 if variant in {"everything", "hook"} else 1
    _bring_storage(place, values)
    running = place.release("job")

    running.upgrade(values, *WAIT)
    assert place.settled(DIGEST, pods)

    before = place.jobs()
    running.upgrade(overlaid(values, NEW), *WAIT)
    _until(lambda: place.settled(OTHER_DIGEST, pods))
    renamed = not place.jobs().keys() & before.keys()
    assert renamed is (variant in {"defaults", "everything"})  # Helm itself replaces a hook


@pytest.mark.parametrize("variant", ["defaults", "everything", "loose"])
def test_a_cron_job_is_run_by_hand(place: Place, variant: str) -> None:
    """As its NOTES say, suspended or not: no schedule of these comes true in a minute of a test."""
    values, pods = _plain("cron", variant), 4 if variant == "everything" else 1
    _bring_storage(place, values)
    running = place.release("cron")
    running.upgrade(values, *WAIT)

    running.kubectl("create", "job", f"--from=cronjob/{NAME}", f"{NAME}-1")
    running.kubectl("wait", "job", f"{NAME}-1", "--for=condition=Complete", "--timeout=60s")
    assert place.settled(DIGEST, pods)

    running.upgrade(overlaid(values, NEW), *WAIT)
    assert list(place.jobs()) == [f"{NAME}-1"]
    running.kubectl("delete", "job", f"{NAME}-1")
    running.kubectl("create", "job", f"--from=cronjob/{NAME}", f"{NAME}-2")
    running.kubectl("wait", "job", f"{NAME}-2", "--for=condition=Complete", "--timeout=60s")
    _until(lambda: place.settled(OTHER_DIGEST, pods))


def test_a_hook_is_switched_on_and_off(place: Place) -> None:
    """Its ConfigMap is a hook's, then the release's own, then a hook's again."""
    running = place.release("job")
    plain = {"image": {"digest": DIGEST}, "config": {"env": {"LEVEL": "info"}}}
    hook = plain | {"hook": {"enabled": True}}
    broken = hook | {"backoffLimit": 0, "env": {"SANDBOX_ROLLOUT": "crash-loop"}}

    with pytest.raises(AssertionError, match="pre-install"):
        running.upgrade(broken, *WAIT)
    running.upgrade(plain, *WAIT)
    assert running.data(f"{NAME}-env") == {"LEVEL": "info"}

    running.upgrade(hook, *WAIT)
    own = f"--selector=app.kubernetes.io/name={NAME}"
    assert running.kubectl("get", "configmaps", own, "-o", "name") == ""
    running.upgrade(plain, *WAIT)
    assert running.data(f"{NAME}-env") == {"LEVEL": "info"}


def test_a_job_that_is_gone_runs_again(place: Place) -> None:
    """Why the chart refuses ttlSecondsAfterFinished for a Job that is no hook: with both Helms."""
    running = place.release("job")
    values = {"image": {"digest": DIGEST}}
    running.upgrade(values, *WAIT)
    running.kubectl("delete", "jobs", "--all")
    running.upgrade(values, *WAIT)
    assert [found for found, _ in place.jobs().values()] == [DIGEST]
    assert "ttlSecondsAfterFinished: " in running.refused(values | {"ttlSecondsAfterFinished": 60})


def _plain(type_name: str, variant: str) -> dict[str, Any]:
    values = variants(type_name)[variant]
    if variant == "hook":  # to look at what it did
        values = overlaid(values, {"hook": {"deletePolicy": ["before-hook-creation"]}})
    return overlaid(values, {key: value for key, value in PLAIN.items() if key in values})


def _bring_storage(place: Place, values: dict[str, Any]) -> None:
    storage = values.get("persistence", {})
    if not storage.get("enabled"):
        return
    claim = storage.get("existingClaim") or NAME
    [mode] = storage.get("accessModes", ["ReadWriteMany"])
    place.bring_volume(claim, mode)
    if storage.get("existingClaim"):
        place.bring_claim(claim)


def _until(condition: Callable[[], bool], *, seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "not within the deadline"
        time.sleep(0.1)
