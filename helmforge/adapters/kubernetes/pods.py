"""Reads a pod's status the way `kubectl describe` does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from helmforge.domain.cluster import PodReport, PodRestarts

# Reasons for waiting that say nothing: another container, or a condition, says more
_STARTING = frozenset({"", "ContainerCreating", "PodInitializing"})


@dataclass(frozen=True)
class LogSource:
    """A container's log; `previous` is that of its last, ended run."""

    container: str
    previous: bool


def unready(pod: dict[str, Any]) -> bool:
    """Whether the pod is in trouble or not up yet. Pods on their way out are neither."""
    status = pod.get("status", {})
    if pod["metadata"].get("deletionTimestamp") or status.get("phase") == "Succeeded":
        return False
    return _condition(status, "Ready").get("status") != "True"


def pod_report(pod: dict[str, Any]) -> PodReport:
    """The most telling reason first: a container's, the scheduler's, the pod's own."""
    status = pod.get("status", {})
    reason, message = (
        _container_reason(status)
        or _condition_reason(status, "PodScheduled")
        or (status.get("reason", ""), status.get("message", ""))
    )
    if not reason:
        reason, message = _starting(status) or _condition_reason(status, "Ready") or ("NotReady", "")
    return PodReport(
        pod["metadata"]["name"], status.get("phase", "Unknown"), reason, " ".join(message.split())
    )


def pod_restarts(pods: list[dict[str, Any]]) -> tuple[PodRestarts, ...]:
    there = (pod for pod in pods if not pod["metadata"].get("deletionTimestamp"))
    return tuple(sorted(map(_pod_restarts, there), key=lambda one: one.name))


def _pod_restarts(pod: dict[str, Any]) -> PodRestarts:
    status = pod.get("status", {})
    containers = [one for one in _containers(status) if one.get("restartCount")]
    ended = [one.get("lastState", {}).get("terminated", {}) for one in containers]
    reasons = dict.fromkeys(str(one["reason"]) for one in ended if one.get("reason"))
    return PodRestarts(
        pod["metadata"]["name"],
        ready=not unready(pod),
        restarts=sum(int(one["restartCount"]) for one in containers),
        reason=", ".join(reasons),
    )


def log_sources(pod: dict[str, Any]) -> list[LogSource]:
    """Where to look for last words, best first."""
    sources = []
    for container in _containers(pod.get("status", {})):
        state, name = container.get("state", {}), container["name"]
        ended_before = "terminated" in container.get("lastState", {})
        if "waiting" in state and ended_before:
            sources += [LogSource(name, previous=True), LogSource(name, previous=False)]
        elif "running" in state and not container.get("ready"):
            sources += [LogSource(name, previous=False)]
            sources += [LogSource(name, previous=True)] if ended_before else []
        elif _failed(state.get("terminated", {})):
            sources += [LogSource(name, previous=False)]
    return sources


def _containers(status: dict[str, Any]) -> list[dict[str, Any]]:
    return [*status.get("initContainerStatuses", []), *status.get("containerStatuses", [])]


def _container_reason(status: dict[str, Any]) -> tuple[str, str] | None:
    for container in _containers(status):
        state, last = container.get("state", {}), container.get("lastState", {}).get("terminated", {})
        waiting, ended = state.get("waiting", {}), state.get("terminated", {})
        if waiting.get("reason", "") not in _STARTING:
            said = f"{waiting.get('message', '')} {_ending(last)}" if last else waiting.get("message", "")
            return (waiting["reason"], f"container {container['name']}{_restarts(container)}: {said}")
        if _failed(ended):
            said = f"{_ending(ended)} {ended.get('message', '')}"
            return (
                ended.get("reason", "Error"),
                f"container {container['name']}{_restarts(container)}: {said}",
            )
    return None


def _starting(status: dict[str, Any]) -> tuple[str, str] | None:
    for container in status.get("containerStatuses", []):
        state = container.get("state", {})
        if "running" in state and not container.get("ready"):
            where = f"container {container['name']}{_restarts(container)}"
            return ("NotReady", f"{where} runs, but is not ready")
        if waiting := state.get("waiting", {}).get("reason"):
            return (waiting, f"container {container['name']} has not started")
    return None


def _condition(status: dict[str, Any], kind: str) -> dict[str, Any]:
    found = (condition for condition in status.get("conditions", []) if condition.get("type") == kind)
    return next(found, {})


def _condition_reason(status: dict[str, Any], kind: str) -> tuple[str, str] | None:
    condition = _condition(status, kind)
    if condition.get("status") != "False" or not condition.get("reason"):
        return None
    return (condition["reason"], condition.get("message", ""))


def _failed(terminated: dict[str, Any]) -> bool:
    return bool(terminated.get("exitCode", 0))


def _ending(terminated: dict[str, Any]) -> str:
    return (
        f"(ended with exit code {terminated.get('exitCode', '?')}, {terminated.get('reason', 'no reason')})"
    )


def _restarts(container: dict[str, Any]) -> str:
    count = container.get("restartCount", 0)
    return f" ({count} restart{'s' if count > 1 else ''})" if count else ""
