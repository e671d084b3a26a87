"""Which pods stood behind a Service, at every moment: its EndpointSlices, watched without a gap."""

from __future__ import annotations

import json
import subprocess
import time
from typing import TYPE_CHECKING, Any, Self

from tests.support.cluster import kubectl
from tests.support.tools import require_tool

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    Slice = dict[str, Any]

Pods = frozenset[str]
_DEADLINE_SECONDS = 30.0
_POLL_SECONDS = 0.02


class EndpointWatch:
    """Watches from `with` on: one list, then one watch from its resourceVersion, so that nothing is missed.

    The events are recorded while the tests do other things, and read when they ask.
    """

    def __init__(self, kubeconfig: Path, namespace: str, service: str, folder: Path) -> None:
        self._kubeconfig = kubeconfig
        slices = f"/apis/discovery.k8s.io/v1/namespaces/{namespace}/endpointslices"
        self._path = f"{slices}?labelSelector=kubernetes.io%2Fservice-name%3D{service}"
        self._record = folder / f"{namespace}-{service}.events"
        self._read = 0
        self._slices: dict[str, Slice] = {}

    def __enter__(self) -> Self:
        listed = self._list()
        self._slices = _by_name(listed["items"])
        version = listed["metadata"]["resourceVersion"]
        watch = f"{self._path}&watch=true&resourceVersion={version}"
        argv = [str(require_tool("kubectl")), f"--kubeconfig={self._kubeconfig}", "get", "--raw", watch]
        with self._record.open("wb") as record:
            self._process = subprocess.Popen(argv, stdout=record, stderr=subprocess.STDOUT)
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait()

    def moments(self) -> list[Pods]:
        """The names of the ready pods before and after each event since the last call, up to now."""
        found = [self._ready()]
        deadline = time.monotonic() + _DEADLINE_SECONDS
        while True:
            for event in self._events():
                self._apply(event)
                found.append(self._ready())
            if _versions(self._slices) == _versions(_by_name(self._list()["items"])):
                return found
            assert time.monotonic() < deadline, f"the watch does not catch up: {self._record.read_text()}"
            time.sleep(_POLL_SECONDS)

    def until(self, settled: Callable[[Pods], bool], what: str) -> list[Pods]:
        """As `moments`, up to one that is settled."""
        found = self.moments()
        deadline = time.monotonic() + _DEADLINE_SECONDS
        while not settled(found[-1]):
            assert time.monotonic() < deadline, f"waited in vain for {what}; ready: {sorted(found[-1])}"
            time.sleep(_POLL_SECONDS)
            found += self.moments()[1:]
        return found

    def _list(self) -> Any:
        return json.loads(kubectl(self._kubeconfig, "get", "--raw", self._path))

    def _events(self) -> Iterator[Any]:
        """The whole lines that are new in the record."""
        assert self._process.poll() is None, f"the watch has ended: {self._record.read_text()}"
        with self._record.open("rb") as record:
            record.seek(self._read)
            for line in record:
                if line.endswith(b"\n"):
                    self._read += len(line)
                    yield json.loads(line)

    def _apply(self, event: Any) -> None:
        assert event["type"] in {"ADDED", "MODIFIED", "DELETED"}, event
        name = event["object"]["metadata"]["name"]
        self._slices[name] = event["object"]
        if event["type"] == "DELETED":
            del self._slices[name]

    def _ready(self) -> Pods:
        endpoints = (found for item in self._slices.values() for found in item["endpoints"] or ())
        return frozenset(found["targetRef"]["name"] for found in endpoints if found["conditions"]["ready"])


def _by_name(slices: list[Slice]) -> dict[str, Slice]:
    return {item["metadata"]["name"]: item for item in slices}


def _versions(slices: dict[str, Slice]) -> dict[str, str]:
    return {name: item["metadata"]["resourceVersion"] for name, item in slices.items()}
