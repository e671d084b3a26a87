"""What is special about the types worker, stateful and daemon."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.charts.workload_values import STATEFUL_EVERYTHING, WORKER_ALONE

if TYPE_CHECKING:
    from tests.charts.helm import HelmOf, Object, Rendered

pytestmark = pytest.mark.integration
NAME = "notification"
ALWAYS = {"ServiceAccount", "NetworkPolicy"}


@pytest.mark.parametrize(
    ("type_name", "values", "kinds"),
    [
        ("worker", {}, {"Deployment", "PodDisruptionBudget"}),
        ("stateful", {}, {"StatefulSet", "Service"}),
        ("stateful", {"replicas": 3}, {"StatefulSet", "Service", "PodDisruptionBudget"}),
        ("daemon", {}, {"DaemonSet"}),
    ],
)
def test_the_kinds_of_a_plain_service(
    helm_of: HelmOf, type_name: str, values: dict[str, Any], kinds: set[str]
) -> None:
    rendered = helm_of(type_name).render(values)
    assert {item["kind"] for item in rendered.objects} == kinds | ALWAYS


def test_a_worker_without_a_port_is_reached_by_nobody(helm_of: HelmOf) -> None:
    rendered = helm_of("worker").render(WORKER_ALONE)
    container = rendered.container()
    assert "ports" not in container
    assert container["readinessProbe"]["exec"] == {"command": ["/app/ready"]}
    assert "ingress" not in rendered.named("NetworkPolicy")["spec"]


@pytest.mark.parametrize(("type_name", "pause"), [("worker", None), ("daemon", None), ("stateful", 10)])
def test_only_what_is_sent_requests_pauses_before_it_stops(
    helm_of: HelmOf, type_name: str, pause: int | None
) -> None:
    lifecycle = _container(helm_of(type_name).render()).get("lifecycle")
    assert lifecycle == (pause and {"preStop": {"sleep": {"seconds": pause}}})


@pytest.mark.parametrize("type_name", ["worker", "daemon"])
@pytest.mark.parametrize(("metrics_port", "asked"), [(0, "http"), (8080, "http"), (9100, "metrics")])
def test_metrics_are_asked_of_the_pods(
    helm_of: HelmOf, type_name: str, metrics_port: int, asked: str
) -> None:
    values = {"podMonitor": {"enabled": True}, "metricsPort": metrics_port}
    rendered = helm_of(type_name).render(values)
    [endpoint] = rendered.named("PodMonitor")["spec"]["podMetricsEndpoints"]
    assert endpoint["port"] == asked
    assert asked in {port["name"] for port in _container(rendered)["ports"]}


def test_replicas_have_names_through_the_headless_service(helm_of: HelmOf) -> None:
    rendered = helm_of("stateful").render(STATEFUL_EVERYTHING)
    stateful_set = rendered.named("StatefulSet")["spec"]
    headless = rendered.named("Service", stateful_set["serviceName"])["spec"]
    assert headless["clusterIP"] == "None"
    assert headless["selector"].items() <= stateful_set["template"]["metadata"]["labels"].items()
    own = {port["name"]: port["containerPort"] for port in _container(rendered)["ports"]}
    assert {port["name"]: port["port"] for port in headless["ports"]} == own


@pytest.mark.parametrize("wanted", [True, False])
def test_replicas_find_each_other_before_they_are_ready(helm_of: HelmOf, *, wanted: bool) -> None:
    rendered = helm_of("stateful").render({"headlessService": {"publishNotReadyAddresses": wanted}})
    assert rendered.named("Service", f"{NAME}-headless")["spec"]["publishNotReadyAddresses"] is wanted
    assert "publishNotReadyAddresses" not in rendered.named("Service")["spec"]


def test_prometheus_meets_each_replica_once(helm_of: HelmOf) -> None:
    """Both Services lead to the same pods."""
    rendered = helm_of("stateful").render({"serviceMonitor": {"enabled": True}})
    selector = rendered.named("ServiceMonitor")["spec"]["selector"]
    [expression] = selector["matchExpressions"]
    assert expression["operator"] == "NotIn"
    found = [
        item["metadata"]["name"]
        for item in rendered.of_kind("Service")
        if selector["matchLabels"].items() <= item["metadata"]["labels"].items()
        and item["metadata"]["labels"].get(expression["key"]) not in expression["values"]
    ]
    assert found == [NAME]


def test_replicas_may_always_talk_among_themselves(helm_of: HelmOf) -> None:
    rendered = helm_of("stateful").render({"networkPolicy": {"from": [{"namespaceSelector": {}}]}})
    [rule] = rendered.named("NetworkPolicy")["spec"]["ingress"]
    own = rendered.named("NetworkPolicy")["spec"]["podSelector"]
    assert rule["from"] == [{"namespaceSelector": {}}, {"podSelector": own}]
    everybody = helm_of("stateful").render().named("NetworkPolicy")["spec"]["ingress"]
    assert "from" not in everybody[0]


def test_each_replica_has_a_claim(helm_of: HelmOf) -> None:
    rendered = helm_of("stateful").render(STATEFUL_EVERYTHING)
    spec = rendered.named("StatefulSet")["spec"]
    [claim] = spec["volumeClaimTemplates"]
    assert claim["spec"] == {
        "accessModes": ["ReadWriteOncePod"],
        "storageClassName": "fast",
        "resources": {"requests": {"storage": "10Gi"}},
    }
    assert spec["persistentVolumeClaimRetentionPolicy"] == {"whenDeleted": "Delete", "whenScaled": "Delete"}
    assert _mounts(rendered)["/var/lib/shop"] == claim["metadata"]["name"]
    assert claim["metadata"]["name"] not in _volumes(rendered)


def test_data_is_kept_unless_asked_otherwise(helm_of: HelmOf) -> None:
    spec = helm_of("stateful").render().named("StatefulSet")["spec"]
    assert set(spec["persistentVolumeClaimRetentionPolicy"].values()) == {"Retain"}


def test_without_persistence_the_folder_is_there_and_empty(helm_of: HelmOf) -> None:
    rendered = helm_of("stateful").render({"persistence": {"enabled": False}})
    spec = rendered.named("StatefulSet")["spec"]
    assert "volumeClaimTemplates" not in spec
    assert _volumes(rendered)[_mounts(rendered)["/data"]] == {"emptyDir": {}}


@pytest.mark.parametrize(
    ("type_name", "rollout", "strategy"),
    [
        ("stateful", {}, {"type": "RollingUpdate", "rollingUpdate": {"partition": 0}}),
        ("stateful", {"partition": 2}, {"type": "RollingUpdate", "rollingUpdate": {"partition": 2}}),
        ("stateful", {"strategy": "onDelete"}, {"type": "OnDelete"}),
        ("daemon", {}, {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 1, "maxSurge": 0}}),
        (
            "daemon",
            {"maxUnavailable": 0, "maxSurge": "10%"},
            {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 0, "maxSurge": "10%"}},
        ),
        ("daemon", {"strategy": "onDelete", "maxSurge": 1}, {"type": "OnDelete"}),
    ],
)
def test_update_strategies(
    helm_of: HelmOf, type_name: str, rollout: dict[str, Any], strategy: dict[str, Any]
) -> None:
    [workload] = helm_of(type_name).render({"rollout": rollout}).workloads()
    assert workload["spec"]["updateStrategy"] == strategy


def test_a_daemon_leaves_number_and_place_to_the_nodes(helm_of: HelmOf) -> None:
    everywhere = {"tolerations": [{"operator": "Exists"}], "nodeSelector": {"kubernetes.io/os": "linux"}}
    [daemon_set] = helm_of("daemon").render(everywhere).workloads()
    assert "replicas" not in daemon_set["spec"]
    pod = daemon_set["spec"]["template"]["spec"]
    assert "topologySpreadConstraints" not in pod
    assert everywhere.items() <= pod.items()


def _container(rendered: Rendered) -> Object:
    [workload] = rendered.workloads()
    first: Object = workload["spec"]["template"]["spec"]["containers"][0]
    return first


def _mounts(rendered: Rendered) -> dict[str, str]:
    """Path -> name of the volume."""
    return {mount["mountPath"]: mount["name"] for mount in _container(rendered)["volumeMounts"]}


def _volumes(rendered: Rendered) -> dict[str, Object]:
    [workload] = rendered.workloads()
    volumes = workload["spec"]["template"]["spec"].get("volumes", [])
    return {volume["name"]: {key: volume[key] for key in volume if key != "name"} for volume in volumes}
