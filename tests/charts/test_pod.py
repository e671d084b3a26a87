"""The pods: image, environment, configuration, security, scaling."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.charts.everything import EVERYTHING
from tests.charts.helm import DIGEST

if TYPE_CHECKING:
    from tests.charts.helm import Helm, Rendered

pytestmark = pytest.mark.integration
REPOSITORY = "myrepo.cr.io/notification"


@pytest.mark.parametrize(
    ("image", "rendered"),
    [
        ({}, f"{REPOSITORY}:0.1.0"),
        ({"tag": "v1.1.2"}, f"{REPOSITORY}:v1.1.2"),
        ({"tag": "20250811"}, f"{REPOSITORY}:20250811"),
        ({"digest": DIGEST}, f"{REPOSITORY}@{DIGEST}"),
        ({"tag": "1.2.0", "digest": DIGEST}, f"{REPOSITORY}:1.2.0@{DIGEST}"),
        ({"repository": "127.0.0.1:5000/prod/a", "tag": "1"}, "127.0.0.1:5000/prod/a:1"),
    ],
)
def test_image(helm4: Helm, image: dict[str, str], rendered: str) -> None:
    assert helm4.render({"image": image}).container()["image"] == rendered


def test_environment_in_three_passes(helm: Helm) -> None:
    """$(VAR) is expanded only from entries above it, and Helm sorts keys."""
    entries = helm.render(EVERYTHING).container()["env"]
    names = [entry["name"] for entry in entries]
    assert names[:2] == ["DEBUG", "LARGE"]
    assert names[-1] == "A_URL"
    assert set(names[2:-1]) == {"API_KEY", "DB_PASSWORD", "DB_USER", "MEMORY", "POD_IP", "REGION"}
    assert len(names) == len(set(names))


def test_environment_values_are_text(helm4: Helm) -> None:
    env = {"INTEGER": 1000000, "FRACTION": 0.25, "NO": False, "EMPTY": "", "QUOTED": 'a: "b" #c\n'}
    entries = helm4.render({"env": env}).container()["env"]
    assert {entry["name"]: entry["value"] for entry in entries} == {
        "INTEGER": "1000000",
        "FRACTION": "0.25",
        "NO": "false",
        "EMPTY": "",
        "QUOTED": 'a: "b" #c\n',
    }


def test_environment_references(helm4: Helm) -> None:
    sources = {entry["name"]: entry.get("valueFrom") for entry in helm4.render(EVERYTHING).container()["env"]}
    assert sources["DB_PASSWORD"] == {"secretKeyRef": {"name": "db", "key": "password"}}
    assert sources["REGION"] == {"configMapKeyRef": {"name": "site", "key": "region", "optional": True}}
    assert sources["POD_IP"] == {"fieldRef": {"fieldPath": "status.podIP"}}
    assert sources["MEMORY"] == {"resourceFieldRef": {"resource": "limits.memory"}}
    assert sources["API_KEY"] == {"secretKeyRef": {"name": "notification", "key": "API_KEY"}}
    assert sources["DB_USER"] == {"secretKeyRef": {"name": "notification-db", "key": "DB_USER"}}


def test_a_change_of_configuration_rolls_the_pods(helm4: Helm) -> None:
    def checksum(level: str) -> str:
        pod = helm4.render({"config": {"env": {"LEVEL": level}, "files": {"a": "b"}}}).pod()
        return str(pod["metadata"]["annotations"]["checksum/config"])

    assert checksum("info") == checksum("info")
    assert checksum("info") != checksum("debug")


def test_configuration_files(helm4: Helm) -> None:
    rendered = helm4.render(EVERYTHING)
    assert rendered.named("ConfigMap", "notification-files")["data"] == {"app.yaml": "a: 1\nb: <&>\n"}
    assert rendered.named("ConfigMap", "notification-env")["data"] == {"LEVEL": "info", "COUNT": "3"}
    mounts = {mount["name"]: mount["mountPath"] for mount in rendered.container()["volumeMounts"]}
    assert mounts["config"] == "/config"


def test_every_mount_has_its_volume(helm4: Helm) -> None:
    spec = helm4.render(EVERYTHING).pod()["spec"]
    volumes = [volume["name"] for volume in spec["volumes"]]
    containers = spec["containers"] + spec["initContainers"]
    mounted = {mount["name"] for container in containers for mount in container.get("volumeMounts", [])}
    assert mounted == set(volumes)
    assert len(volumes) == len(set(volumes))


def test_further_containers_share_the_service_or_bring_their_own(helm4: Helm) -> None:
    spec = helm4.render(EVERYTHING).pod()["spec"]
    proxy, migrate = spec["initContainers"]
    _, logs = spec["containers"]
    assert [proxy["name"], migrate["name"], logs["name"]] == ["00-proxy", "10-migrate", "logs"]
    assert migrate["image"] == f"{REPOSITORY}:1.2.0@{DIGEST}"
    assert {"name": "DEBUG", "value": "true"} in migrate["env"]
    assert "env" not in proxy
    assert [entry["name"] for entry in logs["env"]] == ["TARGET", "URL"]
    assert logs["resources"] == EVERYTHING["sidecars"]["logs"]["resources"]
    assert logs["securityContext"]["runAsUser"] == 10002
    assert all(container["securityContext"]["readOnlyRootFilesystem"] for container in (proxy, logs))


def test_pod_security_restricted(helm4: Helm) -> None:
    """The rules of the profile `restricted`, for every container of every workload."""
    rendered = helm4.render(EVERYTHING)
    pods = [
        item["spec"]["template"]["spec"] for kind in ("Deployment", "Job") for item in rendered.of_kind(kind)
    ]
    assert len(pods) == 3
    for pod in pods:
        assert not {"hostNetwork", "hostPID", "hostIPC"} & set(pod)
        assert pod["securityContext"]["runAsNonRoot"] is True
        for container in pod["containers"] + pod.get("initContainers", []):
            context = container["securityContext"]
            assert context["allowPrivilegeEscalation"] is False
            assert context["capabilities"] == {"drop": ["ALL"]}
            assert context["seccompProfile"] == {"type": "RuntimeDefault"}
            assert context["runAsUser"] > 10000
            assert container["resources"]["limits"]["memory"]


@pytest.mark.parametrize("rules", [[], EVERYTHING["rbac"]["rules"]], ids=["without", "with"])
def test_the_token_is_mounted_only_for_rules(helm4: Helm, rules: list[dict[str, Any]]) -> None:
    rendered = helm4.render({"rbac": {"rules": rules}})
    assert rendered.pod()["spec"]["automountServiceAccountToken"] is bool(rules)
    assert len(rendered.of_kind("Role")) == len(rendered.of_kind("RoleBinding")) == len(rules)
    assert rendered.named("ServiceAccount")["automountServiceAccountToken"] is False


def test_checker_notes_only_where_a_value_asks_for_them(helm4: Helm) -> None:
    assert "annotations" not in helm4.render().named("Deployment")["metadata"]
    notes = helm4.render({"envFrom": [{"secretRef": {"name": "db"}}]}).named("Deployment")["metadata"]
    assert [note.partition("=")[0] for note in notes["annotations"].values()] == ["CKV_K8S_35"]


def test_replicas_are_left_to_the_autoscaler(helm: Helm) -> None:
    """With server-side apply, rendering both makes the next upgrade fail."""
    rendered = helm.render({"autoscaling": {"enabled": True}})
    assert "replicas" not in rendered.named("Deployment")["spec"]
    assert rendered.named("HorizontalPodAutoscaler")["spec"]["minReplicas"] == 2


@pytest.mark.parametrize(
    ("values", "wanted"),
    [
        ({}, True),
        ({"replicas": 1}, False),
        ({"replicas": 0}, False),
        ({"replicas": 1, "autoscaling": {"enabled": True}}, True),
        ({"replicas": 3, "autoscaling": {"enabled": True, "minReplicas": 1}}, False),
        ({"podDisruptionBudget": {"enabled": False}}, False),
    ],
)
def test_a_disruption_budget_only_for_several_replicas(
    helm4: Helm, values: dict[str, Any], *, wanted: bool
) -> None:
    assert bool(helm4.render(values).of_kind("PodDisruptionBudget")) is wanted


def test_no_request_is_dropped_during_a_rollout(helm4: Helm) -> None:
    deployment = helm4.render().named("Deployment")["spec"]
    pod = deployment["template"]["spec"]
    assert deployment["strategy"]["rollingUpdate"]["maxUnavailable"] == 0
    assert pod["containers"][0]["lifecycle"]["preStop"]["sleep"]["seconds"] == 10
    assert pod["terminationGracePeriodSeconds"] == 45


def test_recreate(helm4: Helm) -> None:
    values = {
        "replicas": 1,
        "rollout": {"strategy": "recreate"},
        "persistence": {"enabled": True, "accessModes": ["ReadWriteOnce"]},
    }
    rendered = helm4.render(values)
    assert rendered.named("Deployment")["spec"]["strategy"] == {"type": "Recreate"}
    assert rendered.named("PersistentVolumeClaim")["spec"]["accessModes"] == ["ReadWriteOnce"]


def test_probes(helm4: Helm) -> None:
    probes = {
        "readiness": {"grpc": {"port": 9090}},
        "liveness": None,
        "startup": {"path": "/started", "failureThreshold": 60},
    }
    container = helm4.render({"probes": probes}).container()
    assert container["readinessProbe"] == {"grpc": {"port": 9090}, "periodSeconds": 5}
    assert "livenessProbe" not in container
    assert container["startupProbe"] == {
        "httpGet": {"path": "/started", "port": "http"},
        "failureThreshold": 60,
    }


def _kinds(rendered: Rendered) -> set[str]:
    return {item["kind"] for item in rendered.objects}


def test_the_kinds_of_a_plain_service(helm4: Helm) -> None:
    plain = {"Deployment", "Service", "ServiceAccount", "NetworkPolicy", "PodDisruptionBudget"}
    assert _kinds(helm4.render()) == plain
