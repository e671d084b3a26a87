"""Service, ports, Ingress, HTTPRoute, NetworkPolicy, metrics, the test Job."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.charts.everything import EVERYTHING

if TYPE_CHECKING:
    from tests.charts.helm import Helm

pytestmark = pytest.mark.integration


@pytest.mark.parametrize("kind", ["ClusterIP", "NodePort", "LoadBalancer"])
def test_service_types(helm4: Helm, kind: str) -> None:
    spec = helm4.render({"service": {"type": kind, "nodePort": 30000}}).named("Service")["spec"]
    assert spec["type"] == kind
    assert ("nodePort" in spec["ports"][0]) is (kind != "ClusterIP")


def test_headless_service(helm4: Helm) -> None:
    spec = helm4.render({"service": {"type": "Headless"}}).named("Service")["spec"]
    assert (spec["type"], spec["clusterIP"]) == ("ClusterIP", "None")


def test_ports_agree_everywhere(helm4: Helm) -> None:
    rendered = helm4.render(EVERYTHING)
    container = {port["name"]: port["containerPort"] for port in rendered.container()["ports"]}
    assert container == {"http": 8080, "metrics": 9100, "grpc": 9090, "discovery": 5353}
    service = {port["name"]: port["port"] for port in rendered.named("Service")["spec"]["ports"]}
    assert service == {"http": 80, "metrics": 9100, "grpc": 9090}
    [rule] = rendered.named("NetworkPolicy", "notification-from-test")["spec"]["ingress"]
    assert {port["port"] for port in rule["ports"]} == set(container.values())


def test_metrics_on_the_same_port_are_not_a_second_port(helm4: Helm) -> None:
    rendered = helm4.render({"metricsPort": 8080, "serviceMonitor": {"enabled": True}})
    assert len(rendered.container()["ports"]) == 1
    [endpoint] = rendered.named("ServiceMonitor")["spec"]["endpoints"]
    assert endpoint["port"] == "http"


def test_ingress(helm4: Helm) -> None:
    spec = helm4.render(EVERYTHING).named("Ingress")["spec"]
    assert spec["tls"] == [{"hosts": ["a.example.com", "b.example.com"], "secretName": "shop-tls"}]
    assert [rule["host"] for rule in spec["rules"]] == ["a.example.com", "b.example.com"]
    ports = [path["backend"]["service"]["port"]["name"] for path in spec["rules"][0]["http"]["paths"]]
    assert ports == ["http", "grpc"]


def test_route(helm4: Helm) -> None:
    route = {"enabled": True, "hosts": ["a.example.com"], "parentRefs": [{"name": "public"}]}
    spec = helm4.render({"route": route}).named("HTTPRoute")["spec"]
    [rule] = spec["rules"]
    assert spec["hostnames"] == ["a.example.com"]
    assert rule["backendRefs"] == [{"name": "notification", "port": 80}]


def test_network_policy_lets_everybody_in_to_the_ports_only(helm4: Helm) -> None:
    spec = helm4.render().named("NetworkPolicy")["spec"]
    assert spec["policyTypes"] == ["Ingress"]
    assert spec["ingress"] == [{"ports": [{"port": 8080, "protocol": "TCP"}]}]


def test_the_test_pod_may_call_the_service(helm4: Helm) -> None:
    rendered = helm4.render(EVERYTHING)
    pod = rendered.named("Job", "notification-test")["spec"]["template"]
    [rule] = rendered.named("NetworkPolicy", "notification-from-test")["spec"]["ingress"]
    allowed = [peer["podSelector"].get("matchLabels") for peer in rule["from"]]
    assert pod["metadata"]["labels"] in allowed
    selector = rendered.named("Service")["spec"]["selector"].items()
    assert not selector <= pod["metadata"]["labels"].items()


def test_the_test_job_is_a_hook(helm4: Helm) -> None:
    job = helm4.render({"tests": {"enabled": True, "path": "/healthz"}}).named("Job", "notification-test")
    assert job["metadata"]["annotations"]["helm.sh/hook"] == "test"
    [container] = job["spec"]["template"]["spec"]["containers"]
    assert container["command"][-1] == "http://notification:80/healthz"


def test_secrets_from_outside(helm4: Helm) -> None:
    rendered = helm4.render(EVERYTHING)
    external = rendered.named("ExternalSecret", "notification-db")["spec"]
    assert external["secretStoreRef"] == {"kind": "SecretStore", "name": "vault"}
    assert external["data"] == [{"secretKey": "DB_USER", "remoteRef": {"key": "shop/db", "property": "user"}}]
    provider = rendered.named("SecretProviderClass", "notification-vault")["spec"]
    assert provider == {"provider": "vault", "parameters": {"roleName": "shop"}}


def test_extra_objects_are_templates(helm4: Helm) -> None:
    names = {item["metadata"]["name"] for item in helm4.render(EVERYTHING).of_kind("ConfigMap")}
    assert "notification-more" in names
