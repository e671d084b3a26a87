from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from helmforge.domain.policy import check

GOOD: dict[str, Any] = {
    "kind": "Deployment",
    "metadata": {"name": "shop"},
    "spec": {
        "template": {
            "spec": {
                "securityContext": {
                    "runAsNonRoot": True,
                    "runAsUser": 10001,
                    "seccompProfile": {"type": "RuntimeDefault"},
                },
                "containers": [
                    {
                        "name": "shop",
                        "image": "r.io:5000/shop:1.0",
                        "securityContext": {
                            "allowPrivilegeEscalation": False,
                            "capabilities": {"drop": ["ALL"]},
                        },
                    }
                ],
            }
        }
    },
}


def broken(path: tuple[str | int, ...], value: object) -> dict[str, Any]:
    manifest = deepcopy(GOOD)
    place: Any = manifest["spec"]["template"]["spec"]
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return manifest


def rules(*manifests: dict[str, Any]) -> set[str]:
    return {finding.rule for finding in check(manifests)}


def test_the_restricted_standard_is_met() -> None:
    assert rules(GOOD, {"kind": "Service", "metadata": {"name": "shop"}}, {}) == set()


CONTAINER = ("containers", 0)


@pytest.mark.parametrize(
    ("path", "value", "rule"),
    [
        (("hostNetwork",), True, "host-namespaces"),
        (("hostPID",), True, "host-namespaces"),
        (("volumes",), [{"name": "disk", "hostPath": {"path": "/"}}], "host-path"),
        ((*CONTAINER, "securityContext", "privileged"), True, "privileged"),
        ((*CONTAINER, "securityContext", "allowPrivilegeEscalation"), True, "privilege-escalation"),
        ((*CONTAINER, "securityContext", "runAsUser"), 0, "run-as-non-root"),
        ((*CONTAINER, "securityContext", "runAsNonRoot"), False, "run-as-non-root"),
        ((*CONTAINER, "securityContext", "capabilities"), {}, "capabilities"),
        (("securityContext", "seccompProfile"), {"type": "Unconfined"}, "seccomp"),
        ((*CONTAINER, "image"), "r.io:5000/shop", "floating-image"),
        ((*CONTAINER, "image"), "r.io/shop:latest", "floating-image"),
        (("initContainers",), [{"name": "i", "image": "x:1", "securityContext": {}}], "capabilities"),
    ],
)
def test_each_rule_is_seen(path: tuple[str | int, ...], value: object, rule: str) -> None:
    assert rule in rules(broken(path, value))


def test_a_digest_is_a_fixed_image() -> None:
    assert rules(broken((*CONTAINER, "image"), "r.io/shop@sha256:" + "a" * 64)) == set()


def test_cluster_wide_rights_are_seen() -> None:
    assert rules({"kind": "ClusterRole", "metadata": {"name": "x"}}) == {"cluster-role"}


def test_a_finding_names_object_problem_rule_and_remedy() -> None:
    (finding,) = check([broken(("hostNetwork",), True)])
    assert str(finding) == "Deployment/shop: hostNetwork is set [host-namespaces]: remove hostNetwork"


def test_lists_and_odd_items_are_looked_into() -> None:
    inside = {"kind": "List", "items": [broken(("hostNetwork",), True), None, "text"]}
    assert rules(inside) == {"host-namespaces"}
    assert (
        rules(broken(("volumes",), [None]), broken(("containers",), [None]), {"kind": "Pod", "spec": 7})
        == set()
    )


def test_a_chart_must_run_what_its_values_pin() -> None:
    image = "r.io/shop:1.0@sha256:" + "0" * 64
    assert check([broken((*CONTAINER, "image"), image)], pinned="@sha256:" + "0" * 64) == ()
    (finding,) = check([GOOD], pinned="@sha256:" + "0" * 64)
    assert finding.rule == "image-not-pinned"
