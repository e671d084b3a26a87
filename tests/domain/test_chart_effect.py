"""What a difference between two renderings means for the cluster."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from helmforge.domain.chart_effect import Disturbance, effect

META = {"name": "shop", "namespace": "a", "labels": {"x": "1"}}
POD = {"metadata": {"labels": {"app": "shop"}}, "spec": {"containers": [{"name": "main", "image": "i"}]}}


def manifest(kind: str, api: str = "v1", **rest: Any) -> dict[str, Any]:
    return {"apiVersion": api, "kind": kind, "metadata": deepcopy(META), **deepcopy(rest)}


OBJECTS = {
    "Deployment": manifest(
        "Deployment",
        "apps/v1",
        spec={"replicas": 2, "selector": {"matchLabels": {"a": "b"}}, "template": POD},
    ),
    "DaemonSet": manifest("DaemonSet", "apps/v1", spec={"selector": {}, "template": POD}),
    "StatefulSet": manifest(
        "StatefulSet",
        "apps/v1",
        spec={"serviceName": "s", "selector": {}, "template": POD, "volumeClaimTemplates": [], "replicas": 1},
    ),
    "Job": manifest("Job", "batch/v1", spec={"template": POD, "parallelism": 1}),
    "CronJob": manifest(
        "CronJob", "batch/v1", spec={"schedule": "@daily", "jobTemplate": {"spec": {"template": POD}}}
    ),
    "PersistentVolumeClaim": manifest(
        "PersistentVolumeClaim",
        spec={"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}},
    ),
    "Service": manifest("Service", spec={"clusterIP": "None", "ports": []}),
    "RoleBinding": manifest(
        "RoleBinding", "rbac.authorization.k8s.io/v1", roleRef={"name": "r"}, subjects=[]
    ),
    "Secret": manifest("Secret", type="Opaque", data={}),
    "ConfigMap": manifest("ConfigMap", immutable=True, data={"a": "b"}),
    "NetworkPolicy": manifest("NetworkPolicy", "networking.k8s.io/v1", spec={"podSelector": {}}),
}


def changed(kind: str, path: str, value: Any) -> dict[str, Any]:
    result = deepcopy(OBJECTS[kind])
    *above, last = path.split(".")
    place = result
    for step in above:
        place = place.setdefault(step, {})
    if value is None:
        del place[last]
    else:
        place[last] = value
    return result


NONE, METADATA, OBJECT, PODS, IMMUTABLE = Disturbance
CASES = [
    ("Deployment", "metadata.labels", {"x": "2"}, METADATA, "changes its metadata"),
    ("Deployment", "metadata.annotations", {"x": "2"}, METADATA, "changes its metadata"),
    ("Deployment", "apiVersion", "apps/v1beta1", METADATA, "changes its metadata"),
    ("Deployment", "spec.replicas", 3, OBJECT, "spec.replicas"),
    ("Deployment", "spec.replicas", None, OBJECT, "spec.replicas"),
    ("Deployment", "spec.template.metadata.labels", {"app": "x"}, PODS, "spec.template.metadata.labels.app"),
    (
        "Deployment",
        "spec.template.metadata.annotations",
        {"c": "1"},
        PODS,
        "spec.template.metadata.annotations",
    ),
    ("Deployment", "spec.template.spec.containers", [], PODS, "spec.template.spec.containers"),
    ("Deployment", "spec.selector.matchLabels", {"a": "c"}, IMMUTABLE, "spec.selector"),
    ("DaemonSet", "spec.selector", {"a": 1}, IMMUTABLE, "spec.selector"),
    ("StatefulSet", "spec.serviceName", "t", IMMUTABLE, "spec.serviceName"),
    ("StatefulSet", "spec.volumeClaimTemplates", [1], IMMUTABLE, "spec.volumeClaimTemplates"),
    ("StatefulSet", "spec.podManagementPolicy", "Parallel", IMMUTABLE, "spec.podManagementPolicy"),
    ("StatefulSet", "spec.replicas", 2, OBJECT, "spec.replicas"),
    ("StatefulSet", "spec.template.spec", {}, PODS, "spec.template.spec.containers"),
    ("Job", "spec.template.spec", {}, IMMUTABLE, "spec.template"),
    ("Job", "spec.completions", 3, IMMUTABLE, "spec.completions"),
    ("Job", "spec.parallelism", 3, OBJECT, "spec.parallelism"),
    ("CronJob", "spec.jobTemplate.spec", {}, OBJECT, "spec.jobTemplate.spec.template"),
    ("PersistentVolumeClaim", "spec.accessModes", ["ReadWriteMany"], IMMUTABLE, "spec.accessModes"),
    ("PersistentVolumeClaim", "spec.storageClassName", "fast", IMMUTABLE, "spec.storageClassName"),
    (
        "PersistentVolumeClaim",
        "spec.resources.requests.storage",
        "2Gi",
        OBJECT,
        "spec.resources.requests.storage",
    ),
    ("Service", "spec.clusterIP", None, IMMUTABLE, "spec.clusterIP"),
    ("Service", "spec.ports", [1], OBJECT, "spec.ports"),
    ("RoleBinding", "roleRef.name", "s", IMMUTABLE, "roleRef"),
    ("RoleBinding", "subjects", [1], OBJECT, "subjects"),
    ("Secret", "type", "kubernetes.io/tls", IMMUTABLE, "type"),
    ("Secret", "data", {"a": "b"}, OBJECT, "data.a"),
    ("ConfigMap", "data.a", "c", IMMUTABLE, "data"),
    ("NetworkPolicy", "spec.podSelector", {"a": 1}, OBJECT, "spec.podSelector.a"),
]


@pytest.mark.parametrize(("kind", "path", "value", "disturbance", "detail"), CASES)
def test_a_changed_field(kind: str, path: str, value: Any, disturbance: Disturbance, detail: str) -> None:
    found = effect([OBJECTS[kind]], [changed(kind, path, value)])
    (one,) = found.objects
    assert (one.name, one.disturbance, one.detail) == (f"{kind}/shop", disturbance, detail)
    assert found.disturbance is disturbance


@pytest.mark.parametrize("kind", OBJECTS)
def test_the_same_again(kind: str) -> None:
    found = effect([OBJECTS[kind]], [deepcopy(OBJECTS[kind])])
    assert (found.objects, found.disturbance) == ((), NONE)


@pytest.mark.parametrize(
    ("kind", "disturbance"),
    [
        ("Deployment", PODS),
        ("Service", OBJECT),
        ("Secret", OBJECT),
        ("PersistentVolumeClaim", IMMUTABLE),
    ],
)
def test_an_object_that_goes(kind: str, disturbance: Disturbance) -> None:
    assert effect([OBJECTS[kind]], []).disturbance is disturbance


def test_a_claim_that_is_kept_may_leave_the_chart() -> None:
    kept = changed("PersistentVolumeClaim", "metadata.annotations", {"helm.sh/resource-policy": "keep"})
    assert effect([kept], []).disturbance is OBJECT


def test_an_object_that_comes() -> None:
    (one,) = effect([], [OBJECTS["Deployment"]]).objects
    assert (one.disturbance, str(one)) == (OBJECT, "Deployment/shop is added")


def test_hooks_are_made_anew_each_time() -> None:
    hook = changed("Job", "metadata.annotations", {"helm.sh/hook": "test"})
    other = deepcopy(hook)
    other["spec"]["template"] = {}
    assert effect([hook], [other]).disturbance is OBJECT
    assert effect([hook], [hook]).disturbance is NONE


def test_objects_of_one_name_in_two_namespaces_or_groups_are_two() -> None:
    elsewhere = changed("Service", "metadata.namespace", "b")
    knative = changed("Service", "apiVersion", "serving.knative.dev/v1")
    both = [OBJECTS["Service"], elsewhere, knative]
    assert effect(both, list(reversed(both))).disturbance is NONE
    assert len(effect(both, [OBJECTS["Service"]]).objects) == 2


def test_the_most_disturbing_comes_first() -> None:
    before = [OBJECTS["NetworkPolicy"], OBJECTS["Deployment"], OBJECTS["Job"]]
    after = [
        changed("NetworkPolicy", "spec.x", 1),
        changed("Deployment", "spec.template.spec", {}),
        changed("Job", "spec.template", {}),
    ]
    assert [each.disturbance for each in effect(before, after).objects] == [IMMUTABLE, PODS, OBJECT]


@pytest.mark.parametrize("odd", [{}, {"kind": "Job"}, {"kind": "Service", "metadata": None, "spec": []}])
def test_odd_objects_are_compared_too(odd: dict[str, Any]) -> None:
    assert effect([odd], [odd]).disturbance is NONE
    assert effect([odd], []).disturbance is OBJECT


def job(name: str, **spec: Any) -> dict[str, Any]:
    return changed("Job", "metadata.name", name) | {"spec": {"template": POD, **spec}}


def test_a_job_that_is_replaced_by_one_with_another_hash_runs_again() -> None:
    before = [job("shop-0123abcd"), job("other-0123abcd"), OBJECTS["Service"]]
    after = [job("shop-89efcdab", completions=2), job("other-0123abcd"), OBJECTS["Service"]]
    (one,) = effect(before, after).objects
    assert (str(one), one.disturbance) == ("Job/shop-89efcdab the job runs again", PODS)


def test_jobs_without_a_common_name_and_hash_come_and_go() -> None:
    pairs = [("shop-0123abcd", "cart-0123abcd"), ("shop-blue", "shop-green"), ("shop", "shop-0123abcd")]
    for before, after in pairs:
        details = {str(each) for each in effect([job(before)], [job(after)]).objects}
        assert details == {f"Job/{before} is removed", f"Job/{after} is added"}


def test_a_job_that_is_a_hook_does_not_run_again_because_of_its_name() -> None:
    hooks = [job("shop-0123abcd"), job("shop-89efcdab")]
    for hook in hooks:
        hook["metadata"]["annotations"] = {"helm.sh/hook": "test"}
    assert {each.detail for each in effect(hooks[:1], hooks[1:]).objects} == {"is added", "is removed"}
