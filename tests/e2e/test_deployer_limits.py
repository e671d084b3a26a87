"""What a deployer bound by the chart of a namespace cannot do on the real API server."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.charts.helm import ANSWERS, DIGEST, scaffold
from tests.e2e.namespaces import administrator, deployed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.deployers import Administrator, Deployer

pytestmark = pytest.mark.e2e
READ_CONFIG = {"apiGroups": [""], "resources": ["configmaps"], "verbs": ["get"]}
READ_ENDPOINTS = {"apiGroups": [""], "resources": ["endpoints"], "verbs": ["get"]}
NOTHING_ELSEWHERE = [
    ("get", "secrets", "--namespace=kube-system"),
    ("list", "secrets", "--all-namespaces"),
    ("list", "pods", "--all-namespaces"),
    ("create", "deployments", "--namespace=default"),
    ("create", "namespaces", "--all-namespaces"),
    ("delete", "namespaces", "--all-namespaces"),
    ("create", "clusterroles", "--all-namespaces"),
    ("create", "clusterrolebindings", "--all-namespaces"),
    ("get", "nodes", "--all-namespaces"),
    ("create", "persistentvolumes", "--all-namespaces"),
    ("create", "customresourcedefinitions", "--all-namespaces"),
    ("impersonate", "users", "--all-namespaces"),
]
NOTHING_MORE_INSIDE = [
    ("patch", "resourcequotas"),
    ("delete", "resourcequotas"),
    ("create", "resourcequotas"),
    ("patch", "limitranges"),
    ("delete", "limitranges"),
    ("create", "limitranges"),
    ("patch", "roles/deployer"),
    ("update", "roles/deployer"),
    ("delete", "roles/deployer"),
    ("patch", "rolebindings/deployer"),
    ("delete", "rolebindings/deployer"),
    ("escalate", "roles"),
    ("bind", "roles"),
    ("impersonate", "serviceaccounts"),
    ("create", "serviceaccounts", "token"),
    ("create", "pods"),
    ("create", "pods", "eviction"),
    ("patch", "deployments", "scale"),
    ("delete", "pods"),
    ("create", "pods", "exec"),
    ("create", "pods", "portforward"),
    ("deletecollection", "secrets"),
    ("update", "deployments"),
]


@pytest.fixture(scope="module")
def admin(control_plane: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Administrator]:
    with administrator("helm4", control_plane, tmp_path_factory.mktemp("admin")) as made:
        yield made


@pytest.fixture(scope="module")
def deployer(admin: Administrator) -> Iterator[Deployer]:
    rights = {"roles": ["notification"], "extraRules": [READ_ENDPOINTS]}
    with deployed(admin, {"deployer": rights}) as made:
        yield made


@pytest.mark.parametrize(("verb", "resource", "where"), NOTHING_ELSEWHERE)
def test_nothing_elsewhere(deployer: Deployer, verb: str, resource: str, where: str) -> None:
    assert not deployer.may(verb, resource, where)


@pytest.mark.parametrize("verb", ["get", "list", "create", "patch"])
def test_nothing_where_its_namespace_is_described(
    deployer: Deployer, admin: Administrator, verb: str
) -> None:
    """The release of the namespace is a Secret: whoever changes it decides what the next rollback brings."""
    assert not deployer.may(verb, "secrets", f"--namespace={admin.home}")


@pytest.mark.parametrize("right", NOTHING_MORE_INSIDE, ids="-".join)
def test_nothing_more_inside(deployer: Deployer, right: tuple[str, ...]) -> None:
    verb, resource, *subresource = right
    options = [f"--subresource={one}" for one in subresource]
    assert not deployer.may(verb, resource, f"--namespace={deployer.namespace}", *options)


@pytest.mark.parametrize("verb", ["patch", "update", "delete"])
def test_not_its_namespace(deployer: Deployer, verb: str) -> None:
    options = (f"--namespace={deployer.namespace}",)
    assert not deployer.may(verb, f"namespaces/{deployer.namespace}", *options)


def test_without_roles_of_services_no_role_at_all(admin: Administrator, tmp_path: Path) -> None:
    namespace = f"{admin.prefix}-strict"
    assert admin.apply(namespace).code == 0
    deployer = admin.deployer(namespace)
    assert not [verb for verb in ("create", "patch", "delete") if deployer.may(verb, "roles")]
    ran = deployer.upgrade(scaffold(ANSWERS, tmp_path), {"image": {"digest": DIGEST}})
    assert ran.code == 0, ran.err


def test_the_deployer_cannot_widen_its_rights(deployer: Deployer, admin: Administrator) -> None:
    """Not by changing its own Role, nor by making others: it gives at most what it has."""
    exec_rule = {"apiGroups": [""], "resources": ["pods/exec"], "verbs": ["create"]}
    before = admin.object("role", "deployer", deployer.namespace)
    widened = before | {"rules": [*before["rules"], exec_rule]}
    tries = [
        ("replace", widened),
        ("create", _role("mine", exec_rule)),
        ("create", _role("mine", {"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]})),
        ("create", _binding("mine", "ClusterRole", "cluster-admin")),
        ("create", _binding("mine", "ClusterRole", "edit")),
    ]
    for verb, document in tries:
        refused = deployer.kubectl(verb, "--filename=-", stdin=json.dumps(document))
        assert refused.code != 0, document
        assert "forbidden" in refused.err
    assert deployer.kubectl("delete", "rolebinding", "deployer").code != 0
    assert deployer.kubectl("patch", "role", "deployer", "--type=json", "--patch=[]").code != 0
    assert admin.object("role", "deployer", deployer.namespace) == before


def test_it_hands_on_what_it_has(deployer: Deployer) -> None:
    """In Roles whose names the administrator listed; it can make others, too, and never change them."""
    for name, rule in (("notification", READ_ENDPOINTS), ("other", READ_CONFIG)):
        made = deployer.kubectl("create", "--filename=-", stdin=json.dumps(_role(name, rule)))
        assert made.code == 0, made.err
    assert deployer.kubectl("delete", "role", "notification").code == 0
    assert deployer.kubectl("delete", "role", "other").code != 0


def test_network_policies_are_the_deployers(deployer: Deployer) -> None:
    """Service charts bring them, so the default-deny binds the pods, not whoever deploys: docs say so."""
    assert deployer.may("create", "networkpolicies")
    assert deployer.may("delete", "networkpolicies/default-deny")


def _role(name: str, rule: dict[str, list[str]]) -> Any:
    metadata = {"name": name}
    return {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "Role",
        "metadata": metadata,
        "rules": [rule],
    }


def _binding(name: str, kind: str, role: str) -> Any:
    group = "rbac.authorization.k8s.io"
    return {
        "apiVersion": f"{group}/v1",
        "kind": "RoleBinding",
        "metadata": {"name": name},
        "roleRef": {"apiGroup": group, "kind": kind, "name": role},
        "subjects": [{"apiGroup": group, "kind": "User", "name": "mallory"}],
    }
