"""The chart of a namespace on the real API server: its whole life, with both Helms."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.charts.everything_namespace import NAMESPACE_EVERYTHING
from tests.e2e.namespaces import administrator

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.deployers import Administrator

pytestmark = pytest.mark.e2e
INSIDE = "resourcequotas,limitranges,networkpolicies,roles,rolebindings"
ALL = {
    "resourcequota/quota",
    "limitrange/limits",
    "networkpolicy.networking.k8s.io/default-deny",
    "role.rbac.authorization.k8s.io/deployer",
    "rolebinding.rbac.authorization.k8s.io/deployer",
}


@pytest.fixture(params=["helm3", "helm4"])
def admin(request: pytest.FixtureRequest, control_plane: Path, tmp_path: Path) -> Iterator[Administrator]:
    with administrator(request.param, control_plane, tmp_path) as made:
        yield made


def _good(
    admin: Administrator, namespace: str, values: dict[str, object] | None = None, *options: str
) -> None:
    ran = admin.apply(namespace, values, *options)
    assert ran.code == 0, ran.err


def test_install_upgrade_uninstall_and_again(admin: Administrator) -> None:
    """What runs in the namespace stays, whatever happens to the release."""
    namespace = f"{admin.prefix}-qa"
    _good(admin, namespace)
    assert admin.names(INSIDE, namespace) == ALL
    uid = admin.object("namespace", namespace, namespace)["metadata"]["uid"]
    admin.kubectl("create", "configmap", "precious", f"--namespace={namespace}")

    _good(admin, namespace, {"quota": {"hard": {"pods": 7}}, "networkPolicy": {"enabled": False}})
    assert admin.object("resourcequota", "quota", namespace)["spec"]["hard"]["pods"] == "7"
    assert admin.names("networkpolicies", namespace) == set()

    done = admin.run_helm("uninstall", namespace, f"--namespace={admin.home}")
    assert done.code == 0, done.err
    assert admin.names(INSIDE, namespace) == set()

    _good(admin, namespace)
    assert admin.names(INSIDE, namespace) == ALL
    assert admin.object("namespace", namespace, namespace)["metadata"]["uid"] == uid
    assert admin.kubectl("get", "configmap", "precious", f"--namespace={namespace}")


def test_an_existing_namespace_is_adopted_when_asked(admin: Administrator) -> None:
    namespace = f"{admin.prefix}-qa"
    admin.kubectl("create", "namespace", namespace)
    admin.kubectl("label", "namespace", namespace, "example.com/mine=yes")
    before = admin.object("namespace", namespace, namespace)["metadata"]

    refused = admin.apply(namespace)
    assert refused.code != 0
    assert "invalid ownership metadata" in refused.err

    _good(admin, namespace, None, "--take-ownership")
    after = admin.object("namespace", namespace, namespace)["metadata"]
    assert after["uid"] == before["uid"]
    assert after["labels"].items() >= before["labels"].items()
    assert after["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"
    assert admin.names(INSIDE, namespace) == ALL
    _good(admin, namespace)


def test_everything_is_accepted(admin: Administrator) -> None:
    namespace = f"{admin.prefix}-qa"
    _good(admin, namespace, NAMESPACE_EVERYTHING)
    hard = admin.object("resourcequota", "quota", namespace)["spec"]["hard"]
    assert (hard["pods"], hard["requests.cpu"], hard["count/secrets"]) == ("40", "1500m", "1M")
    subjects = admin.object("rolebinding", "deployer", namespace)["subjects"]
    names = ["ci@example.com", "shop-release-managers", "ci", "local", "deployer"]
    assert [one["name"] for one in subjects] == names
    assert subjects[3]["namespace"] == subjects[4]["namespace"] == namespace


def test_pods_without_resources_fit_the_quota_and_no_other_pods(admin: Administrator) -> None:
    namespace = f"{admin.prefix}-qa"
    _good(admin, namespace, {"podSecurity": {"enforce": {"level": "privileged"}}})
    where = f"--namespace={namespace}"
    admin.kubectl("run", "plain", "--image=x", where)
    resources = admin.object("pod", "plain", namespace)["spec"]["containers"][0]["resources"]
    assert resources == {
        "requests": {"cpu": "50m", "memory": "64Mi"},
        "limits": {"cpu": "500m", "memory": "256Mi"},
    }
    one: dict[str, object] = {"quota": {"hard": {"pods": 1}}}
    _good(admin, namespace, one)
    with pytest.raises(AssertionError, match="violates PodSecurity"):
        admin.kubectl("run", "root", "--image=x", where)
    _good(admin, namespace, {**one, "podSecurity": {"enforce": {"level": "baseline"}}})
    wait = ("wait", "resourcequota/quota", where, "--timeout=60s")
    admin.kubectl(*wait, "--for=jsonpath={.status.hard.pods}=1")
    admin.kubectl(*wait, "--for=jsonpath={.status.used.pods}=1")
    with pytest.raises(AssertionError, match="exceeded quota"):
        admin.kubectl("run", "second", "--image=x", where)
