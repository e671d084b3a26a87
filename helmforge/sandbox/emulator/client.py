"""For those who use the emulated API: a kubeconfig, and faults for rollouts."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Literal

import urllib3

from helmforge.errors import StepError, UnreachableError

if TYPE_CHECKING:
    from collections.abc import Sequence

Fault = Literal["image-pull", "crash-loop", "never-ready"]
_OK = 200


def kubeconfig(server: str, *, contexts: Sequence[str]) -> str:
    """A kubeconfig (JSON, which is YAML): all contexts lead to `server`, the first is the current one."""
    cluster = {"name": "emulated", "cluster": {"server": server}}
    entries = [{"name": name, "context": {"cluster": "emulated", "user": "emulated"}} for name in contexts]
    config = {"apiVersion": "v1", "kind": "Config", "clusters": [cluster], "contexts": entries}
    config |= {"users": [{"name": "emulated", "user": {}}], "current-context": contexts[0]}
    return json.dumps(config, indent=2) + "\n"


def set_fault(server: str, *, namespace: str, name: str, fault: Fault | None) -> None:
    """New pods of the workload (or of its next revision) have this fault from now on; None ends it.

    Pods of revisions that already have a ready pod stay healthy.
    """
    order = json.dumps({"namespace": namespace, "name": name, "fault": fault}).encode()
    headers = {"Content-Type": "application/json"}
    url = f"{server}/emulator/faults"
    try:
        response = urllib3.PoolManager(retries=False).request("POST", url, body=order, headers=headers)
    except urllib3.exceptions.HTTPError as error:
        raise UnreachableError("the emulated API does not answer", where=url, why=str(error)) from error
    if response.status != _OK:
        raise StepError("the emulated API refused the fault", where=url, why=response.json()["message"])
