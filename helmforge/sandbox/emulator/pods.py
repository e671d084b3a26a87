"""Plays the kubelet: pods become ready, complete, or show the fault they were told to have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from helmforge.sandbox.emulator import events
from helmforge.sandbox.emulator.faults import fault_of, is_ready
from helmforge.sandbox.emulator.status import bad_request

if TYPE_CHECKING:
    from helmforge.sandbox.emulator.kinds import Object
    from helmforge.sandbox.emulator.store import Store

NODE = "emulated-node"
_CRASHES = 3
_EXPLAINED = "emulated fault, no registry was asked"


def play(store: Store, pod: Object) -> None:
    """One step: Pending to Running, Running to Succeeded for pods that are meant to end."""
    phase, fault = pod["status"]["phase"], fault_of(store, pod)
    ends = pod["spec"]["restartPolicy"] != "Always"
    if phase in ("Succeeded", "Failed") or (is_ready(pod) and not ends):
        return
    after = store.amend(pod, spec={"nodeName": NODE}, status=_status(store, pod, fault, ends=ends))
    if after is not pod:
        _report(store, after, fault)


def _status(store: Store, pod: Object, fault: str | None, *, ends: bool) -> Object:
    since = pod["metadata"]["creationTimestamp"]
    running = {"running": {"startedAt": since}}
    failed = _terminated(since, 1, "Error")
    where = f"{pod['metadata']['name']}_{pod['metadata']['namespace']}({pod['metadata']['uid']})"
    match fault:
        case "image-pull":
            return _compose(
                store, pod, "Pending", _waiting("ImagePullBackOff", f"Back-off pulling image: {_EXPLAINED}")
            )
        case "crash-loop" if ends:
            return _compose(store, pod, "Failed", failed)
        case "crash-loop":
            state = _waiting("CrashLoopBackOff", f"back-off 40s restarting failed container of pod={where}")
            return _compose(store, pod, "Running", state, last=failed)
        case "never-ready":
            return _compose(store, pod, "Running", running)
        case _ if ends and pod["status"]["phase"] == "Running":
            return _compose(store, pod, "Succeeded", _terminated(since, 0, "Completed"))
        case _:
            return _compose(store, pod, "Running", running, ready=True)


def _waiting(reason: str, message: str) -> Object:
    return {"waiting": {"reason": reason, "message": message}}


def _terminated(since: str, code: int, reason: str) -> Object:
    return {"terminated": {"exitCode": code, "reason": reason, "startedAt": since, "finishedAt": since}}


def _compose(
    store: Store, pod: Object, phase: str, state: Object, *, ready: bool = False, last: Object | None = None
) -> Object:
    since, number = pod["metadata"]["creationTimestamp"], store.version
    truth = {
        "PodScheduled": True,
        "Initialized": phase != "Pending",
        "ContainersReady": ready,
        "Ready": ready,
    }
    waits = "waiting" in state and not last
    container = {"ready": ready, "started": "running" in state, "state": state}
    container |= {"lastState": last or {}, "restartCount": _CRASHES if last else 0}
    return {
        "phase": phase,
        "qosClass": "BestEffort",
        "startTime": since,
        "podIP": pod["status"].get("podIP", f"10.244.{number >> 8 & 255}.{number & 255}"),
        "conditions": [
            {"type": name, "status": str(value), "lastTransitionTime": since} for name, value in truth.items()
        ],
        "containerStatuses": [
            {
                "name": item["name"],
                "image": item.get("image", ""),
                "imageID": "" if waits else _image_id(item.get("image", "")),
                **container,
            }
            for item in pod["spec"]["containers"]
        ],
    }


def _image_id(image: str) -> str:
    """Of an image that is pinned by digest: no registry is asked, and nothing else is known of its bytes."""
    name, at, digest = image.partition("@")
    folder, slash, last = name.rpartition("/")
    return f"{folder}{slash}{last.partition(':')[0]}@{digest}" if at else ""


def _report(store: Store, pod: Object, fault: str | None) -> None:
    def say(reason: str, message: str, *, warning: bool = False) -> None:
        events.record(store, pod, "kubelet", reason, message, warning=warning)

    metadata, container = pod["metadata"], pod["spec"]["containers"][0]
    where = f"{metadata['namespace']}/{metadata['name']}"
    events.record(store, pod, "default-scheduler", "Scheduled", f"Successfully assigned {where} to {NODE}")
    image = container.get("image", "")
    if fault == "image-pull":
        say("Pulling", f'Pulling image "{image}"')
        say("Failed", f'Failed to pull image "{image}": {_EXPLAINED}', warning=True)
        say("Failed", "Error: ErrImagePull", warning=True)
        say("BackOff", f'Back-off pulling image "{image}"')
        say("Failed", "Error: ImagePullBackOff", warning=True)
        return
    say("Started", f"Started container {container['name']} (emulated: no container runs)")
    if fault == "crash-loop":
        say(
            "BackOff",
            f"Back-off restarting failed container {container['name']} in pod {where}",
            warning=True,
        )
    if fault == "never-ready":
        say("Unhealthy", "Readiness probe failed: emulated fault never-ready", warning=True)


def log(pod: Object, container: str, *, previous: bool) -> str:
    """Raises 400 as a real server does for a container that never started."""
    name = pod["metadata"]["name"]
    names = [item["name"] for item in pod["spec"]["containers"]]
    if not container and len(names) > 1:
        raise bad_request(f"a container name must be specified for pod {name}, choose one of: {names}")
    container = container or names[0]
    if container not in [*names, *(item["name"] for item in pod["spec"].get("initContainers", ()))]:
        raise bad_request(f"container {container} is not valid for pod {name}")
    statuses = pod["status"].get("containerStatuses") or [{"state": _waiting("ContainerCreating", "")}]
    state, last = statuses[0]["state"], statuses[0].get("lastState")
    if "waiting" in state and not last:
        pulling = (
            "trying and failing to pull image"
            if "Image" in state["waiting"]["reason"]
            else "ContainerCreating"
        )
        raise bad_request(f'container "{container}" in pod "{name}" is waiting to start: {pulling}')
    if previous and not last:
        raise bad_request(f'previous terminated container "{container}" in pod "{name}" not found')
    if last or state.get("terminated", {}).get("exitCode"):
        return f"emulated fault crash-loop: container {container} ended with exit code 1\n"
    return f"emulated: no container runs here (pod {name}, container {container})\n"
