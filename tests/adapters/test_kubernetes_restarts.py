"""Restarts of pods, from what kubectl was recorded to print."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from helmforge.adapters.kubernetes import Kubectl
from helmforge.adapters.process import Runner
from helmforge.domain.cluster import PodRestarts, ReleaseKey
from helmforge.domain.names import Namespace
from helmforge.domain.settings import Cluster
from helmforge.errors import StepError
from tests.adapters.recorded import arguments_of, recorded_program

if TYPE_CHECKING:
    from pathlib import Path

KEY = ReleaseKey(Cluster("dev"), Namespace.parse("qa"), "shop")


def pod(name: str, *counts: int, ready: bool = True, **metadata: str) -> dict[str, Any]:
    ended = {"terminated": {"reason": "OOMKilled", "exitCode": 137}}
    statuses = [
        {"name": f"c{number}", "restartCount": count, "lastState": ended if count else {}}
        for number, count in enumerate(counts)
    ]
    conditions = [{"type": "Ready", "status": "True" if ready else "False"}]
    status = {"phase": "Running", "conditions": conditions, "containerStatuses": statuses}
    return {"metadata": {"name": name, **metadata}, "status": status}


def asked(folder: Path, pods: list[dict[str, Any]]) -> tuple[PodRestarts, ...]:
    recorded_program(folder, "kubectl", out=json.dumps({"items": pods}))
    return Kubectl(Runner({"PATH": f"{folder}:/usr/bin:/bin"})).restarts(KEY)


def test_containers_count_together_and_pods_on_their_way_out_do_not(tmp_path: Path) -> None:
    pods = [
        pod("shop-b", 1, 2, ready=False),
        pod("shop-a", 0),
        pod("shop-old", 9, deletionTimestamp="2026-11-21T12:00:00Z"),
        {"metadata": {"name": "shop-new"}, "status": {"phase": "Pending"}},
    ]
    assert asked(tmp_path, pods) == (
        PodRestarts("shop-a", ready=True, restarts=0),
        PodRestarts("shop-b", ready=False, restarts=3, reason="OOMKilled"),
        PodRestarts("shop-new", ready=False, restarts=0),
    )
    arguments = arguments_of(tmp_path / "kubectl")
    assert "--selector=app.kubernetes.io/instance=shop" in arguments
    assert "--namespace=qa" in arguments


def test_a_refusal_is_no_empty_list(tmp_path: Path) -> None:
    said = 'Error from server (Forbidden): pods is forbidden: User "ada" cannot list resource "pods"'
    recorded_program(tmp_path, "kubectl", err=said, code=1)
    with pytest.raises(StepError, match="cannot read the pods of shop"):
        Kubectl(Runner({"PATH": f"{tmp_path}:/usr/bin:/bin"})).restarts(KEY)
