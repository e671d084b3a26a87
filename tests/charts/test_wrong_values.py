"""A wrong value fails at `helm lint` and `helm template`, and the message names the key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.charts.helm import DIGEST

if TYPE_CHECKING:
    from tests.charts.helm import Helm

pytestmark = pytest.mark.integration

MISSPELT: list[tuple[str, dict[str, Any]]] = [
    ("replica", {"replica": 3}),
    ("Replicas", {"Replicas": 3}),
    ("repo", {"image": {"repo": "x"}}),
    ("pullpolicy", {"image": {"pullpolicy": "Always"}}),
    ("request", {"resources": {"request": {"cpu": 1}}}),
    ("livenes", {"probes": {"livenes": {"path": "/"}}}),
    ("pth", {"probes": {"readiness": {"pth": "/"}}}),
    ("secrets", {"env": {"A": {"secrets": "db", "key": "a"}}}),
    ("files_", {"config": {"files_": {}}}),
    ("extern", {"secrets": {"extern": {}}}),
    ("mountpath", {"secrets": {"files": {"tls": {"secret": "a", "mountPath": "/a", "mountpath": "/b"}}}}),
    ("storageclass", {"persistence": {"storageclass": "fast"}}),
    ("nodeport", {"service": {"nodeport": 30000}}),
    ("prot", {"ports": {"grpc": {"port": 1, "prot": "TCP"}}}),
    ("host", {"ingress": {"host": "a.example.com"}}),
    ("secretname", {"ingress": {"tls": {"secretname": "a"}}}),
    ("parentRef", {"route": {"parentRef": {}}}),
    ("minreplicas", {"autoscaling": {"minreplicas": 1}}),
    ("maxunavailable", {"podDisruptionBudget": {"maxunavailable": 1}}),
    ("surge", {"rollout": {"surge": 1}}),
    ("wieght", {"canary": {"wieght": 10}}),
    ("activ", {"blueGreen": {"activ": "green"}}),
    ("red", {"blueGreen": {"red": {}}}),
    ("rule", {"rbac": {"rule": []}}),
    ("ingres", {"networkPolicy": {"ingres": []}}),
    ("topologykeys", {"topologySpread": {"topologykeys": []}}),
]
WRONG: list[tuple[str, dict[str, Any]]] = [
    ("tag", {"image": {"tag": 1.10}}),
    ("tag", {"image": {"tag": "a:b"}}),
    ("digest", {"image": {"digest": DIGEST.upper()}}),
    ("repository", {"image": {"repository": "myrepo.cr.io/a:1"}}),
    ("port", {"port": "8080"}),
    ("port", {"port": 65536}),
    ("replicas", {"replicas": -1}),
    ("strategy", {"rollout": {"strategy": "canari"}}),
    ("maxSurge", {"rollout": {"maxSurge": "25"}}),
    ("weight", {"canary": {"weight": 101}}),
    ("active", {"blueGreen": {"active": "red"}}),
    ("type", {"service": {"type": "Clusterip"}}),
    ("LEVEL", {"config": {"env": {"LEVEL": {}}}}),
    ("mountPath", {"config": {"mountPath": "config"}}),
    ("rollout", {"rollout": None}),
    ("strategy", {"rollout": {"strategy": None}}),
]


@pytest.mark.parametrize(("key", "values"), MISSPELT, ids=[key for key, _ in MISSPELT])
def test_a_misspelt_key(helm4: Helm, key: str, values: dict[str, Any]) -> None:
    rendered = helm4.render(values)
    assert rendered.failed
    assert key in rendered.text


def test_helm_3_names_misspelt_keys_too(helm3: Helm) -> None:
    """All in one call: it reports every violation."""
    together: dict[str, Any] = {}
    for _, values in MISSPELT:
        for key, value in values.items():
            together[key] = together.get(key, {}) | value if isinstance(value, dict) else value
    rendered = helm3.render(together)
    assert rendered.failed
    assert [key for key, _ in MISSPELT if f"property {key} is not allowed" not in rendered.text] == []


@pytest.mark.parametrize(("key", "values"), WRONG, ids=[f"{key}-{n}" for n, (key, _) in enumerate(WRONG)])
def test_a_wrong_value(helm4: Helm, key: str, values: dict[str, Any]) -> None:
    rendered = helm4.render(values)
    assert rendered.failed
    assert key in rendered.text
    assert "nil pointer" not in rendered.text


def test_lint_refuses_as_well(helm: Helm) -> None:
    linted = helm.lint({"replica": 3})
    assert linted.failed
    assert "replica" in linted.text


def test_an_umbrella_chart_may_set_its_own_keys(helm4: Helm) -> None:
    assert not helm4.render({"global": {"any": "thing"}, "enabled": True}).failed


GUARDED: list[tuple[str, dict[str, Any]]] = [
    ("autoscaling.minReplicas", {"autoscaling": {"enabled": True, "minReplicas": 11}}),
    ("autoscaling.cpu", {"autoscaling": {"enabled": True, "cpu": 0}}),
    ("rollout.preStopSleepSeconds", {"rollout": {"preStopSleepSeconds": 45}}),
    ("route.parentRefs", {"route": {"enabled": True}}),
    ("ingress.hosts", {"ingress": {"enabled": True}}),
    ("env.A", {"env": {"A": "b"}, "secrets": {"create": {"A": "b"}}}),
    ("env.A", {"env": {"A": {"secret": "db"}}}),
    ("env.A", {"env": {"A": {"secret": "db", "configMap": "site", "key": "a"}}}),
    ("persistence.accessModes", {"persistence": {"enabled": True, "accessModes": ["ReadWriteOnce"]}}),
    ("canary.image", {"rollout": {"strategy": "canary"}, "canary": {"weight": 10}}),
    ("canary.image", {"rollout": {"strategy": "canary"}, "canary": {"headers": {"X-Canary": "yes"}}}),
    (
        "canary.replicas",
        {"rollout": {"strategy": "canary"}, "canary": {"weight": 1, "replicas": 0, "image": {"tag": "b"}}},
    ),
    (
        "canary.headers",
        {"rollout": {"strategy": "canary"}, "canary": {"headers": {"A": "b"}, "image": {"tag": "b"}}},
    ),
    (
        "blueGreen.green.replicas",
        {"rollout": {"strategy": "blueGreen"}, "blueGreen": {"active": "green", "green": {"replicas": 0}}},
    ),
]


@pytest.mark.parametrize(("key", "values"), GUARDED, ids=[f"{key}-{n}" for n, (key, _) in enumerate(GUARDED)])
def test_a_dangerous_combination(helm4: Helm, key: str, values: dict[str, Any]) -> None:
    rendered = helm4.render(values)
    assert rendered.failed
    assert f"{key}: " in rendered.text
