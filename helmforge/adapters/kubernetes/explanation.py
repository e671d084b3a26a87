"""Gathers why a release's pods are not ready."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from helmforge.adapters.kubernetes.client import reason
from helmforge.adapters.kubernetes.pods import log_sources, pod_report, unready
from helmforge.domain.cluster import RolloutReport
from helmforge.errors import HelmforgeError

if TYPE_CHECKING:
    from helmforge.adapters.kubernetes.client import KubectlClient
    from helmforge.adapters.kubernetes.pods import LogSource
    from helmforge.domain.cluster import PodReport, ReleaseKey

_KINDS = "deployments,statefulsets,daemonsets,replicasets,jobs,pods,persistentvolumeclaims"
_PODS_WITH_LOGS = 5
_PODS = 20
_EVENTS = 20
_LOG_LINES = 10


class Explanation:
    """One look at one release. Reads that fail become lines in `_gaps`."""

    def __init__(self, client: KubectlClient, key: ReleaseKey) -> None:
        self._client = client
        self._key = key
        self._gaps: list[str] = []

    def report(self) -> RolloutReport:
        objects = self._objects()
        pods = [item for item in objects if item.get("kind") == "Pod" and unready(item)][:_PODS]
        reports = [self._pod(pod, with_log=rank < _PODS_WITH_LOGS) for rank, pod in enumerate(pods)]
        names = {(item["kind"], item["metadata"]["name"]) for item in objects}
        return RolloutReport(pods=tuple(reports), events=(*self._gaps, *self._events(names)))

    def _objects(self) -> list[dict[str, Any]]:
        """The release's objects; of its pods only, when the cluster does not serve every kind."""
        selector = f"--selector=app.kubernetes.io/instance={self._key.name}"
        found = self._list(_KINDS, selector, gap=False)
        return found or self._list("pods", selector)

    def _pod(self, pod: dict[str, Any], *, with_log: bool) -> PodReport:
        report = pod_report(pod)
        return replace(report, log=self._log(report.name, log_sources(pod))) if with_log else report

    def _log(self, pod: str, sources: list[LogSource]) -> tuple[str, ...]:
        for source in sources:
            arguments = ["logs", pod, f"--container={source.container}", f"--tail={_LOG_LINES}"]
            if source.previous:
                arguments.append("--previous")
            lines = self._read(arguments).splitlines()
            if lines:
                return tuple(lines[-_LOG_LINES:])
        return ()

    def _events(self, names: set[tuple[str, str]]) -> list[str]:
        events = self._list("events", "--field-selector=type=Warning")
        about = [event for event in events if _subject(event) in names]
        return [_sentence(event) for event in sorted(about, key=_moment)][-_EVENTS:]

    def _list(self, kinds: str, selector: str, *, gap: bool = True) -> list[dict[str, Any]]:
        text = self._read(["get", kinds, selector, "--output=json"], gap=kinds if gap else "")
        try:
            items = json.loads(text)["items"] if text else []
        except (ValueError, KeyError):
            return []
        return [item for item in items if isinstance(item, dict)]

    def _read(self, arguments: list[str], *, gap: str = "") -> str:
        """What kubectl printed, also when it could not read everything."""
        try:
            completed = self._client.run(self._key.cluster, *arguments, f"--namespace={self._key.namespace}")
        except HelmforgeError as error:
            self._gaps.append(str(error))
            return ""
        if completed.code != 0 and gap:
            last = completed.err.strip().rpartition("\n")[2]
            self._gaps.append(f"{gap} cannot be read: {reason(completed) or last}")
        return completed.out


def _subject(event: dict[str, Any]) -> tuple[str, str]:
    involved = event.get("involvedObject", {})
    return (str(involved.get("kind", "")), str(involved.get("name", "")))


def _moment(event: dict[str, Any]) -> str:
    """RFC 3339 in UTC sorts as text. Which of these fields is set depends on who wrote the event."""
    series = event.get("series") or {}
    candidates = (series.get("lastObservedTime"), event.get("lastTimestamp"), event.get("eventTime"))
    return next((str(moment) for moment in candidates if moment), "")


def _sentence(event: dict[str, Any]) -> str:
    kind, name = _subject(event)
    count = int((event.get("series") or {}).get("count") or event.get("count") or 1)
    times = f" ({count} times)" if count > 1 else ""
    message = " ".join(str(event.get("message", "")).split())
    return f"{kind}/{name} {event.get('reason', '')}: {message}{times}"
